"""Origins: from which websites a browser's key is taken.

A browser names the page's origin in the header ``Origin`` and lets no page change it, so a list of origins keeps other
websites from using a key. A script outside of a browser sends any ``Origin`` it likes, or none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from confab.platform.credentials import ApiKey
from confab.platform.errors import Forbidden

EVERY_ORIGIN: Final = "*"
MAX_ORIGINS: Final = 20
MAX_ORIGIN: Final = 255
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}
_ORIGIN: Final = re.compile(r"([a-z][a-z0-9+.-]*)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?/?")


def normal_origin(text: str) -> str:
    """An origin as browsers write it: scheme and host in lower case, no path, no default port.

    Raises:
        ValueError: it is no origin.
    """
    found = _ORIGIN.fullmatch(_ascii(text.strip().lower())) if len(text) <= MAX_ORIGIN else None
    if found is None:
        raise ValueError(f"must be an origin of at most {MAX_ORIGIN} characters, as in https://shop.example, or *")
    scheme, host, port = found.groups()
    return f"{scheme}://{host}" + (f":{port}" if port and port != _DEFAULT_PORTS.get(scheme) else "")


def _ascii(text: str) -> str:
    """An international host name as browsers send it; the text itself where it has no such form."""
    scheme, separator, rest = text.partition("://")
    host, port_sign, port = rest.rstrip("/").partition(":")
    try:
        return text if text.isascii() else f"{scheme}{separator}{host.encode('idna').decode()}{port_sign}{port}"
    except UnicodeError:
        return text


def require_origin(key: ApiKey, headers: Mapping[str, str]) -> None:
    """Check that a request comes from a page that a key may be used on. Without ``Origin`` it comes from no page.

    Args:
        headers: with lower-case names.

    Raises:
        Forbidden: it comes from another website.
    """
    origin = headers.get("origin", "").strip().lower()
    if origin and key.origins and origin not in key.origins:
        raise Forbidden("This API key is not for pages of this origin.")
