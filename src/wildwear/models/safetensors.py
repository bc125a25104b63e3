"""Reads the header of a `.safetensors` file as data, trusting none of it (the weights stay where they are).

The format: 8 bytes little-endian length of a JSON header, the header, the tensors' bytes without gaps or overlap.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wildwear.errors import UnsafeModel

_LARGEST_HEADER = 100_000_000
_BYTES = {
    **dict.fromkeys(("F64", "I64", "U64"), 8),
    **dict.fromkeys(("F32", "I32", "U32"), 4),
    **dict.fromkeys(("F16", "BF16", "I16", "U16"), 2),
    **dict.fromkeys(("I8", "U8", "BOOL", "F8_E4M3", "F8_E5M2"), 1),
}


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
    if not path.is_file():
        raise UnsafeModel(f"{path} is not there, or not a file")
    size = path.stat().st_size
    with path.open("rb") as handle:
        head = handle.read(8)
        length = int.from_bytes(head, "little")
        if head.startswith((b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")):
            raise UnsafeModel(f"{path}: refused: it is a pickle, whatever its name; nothing in it was run")
        if len(head) < 8 or length > min(_LARGEST_HEADER, size - 8):
            raise UnsafeModel(f"{path}: refused: its header of {length:,} bytes does not fit a file of {size:,}")
        header = handle.read(length)
    try:
        entries = {name: _entry(value) for name, value in json.loads(header).items() if name != "__metadata__"}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UnsafeModel(f"{path}: refused: its header cannot be read: {error}") from error
    ordered = dict(sorted(entries.items(), key=lambda item: (item[1].begin, item[1].end)))
    _check_layout(ordered, size - 8 - length, path)
    return ordered


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
            raise UnsafeModel(f"{path}: refused: tensor {name!r} {problem}")
        at = entry.end
    if at != size:
        raise UnsafeModel(f"{path}: refused: its tensors take {at:,} bytes, and it has {size:,} for them")
