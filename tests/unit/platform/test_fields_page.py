"""docs/fields.md says what capture and track take."""

from __future__ import annotations

from openapi.document import document
from openapi.fields import BODIES, PAGE, page


def test_the_page_is_what_the_models_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(document()), "make fields"


def test_the_page_has_the_fields_of_messages_and_persons() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"`{title}`" in text for title in BODIES)
    assert {"## Message", "## User", "## Organization", "## Session", "## Tool"} <= set(text.splitlines())
