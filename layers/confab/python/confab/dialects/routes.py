"""Every route that is served: the one list that template.yaml is checked against."""

from __future__ import annotations

import re
from typing import Final

ROUTES: Final = (
    ("POST", "/api/v1/capture"),
    ("POST", "/v1/capture"),
    ("POST", "/v1/track"),
    ("GET", "/api/v1/conversations"),
    ("GET", "/api/v1/conversations/{id}"),
    ("GET", "/api/v1/analytics/overview"),
    ("GET", "/api/v1/analytics/sentiment"),
)


def methods_of(path: str) -> list[str]:
    """The methods that a path is served with; empty when it is not served at all."""
    return sorted(method for method, route in ROUTES if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route), path))
