"""Exports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from openapi.descriptions.analysis import ANALYSIS
from openapi.descriptions.described import Described
from openapi.descriptions.shared import SHARED

_SEARCH: Final = "getV1InsightsConversations."
_EXPORT: Final = "getV1InsightsConversationsExport."

FILES: Final[Mapping[str, Described]] = {
    # An export has the filters of the list.
    **{
        _EXPORT + key.removeprefix(_SEARCH): described
        for key, described in {**SHARED, **ANALYSIS}.items()
        if key.startswith(_SEARCH)
    },
    f"{_EXPORT}format": Described(
        "`csv`: a row a conversation. `jsonl`: whole conversations. `openai`: examples for fine-tuning.", "csv"
    ),
    "ConversationLine.web": Described("Present for conversations that a browser began."),
}
