"""The formats that a dataset is exported in, by name, one file each.

A further format is a class with `write` and `close` (see `base.Writer`) and a line in `FORMATS`.
"""

from __future__ import annotations

from wildwear.datasets.exports.base import Format
from wildwear.datasets.exports.coco import CocoWriter
from wildwear.datasets.exports.fiftyone import FiftyOneWriter
from wildwear.datasets.exports.folder import FolderWriter
from wildwear.datasets.exports.parquet import ParquetWriter
from wildwear.datasets.exports.webdataset import WebDatasetWriter
from wildwear.errors import UnknownName

__all__ = ["FORMATS", "format_named"]

FORMATS: dict[str, Format] = {
    "folder": Format(make=FolderWriter, crops=True, read_with="torchvision.datasets.ImageFolder('{out}/train')"),
    "webdataset": Format(make=WebDatasetWriter, crops=False, read_with="webdataset.WebDataset('{out}/train-*.tar')"),
    "parquet": Format(make=ParquetWriter, crops=False, read_with="datasets.load_dataset('{out}')"),
    "coco": Format(make=CocoWriter, crops=None, read_with="pycocotools.coco.COCO('{out}/annotations/...json')"),
    "fiftyone": Format(
        make=FiftyOneWriter,
        crops=None,
        read_with="fiftyone.Dataset.from_dir('{out}', dataset_type=fiftyone.types.FiftyOneDataset)",
    ),
}


def format_named(name: str) -> Format:
    """The format of that name; `UnknownName` lists the ones there are."""
    if name not in FORMATS:
        raise UnknownName("format", name, FORMATS, "--to")
    return FORMATS[name]
