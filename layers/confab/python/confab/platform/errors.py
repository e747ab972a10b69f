"""Every error of Confab.

ConfabError
├── InvalidRequest      400  the request breaks a rule; ``details`` name the fields
├── Unauthorized        401  no key, or one that is not valid
├── Forbidden           403  the key may not do this
├── ChatbotArchived     403  the chatbot takes no writes
├── NotFound            404  there is no such thing for this key
├── MethodNotAllowed    405  the path knows other methods only
├── UnprocessableEntity 422  the body is JSON but not what the dialect takes; for dialects that tell it from a 400
│   ├── ConversationFull      the conversation has reached a limit of its size
│   └── ExportTooLarge        the export does not fit into one answer
├── TooManyRequests     429  the key or the conversation is over a limit; ``retry_after`` seconds
├── Unavailable         503  the table or a queue did not answer; try again
│   └── NewerData            what is stored was written by a later version of Confab
└── InternalError       500  a fault of ours
DeliveryFailed               a receiver did not take a delivery
    AddressRefused           ... because its address may not be called
AnalysisRetry                the analyzer cannot answer now; the queue delivers again
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

Code = Literal[
    "invalid_request",
    "unauthorized",
    "forbidden",
    "chatbot_archived",
    "not_found",
    "method_not_allowed",
    "unprocessable_entity",
    "conversation_full",
    "export_too_large",
    "rate_limited",
    "internal_error",
    "unavailable",
]
"""The kind of an error, as a word that does not change."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a request: where, and what."""

    path: str
    message: str


class ConfabError(Exception):
    """The root of all errors that a caller is told about."""

    status: ClassVar[int] = 500
    code: ClassVar[Code] = "internal_error"

    def __init__(self, message: str, details: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)


class InvalidRequest(ConfabError):
    """The request breaks a rule of its dialect."""

    status = 400
    code = "invalid_request"

    @classmethod
    def at(cls, *faults: Fault) -> InvalidRequest:
        """The error of one fault or several; its message is the first one's."""
        return cls(f"{faults[0].path}: {faults[0].message}", faults)


class Unauthorized(ConfabError):
    """No key was sent, or one that is unknown or expired."""

    status = 401
    code = "unauthorized"


class Forbidden(ConfabError):
    """The key is valid but lacks a permission."""

    status = 403
    code = "forbidden"


class ChatbotArchived(ConfabError):
    """The chatbot is archived: it is read, and takes no writes. A 403, which every dialect has, and not a 409."""

    status = 403
    code = "chatbot_archived"


class NotFound(ConfabError):
    """No such thing, or one of another tenant: the two cannot be told apart."""

    status = 404
    code = "not_found"


class MethodNotAllowed(ConfabError):
    """The path is served, but not with this method."""

    status = 405
    code = "method_not_allowed"

    def __init__(self, message: str, allowed: Sequence[str]) -> None:
        super().__init__(message)
        self.allowed = tuple(allowed)


class UnprocessableEntity(ConfabError):
    """The body is a JSON object that breaks the dialect's schema, or names something that does not exist."""

    status = 422
    code: ClassVar[Code] = "unprocessable_entity"


class ConversationFull(UnprocessableEntity):
    """The conversation would pass a limit of its size; stored data does not change.

    A 422: the one status that says so for which every dialect has a body, and that no client sends again by itself.
    """

    code = "conversation_full"


class ExportTooLarge(UnprocessableEntity):
    """The export does not fit into one answer, or takes longer than a request may; a job writes files instead."""

    code = "export_too_large"

    def __init__(self, chatbot_id: str) -> None:
        super().__init__(
            "The export has more than 5 MB, or takes longer than a request may: "
            f"make a job with POST /api/v1/chatbots/{chatbot_id}/exports, or ask for less."
        )


class TooManyRequests(ConfabError):
    """The key has used up its requests of a second, a minute or a day, or a conversation has used up its minute."""

    status = 429
    code = "rate_limited"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(ConfabError):
    """The table or a queue did not answer in time; nothing is known to be wrong with the request."""

    status = 503
    code = "unavailable"


class TimeOver(Unavailable):
    """Work that is done in pieces ran out of time; the rest continues by itself."""


class NewerData(Unavailable):
    """A stored or queued item is of a later version of Confab than this one. It waits for that version."""

    def __init__(self) -> None:
        super().__init__("The data was written by a newer version of Confab; that version must be deployed again.")


class InternalError(ConfabError):
    """A fault of the service itself."""


class DeliveryFailed(Exception):
    """A receiver did not take a delivery; the text says why, in words for the chatbot's team.

    Attributes:
        status: of the receiver's answer; None when there was none.
        retry_after: what the answer says of when to try again, as it was sent; None when it says nothing.
    """

    def __init__(self, reason: str, *, status: int | None = None, retry_after: str | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.retry_after = retry_after


class AddressRefused(DeliveryFailed):
    """The address may not be called, whoever asks and whenever."""


class AnalysisRetry(Exception):
    """The analyzer cannot answer now; the message goes back to the queue."""
