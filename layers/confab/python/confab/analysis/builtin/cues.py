"""All phrases of users that tell how a dialogue goes, by dialogue act, with their weight and their meaning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from confab.analysis.builtin.acts import Cue
from confab.analysis.builtin.cues_calm import CALM_CUES
from confab.analysis.builtin.cues_counts import COUNT_PHRASES
from confab.analysis.builtin.cues_developers import DEVELOPER_PHRASES
from confab.analysis.builtin.cues_more import MORE_CUES, MORE_PHRASES
from confab.analysis.builtin.cues_trouble import TROUBLE_CUES

_TABLES: Final = (COUNT_PHRASES, DEVELOPER_PHRASES, MORE_PHRASES)


def _with_more(name: str, cue: Cue) -> Cue:
    more = [phrase for table in _TABLES for phrase in table.get(name, ())]
    return cue._replace(phrases=(*cue.phrases, *more))


USER_CUES: Final[Mapping[str, Cue]] = {
    name: _with_more(name, cue) for name, cue in {**TROUBLE_CUES, **CALM_CUES, **MORE_CUES}.items()
}
