"""Hostile cases 57 and 58 for `.safetensors`."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wildwear.errors import UnsafeModel
from wildwear.models.safetensors import TensorEntry, read_header


def file(path: Path, header: Any, data: bytes, length: int | None = None) -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes((len(text) if length is None else length).to_bytes(8, "little") + text + data)
    return path


def entry(begin: int, end: int, shape: list[int] | None = None, dtype: str = "U8") -> dict[str, Any]:
    return {"dtype": dtype, "shape": [end - begin] if shape is None else shape, "data_offsets": [begin, end]}


def test_the_tensors_of_a_whole_file_are_listed_in_the_order_of_their_bytes(tmp_path: Path) -> None:
    header = {"b": entry(16, 24, [2], "F32"), "a": entry(0, 16, [2, 4], "F16"), "__metadata__": {"format": "pt"}}
    found = read_header(file(tmp_path / "x.safetensors", header, bytes(24)))
    assert list(found) == ["a", "b"]
    assert found["b"] == TensorEntry(dtype="F32", shape=(2,), begin=16, end=24)


def test_h57_a_pickle_renamed_safetensors_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.safetensors").write_bytes(pickle.dumps(list(range(100))))
    with pytest.raises(UnsafeModel, match="pickle"):
        read_header(tmp_path / "x.safetensors")


@pytest.mark.parametrize(
    ("header", "data", "length", "reason"),
    [
        ({"a": entry(0, 8)}, 8, 1 << 62, "does not fit"),
        ({"a": entry(0, 8)}, 8, 101, "does not fit"),
        ({"a": entry(0, 8), "b": entry(4, 12)}, 12, None, "'b' overlaps"),
        ({"a": entry(0, 4), "b": entry(8, 12)}, 12, None, "'b' leaves a gap"),
        ({"a": entry(0, 8)}, 4, None, "take 8 bytes, and it has 4"),
        ({"a": entry(0, 8)}, 12, None, "take 8 bytes, and it has 12"),
        ({"a": entry(0, 8, [1 << 40])}, 8, None, "cannot be read"),
        ({"a": entry(8, 0, [0])}, 8, None, "cannot be read"),
        ({"a": entry(0, 8, [2], "OBJECT")}, 8, None, "cannot be read"),
        (b"{", 0, None, "cannot be read"),
        (b"[" * 100_000, 0, None, "cannot be read"),
        (b"[]", 0, None, "cannot be read"),
    ],
)
def test_h58_a_header_that_lies_is_refused(
    tmp_path: Path, header: Any, data: int, length: int | None, reason: str
) -> None:
    with pytest.raises(UnsafeModel, match=reason):
        read_header(file(tmp_path / "x.safetensors", header, bytes(data), length))


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_h58_any_bytes_end_in_a_header_or_a_refusal(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "x.safetensors"
    path.write_bytes(data)
    try:
        read_header(path)
    except UnsafeModel:
        return
    assert len(data) >= 10
