"""Gives a network another last layer, without the framework that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wildwear.errors import UserError
from wildwear.linear import LinearHead

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

_WEIGHT, _BIAS = "probe.weight", "probe.bias"


def with_head(network: bytes, head: LinearHead) -> bytes:
    """The network of a model (`pixels` to `embedding`, `logits`) with `head` on its embedding in place of its own."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load_model_from_string(network)
    graph = model.graph
    kept = _needed_for("embedding", list(graph.node))
    read = {name for node in kept for name in node.input}
    if {_WEIGHT, _BIAS} & read:
        raise UserError("the network uses the names of a probe's weights before its embedding: it cannot get another")
    tensors = [tensor for tensor in graph.initializer if tensor.name in read]
    tensors += [
        numpy_helper.from_array(values.astype(np.float32), name)
        for name, values in ((_WEIGHT, head.weight), (_BIAS, head.bias))
    ]
    gemm = helper.make_node("Gemm", ["embedding", _WEIGHT, _BIAS], ["logits"], name="probe", transB=1)
    for field, values in (("node", [*kept, gemm]), ("initializer", tensors)):
        graph.ClearField(field)
        getattr(graph, field).extend(values)
    del graph.value_info[:], graph.output[:]
    classes, width = head.weight.shape
    for name, columns in (("embedding", width), ("logits", classes)):
        graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", columns]))
    return _checked(model)


_GEMM = {"alpha": 1.0, "beta": 1.0, "transA": 0, "transB": 0}  # what ONNX takes where nothing is said


def head_of(network: bytes, name: str) -> LinearHead:
    """The last layer of the network of model `name`; raises `UserError` where it is no linear one on the embedding."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load_model_from_string(network).graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    last = next((node for node in graph.node if "logits" in node.output), None)
    if last is None or last.op_type != "Gemm" or last.input[0] != "embedding" or not {*last.input[1:]} <= {*weights}:
        raise UserError(f"--prior init: the last layer of {name} is no linear one on its embedding")
    told = {one.name: onnx.helper.get_attribute_value(one) for one in last.attribute}
    if len(last.input) != 3 or _GEMM | told != _GEMM | {"transB": 1}:
        raise UserError(f"--prior init: the last layer of {name} is written in a way that is not read here")
    weight, bias = (numpy_helper.to_array(weights[one]).astype(np.float32) for one in last.input[1:])
    return LinearHead(weight=weight, bias=bias)


def _needed_for(output: str, nodes: list[NodeProto]) -> list[NodeProto]:
    """The nodes that `output` depends on, in their order."""
    wanted, kept = {output}, []
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            wanted.update(node.input)
            kept.append(node)
    return kept[::-1]


def _checked(model: ModelProto) -> bytes:
    import onnx

    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
