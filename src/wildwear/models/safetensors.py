"""Reads a `.safetensors` file as data, trusting none of it.

The format: 8 bytes little-endian length of a JSON header, the header, the tensors' bytes without gaps or overlap.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from wildwear.errors import UnsafeModel

_LARGEST_HEADER = 100_000_000
_AT_ONCE = 1 << 24  # values
_BYTES = {
    **dict.fromkeys(("F64", "I64", "U64"), 8),
    **dict.fromkeys(("F32", "I32", "U32"), 4),
    **dict.fromkeys(("F16", "BF16", "I16", "U16"), 2),
    **dict.fromkeys(("I8", "U8", "BOOL", "F8_E4M3", "F8_E5M2"), 1),
}
_FLOATS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}
_BFLOAT16_EXPONENT = 0x7F80  # all set: NaN or infinity


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorEntry:
    """One tensor: where its bytes lie, counted from the end of the header."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


def read_header(path: Path) -> Mapping[str, TensorEntry]:
    """The tensors of a file by name, in the order of their bytes.

    Raises `UnsafeModel` for a pickle or archive with that name, a header that is too long or not JSON, and for
    tensors that overlap, leave gaps, or reach beyond the file.
    """
    header, room = _read(path)
    try:
        entries = {name: _entry(value) for name, value in header.items() if name != "__metadata__"}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UnsafeModel(f"{path}: refused: its header cannot be read: {error}") from error
    ordered = dict(sorted(entries.items(), key=lambda item: (item[1].begin, item[1].end)))
    _check_layout(ordered, room, path)
    return ordered


def read_metadata(path: Path) -> Mapping[str, str]:
    """What the file says of itself beside its tensors: texts by name. Raises `UnsafeModel` as `read_header` does."""
    metadata = _read(path)[0].get("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise UnsafeModel(f"{path}: refused: its metadata are not texts")
    return metadata


def check_weights(path: Path, classes: Sequence[str]) -> None:
    """Raises `UnsafeModel` where weights are NaN or infinite, or the file says that it is for other classes."""
    entries, metadata = read_header(path), read_metadata(path)
    if metadata.get("num_classes", str(len(classes))) != str(len(classes)):
        _refuse(path, f"it is for {metadata['num_classes']} classes, and model.json names {len(classes)}")
    if "label_names" in metadata and metadata["label_names"] != json.dumps(list(classes), ensure_ascii=False):
        _refuse(path, "it is for other classes than model.json names, or in another order")
    start = path.stat().st_size - max((entry.end for entry in entries.values()), default=0)
    for name, entry in entries.items():
        if not _is_finite(path, start + entry.begin, entry):
            _refuse(path, f"the weights {name!r} hold NaN or infinity")


def _read(path: Path) -> tuple[dict[str, Any], int]:
    """The parsed header, and how many bytes follow it."""
    if not path.is_file():
        raise UnsafeModel(f"{path} is not there, or not a file")
    size = path.stat().st_size
    with path.open("rb") as handle:
        head = handle.read(8)
        length = int.from_bytes(head, "little")
        if head.startswith((b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")):
            _refuse(path, "it is a pickle, whatever its name; nothing in it was run")
        if len(head) < 8 or length > min(_LARGEST_HEADER, size - 8):
            _refuse(path, f"its header of {length:,} bytes does not fit a file of {size:,}")
        text = handle.read(length)
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnsafeModel(f"{path}: refused: its header cannot be read: {error}") from error
    if not isinstance(header, dict):
        _refuse(path, "its header cannot be read: it is not an object")
    return header, size - 8 - length


def _is_finite(path: Path, at: int, entry: TensorEntry) -> bool:
    dtype = _FLOATS.get(entry.dtype)
    if dtype is None:
        return True
    width = np.dtype(dtype).itemsize
    exponent = _BFLOAT16_EXPONENT if entry.dtype == "BF16" else 0
    with path.open("rb") as handle:
        handle.seek(at)
        for begin in range(0, entry.end - entry.begin, _AT_ONCE * width):
            values = np.frombuffer(handle.read(min(_AT_ONCE * width, entry.end - entry.begin - begin)), dtype)
            whole = (values & exponent != exponent) if exponent else np.isfinite(values)
            if not whole.all():
                return False
    return True


def _entry(value: Mapping[str, Any]) -> TensorEntry:
    begin, end = value["data_offsets"]
    shape = tuple(value["shape"])
    if not all(type(number) is int and number >= 0 for number in (begin, end, *shape)):
        raise ValueError("offsets and shapes must be whole numbers")
    if end - begin != math.prod(shape) * _BYTES[value["dtype"]]:
        raise ValueError(f"{end - begin} bytes for {value['dtype']} of shape {shape}")
    return TensorEntry(dtype=value["dtype"], shape=shape, begin=begin, end=end)


def _check_layout(entries: Mapping[str, TensorEntry], size: int, path: Path) -> None:
    at = 0
    for name, entry in entries.items():
        if entry.begin != at:
            problem = "overlaps another one" if entry.begin < at else "leaves a gap before it"
            _refuse(path, f"tensor {name!r} {problem}")
        at = entry.end
    if at != size:
        _refuse(path, f"its tensors take {at:,} bytes, and it has {size:,} for them")


def _refuse(path: Path, why: str) -> NoReturn:
    raise UnsafeModel(f"{path}: refused: {why}")
