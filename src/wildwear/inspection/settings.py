"""The settings of `inspect`; light to import, since the command line takes its flags from here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wildwear.errors import UserError
from wildwear.models.settings import DEFAULT_MODEL


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectSettings:
    """What is inspected, with what, and what is called out."""

    on: str | None = None
    """A dataset to inspect; without, the catalogue's stored pictures."""
    model: str = DEFAULT_MODEL
    """Whose vectors tell suspect pictures and look-alikes: a model's name (see 'wildwear models list') or folder."""
    report: Path | None = None
    """The HTML file to write; without, it goes to the workspace's folder reports."""
    rare: int = 50
    """A category with fewer pictures of its own than this is called rare."""
    suspect: float = 0.5
    """Above which suspicion, 0 to 1, a picture counts as suspect; above 0.5 the machine would say something else."""
    placeholder_products: int = 20
    """One picture on so many products is a placeholder ("no image available")."""
    batch_size: int = 32
    """Pictures that run through the network at once."""

    def __post_init__(self) -> None:
        for name, value, least in (
            ("rare", self.rare, 0),
            ("placeholder-products", self.placeholder_products, 2),
            ("batch-size", self.batch_size, 1),
        ):
            if value < least:
                raise UserError(f"--{name} must be at least {least}, and is {value}")
        if not 0 <= self.suspect <= 1:
            raise UserError(f"--suspect must be 0 to 1, and is {self.suspect}")
        if self.report is not None and self.report.suffix.lower() not in (".html", ".htm"):
            raise UserError(f"--report {self.report}: the report is an HTML file, so name it FILE.html")
