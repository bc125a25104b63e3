"""Queries in TOML files: one block a category, checked against the taxonomy before anything runs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from wildwear.errors import QuerySyntaxError, UnknownName, UserError
from wildwear.files import read_toml
from wildwear.queries.syntax import And, Not, Or, Query, Scope, Text, parse, parse_minus
from wildwear.taxonomy import Taxonomy

SHIPPED = "shipped.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One category's (or umbrella's) query."""

    category: str
    source: str
    """The file it stands in."""
    match: Query
    minus: tuple[Query, ...] = ()
    """What must not hold: the block's own `not` list and the file's."""
    text: str = ""
    """`match` as written."""

    @property
    def query(self) -> Query:
        """The whole of it."""
        return And((self.match, *map(Not, self.minus))) if self.minus else self.match

    @property
    def name(self) -> str:
        """What the labels table calls it."""
        return f"{self.source} [{self.category}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuerySet:
    """The queries of all categories in the order of the taxonomy, umbrellas last."""

    blocks: tuple[Block, ...]
    umbrellas: Mapping[str, frozenset[str]]
    """The members of each block's name that is an umbrella."""

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(block.category for block in self.blocks)

    def block(self, category: str) -> Block:
        """The block of a category, whatever its case; `UnknownName` lists near ones."""
        for block in self.blocks:
            if block.category.casefold() == category.casefold():
                return block
        raise UnknownName("category", category, self.categories, "the queries")


def load_queries(path: Path | None, taxonomy: Taxonomy) -> QuerySet:
    """The queries in a file, or those that ship with the package (less what the taxonomy does not have).

    Raises `QuerySyntaxError` with file and block for a query that cannot be read, `UnknownName` for a category or
    key that is not known, `UnreadableInput` for a file that is missing or not TOML.
    """
    data, source = (_shipped(), SHIPPED) if path is None else (read_toml(path), path.name)
    return queries_in(data, source, taxonomy)


def queries_in(data: Mapping[str, Any], source: str, taxonomy: Taxonomy) -> QuerySet:
    """The queries in the tables of a TOML file; raises as `load_queries`."""
    blocks = _blocks(data, source, taxonomy)
    if data.get("extends") == "shipped":
        blocks = {**_blocks(_shipped(), SHIPPED, taxonomy), **blocks}
    elif "extends" in data:
        raise UnknownName("queries", str(data["extends"]), ["shipped"], f"{source}: extends")
    if not blocks:
        raise UserError(f"{source}: no queries; write one block a category, such as [Jeans] with match = 'jeans'")
    order = [*taxonomy.names, *taxonomy.umbrellas]
    return QuerySet(
        blocks=tuple(sorted(blocks.values(), key=lambda block: order.index(block.category))),
        umbrellas={name: frozenset(members) for name, members in taxonomy.umbrellas.items() if name in blocks},
    )


def is_shipped(category: str) -> bool:
    """Whether there is a block for it among the queries that ship."""
    return category in _shipped()


@cache
def _shipped() -> dict[str, Any]:
    return tomllib.loads((files("wildwear") / "queries" / SHIPPED).read_text(encoding="utf-8"))


def _blocks(data: Mapping[str, Any], source: str, taxonomy: Taxonomy) -> dict[str, Block]:
    shared = _minus(data, source)
    blocks = {}
    for key, body in data.items():
        if key in ("not", "extends"):
            continue
        if not isinstance(body, Mapping):
            raise UserError(f"{source}: {key!r} is no block; only 'not' and 'extends' stand outside the blocks")
        if source == SHIPPED and key not in taxonomy.categories and not taxonomy.umbrellas.get(key):
            continue
        category = _canonical(key, taxonomy, source)
        if category in blocks:
            raise UserError(f"{source}: two blocks for {category}; write it once")
        if "extends" in body:
            blocks[category] = _block(category, *_extended(category, body, source, shared), source)
        else:
            blocks[category] = _block(category, body, shared, source)
    return blocks


def _canonical(name: str, taxonomy: Taxonomy, source: str) -> str:
    taxonomy.expand(name, source)
    return name if name in taxonomy.umbrellas else taxonomy.category(name).name


def _extended(
    category: str, body: Mapping[str, Any], source: str, shared: tuple[Query, ...]
) -> tuple[Mapping[str, Any], tuple[Query, ...]]:
    """The block with what it does not write taken from the shipped one, and the minus-terms of both files."""
    where = f"{source} [{category}] extends"
    if body["extends"] != "shipped":
        raise UnknownName("queries", str(body["extends"]), ["shipped"], where)
    if not is_shipped(category):
        raise UserError(f"{where}: no query for {category} ships with wildwear; write match = '...' alone")
    own = {key: value for key, value in body.items() if key != "extends"}
    return {**_shipped()[category], **own}, (*shared, *_minus(_shipped(), SHIPPED))


def _block(category: str, body: Mapping[str, Any], shared: tuple[Query, ...], source: str) -> Block:
    where = f"{source} [{category}]"
    for key in body:
        if key not in ("match", "not"):
            raise UnknownName("key", key, ["match", "not", "extends"], where)
    match = body.get("match")
    if not isinstance(match, str):
        raise UserError(f"{where}: no query; write match = '...'")
    query = parse(match, f"{where} match")
    if _holds_on_nothing(query):
        problem = "this holds for every product that lacks a word: name a word to look for as well"
        raise QuerySyntaxError(problem, str(query), 0, f"{where} match")
    return Block(category=category, source=source, match=query, minus=(*_minus(body, where), *shared), text=match)


def _minus(body: Mapping[str, Any], where: str) -> tuple[Query, ...]:
    entries = body.get("not", [])
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise UserError(f"{where}: 'not' is a list of words, phrases or queries, such as ['doll', 'phone case']")
    return tuple(parse_minus(entry, f"{where} not") for entry in entries)


def _holds_on_nothing(query: Query) -> bool:
    """Whether a product without a word would match."""
    match query:
        case Text():
            return False
        case Scope(_, inner):
            return _holds_on_nothing(inner)
        case Not(inner):
            return not _holds_on_nothing(inner)
        case And(parts):
            return all(map(_holds_on_nothing, parts))
        case Or(parts):
            return any(map(_holds_on_nothing, parts))
