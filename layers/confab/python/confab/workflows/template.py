"""Templates: a team's own words with variables, and no logic.

A template that is JSON once its variables have values stays JSON whatever the values are: within a text a value is
escaped, and elsewhere it is written as a JSON value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

VARIABLES: Final = (
    "user.name",
    "user.email",
    "user.id",
    "sentiment.score",
    "sentiment.label",
    "intent.value",
    "flag.value",
    "conversation.id",
    "org.avgSentiment",
    "topic.value",
    "outcome.value",
    "behaviour.value",
    "conversation.externalId",
    "conversation.url",
    "message.text",
    "message.id",
    "rule.name",
    "chatbot.name",
    "count",
)
"""The first nine are OpenBat's."""
MAX_TEMPLATE: Final = 4000
"""Characters."""
_VARIABLE: Final = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")

Value = str | int | float | None
Values = Mapping[str, Value]


def unknown_in(template: str) -> list[str]:
    """The variables of a template that do not exist."""
    return [name for name in _VARIABLE.findall(template) if name not in VARIABLES]


def is_json(template: str) -> bool:
    """Whether a template is JSON once its variables have values."""
    return _reads(_filled(template, {}, as_json=True))


def rendered(template: str, values: Values) -> str:
    """A template with its values; what has none is empty, or null in JSON outside of texts."""
    return _filled(template, values, as_json=is_json(template))


def _filled(template: str, values: Values, *, as_json: bool) -> str:
    return "".join(_pieces(template, values, as_json=as_json))


def _pieces(template: str, values: Values, *, as_json: bool) -> Iterator[str]:
    end, quoted = 0, False
    for found in _VARIABLE.finditer(template):
        before = template[end : found.start()]
        quoted = _quoted_after(before, quoted=quoted)
        yield before
        yield _written(values.get(found[1]), as_json=as_json, quoted=quoted)
        end = found.end()
    yield template[end:]


def _quoted_after(text: str, *, quoted: bool) -> bool:
    """Whether a JSON text is open at the end of a piece of JSON."""
    escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
    return quoted


def _written(value: Value, *, as_json: bool, quoted: bool) -> str:
    if not as_json:
        return "" if value is None else str(value)
    if not quoted:
        return json.dumps(value)
    return "" if value is None else json.dumps(str(value))[1:-1]


def _reads(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
