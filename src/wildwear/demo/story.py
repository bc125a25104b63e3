"""What the page tells: read from the demonstration's tables, and held against what was drawn."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from wildwear.demo.pictures import Seen, data_address, marked, thumbnail
from wildwear.rendered.truth import Truth, truth
from wildwear.tables import IMAGES, LABELS, PRODUCTS
from wildwear.tagging.tags import Tags, outcome_from_json
from wildwear.taxonomy import load_taxonomy

if TYPE_CHECKING:
    from wildwear.demo.steps import Demo
    from wildwear.workspace import Workspace

SHEET, EXAMPLES = 40, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A category that a product's texts speak of."""

    category: str
    words: str
    wins: bool
    resolution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A product with what its texts claim and what was drawn."""

    product_id: str
    title: str
    claims: tuple[Claim, ...]
    truth: Truth
    picture: str = ""
    """A `data:` address, or "" where its picture could not be had."""

    @property
    def label(self) -> str:
        return " | ".join(claim.category for claim in self.claims if claim.wins)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """How good the labels are that the texts give."""

    products: int
    right: int
    wrong_claims: int
    """Products whose texts lie: no reading of them can be right."""
    conflicts: int
    """Products that several categories claim."""
    conflicts_right: int
    disputed: tuple[Labelled, ...]
    mistaken: tuple[Labelled, ...]

    @property
    def precision(self) -> float:
        return self.right / max(1, self.products)


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """The photographs that were kept aside, with what the model says."""

    photographs: tuple[tuple[str, str, tuple[Seen, ...]], ...]
    """File name, `data:` address, boxes; the best first."""

    @property
    def boxes(self) -> int:
        return sum(len(seen) for _, _, seen in self.photographs)

    @property
    def right(self) -> int:
        return sum(one.right for _, _, seen in self.photographs for one in seen)


def catalogue_sheet(labelled: Sequence[Labelled]) -> tuple[Labelled, ...]:
    """Products with pictures, of as many kinds as there are, in turn."""
    by_kind: dict[str, list[Labelled]] = {}
    for one in labelled:
        if one.picture and one.truth.fate in ("ok", "flaky"):
            by_kind.setdefault(one.truth.category, []).append(one)
    rounds = [kind[at] for at in range(4) for kind in by_kind.values() if at < len(kind)]
    return tuple(rounds[:SHEET])


def labelled_products(demo: Demo) -> list[Labelled]:
    """All products, in the order of the catalogue."""
    workspace = demo.workspace
    claims = _claims(workspace)
    pictures = _pictures(workspace)
    rows = workspace.table(PRODUCTS).read(["product_id", "title"]).to_pylist()
    return [
        Labelled(
            product_id=row["product_id"],
            title=row["title"],
            claims=tuple(claims.get(row["product_id"], ())),
            truth=truth(int(row["product_id"].removeprefix("WW")), demo.settings.seed),
            picture=pictures.get(row["product_id"], ""),
        )
        for row in sorted(rows, key=lambda row: str(row["product_id"]))
    ]


def labels(labelled: Sequence[Labelled]) -> Labels:
    """Counts how many labels agree with what was drawn."""
    having = [one for one in labelled if one.label]
    right = [_is_right(one) for one in having]
    several = [len(one.claims) > 1 for one in having]
    shown = [one for one in having if one.picture]
    return Labels(
        products=len(having),
        right=sum(right),
        wrong_claims=sum(one.truth.claimed != one.truth.category for one in having),
        conflicts=sum(several),
        conflicts_right=sum(ok for ok, many in zip(right, several, strict=True) if many),
        disputed=tuple(one for one in shown if len(one.claims) > 2 and _is_right(one))[:EXAMPLES],
        mistaken=tuple(one for one in shown if not _is_right(one))[:EXAMPLES],
    )


def street(demo: Demo) -> Street:
    """The tags that the last step wrote, with the photographs they belong to."""
    told = [json.loads(line) for line in _tag_file(demo).read_text(encoding="utf-8").splitlines()]
    outcomes = [one for one in map(outcome_from_json, told) if isinstance(one, Tags)]
    photographs = [(Path(one.path).name, _drawn(one), tuple(_seen(one))) for one in outcomes]
    return Street(photographs=tuple(sorted(photographs, key=lambda one: -len(one[2]))))


def _tag_file(demo: Demo) -> Path:
    outputs: Any = demo.chapters["tag"].report.details["outputs"]
    return Path(outputs["json"])


def _seen(tags: Tags) -> Iterator[Seen]:
    for one in tags.boxes:
        yield Seen(box=one.box, says=one.top[0].category, score=one.top[0].score, truth=one.given)


def _drawn(tags: Tags) -> str:
    with Image.open(tags.path) as photo:
        return data_address(marked(photo, list(_seen(tags))))


def _is_right(one: Labelled) -> bool:
    taxonomy = load_taxonomy()
    return any(claim.wins and one.truth.category in taxonomy.expand(claim.category) for claim in one.claims)


def _claims(workspace: Workspace) -> dict[str, list[Claim]]:
    found: dict[str, list[Claim]] = {}
    for row in workspace.table(LABELS).read().to_pylist():
        words = dict.fromkeys(str(word["word"]) for word in row["words"] or ())
        claim = Claim(category=row["category"], words=", ".join(words), wins=row["wins"], resolution=row["resolution"])
        found.setdefault(row["product_id"], []).append(claim)
    return {name: sorted(several, key=lambda claim: not claim.wins) for name, several in found.items()}


def _pictures(workspace: Workspace) -> dict[str, str]:
    """A small copy of each product's first picture."""
    rows: list[dict[str, Any]] = []
    for batch in workspace.table(IMAGES).batches(["product_id", "bytes"], "status = 'ok' AND position = 0"):
        rows += batch.to_pylist()
    return {row["product_id"]: thumbnail(row["bytes"]) for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How two models do on the street photographs, in percent."""

    models: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[float, float, float], ...]], ...]
    """Figure, and for each model its value with both ends of its 95 % interval."""
    categories: tuple[tuple[str, int, tuple[float, ...]], ...]
    """Category, samples, and each model's top-1 accuracy."""


def figures(demo: Demo) -> Figures:
    """What the evaluation measured, of both models."""
    details: Any = demo.chapters["evaluate"].report.details
    scores = details["scores"]
    shown = (("top1", "top-1"), ("top3", "top-3"), ("macro", "macro top-1"))
    by_name = [{part["name"]: part for part in score["categories"]} for score in scores]
    return Figures(
        models=tuple(score["model"].split("@")[0] for score in scores),
        rows=tuple((title, tuple(_percent(score["rankings"]["all"][key]) for score in scores)) for key, title in shown),
        categories=tuple(
            (name, part["samples"], tuple(100 * one[name]["top1"]["value"] for one in by_name))
            for name, part in by_name[0].items()
        ),
    )


def _percent(estimate: dict[str, float]) -> tuple[float, float, float]:
    return 100 * estimate["value"], 100 * estimate["low"], 100 * estimate["high"]
