"""Every route that is served, of all dialects."""

from __future__ import annotations

from typing import Final

from confab.dialects.chatcaptain import routes as chatcaptain
from confab.dialects.inkeep import routes as inkeep
from confab.dialects.insights import routes as insights
from confab.dialects.openbat import admin_routes as admin
from confab.dialects.openbat import routes as openbat
from confab.platform.routes import Route

ROUTES: Final[tuple[Route, ...]] = (
    *openbat.CAPTURE,
    *openbat.TRACK,
    *openbat.READING,
    *admin.ROUTES,
    *chatcaptain.ROUTES,
    *insights.ROUTES,
    *inkeep.ROUTES,
)


def methods_of(path: str) -> list[str]:
    """The methods that a path is served with; empty when it is not served at all."""
    return sorted({route.method for route in ROUTES if route.takes(path)})
