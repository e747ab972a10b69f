"""The dashboard's files (``GET /dashboard…``), as ``make dashboard`` built them into ``static/``. Nothing else.

It reads no table and imports nothing of Confab: what a browser shows, it asks the API for, with a session of its own.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

STATIC: Final = Path(__file__).parent / "static"
ROOT: Final = "/dashboard"
PAGE: Final = "index.html"
ENCODINGS: Final = ("br", "gzip")
"""Content encodings that files are kept in, the smallest first."""
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "strict-transport-security": "max-age=31536000",
}
FOREVER: Final = "public, max-age=31536000, immutable"
ASK_FIRST: Final = "no-cache"

Event = Mapping[str, Any]
Answer = dict[str, Any]


def build(static: Path = STATIC) -> Callable[[Event, object], Answer]:
    """The function's handler over a folder of built files."""
    manifest: dict[str, Any] = {}
    if (static / "manifest.json").is_file():
        manifest = json.loads((static / "manifest.json").read_text(encoding="utf-8"))

    def handle(event: Event, _: object) -> Answer:
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        name = event["rawPath"].removeprefix(ROOT).lstrip("/") or PAGE
        if not manifest:
            return _text(
                503, "The dashboard was not built into this deployment: run `make dashboard`, then deploy again."
            )
        if name not in manifest and "." in name and "/" not in name:
            return _text(404, "There is no such file.")
        # Every other path is a view of the one page, which reads it from the address.
        return _file(static, manifest.get(name) or manifest[PAGE], headers)

    return handle


def _file(static: Path, entry: Mapping[str, Any], asked: Mapping[str, str]) -> Answer:
    headers = {
        **HEADERS,
        "content-type": entry["type"],
        "cache-control": FOREVER if entry["hashed"] else ASK_FIRST,
        "etag": entry["etag"],
        "vary": "accept-encoding",
    }
    if entry["etag"] in (each.strip().removeprefix("W/") for each in asked.get("if-none-match", "").split(",")):
        return {"statusCode": 304, "headers": headers, "body": ""}
    encoding = _chosen(asked.get("accept-encoding", ""), entry["encodings"])
    if encoding:
        headers["content-encoding"] = encoding
    body = (static / entry["encodings"].get(encoding, entry["file"])).read_bytes()
    return {
        "statusCode": 200,
        "headers": headers,
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def _chosen(accepted: str, kept: Mapping[str, str]) -> str:
    """The first encoding that a file is kept in and the browser takes; empty for none."""
    taken = {}
    for each in accepted.lower().split(","):
        name, _, parameter = each.partition(";")
        taken[name.strip()] = parameter.strip().removeprefix("q=").rstrip("0.") != "" if parameter else True
    return next((each for each in ENCODINGS if each in kept and taken.get(each, False)), "")


def _text(status: int, text: str) -> Answer:
    headers = {**HEADERS, "content-type": "text/plain; charset=utf-8", "cache-control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": text + "\n"}


def __getattr__(name: str) -> Callable[[Event, object], Answer]:
    if name != "handler":
        raise AttributeError(name)
    made = globals()["handler"] = build()
    return made
