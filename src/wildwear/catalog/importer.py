"""What an importer is. One format, one file; `importers.py` has the table of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from wildwear.catalog.fields import ATTRIBUTE, Columns, Fields
from wildwear.catalog.rows import Row
from wildwear.errors import MissingColumn, UnknownName, UserError
from wildwear.records import Product

ROLES = ("id", "group", "title", "description", "brand", "category", "images", "attributes")
REQUIRED = ("id", "title")


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """A row as a product of its own; `product.group_id` is the product it folds into, its own id where none."""

    product: Product
    supplement: bool = False
    """A further row about a product that has one (a translation): it fills blanks and is no repetition."""


class Importer(ABC):
    """One format of product export."""

    # Required

    name: ClassVar[str]
    """What `--format` calls it."""

    @abstractmethod
    def recognises(self, columns: Collection[str]) -> bool:
        """Whether a file with these columns is of this format."""

    @abstractmethod
    def guess(self, columns: Collection[str]) -> dict[str, tuple[str, ...]]:
        """The columns of each role, for the roles that this format has."""

    @abstractmethod
    def convert(self, fields: Fields) -> Converted:
        """One row as a product; raises `RowRejected`. Source, row and parents are filled in by the caller."""

    # Optional

    def parents(self, rows: Iterable[Row], columns: Columns) -> Mapping[str, str]:  # noqa: ARG002
        """For a format whose parents name their variants: the parent of each variant, by a first look over all rows."""
        return {}


def columns_by_role(importer: Importer, columns: Collection[str], chosen: Iterable[str], where: str) -> Columns:
    """The importer's guess, with what a person chose (`ROLE=COLUMN`) in its place.

    Raises `UnknownName` for a role that does not exist, `MissingColumn` where a chosen column, the id or the title is
    not there.
    """
    roles = importer.guess(columns)
    by_hand: dict[str, tuple[str, ...]] = {}
    for choice in chosen:
        role, equals, column = choice.partition("=")
        if not equals:
            raise UserError(f"--column {choice}: write ROLE=COLUMN, such as title=name")
        if role not in ROLES and not role.startswith(ATTRIBUTE):
            raise UnknownName("role", role, [*ROLES, f"{ATTRIBUTE}NAME"], f"--column {choice}")
        if column and column not in columns:
            raise MissingColumn(column, columns, where)
        by_hand[role] = (*by_hand.get(role, ()), *([column] if column else ()))
    roles = {role: names for role, names in {**roles, **by_hand}.items() if names}
    for role in REQUIRED:
        if role not in roles:
            raise MissingColumn(role, columns, where, f"Name the one that holds it: --column {role}=COLUMN")
    return roles
