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
