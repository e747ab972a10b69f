"""Routes of an HTTP API: one entry of a dialect's table serves the resolver, the document, the template's check."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

Handle = TypeVar("Handle", bound=Callable[..., Response[Any]])

_PARAMETER: Final = re.compile(r"(\w+)/\{\w+(\+?)\}")


class Route(NamedTuple):
    """A route, and what is published of it.

    Models and answers are named, not imported, so that a function loads only those it works with.

    Attributes:
        method: of HTTP.
        path: as API Gateway writes it; ``{id+}`` takes slashes too, because an HTTP API decodes ``%2F`` before it looks
            for the route.
        function: the folder below ``functions/`` that serves it.
        handler: the name of the function that answers it.
        permission: what the key must hold.
        summary: one line for the document.
        answers: the name of the answer's type by status of success, in the dialect's ``answers``.
        bodies: the models that the body may be checked against, below ``confab.dialects``; none where no body is read.
        query: the model of its query, below ``confab.dialects``.
        headers: the mapping below ``confab.dialects`` whose keys are the request headers that it reads, besides those
            that carry the key.
        types: the content types of its answer, where that is a file and not JSON, or not JSON alone.
        repeatable: whether it takes an idempotency key.
        fills: whether a conversation may be too full for it.
        weight: as how many requests it counts in the limits of a minute and a day.
    """

    method: str
    path: str
    function: str
    handler: str
    permission: str
    summary: str
    answers: Mapping[int, str]
    bodies: Sequence[str] = ()
    query: str = ""
    headers: str = ""
    types: Sequence[str] = ()
    repeatable: bool = False
    fills: bool = False
    weight: int = 1

    @property
    def pattern(self) -> str:
        """The path as the resolver writes it: an id is named by the word before it, `chatbot_id` after `chatbots`."""
        return _PARAMETER.sub(lambda found: f"{found[1]}/<{_name(found[1])}>", self.path)

    @property
    def tail(self) -> str | None:
        """What the path begins with when all that follows is one id; ``*`` stands for any one segment."""
        before, found, _ = self.path.partition("+}")
        return re.sub(r"\{\w+\}", "*", before[: before.rindex("{")]) if found else None

    def takes(self, path: str) -> bool:
        """Whether it serves a path, of whichever method."""
        pattern = re.sub(r"\{\w+\}", "[^/]+", re.sub(r"\{\w+\+\}", ".+", self.path))
        return re.fullmatch(pattern, path, re.DOTALL) is not None


QUERY_WEIGHT: Final = 10
"""The weight of a request that reads many conversations."""


class Routes:
    """The routes of one function, to which its handlers are given by their names: ``@routes`` above each.

    Attributes:
        permission: what the key of the request under way must hold.
        weight: as how many requests it counts.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        # Of two routes that fit, the resolver takes the first: literal words before ids.
        self._routes = sorted(routes, key=lambda route: ["{" in segment for segment in route.path.split("/")])
        self._handlers: dict[str, Callable[..., Response[Any]]] = {}
        self._tails: dict[str, list[str]] = {}
        for route in self._routes:
            if route.tail is not None:
                self._tails.setdefault(route.method, []).append(route.tail)
        self.permission, self.weight = "", 1

    def __call__(self, handler: Handle) -> Handle:
        """Have a handler answer every route that names it.

        Raises:
            LookupError: no route names it.
        """
        if handler.__name__ not in {route.handler for route in self._routes}:
            raise LookupError(f"no route names the handler {handler.__name__}")
        self._handlers[handler.__name__] = handler
        return handler

    def tails(self, method: str) -> Sequence[str]:
        """What paths of a method begin with after which all of the path is one id; the longest first."""
        return self._tails.get(method, ())

    def register(self, app: APIGatewayHttpResolver) -> None:
        """Let a resolver serve them.

        Raises:
            KeyError: a route has no handler.
        """
        for route in self._routes:
            app.route(route.pattern, method=route.method)(self._answering(route, self._handlers[route.handler]))

    def _answering(self, route: Route, handler: Callable[..., Response[Any]]) -> Callable[..., Response[Any]]:
        permission, weight = route.permission, route.weight

        def answer(**ids: str) -> Response[Any]:
            self.permission, self.weight = permission, weight
            return handler(**{name: unquote(value) for name, value in ids.items()})

        return answer


def _name(word: str) -> str:
    return f"{word.removesuffix('s')}_id"
