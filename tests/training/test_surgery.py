"""Giving a network another last layer."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tests.models.tiny_model import tiny_network

from wildwear.errors import UserError
from wildwear.linear import LinearHead
from wildwear.models.runtimes import open_network
from wildwear.models.settings import RuntimeOptions
from wildwear.training.surgery import head_of, with_head

PIXELS = np.random.default_rng(0).normal(size=(3, 3, 32, 32)).astype(np.float32)


def head(classes: int = 7, width: int = 16) -> LinearHead:
    random = np.random.default_rng(1)
    return LinearHead(
        weight=random.normal(size=(classes, width)).astype(np.float32),
        bias=random.normal(size=classes).astype(np.float32),
    )


def run(network: bytes) -> tuple[np.ndarray, np.ndarray]:
    return open_network(network, RuntimeOptions(runtime="onnxruntime", threads=1))(PIXELS)


def test_the_new_logits_are_the_heads_and_the_embedding_stays() -> None:
    old = tiny_network().SerializeToString()
    embedding, logits = run(with_head(old, head()))
    np.testing.assert_array_equal(embedding, run(old)[0])
    np.testing.assert_allclose(logits, head()(embedding), atol=1e-5)


def test_nothing_of_the_old_last_layer_stays() -> None:
    model = onnx.load_model_from_string(with_head(tiny_network(50).SerializeToString(), head()))
    assert sorted(tensor.name for tensor in model.graph.initializer) == [
        "filters",
        "offsets",
        "probe.bias",
        "probe.weight",
    ]
    assert [node.op_type for node in model.graph.node].count("Gemm") == 1


def test_a_probe_can_become_a_probe_again() -> None:
    once = with_head(tiny_network().SerializeToString(), head(4))
    again = with_head(once, head(9))
    assert run(again)[1].shape == (3, 9)
    assert len(again) < len(once) + 9 * 16 * 4


def test_weights_in_half_precision_stay_so() -> None:
    network = tiny_network()
    half = numpy_helper.from_array(numpy_helper.to_array(network.graph.initializer[0]).astype(np.float16), "half")
    network.graph.initializer[0].CopyFrom(half)
    network.graph.node.insert(0, helper.make_node("Cast", ["half"], ["filters"], to=TensorProto.FLOAT))
    model = onnx.load_model_from_string(with_head(network.SerializeToString(), head()))
    assert {tensor.data_type for tensor in model.graph.initializer if tensor.name == "half"} == {TensorProto.FLOAT16}
    assert np.isfinite(run(model.SerializeToString())[1]).all()


@pytest.mark.parametrize("output", ["embedding"])
def test_what_the_embedding_needs_and_nothing_else_is_kept(output: str) -> None:
    network = tiny_network()
    network.graph.node.append(helper.make_node("Relu", ["logits"], ["aside"]))
    model = onnx.load_model_from_string(with_head(network.SerializeToString(), head()))
    assert all("aside" not in node.output for node in model.graph.node)
    assert output in {value.name for value in model.graph.output}


def test_the_last_layer_is_read_as_it_was_given() -> None:
    read = head_of(with_head(tiny_network().SerializeToString(), head()), "tiny")
    np.testing.assert_array_equal(read.weight, head().weight)
    np.testing.assert_array_equal(read.bias, head().bias)


def test_a_last_layer_that_is_no_linear_one_is_refused() -> None:
    model = onnx.load_model_from_string(with_head(tiny_network().SerializeToString(), head()))
    last = model.graph.node[-1]
    last.output[0] = "before"
    model.graph.node.append(helper.make_node("Relu", ["before"], ["logits"]))
    with pytest.raises(UserError, match="the last layer of tiny is no linear one"):
        head_of(model.SerializeToString(), "tiny")
