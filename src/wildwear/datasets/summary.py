"""What a dataset holds, as counts that a person can read and `--json` can carry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from wildwear.datasets.plan import Plan
from wildwear.datasets.samples import split_hash
from wildwear.records import Split
from wildwear.table import Table
from wildwear.taxonomy import Taxonomy

COLUMNS = ("category", "region", "train", "val", "test", "in sets")

RARE = 20
"""A category with fewer samples of its own than this is called out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryCount:
    """How many samples a category has."""

    category: str
    region: str
    train: int = 0
    """Samples on this side whose set is this category alone."""
    val: int = 0
    test: int = 0
    in_sets: int = 0
    """Samples, on any side, for which it is one of several possible categories."""

    @property
    def alone(self) -> int:
        return self.train + self.val + self.test


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The counts of one dataset."""

    name: str
    samples: int
    splits: dict[str, int]
    regions: dict[str, int]
    given_splits: dict[str, int]
    """Samples by what the source said, as written; empty if it said nothing."""
    groups: int
    boxes: int
    sets: dict[str, int]
    """Samples by their set where it has several members, as `A | B`; the most frequent first."""
    categories: tuple[CategoryCount, ...]
    """In the taxonomy's order, those with samples."""
    split_hash: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def rare(self) -> tuple[CategoryCount, ...]:
        return tuple(count for count in self.categories if 0 < count.alone < RARE)


def summarise(name: str, table: Table, taxonomy: Taxonomy) -> Summary:
    """Counts what the dataset in `table` holds; reads no picture."""
    rows = table.read(["labels", "split", "region", "given_split", "group", "box"])
    labels, splits = rows["labels"].to_pylist(), rows["split"].to_pylist()
    several = Counter(" | ".join(names) for names in labels if len(names) > 1)
    return Summary(
        name=name,
        samples=rows.num_rows,
        splits={side.value: splits.count(side.value) for side in Split},
        regions=_counts(rows["region"]),
        given_splits={side: count for side, count in _counts(rows["given_split"]).items() if side},
        groups=len(rows["group"].unique()),
        boxes=rows.num_rows - rows["box"].null_count,
        sets=dict(several.most_common()),
        categories=_by_category(labels, splits, taxonomy),
        split_hash=split_hash(table),
    )


def category_rows(details: Mapping[str, Any]) -> list[tuple[object, ...]]:
    """The counts of a summary's `to_json` as rows below `COLUMNS`."""
    return [tuple(count.values()) for count in details["categories"]]


def summary_notes(summary: Summary) -> tuple[str, ...]:
    """What a person should know of any dataset: its sides, what is rare, the hash of the split."""
    notes = ["sides: " + ", ".join(f"{side} {count:,}" for side, count in summary.splits.items())]
    if summary.given_splits:
        notes.append("the source said: " + ", ".join(f"{side} {n:,}" for side, n in summary.given_splits.items()))
    if summary.rare:
        names = ", ".join(f"{count.category} {count.alone}" for count in summary.rare)
        notes.append(f"rare, with fewer than {RARE} samples of their own: {names}")
    return (*notes, f"split {summary.split_hash}")


def plan_notes(plan: Plan, summary: Summary) -> tuple[str, ...]:
    """What a person should know of how a dataset was made: what was joined and what hangs together."""
    checked = ", ".join(f"{count:,} {what}" for what, (count, _) in plan.on_two_sides.items())
    notes = [f"on two sides of the split: {checked}"]
    if plan.joined_groups:
        notes.append(f"{plan.joined_groups:,} groups joined others, for they share a picture or a near-duplicate")
    if plan.uneven:
        notes.append(
            f"the shares could not be met closely: {plan.largest_component:,} samples hang together by group or "
            "near-duplicates, and stand on one side"
        )
    return (*notes, *summary_notes(summary))


def _by_category(
    labels: Sequence[Sequence[str]], splits: Sequence[str], taxonomy: Taxonomy
) -> tuple[CategoryCount, ...]:
    alone = Counter((names[0], side) for names, side in zip(labels, splits, strict=True) if len(names) == 1)
    in_sets = Counter(name for names in labels if len(names) > 1 for name in names)
    seen = {name for name, _ in alone} | set(in_sets)
    known = [name for name in taxonomy.names if name in seen]
    return tuple(
        CategoryCount(
            category=name,
            region=taxonomy.region(name) if name in taxonomy.categories else "",
            train=alone[name, Split.TRAIN],
            val=alone[name, Split.VAL],
            test=alone[name, Split.TEST],
            in_sets=in_sets[name],
        )
        for name in (*known, *sorted(seen - set(known)))
    )


def _counts(column: pa.ChunkedArray) -> dict[str, int]:
    return {str(pair["values"] or ""): pair["counts"] for pair in column.value_counts().to_pylist()}
