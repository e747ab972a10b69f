"""The two names of a function: of its folder, which is its service and log group too, and in the template."""

from __future__ import annotations

import re

_KIND = "Function"


def folder_name(logical_id: str) -> str:
    """The folder of a function: ``log_conversation`` of ``LogConversationFunction``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", logical_id.removesuffix(_KIND)).lower()


def logical_name(folder: str, kind: str = _KIND) -> str:
    """The template's name of a function, or of another resource of it, such as its ``Role``."""
    return folder.title().replace("_", "") + kind
