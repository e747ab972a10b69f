"""Origins of browsers' keys: taken as browsers write them, and compared whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from confab.platform.credentials import ROLES, WEB, ApiKey
from confab.platform.errors import Forbidden
from confab.platform.origins import normal_origin, require_origin

KEY = ApiKey(
    id="k",
    hash="",
    prefix="",
    name="k",
    workspace_id="w",
    chatbot_id="c",
    permissions=ROLES["web"],
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    kind=WEB,
)


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("https://shop.example", "https://shop.example"),
        (" HTTPS://Shop.Example/ ", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://localhost:5173", "http://localhost:5173"),
        ("http://[::1]:80", "http://[::1]"),
        ("https://müller.example:8443", "https://xn--mller-kva.example:8443"),
        ("chrome-extension://abcdef", "chrome-extension://abcdef"),
    ],
)
def test_given_an_origin_in_any_spelling_when_taken_then_it_is_as_browsers_write_it(given: str, written: str) -> None:
    assert normal_origin(given) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "shop.example",
        "//x",
        "https://",
        "https://a b",
        "https://*.example",
        "https://shop.example/path",
        "https://u:p@a.example",
        "https://a.example\nhttps://b.example",
        "https://" + "a" * 255,
        "https://ü" + "a" * 200,
    ],
)
def test_given_what_is_no_origin_when_taken_then_it_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        normal_origin(text)


@pytest.mark.parametrize("origin", ["https://shop.example", "https://SHOP.example", None, ""])
def test_given_a_page_that_the_key_is_for_or_no_page_when_it_calls_then_it_may(origin: str | None) -> None:
    headers = {} if origin is None else {"origin": origin}
    require_origin(replace(KEY, origins=("https://shop.example", "https://other.example")), headers)
    require_origin(KEY, {"origin": "https://anywhere.example"})


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://shop.example", "https://shop.example:444", "null", "https://shop.example.evil"],
)
def test_given_a_page_of_another_origin_when_it_calls_then_it_may_not(origin: str) -> None:
    with pytest.raises(Forbidden):
        require_origin(replace(KEY, origins=("https://shop.example",)), {"origin": origin})
