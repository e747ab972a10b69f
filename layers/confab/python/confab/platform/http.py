"""Every HTTP function: it admits the caller, gives the body to a handler, and answers errors in the dialect's body."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from confab.platform.attempts import HEADER as IDEMPOTENCY_KEY
from confab.platform.attempts import Attempt, Attempts
from confab.platform.auth import Authenticator, require, shown_by
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
)
from confab.platform.events import as_text, with_one_tail
from confab.platform.origins import require_origin
from confab.platform.rate import RateLimiter
from confab.platform.request_body import Model, body_bytes, json_object_of, json_objects_of, parse, sent_bytes
from confab.platform.responses import JSON, SAFE, bytes_response, error_headers, file_response, json_response
from confab.platform.routes import Route, Routes
from confab.platform.telemetry import Telemetry

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

Handler = Callable[[dict[str, Any], "LambdaContext"], dict[str, Any]]
ErrorBody = Callable[[ConfabError, str, str], Mapping[str, Any]]
"""Makes the body of an error from the error, the request's id and its path."""
MAX_BODY: Final = 4 * 1024 * 1024
REFUSALS: Final = (Unauthorized.status, Forbidden.status, TooManyRequests.status)
"""Answers to callers who may not do what they ask for, or not as often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRules:
    """How a dialect differs from the others on the wire.

    Attributes:
        largest_body: in bytes.
        error_type: the content type of errors.
        schema_error: what a JSON object against the model is refused with.
    """

    largest_body: int = MAX_BODY
    error_type: str = JSON
    schema_error: type[ConfabError] = InvalidRequest


SAME_AS_OTHERS: Final = HttpRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpServices:
    """What every HTTP function rests on.

    Attributes:
        authenticator: finds the key behind a request.
        limiter: counts requests per key.
        attempts: finds the first try of a request that is sent again.
        telemetry: logs and metrics.
        deadline: holds each request to the function's time.
        methods_of: the methods that a path is served with, by whichever function.
        mark: gives what stands in logs for a caller's address.
    """

    authenticator: Authenticator
    limiter: RateLimiter
    attempts: Attempts
    telemetry: Telemetry
    deadline: Deadline
    methods_of: Callable[[str], Sequence[str]]
    mark: Callable[[str], str]


class HttpFunction:
    """An HTTP API function (payload 2.0).

    Args:
        services: what every HTTP function rests on.
        routes: what the function serves.
        error_body: the dialect's error body.
        rules: how the dialect differs from the others.

    Attributes:
        serves: the decorator by which a handler answers the routes that name it.
        refused: is told the key of each request that is refused (4xx), and what its route permits; None for nobody.
    """

    def __init__(
        self,
        services: HttpServices,
        routes: Iterable[Route],
        error_body: ErrorBody,
        rules: HttpRules = SAME_AS_OTHERS,
    ) -> None:
        self._rules = rules
        self._services = services
        self.refused: Callable[[ApiKey, str], None] | None = None
        self._rate_fields: Mapping[str, str] = {}
        self._key: ApiKey | None = None
        self._body = b""
        self.app = APIGatewayHttpResolver()
        self.serves = Routes(routes)
        self.telemetry = services.telemetry
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
        key = self._admitted(self.serves.weight)
        require(key, self.serves.permission)
        return key

    def _admitted(self, weight: int = 1) -> ApiKey:
        key = self._key = self._services.authenticator.authenticate(self.headers, self.app.current_event.http_method)
        require_origin(key, self.headers)
        try:
            self._services.limiter.admit(key, sent_bytes(self.app.current_event.raw_event), weight)
        finally:
            self._rate_fields = self._services.limiter.fields(key)
        return key

    def weigh(self, weight: int) -> None:
        """Count the admitted request as so many, where its body says what it reads.

        Raises:
            TooManyRequests: the key is over one of its limits.
        """
        if self._key is not None and weight > 1:
            try:
                self._services.limiter.admit(self._key, 0, weight - 1)
            finally:
                self._rate_fields = self._services.limiter.fields(self._key)

    def _count_unpacked(self, size: int) -> None:
        """Count what a body has beyond what was sent."""
        more = size - sent_bytes(self.app.current_event.raw_event)
        if self._key is not None and more > 0:
            try:
                self._services.limiter.add_bytes(self._key, more)
            finally:
                self._rate_fields = self._services.limiter.fields(self._key)

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
        return json_object_of(self.raw())

    def json_objects(self) -> dict[str, Any] | list[Any]:
        """The request's body as it was sent, which may also be a list.

        Raises:
            InvalidRequest: neither a JSON object nor a list, or beyond the limits of size, levels and values.
        """
        return json_objects_of(self.raw())

    def raw(self, others: Collection[str] = ()) -> bytes:
        """The request's body without its content encoding.

        Args:
            others: content types that are taken besides JSON.

        Raises:
            InvalidRequest: it is of another type, empty, damaged, or too large.
        """
        event = self.app.current_event.raw_event
        raw = self._body = body_bytes(event, self.headers, self._rules.largest_body, others)
        self._count_unpacked(len(raw))
        return raw

    def checked(self, model: type[Model], value: Mapping[str, Any] | Sequence[Any]) -> Model:
        """A body as a model.

        Raises:
            ConfabError: the dialect's ``schema_error`` when it is against the model; the faults name the fields.
        """
        return parse(model, value, self._rules.schema_error)

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
        return self._services.attempts.begin(tenant_id, sent, request, self._body, caller=caller, web=web)

    def answer(
        self, body: Mapping[str, Any] | Sequence[Any], status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Response[str]:
        """A JSON answer with the request's id.

        Raises:
            InternalError: it is larger than a function can return.
        """
        return self._respond(status, body, headers or {})

    def packed(self, body: bytes, content_type: str) -> Response[str]:
        """An answer of bytes with the request's id."""
        added = {"x-request-id": self.request_id, **self._rate_fields}
        return bytes_response(body, added, content_type)

    def file(self, text: str, content_type: str, name: str) -> Response[str] | None:
        """A file as an answer with the request's id; None when it is larger than a function can return.

        Args:
            name: under which browsers keep it.
        """
        disposition = f'attachment; filename="{name}"'
        added = {"x-request-id": self.request_id, **self._rate_fields, "content-disposition": disposition}
        return file_response(text, added, content_type, takes_gzip=self._takes_gzip)

    def elsewhere(self, address: str, content_type: str) -> Response[str]:
        """An answer that says where the client gets what it asked for, with a GET and without its key (303).

        Args:
            content_type: of what is there.
        """
        headers = {**SAFE, "x-request-id": self.request_id, **self._rate_fields, "location": address}
        return Response(status_code=303, content_type=content_type, headers=headers, body="")

    def accepted(self) -> Response[str]:
        """An answer without a body, to what needs none (202)."""
        headers = {**SAFE, "x-request-id": self.request_id, **self._rate_fields}
        return Response(status_code=202, content_type=JSON, headers=headers, body="")

    @property
    def domain(self) -> str:
        """The name under which the API was called."""
        return str(self.app.current_event.request_context.domain_name)

    def handler(self) -> Handler:
        """The entry point of the function.

        Raises:
            KeyError: a route has no handler.
        """
        self.serves.register(self.app)

        def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
            self._rate_fields, self._key, self._body = {}, None, b""
            self.serves.permission = ""
            try:
                with self._services.deadline.of(context.get_remaining_time_in_millis()):
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
            address=self._services.mark(str(seen["http"].get("sourceIp", ""))),
        )

    def _not_found(self, _: NotFoundError) -> Response[str]:
        event = self.app.current_event
        allowed = self._services.methods_of(event.path)
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
        self.telemetry.count(**{f"errors{error.status}": 1})
        if error.status in REFUSALS:
            self.telemetry.count(refused=1)
        if self.refused is not None and self._key is not None and error.status < InternalError.status:
            self.refused(self._key, self.serves.permission)
        body = self._error_body(error, self.request_id, self.app.current_event.path)
        return self._respond(error.status, body, error_headers(error), self._rules.error_type)

    def _respond(
        self,
        status: int,
        body: Mapping[str, Any] | Sequence[Any],
        headers: Mapping[str, str],
        content_type: str = JSON,
    ) -> Response[str]:
        added = {"x-request-id": self.request_id, **self._rate_fields, **headers}
        return json_response(status, body, added, content_type, takes_gzip=self._takes_gzip)

    @property
    def _takes_gzip(self) -> bool:
        return "gzip" in self.headers.get("accept-encoding", "")
