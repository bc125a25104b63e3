"""The settings of `reproduce`; light to import, since the command line takes its flags from here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wildwear.errors import UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class ReproduceSettings:
    """What of an experiment is run, and how it is reported."""

    only: tuple[str, ...] = ()
    """Runs to do, by name or pattern: target, target@100, 'target@*.s0'; what they start from is done too."""
    dry_run: bool = False
    """Show the plan, what is missing and the work that is left, and do nothing."""
    seeds: int | None = None
    """Only the first so many seeds of each run."""
    recipe: str = ""
    """Train every run by this recipe, whatever the file says."""
    init: str = ""
    """A model that runs begin from which the file lets begin from a backbone's own weights; --recipe probe needs it."""
    rounds: int = 2000
    """Draws of the bootstrap behind the 95 % intervals and p-values."""
    out: Path | None = None
    """The folder for report and tables; without, a folder of the workspace's reports named like the file."""

    def __post_init__(self) -> None:
        if not 100 <= self.rounds <= 100_000:
            raise UserError(f"--rounds must be 100 to 100,000, and is {self.rounds}")
        if self.seeds is not None and self.seeds < 1:
            raise UserError(f"--seeds must be at least 1, and is {self.seeds}")
