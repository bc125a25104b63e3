"""The settings of the stages that make datasets; light to import, since the command line takes its flags from here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wildwear.errors import UnknownName, UserError
from wildwear.models.settings import DEFAULT_MODEL
from wildwear.records import Mode, Split


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitSettings:
    """How samples are put on sides."""

    val: float = 0.1
    """Share of the samples for validation, 0 to 1."""
    test: float = 0.1
    """Share of the samples for the test, 0 to 1."""
    size: int | None = None
    """Keep this many samples. A smaller size is part of a larger one, and each sample keeps its side."""
    seed: int = 0
    """Another seed gives another split."""
    stratify: bool = True
    """Give each category its share on each side, as well as the groups allow. Without, a group's side depends on
    the seed and its name alone, so that groups added later move no others."""
    near_duplicates: int = 4
    """Pictures whose 64-bit perceptual hashes differ in at most this many bits stand on one side; -1 looks at
    identical pictures alone."""

    def __post_init__(self) -> None:
        if not (0 <= self.val < 1 and 0 <= self.test < 1 and self.val + self.test < 1):
            raise UserError(f"--val {self.val} --test {self.test}: shares are 0 or more, and leave some for training")
        if not -1 <= self.near_duplicates <= 16:
            raise UserError(f"--near-duplicates {self.near_duplicates}: 0 to 16 of 64 bits, or -1")
        if self.size is not None and self.size < 1:
            raise UserError(f"--size {self.size}: a dataset has at least one sample")


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSettings:
    """Which of the catalogue's pictures become samples."""

    modes: str = "all"
    """Photo modes that are taken, as in worn,wild; there are product, worn and wild, and 'wildwear inspect' tells
    them apart. all takes every stored picture."""

    def __post_init__(self) -> None:
        if not self.chosen:
            raise UserError(f"--modes {self.modes!r} names none: choose from {', '.join(Mode)}, or all")

    @property
    def chosen(self) -> frozenset[Mode]:
        """The modes that are named; raises `UnknownName` for another one."""
        if self.modes == "all":
            return frozenset(Mode)
        named = [name.strip() for name in self.modes.split(",") if name.strip()]
        for name in named:
            if name not in list(Mode):
                raise UnknownName("photo mode", name, [*Mode, "all"], "--modes")
        return frozenset(map(Mode, named))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSettings:
    """How a table or folder of pictures becomes samples."""

    labels: str = "identity"
    """What the labels stand for: identity (categories, as they are), a mapping that ships with wildwear
    (wild-garments, street, street-tagged), or a TOML file with [labels] and ignore."""
    given_split: Literal["ignore", "use"] = "ignore"
    """Use the split that the source gives, or make an own one by group and near-duplicate pictures."""
    accept_leaks: bool = False
    """Use a given split although a group or picture stands on two of its sides."""

    def __post_init__(self) -> None:
        if self.accept_leaks and self.given_split != "use":
            raise UserError("--accept-leaks goes with --given-split use: an own split has no leaks to accept")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which columns of a table hold what; those left out are guessed from their names."""

    images: Path | None = None
    """The folder that the table's file names start from; otherwise the table's own, or images or photos in it."""
    image: str | None = None
    """Column of file names (guessed: file, photo, image, path, ...)."""
    label: str | None = None
    """Column of labels; several are separated by | (guessed: label, category, class, tags, ...)."""
    box: tuple[str, str, str, str] | None = None
    """Columns of left, top, right, bottom in pixels of the upright original (guessed: x1 y1 x2 y2, xmin ...)."""
    group: str | None = None
    """Column of what must not stand on two sides (guessed: sender_id, group, product_id, ...; else the file)."""
    split: str | None = None
    """Column of the given split (guessed: split, partition, ...)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocaliseSettings:
    """How labels of whole photographs get a box each."""

    model: str = DEFAULT_MODEL
    """The model that says which box shows a label best."""
    min_score: float = 0.1
    """Leave a sample out where its best box shows its labels with less than this summed probability, 0 to 1."""
    boxes: int | Literal["all"] = 1
    """At most this many boxes for each label: further ones that show it at least half as likely as the best. `all`
    keeps every box where such a thing is worn, asks no model, and leaves the choice to a recipe with [bags] rounds."""

    def __post_init__(self) -> None:
        if self.boxes != "all" and self.boxes < 1:
            raise UserError(f"--boxes must be at least 1, and is {self.boxes}")
        if not 0 <= self.min_score < 1:
            raise UserError(f"--min-score must be at least 0 and below 1, and is {self.min_score}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSettings:
    """How a dataset leaves the workspace."""

    to: str
    """The format: folder, webdataset, parquet (Hugging Face datasets), coco or fiftyone."""
    split: Split | None = None
    """Export this side alone."""
    sets: Literal["join", "first", "skip"] = "join"
    """What becomes of a sample with several possible categories where a format takes one: a class of its own for the
    whole set ("Pants" if that is an umbrella's set, else "Blouse or Top"), the first by name, or it is left out."""
    crop: bool | None = None
    """Cut boxes out of their pictures. A folder does unless told otherwise; coco and fiftyone cannot."""
    shard_mb: int = 256
    """The size of a shard (webdataset, parquet), megabytes."""
    force: bool = False
    """Replace an earlier export."""

    def __post_init__(self) -> None:
        if self.shard_mb < 1:
            raise UserError(f"--shard-mb {self.shard_mb}: a shard has at least one megabyte")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepFashionSettings:
    """What of DeepFashion's Category and Attribute Prediction Benchmark becomes samples."""

    categories: Literal[50, 46, 43] = 43
    """All that it lists; without the four that have no picture; or as many as the paper keeps: without Halter,
    Coverup and Jodhpurs besides, the rarest that it may mean. --categories 46 --drop ... makes another choice."""
    drop: str = ""
    """Further categories to leave out, as in Sarong,Gauchos."""
    boxes: Literal["keep", "drop", "crop"] = "keep"
    """keep stores pictures whole with the box in them, so that training and evaluation can choose; drop stores them
    whole without, and takes rows whose box is none; crop stores what lies in the box, and nothing else."""
    split_as: Literal["both", "official", "grouped"] = "both"
    """official makes dataset NAME, with the benchmark's own sides, which leak: pictures of one product folder stand
    on several. grouped makes NAME-grouped, where no folder and no near-duplicate does, with the same shares."""
    near_duplicates: int = 4
    """Pictures whose 64-bit perceptual hashes differ in at most this many bits stand on one side of the grouped
    split; -1 looks at identical pictures alone."""
    seed: int = 0
    """Another seed gives another grouped split."""

    def __post_init__(self) -> None:
        SplitSettings(near_duplicates=self.near_duplicates)

    def datasets(self, name: str) -> dict[str, bool]:
        """The datasets to make, and whether the official sides hold for them."""
        made = {"official": {name: True}, "grouped": {f"{name}-grouped": False}}
        return made["official"] | made["grouped"] if self.split_as == "both" else made[self.split_as]
