"""A tiny real network for tests: a patch convolution, ReLU, global average pooling, one linear layer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from wildwear.images.preprocess import Preprocessing
from wildwear.models.card import ModelCard
from wildwear.models.package import Model
from wildwear.models.write import write_model
from wildwear.taxonomy import load_taxonomy

CLASSES = ("Jacket", "Tee", "Jeans", "Skirt", "Dress")


def tiny_network(classes: int = len(CLASSES), *, size: int = 32, width: int = 16, seed: int = 0) -> onnx.ModelProto:
    """`pixels` float32 [N, 3, size, size] to `embedding` [N, width] and `logits` [N, classes]."""
    random = np.random.default_rng(seed)
    weights = {
        "filters": random.normal(0, 0.2, (width, 3, 4, 4)),
        "offsets": random.normal(0, 0.2, width),
        "head.weight": random.normal(0, 3.0, (classes, width)),
        "head.bias": np.zeros(classes),
    }
    nodes = [
        helper.make_node("Conv", ["pixels", "filters", "offsets"], ["patches"], strides=[4, 4]),
        helper.make_node("Relu", ["patches"], ["active"]),
        helper.make_node("GlobalAveragePool", ["active"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["embedding"]),
        helper.make_node("Gemm", ["embedding", "head.weight", "head.bias"], ["logits"], transB=1),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["N", 3, size, size])],
        [
            helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["N", width]),
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", classes]),
        ],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def tiny_card(name: str = "tiny", classes: tuple[str, ...] = CLASSES, *, size: int = 32) -> ModelCard:
    taxonomy = load_taxonomy()
    return ModelCard(
        name=name,
        classes=classes,
        regions=tuple(taxonomy.region(category).value for category in classes),
        preprocessing=Preprocessing(size=size),
        recipe="tiny",
        licence="Apache-2.0",
    )


def write_tiny_model(
    folder: Path, classes: tuple[str, ...] = CLASSES, *, size: int = 32, width: int = 16, seed: int = 0
) -> Model:
    """Writes a tiny model named as its folder is (`workspace.models / NAME` makes it findable by name)."""
    network = tiny_network(len(classes), size=size, width=width, seed=seed)
    return write_model(folder, network.SerializeToString(), tiny_card(folder.name, classes, size=size))
