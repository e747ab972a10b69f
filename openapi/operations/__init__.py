"""Every operation, by dialect."""

from __future__ import annotations

from typing import Final

from openapi.operation import Operation
from openapi.operations import admin, chatcaptain, inkeep, insights, openbat

OPERATIONS: Final[tuple[Operation, ...]] = (
    *openbat.OPERATIONS,
    *admin.OPERATIONS,
    *chatcaptain.OPERATIONS,
    *insights.OPERATIONS,
    *inkeep.OPERATIONS,
)
