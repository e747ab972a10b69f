"""The answers about users and organizations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, cast

from confab.dialects.fields import iso
from confab.dialects.insights.figures import named, summary
from confab.domain.feedback import KINDS
from confab.domain.results import FLAGS
from confab.domain.statistics import feedback_counter, flag_counter, flagged_counter
from confab.storage.people import PeopleCount, Person

if TYPE_CHECKING:
    from confab.dialects.insights import answers

KNOWN: Final[Mapping[str, Sequence[str]]] = {"user": ("name", "email", "plan"), "organization": ("name", "plan")}
"""What is shown of a profile besides the id, by group."""


def people_answer(
    group: str, people: Iterable[Person], total: PeopleCount | None = None
) -> answers.Users | answers.Organizations:
    """A page of users or of organizations, without the cursor.

    Args:
        total: how many there are of those that were asked for; None where nobody counted.
    """
    page: dict[str, object] = {f"{group}s": [person_answer(group, person) for person in people]}
    if total is not None:
        page["total"] = total.number
        if not total.whole:
            page["totalIsAtLeast"] = True
    return cast("answers.Users | answers.Organizations", page)


def person_answer(group: str, person: Person) -> answers.UserFigures | answers.OrganizationFigures:
    """A user or an organization."""
    counters = person.counters
    figures = {
        "id": str(person.profile["id"]),
        **{name: person.profile.get(name) for name in KNOWN[group]},
        "lastSeenAt": iso(person.last_seen),
        **summary(counters),
        "flags": [
            {
                "flag": flag,
                "conversations": counters.get(flagged_counter(flag), 0),
                "messages": counters.get(flag_counter(flag), 0),
            }
            for flag in named(FLAGS, counters, flag_counter)
        ],
        "feedback": {kind: counters.get(feedback_counter(kind), 0) for kind in KINDS},
    }
    return cast("answers.UserFigures | answers.OrganizationFigures", figures)
