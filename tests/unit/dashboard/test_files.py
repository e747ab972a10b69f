"""The function that serves the dashboard's files: what it answers, and with which headers."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.functions import load_function

PAGE = "<!doctype html>page"
SCRIPT = "script()"


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A folder as the build leaves it."""
    manifest = {}
    for name, text, kind in (("index.html", PAGE, "text/html"), ("app-1.js", SCRIPT, "text/javascript")):
        (tmp_path / name).write_text(text)
        (tmp_path / f"{name}.br").write_bytes(b"br " + text.encode())
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
        encodings = {"br": f"{name}.br", "gzip": f"{name}.gz"}
        manifest[name] = {
            "file": name,
            "type": kind,
            "etag": f'"{name}"',
            "hashed": name != "index.html",
            "encodings": encodings,
        }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    return tmp_path


def _get(static: Path, path: str, **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer: dict[str, Any] = load_function("dashboard").build(static)({"rawPath": path, "headers": named}, None)
    return answer


def _body(answer: dict[str, Any]) -> bytes:
    assert answer["isBase64Encoded"]
    return base64.b64decode(answer["body"])


@pytest.mark.parametrize(
    "path", ["/dashboard", "/dashboard/", "/dashboard/conversations/1", "/dashboard/users/a@b.example"]
)
def test_every_view_is_the_one_page(static: Path, path: str) -> None:
    answer = _get(static, path)
    assert answer["statusCode"] == 200
    assert _body(answer).decode() == PAGE
    assert answer["headers"]["cache-control"] == "no-cache"


def test_a_hashed_file_is_kept_by_browsers_for_good(static: Path) -> None:
    answer = _get(static, "/dashboard/app-1.js")
    assert _body(answer).decode() == SCRIPT
    assert answer["headers"]["content-type"] == "text/javascript"
    assert answer["headers"]["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "path", ["/dashboard/app-0.js", "/dashboard/manifest.json", "/dashboard/..%2fapp.py", "/dashboard/app.py"]
)
def test_a_file_that_was_not_built_is_not_there(static: Path, path: str) -> None:
    assert _get(static, path)["statusCode"] == 404


def test_nothing_outside_of_the_folder_is_served(static: Path) -> None:
    assert _body(_get(static, "/dashboard/../../app.py")).decode() == PAGE


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br;q=0.0, gzip;q=0", None),
        ("identity", None),
        ("", None),
    ],
)
def test_the_smallest_encoding_that_the_browser_takes_is_sent(
    static: Path, accepted: str, encoding: str | None
) -> None:
    answer = _get(static, "/dashboard/app-1.js", accept_encoding=accepted)
    assert answer["headers"].get("content-encoding") == encoding
    body = _body(answer)
    text = gzip.decompress(body) if encoding == "gzip" else body.removeprefix(b"br ")
    assert text.decode() == SCRIPT
    assert answer["headers"]["vary"] == "accept-encoding"


@pytest.mark.parametrize("sent", ['"index.html"', '"other", "index.html"', 'W/"index.html"'])
def test_a_page_that_the_browser_has_is_not_sent_again(static: Path, sent: str) -> None:
    answer = _get(static, "/dashboard", if_none_match=sent)
    assert (answer["statusCode"], answer["body"]) == (304, "")
    assert answer["headers"]["etag"] == '"index.html"'
    assert _get(static, "/dashboard", if_none_match='"old"')["statusCode"] == 200


def test_every_answer_forbids_what_the_page_does_not_need(static: Path, tmp_path: Path) -> None:
    for path in ("/dashboard", "/dashboard/app-1.js", "/dashboard/none.js"):
        headers = _get(static, path)["headers"]
        rules = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
        assert rules["default-src"] == "'none'"
        assert {rules[f"{kind}-src"] for kind in ("script", "style", "img", "connect")} == {"'self'"}
        assert rules["require-trusted-types-for"] == "'script'"
        assert rules["trusted-types"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_without_a_build_the_answer_says_what_is_missing(tmp_path: Path) -> None:
    answer = _get(tmp_path / "nothing", "/dashboard")
    assert answer["statusCode"] == 503
    assert "make dashboard" in answer["body"]
