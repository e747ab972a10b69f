"""The routes of the dashboard: its sessions, which are part of the API, and its files, which are not."""

from __future__ import annotations

from typing import Final

from confab.platform.credentials import READ
from confab.platform.routes import Route

_SESSION: Final = "/v1/session"

SESSIONS: Final = (
    Route("POST", _SESSION, "admin", "start_session", READ, "Exchange a key for a session", {200: "SignedIn"}),
    Route("GET", _SESSION, "admin", "get_session", READ, "Read who is signed in", {200: "SignedIn"}),
    Route("DELETE", _SESSION, "admin", "end_session", READ, "Sign out", {200: "Ok"}),
)
FILES: Final = (
    Route("GET", "/dashboard", "dashboard", "serve", "", "The dashboard", {}),
    Route("GET", "/dashboard/{path+}", "dashboard", "serve", "", "The dashboard's pages and files", {}),
)
