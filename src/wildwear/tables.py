"""The columns of every table in a workspace, their keys and their schema versions."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

VERSION_KEY = b"wildwear.schema_version"
PRIMARY_KEY = {b"lance-schema:unenforced-primary-key": b"true"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """One kind of table. A column added in a later version must be nullable: old tables get nulls."""

    name: str
    key: tuple[str, ...]
    """The columns that identify a row; written with Lance's primary-key metadata."""
    fields: tuple[pa.Field, ...]
    version: int = 1

    @property
    def schema(self) -> pa.Schema:
        marked = [
            field.with_metadata(PRIMARY_KEY).with_nullable(False) if field.name in self.key else field
            for field in self.fields
        ]
        return pa.schema(marked, metadata={VERSION_KEY: str(self.version).encode()})


def _text(name: str) -> pa.Field:
    return pa.field(name, pa.string())


_ATTRIBUTES = pa.list_(pa.struct([_text("name"), _text("value")]))
_VARIANTS = pa.list_(pa.struct([_text("product_id"), _text("title"), pa.field("image_urls", pa.list_(pa.string()))]))
_WORDS = pa.list_(pa.struct([_text("word"), _text("field"), pa.field("offset", pa.int32())]))

PRODUCTS = TableSpec(
    name="products",
    key=("product_id",),
    fields=(
        _text("product_id"),
        _text("group_id"),
        _text("title"),
        _text("description"),
        _text("brand"),
        pa.field("category_path", pa.list_(pa.string())),
        pa.field("attributes", _ATTRIBUTES),
        pa.field("image_urls", pa.list_(pa.string())),
        pa.field("variants", _VARIANTS),
        _text("source"),
        pa.field("row", pa.int64()),
    ),
)
"""What the catalogue says: one row a product, its sizes and colours folded into `variants`."""

REJECTIONS = TableSpec(
    name="rejections",
    key=("source", "row"),
    fields=(_text("source"), pa.field("row", pa.int64()), _text("reason"), _text("detail")),
)
"""Rows of catalogue files that were not taken, and why."""

LABELS = TableSpec(
    name="labels",
    key=("product_id", "category"),
    fields=(
        _text("product_id"),
        _text("category"),
        _text("query"),
        pa.field("words", _WORDS),
        pa.field("wins", pa.bool_()),
        _text("resolution"),
    ),
)
"""Every category that claims a product; `wins` marks the one that holds, `resolution` says why."""

IMAGES = TableSpec(
    name="images",
    key=("product_id", "url"),
    fields=(
        _text("product_id"),
        _text("url"),
        pa.field("position", pa.int32()),
        _text("image_id"),
        pa.field("bytes", pa.large_binary()),
        pa.field("width", pa.int32()),
        pa.field("height", pa.int32()),
        pa.field("phash", pa.uint64()),
        _text("status"),
        _text("reason"),
        _text("detail"),
        pa.field("transient", pa.bool_()),
    ),
)
"""One row an (product, address): the stored JPEG (short side 256, sRGB, upright) or why there is none.
`image_id` is the SHA-256 (first 32 hex digits) of the stored bytes; `width`, `height` are the original's
after orientation; `status` is `ok`, `failed` or `set_aside`."""

EMBEDDINGS = TableSpec(
    name="embeddings",
    key=("crop_id", "model"),
    fields=(_text("crop_id"), _text("model"), pa.field("vector", pa.list_(pa.float32()))),
)
"""Feature vectors by what was looked at (`image_id`, or `image_id@x1,y1,x2,y2` for a box) and by model
(name and first 12 digits of its checksum). A table of its own, so that a new model rewrites no picture."""

SAMPLES = TableSpec(
    name="samples",
    key=("sample_id",),
    fields=(
        _text("sample_id"),
        _text("image_id"),
        pa.field("bytes", pa.large_binary()),
        pa.field("width", pa.int32()),
        pa.field("height", pa.int32()),
        pa.field("box", pa.list_(pa.float32(), 4)),
        pa.field("labels", pa.list_(pa.string())),
        _text("region"),
        _text("dataset"),
        _text("split"),
        _text("given_split"),
        _text("group"),
        pa.field("phash", pa.uint64()),
        _text("source"),
        _text("bag"),
    ),
    version=2,
)
"""A dataset: what training and evaluation know. `labels` is the *set* of categories that are right for this
sample; `box` is null or x1, y1, x2, y2 in pixels of the stored picture; `group` never straddles a split. Samples of
one `bag` (null: a sample is its own) are boxes of which at least one shows what the labels say."""

INSPECTIONS = TableSpec(
    name="inspections",
    key=("collection", "crop_id"),
    fields=(
        _text("collection"),
        _text("crop_id"),
        _text("category"),
        _text("mode"),
        pa.field("mode_confidence", pa.float32()),
        pa.field("suspicion", pa.float32()),
        _text("guess"),
        pa.field("look_alike", pa.int64()),
        pa.field("placeholder", pa.bool_()),
    ),
)
"""What the machine thinks of each picture: of the catalogue (collection `catalogue`) or of a dataset (its name).
`category` is the label that was judged (a set is joined by `|`), `suspicion` is 0 to 1, `guess` the category that
the machine would say, `look_alike` the number of its group of near-duplicates or null, `mode` is `product`, `worn`
or `wild`."""

DECISIONS = TableSpec(
    name="decisions",
    key=("sequence",),
    fields=(
        pa.field("sequence", pa.int64()),
        _text("crop_id"),
        _text("product_id"),
        _text("collection"),
        _text("category"),
        _text("verdict"),
        _text("becomes"),
        _text("who"),
        _text("when"),
        _text("audit"),
    ),
)
"""What people decided, append-only: `verdict` is `keep`, `reject`, `relabel` (to `becomes`) or `clear`, `category` the
label at that time, `when` is UTC (ISO 8601, milliseconds), `audit` the sampled audit it belongs to, or null."""

_BOX = pa.list_(pa.float32(), 4)
_TRACK = pa.list_(pa.struct([pa.field("time", pa.float64()), pa.field("box", _BOX)]))
_SCORES = pa.list_(pa.struct([_text("category"), pa.field("score", pa.float32())]))

CLIPS = TableSpec(
    name="clips",
    key=("clip_id",),
    fields=(
        _text("clip_id"),
        _text("movie"),
        _text("person"),
        _text("timestamp"),
        pa.field("start", pa.float64()),
        pa.field("end", pa.float64()),
        pa.field("track", _TRACK),
        pa.field("width", pa.int32()),
        pa.field("height", pa.int32()),
        _text("image_id"),
        pa.field("picture", pa.large_binary()),
        pa.field("box", _BOX),
        pa.field("phash", pa.uint64()),
        pa.field("sprite", pa.large_binary()),
        pa.field("cells", _TRACK),
        pa.field("cell_width", pa.int32()),
        pa.field("cell_height", pa.int32()),
        pa.field("top", _SCORES),
        _text("model"),
        _text("status"),
        _text("reason"),
        _text("detail"),
    ),
)
"""One person for about a second of a movie. `movie` is the file's stem, `timestamp` the middle as its source writes it,
`start` and `end` are seconds on the movie's clock, `width` and `height` the movie's, `track` the person's boxes as
fractions of the frame.
`picture` (JPEG, `image_id` its hash) is the part around the person in the frame at `timestamp`, from the full
resolution, and `box` the person in its pixels. `sprite` (JPEG) shows the second as cells of `cell_width` ×
`cell_height` pixels from left to right, each the surroundings of the track in one frame; `cells` are their times and
the box in each as fractions of the cell. `top` are the categories that `model` finds likeliest, best first; null until
one has looked. `status` is `ok` or `failed`, and then there are no pictures."""

CLIP_DECISIONS = TableSpec(
    name="clip_decisions",
    key=("sequence",),
    fields=(
        pa.field("sequence", pa.int64()),
        _text("clip_id"),
        _text("who"),
        pa.field("categories", pa.list_(pa.string())),
        _text("discard"),
        pa.field("adjudicates", pa.bool_()),
        _text("when"),
    ),
)
"""What people say that clips show, append-only: `categories` in the order they were given, or in `discard` why the clip
is of no use (`face_only`, `not_in_lexicon`, `too_few_pixels`, `other`); neither takes back what that person said.
`adjudicates` marks a word that settles a disagreement; `when` is UTC (ISO 8601, milliseconds)."""

SPECS = {
    spec.name: spec
    for spec in (
        PRODUCTS,
        REJECTIONS,
        LABELS,
        IMAGES,
        EMBEDDINGS,
        SAMPLES,
        INSPECTIONS,
        DECISIONS,
        CLIPS,
        CLIP_DECISIONS,
    )
}
