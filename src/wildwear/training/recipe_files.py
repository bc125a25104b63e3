"""Recipes as TOML files: those that come with wildwear, and anybody's own; read strictly, written back whole."""

from __future__ import annotations

import ast
import inspect
import json
import math
import textwrap
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from wildwear.errors import UnknownName, UserError
from wildwear.files import read_toml
from wildwear.training.recipe import Recipe

PROBE = "probe"
"""The recipe that trains no network, and so has no file."""


def recipe_names() -> tuple[str, ...]:
    """The recipes that come with wildwear, by name."""
    return tuple(sorted(path.stem for path in _shipped().glob("*.toml")))


def load_recipe(name_or_path: str | Path, overrides: Mapping[str, object] = types.MappingProxyType({})) -> Recipe:
    """A recipe by name or file, with single values changed: `{"schedule.epochs": 3}`.

    A file holds `version` and any of the sections and keys of `Recipe`; what it leaves out has its default. Its name
    is the recipe's. Raises `UserError` for an unknown section or key, a value of the wrong type and one out of range,
    with the file, the key and the choices.
    """
    path = _find(str(name_or_path))
    where = f"recipe {path.stem}" if path.parent == _shipped() else str(path)
    values = read_toml(path)
    if "name" in values:
        raise UserError(f"{where}: name: a recipe is called as its file is, here {path.stem}")
    for key, value in overrides.items():
        _put(values, key, value)
    recipe: Recipe = _built(Recipe, {"name": path.stem} | values, where, "")
    return recipe


def to_toml(recipe: Recipe) -> str:
    """A recipe as the text of a file that `load_recipe` reads; every value stands in it."""
    plain, sections = [], []
    for entry in fields(recipe):
        value = getattr(recipe, entry.name)
        if is_dataclass(value):
            said = _field_docs(type(value))
            lines = [_line(inner, getattr(value, inner.name), said) for inner in fields(value)]
            sections.append("\n".join([f"[{entry.name}]", *lines]))
        elif entry.name != "name":
            plain.append(_line(entry, value, _field_docs(Recipe)))
    return "\n\n".join(["\n".join(plain), *sections]) + "\n"


def _shipped() -> Path:
    return Path(str(files("wildwear"))) / "training" / "shipped"


def _find(name: str) -> Path:
    if name in recipe_names():
        return _shipped() / f"{name}.toml"
    if name == PROBE:
        raise UserError("the recipe probe trains no network, and has no file: its settings are flags of 'train'")
    path = Path(name)
    if path.suffix == ".toml" or len(path.parts) > 1:
        return path
    raise UnknownName("recipe", name, (*recipe_names(), PROBE))


def _put(values: dict[str, Any], key: str, value: object) -> None:
    """Sets one value by its dotted key."""
    *sections, last = key.split(".")
    for section in sections:
        values = values.setdefault(section, {})
        if not isinstance(values, dict):
            raise UserError(f"{key}: {section} is a value, and not a section")
    values[last] = list(value) if isinstance(value, tuple) else value


def _built(kind: type[Any], values: Mapping[str, Any], where: str, prefix: str) -> Any:
    """One dataclass from a table of a file; `prefix` is the table's dotted name."""
    hints = get_type_hints(kind)
    for key in values:
        if key not in hints:
            what = "section" if isinstance(values[key], dict) else "key"
            raise UnknownName(what, prefix + key, [prefix + name for name in hints], where)
    for entry in fields(kind):
        if entry.name not in values and entry.default is MISSING and entry.default_factory is MISSING:
            raise UserError(f"{where}: {prefix}{entry.name} is missing")
    taken = {key: _value(hints[key], value, where, prefix + key) for key, value in values.items()}
    try:
        return kind(**taken)
    except ValueError as error:
        raise UserError(f"{where}: {prefix[:-1] and '[' + prefix[:-1] + '] '}{error}") from error


def _value(kind: Any, value: Any, where: str, key: str) -> Any:
    """`value` as the type that a field declares."""
    if is_dataclass(kind) and isinstance(kind, type):
        if not isinstance(value, dict):
            raise UserError(f"{where}: {key} must be a section [{key}], and is {value!r}")
        return _built(kind, value, where, f"{key}.")
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise UnknownName(key, str(value), get_args(kind), where)
        return value
    if get_origin(kind) is tuple:
        return _several(kind, value, where, key)
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind or (kind is float and not math.isfinite(value)):
        raise UserError(f"{where}: {key} must be {_WORDS[kind]}, and is {value!r}")
    return value


_WORDS = {int: "a whole number", float: "a number", str: "a text in quotes", bool: "true or false"}


def _several(kind: Any, value: Any, where: str, key: str) -> tuple[Any, ...]:
    inner = get_args(kind)
    length = None if inner[-1] is Ellipsis else len(inner)
    if not isinstance(value, list) or (length is not None and len(value) != length):
        count = "a list" if length is None else f"a list of {length}"
        raise UserError(f"{where}: {key} must be {count}, and is {value!r}")
    return tuple(_value(inner[0], one, where, f"{key}[{place}]") for place, one in enumerate(value))


def _line(entry: Field[Any], value: Any, said: Mapping[str, str]) -> str:
    comment = "".join(f"# {line}\n" for line in said.get(entry.name, "").splitlines())
    return f"{comment}{entry.name} = {_literal(value)}"


def _field_docs(kind: type[Any]) -> dict[str, str]:
    """What stands under each field of a dataclass: Python keeps it in the source only."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    return {
        field.target.id: inspect.cleandoc(said.value.value)
        for field, said in pairwise(body.body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(said, ast.Expr) and isinstance(said.value, ast.Constant) and isinstance(said.value.value, str)
    }


def _literal(value: Any) -> str:
    """One value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_literal, value))}]"
    return repr(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
