"""What the properties and parameters of the document mean, and an example of each that has one.

A key is the name of a property or parameter. A name means the same in every schema unless a longer key says otherwise:
``Schema.name`` is the property of one schema, ``operationId.name`` the parameter of one operation, and ``name:integer``
every property of that name that is a number of things. An example is shown where its type fits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from openapi.descriptions.administration import ADMINISTRATION
from openapi.descriptions.analysis import ANALYSIS
from openapi.descriptions.channels import CHANNELS
from openapi.descriptions.conversations import CONVERSATIONS
from openapi.descriptions.dashboard import DASHBOARD
from openapi.descriptions.described import Described
from openapi.descriptions.files import FILES
from openapi.descriptions.mcp import MCP
from openapi.descriptions.privacy import PRIVACY
from openapi.descriptions.queries import QUERIES
from openapi.descriptions.reviews import REVIEWS
from openapi.descriptions.rules import RULES
from openapi.descriptions.scores import SCORES
from openapi.descriptions.shared import SHARED

DESCRIPTIONS: Final[Mapping[str, Described]] = {
    **SHARED,
    **CONVERSATIONS,
    **ANALYSIS,
    **CHANNELS,
    **ADMINISTRATION,
    **PRIVACY,
    **DASHBOARD,
    **FILES,
    **QUERIES,
    **REVIEWS,
    **RULES,
    **SCORES,
    **MCP,
}
