"""What passes between stages: frozen, keyword-only values. Millions of rows travel as Arrow batches instead
(`tables.py` has their columns); these are for one row, one outcome, one report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Region(StrEnum):
    """Where on the body a garment is worn."""

    UPPER = "upper"
    LOWER = "lower"
    FULL = "full"
    ACCESSORY = "accessory"


class Split(StrEnum):
    """The three sides of a dataset."""

    TRAIN = "train"
    VAL = "val"
    TEST = "test"


class Mode(StrEnum):
    """How a photograph shows a garment."""

    PRODUCT = "product"
    """The garment alone."""
    WORN = "worn"
    """On somebody, before a plain ground."""
    WILD = "wild"
    """On somebody, in a place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One size or colour of a product, folded into the product it belongs to."""

    product_id: str
    title: str = ""
    image_urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One catalogue entry with its variants; texts are plain (no HTML), white space collapsed."""

    product_id: str
    """The shop's own identifier (a sku)."""
    group_id: str
    """What must not straddle a split: products of one group show the same thing."""
    title: str
    description: str = ""
    brand: str = ""
    category_path: tuple[str, ...] = ()
    """The shop's own categories, each as `A/B/C`."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    image_urls: tuple[str, ...] = ()
    """Addresses, or paths relative to the folder given with `--images`; the main picture first."""
    variants: tuple[Variant, ...] = ()
    source: str = ""
    """The file it came from."""
    row: int = 0
    """Its row in that file, counted from 1 with the header as row 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A row of an input that was not taken, and why."""

    source: str
    row: int
    reason: str
    """A short, countable name, such as `no_title`."""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why one image could not be had. `transient` failures are worth another try."""

    reason: str
    """A short, countable name, such as `http_404` or `blocked_address`."""
    detail: str = ""
    transient: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle in pixels of the picture it belongs to; x right, y down, (x2, y2) exclusive."""

    x1: float
    y1: float
    x2: float
    y2: float

    def __post_init__(self) -> None:
        if not (self.x1 < self.x2 and self.y1 < self.y2):
            raise ValueError(f"a box needs x1 < x2 and y1 < y2, and got {self.x1, self.y1, self.x2, self.y2}")

    def as_tuple(self) -> tuple[float, float, float, float]:
        return self.x1, self.y1, self.x2, self.y2


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a stage did, skipped and could not do; every verb prints one and `--json` writes it out."""

    verb: str
    done: Mapping[str, int] = field(default_factory=dict)
    """What was done, as counts: `{"products": 147, "variants folded": 1847}`."""
    skipped: Mapping[str, int] = field(default_factory=dict)
    """What was left alone, by reason."""
    failed: Mapping[str, int] = field(default_factory=dict)
    """Rows that failed, by reason; any of them makes the exit status 3."""
    notes: tuple[str, ...] = ()
    """Sentences a person should read: samples of failed rows, warnings, the next verb."""
    details: Mapping[str, object] = field(default_factory=dict)
    """Anything further for `--json`, such as a path or per-category counts."""

    @property
    def exit_status(self) -> int:
        return 3 if any(self.failed.values()) else 0
