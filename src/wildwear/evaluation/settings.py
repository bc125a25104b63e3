"""The settings of `evaluate`; light to import, since the command line takes its flags from here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wildwear.errors import UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateSettings:
    """What models are measured on, and how."""

    on: str
    """What to measure on, as DATASET[:split]; without a split it is val."""
    compare_to: str | None = None
    """A model (or seeds, as A+B+C) to compare the others with, on the same samples and the same draws."""
    boxes: Literal["given", "ignored", "both"] = "given"
    """What is looked at: what lies in a sample's box, all that is stored of its photograph, or both, side by side."""
    crops: Literal[1, 2, 3, 5, 6, 10] = 1
    """Views of each sample, whose probabilities are averaged: 2 adds the mirror image; 5 are the corners and the
    centre, 10 those and their mirror images; 3 are three scales, 6 those and their mirror images."""
    classes: Literal["all", "dataset"] = "all"
    """What may be predicted, for the figures by category and the mistakes: all classes of the model, or only those
    that occur in the dataset's labels. The headline gives both, for they answer different questions."""
    report: Path | None = None
    """The HTML file to write, with a JSON file beside it; without, it goes to the workspace's folder reports."""
    predictions: Path | None = None
    """A Parquet file to write with what was said of each sample: the five likeliest classes and their probabilities."""
    rounds: int = 1000
    """Draws of the bootstrap behind the 95 % intervals."""
    seed: int = 0
    """Another seed gives other draws."""
    batch_size: int = 32
    """Pictures that run through the network at once."""

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise UserError(f"--batch-size must be at least 1, and is {self.batch_size}")
        if not 100 <= self.rounds <= 100_000:
            raise UserError(f"--rounds must be 100 to 100,000, and is {self.rounds}")
        if self.report is not None and self.report.suffix.lower() not in (".html", ".htm"):
            raise UserError(f"--report {self.report}: the report is an HTML file, so name it FILE.html")
        if self.predictions is not None and self.predictions.suffix.lower() != ".parquet":
            raise UserError(f"--predictions {self.predictions}: it is a Parquet file, so name it FILE.parquet")
