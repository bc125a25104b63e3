"""TOML tables as dataclasses: a key that is not a field, and a value of another type, are errors with their place."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from wildwear.errors import UnknownName, UserError

T = TypeVar("T")


def read_fields(kind: type[T], values: object, where: str) -> T:
    """Makes a dataclass of a TOML table; raises `UserError` for unknown or missing keys and for wrong types.

    Arrays become tuples. What the dataclass itself refuses (`ValueError`) is told with its place.
    """
    if not isinstance(values, Mapping):
        raise UserError(f"{where}: a table is needed here, and there is {values!r}")
    hints, known = get_type_hints(kind), {one.name: one for one in dataclasses.fields(kind)}  # type: ignore[arg-type]
    given = {}
    for name, value in values.items():
        if name not in known:
            raise UnknownName("key", str(name), known, where)
        held = tuple(value) if isinstance(value, list) else value
        if get_origin(hints[name]) is Literal and held not in get_args(hints[name]):
            raise UnknownName(name, str(held), map(str, get_args(hints[name])), where)
        if not _is(held, hints[name]):
            raise UserError(f"{where}: {name} must be {_title(hints[name])}, and is {value!r}")
        given[name] = held
    for name, one in known.items():
        if name not in given and one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING:
            raise UserError(f"{where}: {name} is missing")
    try:
        return kind(**given)
    except ValueError as error:
        raise UserError(f"{where}: {error}") from error


def _is(value: object, hint: Any) -> bool:
    origin = get_origin(hint)
    if origin is Literal:
        return value in get_args(hint)
    if origin is UnionType:
        return any(_is(value, one) for one in get_args(hint))
    if origin is tuple:
        return isinstance(value, tuple) and all(_is(one, get_args(hint)[0]) for one in value)
    if origin is not None:
        members = get_args(hint)[1]
        return isinstance(value, Mapping) and (members is object or all(_is(one, members) for one in value.values()))
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, hint) and (hint is bool or not isinstance(value, bool))


def _title(hint: Any) -> str:
    names = {str: "a text", int: "a number", float: "a number", bool: "true or false"}
    origin = get_origin(hint)
    if origin is UnionType:
        return " or ".join(_title(one) for one in get_args(hint))
    if origin is tuple:
        return f"an array, each {_title(get_args(hint)[0])}"
    return names.get(hint, "a table")
