"""The version of the format of stored and queued data.

Code reads its own version and all earlier ones, and refuses later ones: what it does not know it would damage. An item
or message without the mark is of version 0. ``confab migrate`` brings what must change to the present version; where
nothing of a kind has changed, items keep the version that they were written with.

0  before versions were noted
1  the mark itself; what a conversation has counted (COUNTED) names where it is to be found
2  a row names the state in which the statistics have the conversation (COUNTED#), which is an item of its own
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from confab.platform.errors import NewerData

VERSION: Final = 2
FOUND_SINCE: Final = 1
"""The first version of which everything is found that belongs to a user; later ones are read as they are."""
MARK: Final = "v"
"""Attribute of items, and field of messages; short, because it is on every message that is stored."""


def require_known(marked: Mapping[str, Any]) -> None:
    """Check that an item or a message is of a version that this code knows.

    Raises:
        NewerData: it is of a later one.
    """
    if marked.get(MARK, 0) > VERSION:
        raise NewerData
