"""What OpenBat's capture and track share (openbat.md): who is talking, and how it reaches the domain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field

from confab.dialects.fields import Email, Group, Identifier, Name, Number, Plan

DIALECT: Final = "openbat"
PROBE_PREFIX: Final = "obprobe_"
CLIENT_HEADERS: Final = {
    "x-original-user-agent": "originalUserAgent",
    "x-original-referer": "originalReferer",
    "x-forwarded-for": "forwardedFor",
    "user-agent": "userAgent",
    "x-openbat-framework": "framework",
}
_LONGEST_HEADER: Final = 256


class User(Group):
    """Who talks to the chatbot."""

    id: Identifier | None = None
    name: Name | None = None
    email: Email | None = None
    plan: Plan | None = None
    createdAt: Annotated[str, Field(max_length=64)] | None = None
    industry: Name | None = None
    mrr: Number | None = None


class Organization(Group):
    """Whom the user belongs to."""

    id: Identifier | None = None
    name: Name | None = None
    plan: Plan | None = None
    industry: Name | None = None
    mrr: Number | None = None


def facets_of(**groups: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The groups of facets that have any field."""
    return {name: fields for name, fields in groups.items() if fields}


def client_of(headers: Mapping[str, str]) -> dict[str, str]:
    """What the headers tell about the caller's software and address."""
    return {name: headers[header][:_LONGEST_HEADER] for header, name in CLIENT_HEADERS.items() if headers.get(header)}
