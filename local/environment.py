"""A file that a shell reads, so that what is pasted needs no key by hand: ``. .local/env.sh``."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Final

from local.instance import write_private
from local.settings import Settings

NAMES: Final = {
    "CONFAB_URL": "baseUrl",
    "CONFAB_API_KEY": "apiKey",
    "CONFAB_ADMIN_KEY": "adminKey",
    "CONFAB_CHATBOT_ID": "chatbotId",
}
"""The variables, and what of the demo's file they hold."""


def write_environment(settings: Settings, demo: Mapping[str, str]) -> None:
    """Write the file anew, readable by its owner only."""
    lines = [f"export {name}={shlex.quote(demo[of])}\n" for name, of in NAMES.items()]
    write_private(settings.environment_file, "".join(lines))
