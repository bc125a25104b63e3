"""What can be set about labelling."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wildwear.errors import UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSettings:
    """How products get their categories."""

    queries: Path | None = None
    """A TOML file of queries, one block a category. Without it: queries.toml in the workspace where there is one,
    else those that ship with wildwear (a file may build on them with extends = "shipped")."""
    explain: str | None = None
    """Show for one category what came in, what nearly did and which words decided; commits nothing."""
    dry_run: bool = False
    """Count, but commit nothing."""
    diff: bool = False
    """Show what would change against the labels there are; commits nothing."""
    policy: Literal["head-noun", "title-first", "most-matches"] = "head-noun"
    """Who wins where several categories claim a product: the title's head noun ("denim jacket" is a jacket), the
    longest match in the title, or whose words occur most."""
    fields: tuple[str, ...] = ("title", "description")
    """Where a word without a scope looks: title, description, category, brand, attribute.NAME."""
    runner: str = "native"
    """Where it runs: native (this machine) or the address of a Ray cluster, such as ray://host:10001."""
    sample: int = 8
    """How many products --explain and --diff show of each kind."""
    rare: int = 50
    """A category with fewer products than this is called rare."""

    def __post_init__(self) -> None:
        if self.sample < 1:
            raise UserError(f"sample must be at least 1, and is {self.sample}")
        if not self.fields:
            raise UserError("fields must name at least one field, such as title")

    @property
    def only_looks(self) -> bool:
        """Whether nothing is to be committed."""
        return self.dry_run or self.diff or self.explain is not None
