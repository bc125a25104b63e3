"""Looks at a network as data, before a runtime sees it: `onnx` parses protocol buffers and executes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from wildwear.errors import UnsafeModel
from wildwear.models.card import FileRecord

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, TensorProto, ValueInfoProto

INPUT = "pixels"
OUTPUTS = ("embedding", "logits")
_STANDARD_DOMAINS = ("", "ai.onnx")
_LARGEST_NETWORK = (2 << 30) - 1  # protocol buffers end there
_FOREIGN = {
    b"PK\x03\x04": "a zip archive (PyTorch's pickle format)",
    b"\x80\x02": "a pickle",
    b"\x80\x03": "a pickle",
    b"\x80\x04": "a pickle",
    b"\x80\x05": "a pickle",
    b"\x89HDF": "an HDF5 file",
}


def read_checked(path: Path, expected: FileRecord) -> bytes:
    """The bytes of `path`, which have the recorded size and checksum (else `UnsafeModel`)."""
    data = _read(path, expected.size)
    if len(data) != expected.size:
        amount = "more" if len(data) > expected.size else f"{len(data):,}"
        raise UnsafeModel(f"{path} should have {expected.size:,} bytes and has {amount}: copy the model again")
    if hashlib.sha256(data).hexdigest() != expected.sha256:
        raise UnsafeModel(f"{path} does not match its checksum in model.json: copy the model again")
    return data


def read_network(path: Path) -> bytes:
    """The bytes of a file of whatever size and checksum; raises `UnsafeModel` where it is too large for a network."""
    size = path.stat().st_size if path.is_file() else 0
    return _read(path, size)[:size]


def _read(path: Path, size: int) -> bytes:
    """Up to `size` bytes and, where there are more, one of them."""
    if size > _LARGEST_NETWORK:
        raise UnsafeModel(f"{path}: {size:,} bytes are too many for a network")
    if not path.is_file():
        raise UnsafeModel(f"{path} is not there, or not a file")
    try:
        with path.open("rb") as handle:
            return handle.read(size + 1)
    except OSError as error:
        raise UnsafeModel(f"{path}: {error.strerror or error}") from error


def parse_network(data: bytes, where: str, *, infinity: bool = False) -> ModelProto:
    """The parsed network; raises `UnsafeModel` for anything but a self-contained one of standard operators.

    With `infinity`, constants may be infinite (detectors of the DETR family mask places so), but never NaN.
    """
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped, unused-ignore]

    for magic, kind in _FOREIGN.items():
        if data.startswith(magic):
            _refuse(where, f"it is {kind}; nothing in it was run")
    try:
        model = onnx.load_model_from_string(data)
    except (DecodeError, ValueError, RuntimeError) as error:
        raise UnsafeModel(f"{where}: refused: it is not an ONNX file, or a damaged one") from error
    if not model.graph.node:
        _refuse(where, "it is not an ONNX file: there is no network in it")
    if _has_broken_text(model):
        _refuse(where, "names in it are not text: it is damaged")
    _check_operators(model, where)
    _check_tensors(model.graph, where, infinity)
    return model


def check_signature(model: ModelProto, size: int, where: str) -> None:
    """Raises `UnsafeModel` unless `pixels` [N, 3, size, size] goes in and `embedding`, `logits` come out."""
    initialised = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in initialised]
    if [value.name for value in inputs] != [INPUT]:
        _refuse(where, f"its inputs are {_names(inputs)}, and should be {INPUT!r} alone")
    if sorted(value.name for value in model.graph.output) != sorted(OUTPUTS):
        _refuse(where, f"its outputs are {_names(model.graph.output)}, and should be {' and '.join(OUTPUTS)}")
    for value in (*inputs, *model.graph.output):
        if value.type.tensor_type.elem_type != 1:
            _refuse(where, f"{value.name!r} is not float32")
    dimensions = inputs[0].type.tensor_type.shape.dim
    fixed = [dimension.dim_value for dimension in dimensions]
    if fixed != [0, 3, size, size]:
        shape = [dimension.dim_param or dimension.dim_value or "?" for dimension in dimensions]
        _refuse(where, f"its input is {shape}, and should be ['N', 3, {size}, {size}] with a free N")


def _has_broken_text(message: Any) -> bool:
    """Whether any text in a protocol buffer is not UTF-8: it is then read as bytes, which trips whoever compares it."""
    for field, value in message.ListFields():
        values = [value] if isinstance(value, str | bytes) or hasattr(value, "ListFields") else value
        if field.type == field.TYPE_STRING and any(isinstance(one, bytes) for one in values):
            return True
        if field.type == field.TYPE_MESSAGE and any(map(_has_broken_text, values)):
            return True
    return False


def _check_operators(model: ModelProto, where: str) -> None:
    if model.functions:
        _refuse(where, f"it defines an operator of its own, {model.functions[0].name!r}")
    for node in model.graph.node:
        if node.domain not in _STANDARD_DOMAINS:
            _refuse(where, f"operator {f'{node.domain}.{node.op_type}'!r} is not a standard one")
        if any(attribute.HasField("g") or attribute.graphs for attribute in node.attribute):
            _refuse(where, f"operator {node.op_type!r} runs a graph of its own (loops and branches are not taken)")


def _check_tensors(graph: GraphProto, where: str, infinity: bool) -> None:
    for tensor in _tensors(graph):
        if tensor.data_location == tensor.EXTERNAL or tensor.external_data:
            _refuse(where, f"the data of {tensor.name!r} lie in another file; a model holds its own")
        values = _values(tensor, where)
        if not np.issubdtype(values.dtype, np.floating) or np.isfinite(values).all():
            continue
        if not infinity or np.isnan(values).any():
            _refuse(where, f"the weights {tensor.name!r} hold NaN or infinity")


def _tensors(graph: GraphProto) -> Iterator[TensorProto]:
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in graph.node:
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)
            for sparse in (attribute.sparse_tensor, *attribute.sparse_tensors):
                yield from (sparse.values, sparse.indices)


def _values(tensor: TensorProto, where: str) -> Any:
    from onnx import numpy_helper

    if not tensor.data_type:
        return np.empty(0)
    try:
        return numpy_helper.to_array(tensor)
    except (ValueError, TypeError, KeyError) as error:
        raise UnsafeModel(f"{where}: refused: the weights {tensor.name!r} are damaged") from error


def _names(values: list[ValueInfoProto]) -> str:
    return ", ".join(repr(value.name) for value in values) or "missing"


def _refuse(where: str, why: str) -> NoReturn:
    raise UnsafeModel(f"{where}: refused: {why}")
