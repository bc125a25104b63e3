"""The stage behind `split`: labelled, stored catalogue pictures become a dataset, in one commit."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pyarrow as pa

from wildwear.datasets.plan import CANDIDATES, Plan, make_plan, write_dataset
from wildwear.datasets.samples import by_region, sample_id
from wildwear.datasets.settings import PictureSettings, SplitSettings
from wildwear.datasets.summary import plan_notes, summarise
from wildwear.decisions import CATALOGUE, Verdict, standing
from wildwear.errors import UserError
from wildwear.records import Mode, Report
from wildwear.tables import IMAGES, INSPECTIONS, LABELS, PRODUCTS
from wildwear.taxonomy import Taxonomy, load_taxonomy
from wildwear.workspace import Workspace

if TYPE_CHECKING:
    import polars as pl

_QUOTED = 5


def split_catalog(
    workspace: Workspace,
    name: str,
    settings: SplitSettings,
    progress: Callable[[int], None] | None = None,
    pictures: PictureSettings | None = None,
) -> Report:
    """Makes dataset `name` of all pictures that are stored, whose product has a label, and that `pictures` chooses.

    Raises `UserError` where a stage before has not run, and `LeakError` if anything stands on two sides.
    """
    target = workspace.new_dataset(name)
    taxonomy = load_taxonomy(workspace.taxonomy_name)
    images = workspace.table(IMAGES)
    candidates, relabelled, skipped = _candidates(workspace, taxonomy, (pictures or PictureSettings()).chosen)
    plan = make_plan(candidates, settings)
    plan.refuse_leaks(f"dataset {name}")
    damaged = write_dataset(name, plan, images, target, progress or (lambda _: None))
    summary = summarise(name, target, taxonomy)
    return Report(
        verb="split",
        done={"samples": summary.samples, "groups": summary.groups, "categories": len(summary.categories)}
        | ({"pictures relabelled by a person": relabelled} if relabelled else {}),
        skipped=skipped
        | {
            "pictures whose labels exclude each other": len(plan.contradictions),
            "listings of a picture that was there": plan.duplicates,
        },
        failed={"damaged_picture": len(damaged)},
        notes=(*_notes(plan, damaged), *plan_notes(plan, summary), f"next: wildwear train NAME --on {name}"),
        details=summary.to_json()
        | {"on_two_sides": plan.on_two_sides, "contradictions": plan.contradictions, "damaged": damaged},
    )


def _candidates(
    workspace: Workspace, taxonomy: Taxonomy, modes: frozenset[Mode]
) -> tuple[pa.Table, int, dict[str, int]]:
    """One candidate for each stored picture and region in which its product has a label, or a person gave it one; how
    many pictures a person relabelled; what is left out."""
    import polars as pl

    labels = _regions_of_products(workspace, taxonomy)
    groups = _read(workspace, "products", ["product_id", "group_id"])
    images = _read(workspace, "images", ["product_id", "url", "image_id", "phash", "status"]).with_row_index("index")
    stored = images.filter(pl.col("status") == "ok")
    if not stored.height:
        raise UserError("none of the pictures could be stored: see 'wildwear fetch', or try --retry-failed")
    of_products = stored.join(groups, on="product_id", how="inner", maintain_order="left")
    known = _of_modes(workspace, of_products, modes)
    decided = _decided(workspace, taxonomy)
    undecided = known.join(decided, on="image_id", how="anti", maintain_order="left")
    moved = known.join(decided.drop_nulls("labels"), on="image_id", how="inner", maintain_order="left")
    rows = pl.concat(
        [undecided.join(labels, on="product_id", how="inner", maintain_order="left"), moved], how="diagonal"
    )
    ids = [sample_id(image, None, region) for image, region in zip(rows["image_id"], rows["region"], strict=True)]
    rows = rows.with_columns(
        sample_id=pl.Series(ids, dtype=pl.String),
        group=pl.col("group_id"),
        source=pl.concat_str("product_id", "url", separator=" "),
        box=pl.lit(None, pl.Array(pl.Float32, 4)),
        given_split=pl.lit(None, pl.String),
    )
    skipped = {
        "pictures that are not stored": images.height - stored.height,
        "pictures of products that are gone": stored.height - of_products.height,
        "pictures of other photo modes": of_products.height - known.height,
        "pictures that a person rejected": known.height - undecided.height - moved.height,
        "pictures of products without a label": undecided.join(labels, on="product_id", how="anti").height,
    }
    return rows.select(CANDIDATES.names).to_arrow(), moved.height, skipped


def _of_modes(workspace: Workspace, pictures: pl.DataFrame, modes: frozenset[Mode]) -> pl.DataFrame:
    """Those of the pictures that were taken in one of `modes`; raises `UserError` for any that is not inspected."""
    import polars as pl

    if modes == frozenset(Mode):
        return pictures
    said = pl.DataFrame(workspace.table(INSPECTIONS).read(["crop_id", "mode"], f"collection = '{CATALOGUE}'"))
    known = pictures.join(said, left_on="image_id", right_on="crop_id", how="left", maintain_order="left")
    if unknown := pictures.filter(~pl.col("image_id").is_in(said["crop_id"])).height:
        raise UserError(f"the photo mode of {unknown:,} pictures is not known: run 'wildwear inspect' first")
    return known.filter(pl.col("mode").is_in([mode.value for mode in modes])).drop("mode")


def _decided(workspace: Workspace, taxonomy: Taxonomy) -> pl.DataFrame:
    """What people said of pictures whatever the queries say: `image_id`, and the `region` and `labels` of those that
    were relabelled, null for those that were rejected."""
    import polars as pl

    said = pl.DataFrame(standing(workspace, CATALOGUE).select(["crop_id", "verdict", "becomes"]))
    said = said.filter(pl.col("verdict") != Verdict.KEEP.value).rename({"crop_id": "image_id"})
    regions = {
        name: taxonomy.category(name, "decisions").region.value for name in said["becomes"].drop_nulls().unique()
    }
    becomes = pl.col("becomes")
    return said.select(
        "image_id",
        region=becomes.replace_strict(regions, default=None, return_dtype=pl.String),
        labels=pl.when(becomes.is_not_null()).then(pl.concat_list(becomes)),
    )


def _regions_of_products(workspace: Workspace, taxonomy: Taxonomy) -> pl.DataFrame:
    """`product_id`, `region` and the set of `labels` that hold there; umbrellas are expanded."""
    import polars as pl

    won = _read(workspace, "labels", ["product_id", "category"], "wins = true")
    claims = won.group_by("product_id").agg(pl.col("category").unique().sort().alias("categories"))
    claimed = pl.DataFrame({"categories": claims["categories"].unique()})
    meanings = [
        {"categories": names, "region": str(region), "labels": sorted(labels)}
        for names in claimed["categories"].to_list()
        for region, labels in by_region((taxonomy.expand(name, "labels") for name in names), taxonomy).items()
    ]
    names = pl.List(pl.String)
    schema = pl.Schema([("categories", names), ("region", pl.String()), ("labels", names)])
    return claims.join(pl.DataFrame(meanings, schema=schema), on="categories").drop("categories")


def _read(workspace: Workspace, table: str, columns: list[str], where: str | None = None) -> pl.DataFrame:
    import polars as pl

    spec, verb = {"products": (PRODUCTS, "import"), "labels": (LABELS, "label"), "images": (IMAGES, "fetch")}[table]
    if not workspace.table(spec).count(where):
        raise UserError(f"{workspace.root} has no {table} yet: run 'wildwear {verb}' first")
    frame = pl.from_arrow(workspace.table(spec).read(columns, where))
    assert isinstance(frame, pl.DataFrame)
    return frame


def _notes(plan: Plan, damaged: list[str]) -> list[str]:
    notes = []
    if plan.contradictions:
        some = ", ".join(plan.contradictions[:_QUOTED])
        notes.append(f"the same picture with labels that exclude each other is left out: {some}")
    if damaged:
        notes.append(
            f"the stored bytes are not those that were stored, fetch them anew: {', '.join(damaged[:_QUOTED])}"
        )
    return notes
