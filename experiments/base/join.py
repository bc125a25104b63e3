"""Joins two models of one input size into one network: their features side by side, the last layer to be trained.

Features that were trained and features of ImageNet err differently, and a linear classifier on both does better than
on either. `wildwear train NAME --recipe probe --init JOINED` gives the joined network its last layer.

    python experiments/base/join.py -w WORKSPACE finetuned lite0-imagenet --name joined
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, compose, helper, numpy_helper

from wildwear.models.card import NETWORK
from wildwear.models.package import Model
from wildwear.models.registry import load_model
from wildwear.models.write import write_model
from wildwear.workspace import Workspace


def joined(first: Model, second: Model) -> bytes:
    """`pixels` to `embedding` (the first model's features, then the second's) and to `logits`, which are all zero."""
    parts = [
        compose.add_prefix(onnx.load(model.folder / NETWORK), f"{place}/")
        for place, model in (("a", first), ("b", second))
    ]
    classes = len(first.classes)
    width = sum(
        first.run(np.zeros((1, 3, *[first.preprocessing.size] * 2), np.float32)).embedding.shape[1] for _ in "ab"
    )
    nodes = [node for part in parts for node in part.graph.node]
    for node in nodes:
        node.input[:] = ["pixels" if name in ("a/pixels", "b/pixels") else name for name in node.input]
    nodes.append(helper.make_node("Concat", ["a/embedding", "b/embedding"], ["embedding"], axis=1))
    nodes.append(helper.make_node("MatMul", ["embedding", "no.weight"], ["logits"]))
    size = first.preprocessing.size
    graph = helper.make_graph(
        nodes,
        "joined",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["N", 3, size, size])],
        [
            helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["N", width]),
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", classes]),
        ],
        [tensor for part in parts for tensor in part.graph.initializer]
        + [numpy_helper.from_array(np.zeros((width, classes), np.float32), "no.weight")],
    )
    model = helper.make_model(graph, opset_imports=parts[0].opset_import, ir_version=parts[0].ir_version)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-w", "--workspace", type=Path, default=Path())
    parser.add_argument("first")
    parser.add_argument("second")
    parser.add_argument("--name", default="joined")
    arguments = parser.parse_args()
    workspace = Workspace.open(arguments.workspace)
    first, second = (load_model(name, workspace) for name in (arguments.first, arguments.second))
    if first.preprocessing != second.preprocessing:
        raise SystemExit(f"{first.name} and {second.name} want their pictures in different ways")
    card = replace(
        first.metadata,
        name=arguments.name,
        recipe="joined",
        init=f"{first.key} + {second.key}",
        metrics={},
        temperature=1.0,
    )
    model = write_model(workspace.models / arguments.name, joined(first, second), card)
    print(f"{model.key} in {model.folder}")


if __name__ == "__main__":
    main()
