"""Parts of every HTTP function: the request's id, its body, its key, and errors in the dialect's own body."""

from __future__ import annotations

import base64
import binascii
import gzip
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from pydantic import BaseModel

from confab.platform.attempts import HEADER as IDEMPOTENCY_KEY
from confab.platform.attempts import Attempt, Attempts
from confab.platform.auth import Authenticator, require, shown_by
from confab.platform.bodies import OverLimit, read_json, text_of, unpacked
from confab.platform.credentials import ApiKey
from confab.platform.deadline import Deadline
from confab.platform.errors import (
    ConfabError,
    Forbidden,
    InternalError,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    TooManyRequests,
    Unauthorized,
    Unavailable,
)
from confab.platform.events import as_text, with_one_tail
from confab.platform.faults import Unfit, fitted
from confab.platform.origins import require_origin
from confab.platform.rate import RateLimiter
from confab.platform.routes import Route, Routes
from confab.platform.telemetry import Telemetry

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

Handler = Callable[[dict[str, Any], "LambdaContext"], dict[str, Any]]
ErrorBody = Callable[[ConfabError, str, str], Mapping[str, Any]]
"""Makes the body of an error from the error, the request's id and its path."""
Model = TypeVar("Model", bound=BaseModel)

MAX_BODY: Final = 4 * 1024 * 1024
MAX_FAULTS: Final = 20
RETRY_SECONDS: Final = 1
REFUSALS: Final = (Unauthorized.status, Forbidden.status, TooManyRequests.status)
"""Answers to callers who may not do what they ask for, or not as often."""
MAX_ANSWER: Final = 5_500_000
"""Bytes of an answer as it is: a function answers with at most 6 MB. What is larger goes compressed."""
PROBLEM: Final = "application/problem+json"
SAFE: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
"""On every answer: no browser or proxy keeps a conversation, or takes text that somebody sent for a page."""
BLANK: Final = b"\xef\xbb\xbf \t\r\n"
"""What may stand before a body's first word: a byte order mark and white space."""
AS_TEXT: Final = (
    " The gateway handed it over as text, which damages packed data: send it with a content type that ends in +json,"
    " or with none."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRules:
    """How a dialect differs from the others on the wire.

    Attributes:
        largest_body: in bytes.
        error_type: the content type of errors.
        schema_error: what a JSON object against the model is refused with.
    """

    largest_body: int = MAX_BODY
    error_type: str = "application/json"
    schema_error: type[ConfabError] = InvalidRequest


SAME_AS_OTHERS: Final = HttpRules()


class HttpFunction:
    """An HTTP API function (payload 2.0).

    Args:
        authenticator: finds the key behind a request.
        limiter: counts requests per key.
        attempts: finds the first try of a request that is sent again.
        error_body: the dialect's error body.
        telemetry: logs and metrics.
        methods_of: the methods that a path is served with, by whichever function.
        deadline: holds each request to the function's time.
        mark: gives what stands in logs for a caller's address.
        routes: what the function serves.
        rules: how the dialect differs from the others.

    Attributes:
        serves: the decorator by which a handler answers the routes that name it.
    """

    def __init__(
        self,
        authenticator: Authenticator,
        limiter: RateLimiter,
        attempts: Attempts,
        error_body: ErrorBody,
        telemetry: Telemetry,
        methods_of: Callable[[str], Sequence[str]],
        deadline: Deadline,
        mark: Callable[[str], str],
        routes: Iterable[Route],
        rules: HttpRules = SAME_AS_OTHERS,
    ) -> None:
        self._rules = rules
        self._deadline = deadline
        self._mark = mark
        self._rate_fields: Mapping[str, str] = {}
        self._key: ApiKey | None = None
        self._body = b""
        self.app = APIGatewayHttpResolver()
        self.serves = Routes(routes)
        self.telemetry = telemetry
        self._methods_of = methods_of
        self._authenticator = authenticator
        self._limiter = limiter
        self._attempts = attempts
        self._error_body = error_body
        self.app.not_found(self._not_found)
        self.app.exception_handler(Exception)(self._failed)

    @property
    def request_id(self) -> str:
        """The id that API Gateway gave the request."""
        return str(self.app.current_event.request_context.request_id)

    @property
    def headers(self) -> Mapping[str, str]:
        """The request's headers, names in lower case. API Gateway takes the cookies out of them; here they are back."""
        event = self.app.current_event.raw_event
        cookies = {"cookie": "; ".join(event["cookies"])} if event.get("cookies") else {}
        return {name.lower(): value for name, value in (event.get("headers") or {}).items()} | cookies

    @property
    def query(self) -> Mapping[str, str]:
        """The request's query parameters."""
        return self.app.current_event.raw_event.get("queryStringParameters") or {}

    def caller(self) -> ApiKey:
        """The key of the request, counted against its limits and holding the route's permission.

        Raises:
            Unauthorized: there is no valid key.
            Forbidden: the request comes from a page that the key is not for.
            TooManyRequests: the key is over one of its limits.
            Forbidden: the key lacks the permission.
        """
        key = self._admitted()
        require(key, self.serves.permission)
        return key

    def _admitted(self) -> ApiKey:
        key = self._key = self._authenticator.authenticate(self.headers, self.app.current_event.http_method)
        require_origin(key, self.headers)
        try:
            self._limiter.admit(key, self._sent_bytes)
        finally:
            self._rate_fields = self._limiter.fields(key)
        return key

    @property
    def _sent_bytes(self) -> int:
        """How large the body is as it was sent, or a little less: characters count, not bytes."""
        event = self.app.current_event.raw_event
        length = len(event.get("body") or "")
        return length * 3 // 4 if event.get("isBase64Encoded") else length

    def _count_unpacked(self, size: int) -> None:
        """Count what a body has beyond what was sent."""
        more = size - self._sent_bytes
        if self._key is not None and more > 0:
            try:
                self._limiter.add_bytes(self._key, more)
            finally:
                self._rate_fields = self._limiter.fields(self._key)

    def body(self, model: type[Model]) -> Model:
        """The request's body as a model.

        Raises:
            InvalidRequest: no JSON object, or beyond the limits of size, levels and values.
            ConfabError: the dialect's ``schema_error`` when it is against the model; the faults name the fields.
        """
        return self.checked(model, self.json_object())

    def json_object(self) -> dict[str, Any]:
        """The request's body as it was sent.

        Raises:
            InvalidRequest: no JSON object, or beyond the limits of size, levels and values.
        """
        _require_json(self.headers.get("content-type", ""))
        try:
            value = read_json(self._raw_body())
        except OverLimit as error:
            raise InvalidRequest(f"The body {error}.") from None
        except ValueError as error:
            raise InvalidRequest(f"The body is not valid JSON: {error}.") from None
        if not isinstance(value, dict):
            raise InvalidRequest("The body is valid JSON but not an object; a JSON object is expected.")
        return value

    def checked(self, model: type[Model], value: Mapping[str, Any]) -> Model:
        """A body as a model.

        Raises:
            ConfabError: the dialect's ``schema_error`` when it is against the model; the faults name the fields.
        """
        return parse(model, value, self._rules.schema_error)

    def _raw_body(self) -> bytes:
        event = self.app.current_event.raw_event
        text = event.get("body") or ""
        try:
            raw = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text_of(text).encode()
        except (binascii.Error, ValueError):
            raise InvalidRequest("The body is not valid base64.") from None
        raw = self._unpacked(raw, as_bytes=bool(event.get("isBase64Encoded")))
        if not raw.strip(BLANK):
            raise InvalidRequest("The body is empty; a JSON object is expected.")
        most = self._rules.largest_body
        if len(raw) > most:
            raise InvalidRequest(f"The body has {len(raw)} bytes; at most {most} ({most >> 20} MB) are taken.")
        self._count_unpacked(len(raw))
        self._body = raw
        return raw

    def _unpacked(self, raw: bytes, *, as_bytes: bool) -> bytes:
        """A body without its content encoding.

        Args:
            as_bytes: whether the gateway handed it over as bytes. What it hands over as text it has unpacked itself, or
                it has replaced every byte that is not UTF-8.
        """
        encoding = self.headers.get("content-encoding", "")
        if encoding and not as_bytes and raw.lstrip(BLANK).startswith(b"{"):
            return raw
        try:
            return unpacked(raw, encoding, self._rules.largest_body)
        except OverLimit as error:
            raise InvalidRequest(f"The body {error}.") from None
        except ValueError as error:
            hint = "" if as_bytes else AS_TEXT
            raise InvalidRequest(f"The body {error}.{hint}") from None

    def attempt(self, tenant_id: str) -> Attempt | None:
        """The request as one that may have been tried before; None when it has no ``Idempotency-Key``.

        To be asked once the body has been read, because the same request has the same body.

        Args:
            tenant_id: the chatbot, or the workspace, in which it makes something.

        Raises:
            InvalidRequest: the idempotency key is too long.
            UnprocessableEntity: it was used for another request.
        """
        sent = self.headers.get(IDEMPOTENCY_KEY, "").strip()
        if not sent:
            return None
        request = f"{self.app.current_event.http_method} {self.app.current_event.path}"
        caller, web = shown_by(self.headers), self._key is not None and self._key.web
        return self._attempts.begin(tenant_id, sent, request, self._body, caller=caller, web=web)

    def answer(
        self, body: Mapping[str, Any] | Sequence[Any], status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Response[str]:
        """A JSON answer with the request's id.

        Raises:
            InternalError: it is larger than a function can hand over.
        """
        return self._respond(status, body, headers or {})

    def handler(self) -> Handler:
        """The entry point of the function.

        Raises:
            KeyError: a route has no handler.
        """
        self.serves.register(self.app)

        def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
            self._rate_fields, self._key, self._body = {}, None, b""
            try:
                with self._deadline.of(context.get_remaining_time_in_millis()):
                    tails = self.serves.tails(event["requestContext"]["http"]["method"])
                    answer = self.app.resolve(with_one_tail(as_text(event), tails), context)
                self._tell(event, answer["statusCode"])
                return answer
            finally:
                self.telemetry.flush()

        return handle

    def _tell(self, event: Mapping[str, Any], status: int) -> None:
        """Log the request: never its path, which may hold ids and addresses, but the route that it took."""
        seen = event["requestContext"]
        self.telemetry.request(
            requestId=seen["requestId"],
            route=str(seen.get("routeKey", "")),
            status=status,
            keyId=self._key.id if self._key is not None else "",
            address=self._mark(str(seen["http"].get("sourceIp", ""))),
        )

    def _not_found(self, _: NotFoundError) -> Response[str]:
        event = self.app.current_event
        allowed = self._methods_of(event.path)
        if allowed and event.http_method not in allowed:
            return self._error(MethodNotAllowed(f"{event.path} takes {', '.join(allowed)} only.", allowed))
        if allowed:
            # The resolver knows no path with such a character; it is the path of nothing, but not a public one.
            try:
                self._admitted()
            except Exception as error:
                return self._failed(error)
        return self._error(NotFound("There is nothing at this path."))

    def _failed(self, error: Exception) -> Response[str]:
        if isinstance(error, ConfabError):
            return self._error(error)
        self.telemetry.failure("unexpected error", error, request_id=self.request_id)
        return self._error(InternalError("Something went wrong on our side; try again."))

    def _error(self, error: ConfabError) -> Response[str]:
        headers: dict[str, str] = {}
        if isinstance(error, TooManyRequests):
            headers["retry-after"] = str(error.retry_after)
        elif isinstance(error, Unavailable):
            headers["retry-after"] = str(RETRY_SECONDS)
        elif isinstance(error, MethodNotAllowed):
            headers["allow"] = ", ".join(error.allowed)
        self.telemetry.count(**{f"errors{error.status}": 1})
        if error.status in REFUSALS:
            self.telemetry.count(refused=1)
        body = self._error_body(error, self.request_id, self.app.current_event.path)
        return self._respond(error.status, body, headers, self._rules.error_type)

    def _respond(
        self,
        status: int,
        body: Mapping[str, Any] | Sequence[Any],
        headers: Mapping[str, str],
        content_type: str = "application/json",
    ) -> Response[str]:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        added = {"x-request-id": self.request_id, **SAFE, **self._rate_fields, **headers}
        if len(text) <= MAX_ANSWER // 4 or len(text.encode()) <= MAX_ANSWER:
            return Response(status_code=status, content_type=content_type, headers=added, body=text)
        packed = base64.b64encode(self._compressed(text.encode())).decode()
        added["content-encoding"] = "gzip"
        response: Response[str] = Response(status_code=status, content_type=content_type, headers=added, body=packed)
        response.base64_encoded = True
        return response

    def _compressed(self, body: bytes) -> bytes:
        """A large answer made small enough to be handed over.

        Raises:
            InternalError: the caller does not take compressed answers, or it is too large even so.
        """
        packed = gzip.compress(body, 6)
        if "gzip" not in self.headers.get("accept-encoding", "") or len(packed) * 4 // 3 > MAX_ANSWER:
            raise InternalError(f"The answer has {len(body)} bytes, more than a function can hand over.")
        return packed


def _require_json(content_type: str) -> None:
    """A body without a type is taken as JSON; one of another type was not meant for this API."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type and media_type != "application/json" and not media_type.endswith("+json"):
        raise InvalidRequest(f"The content type is '{media_type[:100]}'; application/json is expected.")


def parse(model: type[Model], value: Any, refusal: type[ConfabError] = InvalidRequest) -> Model:
    """A body or query parameters as a model.

    Raises:
        ConfabError: ``refusal`` when the value is against the model; the faults name the fields.
    """
    try:
        return fitted(model, value)
    except Unfit as unfit:
        more = f" ({len(unfit.faults) - 1} more)" if len(unfit.faults) > 1 else ""
        raise refusal(f"{unfit}{more}", unfit.faults[:MAX_FAULTS]) from None
