"""One call of Bedrock's Converse, with its many ways to fail told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, ParamValidationError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from confab.domain.model_prices import DEFAULT

TRUNCATED: Final = "max_tokens"
_TRY_LATER: Final = frozenset({408, 424, 429})
"""The model took too long, failed, or is throttled or not ready; as is everything from 500 on."""
_REASONS: Final = {
    400: "request refused",
    403: "access denied",
    404: "model not found",
    408: "model timed out",
    424: "model failed",
    429: "throttled",
}


class NotAnswered(Exception):
    """Bedrock gave no answer; the text says why in a few words, without anything of the conversation.

    Attributes:
        passing: whether it may well answer later.
        billed: whether it may have been paid for all the same.
    """

    def __init__(self, reason: str, *, passing: bool, billed: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.passing = passing
        self.billed = billed


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's answer.

    Attributes:
        content: the blocks of its message.
        stop_reason: why it stopped.
        request_tokens, answer_tokens: what is billed.
    """

    content: Sequence[Mapping[str, Any]]
    stop_reason: str
    request_tokens: int
    answer_tokens: int


def supports_native(client: Any) -> bool:
    """Whether this SDK knows native structured output: the Lambda runtime brings its own version."""
    return "outputConfig" in client.meta.service_model.operation_model("Converse").input_shape.members


def converse(client: Any, model: str, tier: str, asked: Mapping[str, Any]) -> Reply:
    """Ask a model.

    Args:
        client: a ``bedrock-runtime`` client.
        model: the id of a model or an inference profile, or the ARN of either.
        tier: the service tier.
        asked: the rest of the request.

    Raises:
        NotAnswered: there is no answer.
    """
    extra = {} if tier == DEFAULT else {"serviceTier": {"type": tier}}
    try:
        answer = client.converse(modelId=model, **asked, **extra)
    except ClientError as error:
        raise _refusal(error) from error
    except ReadTimeoutError as error:
        raise NotAnswered("model timed out", passing=True, billed=True) from error
    except ResponseParserError as error:
        raise NotAnswered("answer not understood", passing=False, billed=True) from error
    except NoCredentialsError as error:
        raise NotAnswered("no credentials", passing=False) from error
    except ParamValidationError as error:
        raise NotAnswered("request refused", passing=False) from error
    except BotoCoreError as error:
        raise NotAnswered("unreachable", passing=True) from error
    usage = answer.get("usage", {})
    return Reply(
        content=answer.get("output", {}).get("message", {}).get("content", []),
        stop_reason=answer.get("stopReason", ""),
        request_tokens=sum(
            usage.get(name, 0) for name in ("inputTokens", "cacheReadInputTokens", "cacheWriteInputTokens")
        ),
        answer_tokens=usage.get("outputTokens", 0),
    )


def _refusal(error: ClientError) -> NotAnswered:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    passing = status in _TRY_LATER or status >= 500
    return NotAnswered(_REASONS.get(status, "unavailable" if passing else "refused"), passing=passing)
