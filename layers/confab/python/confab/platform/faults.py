"""Bodies and queries against their models: what is wrong is said in our own words, at its place in what was sent.

Pydantic names its own validators, the members of a union and its tags in the places of its errors, and counts the items
of a string. A client sees none of that: the model's schema tells which parts of a place are names that were sent, and
the kind of error which sentence is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ErrorType

from confab.platform.errors import Fault

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[str | int, ...]
Schema = Mapping[str, Any]

MAX_ERRORS: Final = 10_000
"""Errors of one value that are looked into; more than that were not sent by mistake."""
MAX_NAME: Final = 128
"""Characters of a name that a place shows."""
ROUNDS: Final = 4
"""How often what is empty is left out: a rule over several fields may show once the fields are right."""
NEVER_EMPTY: Final = "never_empty"
"""The kind of error of a text that is the request's own matter, so that an empty one is a mistake."""
_PYDANTIC_KINDS: Final = frozenset(get_args(ErrorType))
_KEY: Final = "[key]"
_EMPTY: Final = "must not be empty"
_KINDS: Final[Mapping[str, str]] = {
    "string_type": "a string",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "an object",
    "mapping_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "none_required": "null",
}
"""What a value must be, by the kind of error. Of several, for a value that may be one or another, all are named."""
_SENTENCES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "missing": lambda _: "is required",
    "value_error": lambda context: str(context["error"]),
    "string_too_short": lambda context: _at_least(context["min_length"], "characters"),
    "string_too_long": lambda context: f"must have at most {context['max_length']:,} characters",
    "too_short": lambda context: _at_least(context["min_length"], _counted(context)),
    "too_long": lambda context: f"must have at most {context['max_length']:,} {_counted(context)}",
    "greater_than_equal": lambda context: f"must be at least {context['ge']:,}",
    "less_than_equal": lambda context: f"must be at most {context['le']:,}",
    "greater_than": lambda context: f"must be more than {context['gt']:,}",
    "less_than": lambda context: f"must be less than {context['lt']:,}",
    "finite_number": lambda _: "must be a finite number",
    "literal_error": lambda context: f"must be {context['expected']}",
    "union_tag_invalid": lambda context: f"must be one of {context['expected_tags']}",
    "union_tag_not_found": lambda _: "is required",
    "extra_forbidden": lambda _: "is not taken here",
}
_OTHERWISE: Final = "has a value that is not taken here"


class Unfit(ValueError):
    """A value does not fit its model.

    Attributes:
        faults: what is wrong, each at its place.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{faults[0].path}: {faults[0].message}" if faults[0].path else faults[0].message)
        self.faults = tuple(faults)


def fitted(model: type[Model], value: Any) -> Model:
    """A value as a model. An optional field that is null or empty, and may not be, is as if it had not been sent.

    Raises:
        Unfit: it does not fit.
    """
    for _ in range(ROUNDS):
        try:
            return model.model_validate(value)
        except ValidationError as error:
            found = error.errors(include_url=False)[:MAX_ERRORS]
        places = _Places(model, value)
        empty = {place for each in found if (place := places.empty_optional(each)) is not None}
        empty -= {places.of(each) for each in found if each["type"] == NEVER_EMPTY}
        if not empty:
            break
        value = _without(value, empty)
    raise Unfit(_faults(places, found))


class _Places:
    """The places of faults in a request.

    Args:
        model: against which it was checked.
        value: what was checked.
    """

    def __init__(self, model: type[BaseModel], value: Any) -> None:
        self._definitions: dict[str, Schema] = {}
        self._schema: Schema = model.__pydantic_core_schema__
        self._value = value

    def of(self, error: ErrorDetails) -> Place:
        """The place of an error: the names and numbers in it that were sent, or are missing."""
        return self._find(error)[0]

    def empty_optional(self, error: ErrorDetails) -> Place | None:
        """The place of an optional field whose value is null or empty; None for everything else."""
        if error["input"] not in (None, "") or error["type"] == "missing":
            return None
        place, optional = self._find(error)
        return place if optional and _is_empty_in(self._value, place) else None

    def _find(self, error: ErrorDetails) -> tuple[Place, bool]:
        if _is_own(error) and _leads_into(self._value, error["loc"]):
            # A validator of a whole model has said where in it, in a shape that the model itself may not have.
            return error["loc"], False
        return next(self._ways(self._schema, error["loc"], optional=False), (error["loc"][:1], False))

    def _ways(self, schema: Schema, rest: Place, *, optional: bool) -> Iterator[tuple[Place, bool]]:
        """The places that the rest of a location may have under a schema, each with whether it is an optional field's.

        A member of a union is tried by what is below it: its name in the location is pydantic's own.
        """
        schema = self._bare(schema)
        if not rest:
            yield (), optional
        elif schema["type"] == "union":
            for choice in schema["choices"]:
                yield from self._ways(_choice(choice), rest[1:], optional=optional)
        elif schema["type"] == "tagged-union":
            yield from self._ways(schema["choices"][rest[0]], rest[1:], optional=optional)
        elif rest[1:] == (_KEY,):
            yield (), False
        elif (member := _member(schema, rest[0])) is not None:
            for place, of_optional in self._ways(member, rest[1:], optional=_optional(member)):
                yield (rest[0], *place), of_optional

    def _bare(self, schema: Schema) -> Schema:
        """A schema without what is around it and has no part in a location."""
        while True:
            if schema["type"] == "definitions":
                self._definitions |= {each["ref"]: each for each in schema["definitions"]}
            if schema["type"] == "definition-ref":
                schema = self._definitions[schema["schema_ref"]]
            elif "schema" in schema:
                schema = schema["schema"]
            else:
                return schema


def _is_own(error: ErrorDetails) -> bool:
    """Whether an error's kind is one of ours, so that its sentence is too."""
    return error["type"] not in _PYDANTIC_KINDS


def _leads_into(value: Any, place: Place) -> bool:
    """Whether a place is one in a value, or that of a name that an object in it has not."""
    try:
        _at(value, place[:-1])
    except LookupError:
        return False
    return True


def _is_empty_in(value: Any, place: Place) -> bool:
    """Whether what was sent at a place is null or empty; a validator may have put something else there."""
    try:
        return _at(value, place) in (None, "")
    except LookupError:
        return False


def _at(value: Any, place: Place) -> Any:
    """What is at a place.

    Raises:
        LookupError: there is no such place.
    """
    for name in place:
        if not isinstance(value, Mapping | list) or isinstance(value, list) != isinstance(name, int):
            raise LookupError(name)
        value = value[name]  # type: ignore[index]
    return value


def _choice(choice: Any) -> Schema:
    """A member of a union; one with a label of its own is a pair."""
    chosen: Schema = choice[0] if isinstance(choice, tuple) else choice
    return chosen


def _member(schema: Schema, name: str | int) -> Schema | None:
    """The schema of what is inside of a value under a name or a number; None when there is no such thing."""
    member: Schema | None = None
    if schema["type"] == "model-fields":
        fields = schema["fields"]
        member = next((each for own, each in fields.items() if each.get("validation_alias", own) == name), None)
    elif schema["type"] == "list" and isinstance(name, int):
        member = schema.get("items_schema", {"type": "any"})
    elif schema["type"] == "dict":
        member = schema.get("values_schema", {"type": "any"})
    return member


def _optional(member: Schema) -> bool:
    return bool(member["type"] == "model-field" and member["schema"]["type"] == "default")


def _without(value: Any, places: Iterable[Place]) -> Any:
    """A value without what is at these places; what changes is copied."""
    copies: dict[Place, Any] = {(): copy(value)}
    for place in places:
        for end in range(1, len(place)):
            if place[:end] not in copies:
                above = copies[place[: end - 1]]
                copies[place[:end]] = above[place[end - 1]] = copy(above[place[end - 1]])
        del copies[place[:-1]][place[-1]]
    return copies[()]


def _faults(places: _Places, errors: Iterable[ErrorDetails]) -> list[Fault]:
    """One fault a place. Of a value that may be one thing or another, those of what comes nearest."""
    by_place: dict[Place, list[ErrorDetails]] = {}
    for error in errors:
        by_place.setdefault(_shown_place(places, error), []).append(error)
    above = {place[:end] for place in by_place for end in range(len(place))}
    kept = {place: found for place, found in by_place.items() if place not in above or not _of_union(place, found)}
    return [Fault(".".join(map(_shown, place)), _sentence(found)) for place, found in kept.items()]


def _shown_place(places: _Places, error: ErrorDetails) -> Place:
    """The place of an error, for a tag that fits none that of the field that holds it."""
    place = places.of(error)
    field = error.get("ctx", {}).get("discriminator", "")
    return (*place, field.strip("'")) if error["type"].startswith("union_tag") and "(" not in field else place


def _of_union(place: Place, errors: Iterable[ErrorDetails]) -> bool:
    """Whether errors are those of a union's members: what names a member is no part of their place."""
    return all(len(each["loc"]) > len(place) and each["loc"][-1] != _KEY for each in errors)


def _shown(part: str | int) -> str:
    text = str(part)
    return text if len(text) <= MAX_NAME else text[:MAX_NAME] + "…"


def _sentence(errors: Sequence[ErrorDetails]) -> str:
    """What is wrong at one place. A rule that is broken says more than that the value could be something else."""
    broken = next((each for each in errors if each["type"] not in _KINDS), None)
    if broken is None:
        kinds = list(dict.fromkeys(_KINDS[each["type"]] for each in errors))
        return "must be " + _listed([kind for kind in kinds if kind != "a whole number" or "a number" not in kinds])
    say = _SENTENCES.get(broken["type"])
    otherwise = broken["msg"] if _is_own(broken) else _OTHERWISE
    sentence = otherwise if say is None else say(broken.get("ctx", {}))
    return f"each name {sentence}" if broken["loc"][-1:] == (_KEY,) else sentence


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _counted(context: Mapping[str, Any]) -> str:
    """What is counted in a value that is too long or too short."""
    return "fields" if context.get("field_type") == "Dictionary" else "entries"


def _at_least(number: int, unit: str) -> str:
    return _EMPTY if number == 1 else f"must have at least {number:,} {unit}"
