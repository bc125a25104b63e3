"""What an importer is. One format, one file; `importers.py` has the table of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from wildwear.catalog.fields import ATTRIBUTE, Columns, Fields
from wildwear.catalog.rows import Row
from wildwear.errors import MissingColumn, UnknownName, UserError
from wildwear.records import Product

ROLES = ("id", "group", "title", "description", "brand", "category", "images", "attributes")
REQUIRED = ("id", "title")


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogFile:
    """One file of an import, for an importer that looks at its files before it converts their rows."""

    name: str
    columns: Columns
    is_companion: bool
    rows: Callable[[], Iterator[Row]]
    """Its readable rows from the start, each time it is called."""


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

    def is_companion(self, columns: Collection[str]) -> bool:  # noqa: ARG002
        """Whether a file with these columns holds no products, but what the files of products refer to."""
        return False

    def check_companion(self, fields: Fields) -> None:  # noqa: B027
        """Raises `RowRejected` for a row of a companion that says nothing."""

    def prepared(self, files: Sequence[CatalogFile]) -> Importer:  # noqa: ARG002
        """The importer of one import, where a row cannot be understood alone: after a first look over all files of
        this format, or with a memory of the row before. Raises `UserError` where a companion is missing."""
        return self


def columns_by_role(
    importer: Importer, columns: Collection[str], chosen: Iterable[str], where: str, remedy: str = ""
) -> Columns:
    """The importer's guess, with what a person chose (`ROLE=COLUMN`) in its place.

    Raises `UnknownName` for a role that does not exist, `MissingColumn` where a chosen column, the id or the title is
    not there; `remedy` is what else may help then.
    """
    roles = importer.guess(columns)
    if importer.is_companion(columns):
        return roles
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
            raise MissingColumn(role, columns, where, f"Name the one that holds it: --column {role}=COLUMN{remedy}")
    return roles
