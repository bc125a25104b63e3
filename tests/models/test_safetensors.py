"""Hostile cases 57 and 58 for `.safetensors`."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wildwear.errors import UnsafeModel
from wildwear.models.safetensors import TensorEntry, check_weights, read_header, read_metadata


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


@pytest.mark.parametrize(
    ("dtype", "pattern"),
    [("F64", "<f8"), ("F32", "<f4"), ("F16", "<f2"), ("BF16", None)],
)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e4])
def test_h61_weights_of_any_precision_are_looked_at(
    tmp_path: Path, dtype: str, pattern: str | None, value: float
) -> None:
    values = np.array([1.0, -0.0, value], np.float32)
    # bfloat16 is the upper half of a float32
    data = values.astype(pattern).tobytes() if pattern else (values.view(np.uint32) >> 16).astype("<u2").tobytes()
    path = file(tmp_path / "x.safetensors", {"head": entry(0, len(data), [3], dtype)}, data)
    if np.isfinite(value):
        check_weights(path, ["Tee"])
        return
    with pytest.raises(UnsafeModel, match="the weights 'head' hold NaN or infinity"):
        check_weights(path, ["Tee"])


def test_whole_numbers_are_never_nan(tmp_path: Path) -> None:
    check_weights(file(tmp_path / "x.safetensors", {"a": entry(0, 16, [2], "I64")}, b"\xff" * 16), ["Tee"])


@pytest.mark.parametrize("metadata", [[], {"format": 3}, "pt"])
def test_h58_metadata_that_are_not_texts_are_refused(tmp_path: Path, metadata: Any) -> None:
    path = file(tmp_path / "x.safetensors", {"__metadata__": metadata, "a": entry(0, 8)}, bytes(8))
    with pytest.raises(UnsafeModel, match="its metadata are not texts"):
        read_metadata(path)
