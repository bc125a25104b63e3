"""What a person should know of a benchmark's splits: what is known from training, repeated, or missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from wildwear.datasets.plan import Plan
from wildwear.datasets.summary import Summary, plan_notes
from wildwear.records import Split

if TYPE_CHECKING:
    import polars as pl

_MEASURED = (Split.VAL, Split.TEST)


def known(plan: Plan) -> Mapping[str, tuple[int, int]]:
    """For val and test: how many samples are of a group (a product folder) that train has too, and of how many."""
    import polars as pl

    rows = _frame(plan, "group", "split")
    learned = rows.filter(pl.col("split") == Split.TRAIN)["group"].unique()
    sides = {side: rows.filter(pl.col("split") == side)["group"] for side in _MEASURED}
    return {side.value: (int(groups.is_in(learned.implode()).sum()), len(groups)) for side, groups in sides.items()}


def repeated(plan: Plan) -> Iterator[str]:
    """A sentence on pictures that several rows show, which stay samples of their own."""
    import polars as pl

    pictures = _frame(plan, "image_id", "labels").group_by("image_id").agg(pl.len(), pl.col("labels").n_unique())
    several = pictures.filter(pl.col("len") > 1)
    if several.height:
        apart = several.filter(pl.col("labels") > 1).height
        yield (
            f"{several.height:,} pictures are in several rows ({several['len'].sum():,} in all), "
            f"{apart:,} of them with different categories: each row is a sample"
        )


def split_notes(plan: Plan, summary: Summary) -> Iterator[str]:
    """Whether the split leaks, and how far; which categories cannot be measured; then what is said of any dataset."""
    if plan.leaks:
        shares = " and ".join(f"{count:,} of {of:,} pictures of {side}" for side, (count, of) in known(plan).items())
        yield f"LEAKS: {plan.leaks_in_words} on two sides; {shares} are of a product folder that train has too"
    for side in _MEASURED:
        if missing := [one.category for one in summary.categories if not getattr(one, side.value)]:
            yield f"without a sample in {side}: {', '.join(missing)}"
    yield from plan_notes(plan, summary)


def _frame(plan: Plan, *columns: str) -> pl.DataFrame:
    import polars as pl

    frame = pl.from_arrow(plan.rows.select(list(columns)))
    assert isinstance(frame, pl.DataFrame)
    return frame
