"""The body of a rule: what rules of all kinds have."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from confab.dialects.fields import Identifier, NeverEmpty, Request
from confab.dialects.insights.queries import one_of
from confab.dialects.openbat.admin import ObjectName
from confab.domain.rules import KINDS, MAX_DESTINATIONS, RuleDraft
from confab.workflows.template import MAX_TEMPLATE, unknown_in


def _known_variables(template: str) -> str:
    unknown = unknown_in(template)
    if unknown:
        raise ValueError(f"has a variable that does not exist: {unknown[0][:64]}")
    return template


class RuleBody(Request):
    """What rules of all kinds have."""

    kind: Annotated[str, AfterValidator(one_of(KINDS))]
    name: ObjectName
    enabled: Annotated[bool, NeverEmpty] = True
    destinations: Annotated[list[Identifier], Field(max_length=MAX_DESTINATIONS)] = Field(default_factory=list)
    includeText: Annotated[bool, NeverEmpty] = False
    template: Annotated[str, Field(min_length=1, max_length=MAX_TEMPLATE), AfterValidator(_known_variables)] | None = (
        None
    )

    def draft(self) -> RuleDraft:
        """The rule that it asks for."""
        own = self.model_dump(exclude=set(RuleBody.model_fields), exclude_none=True)
        return RuleDraft(
            kind=self.kind,
            name=self.name,
            enabled=self.enabled,
            destinations=self.destinations,
            include_text=self.includeText,
            template=self.template,
            settings=own,
        )
