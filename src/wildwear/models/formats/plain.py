"""A model as one ONNX file that explains itself, for whoever has an ONNX runtime and has never heard of wildwear."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from wildwear.models.card import ModelCard

_WORTH_HALVING = 1024  # bytes; biases stay as they are
_LARGEST_HALF = float(np.finfo(np.float16).max)


def self_explaining(network: bytes, card: ModelCard, *, half: bool = False) -> bytes:
    """The network with `probabilities` as a further output, and with what its card says in the file's metadata.

    `probabilities`, float32 N × C, are the softmax of the logits over the model's temperature. With `half`, weights
    are stored as float16.
    """
    import onnx
    from onnx import TensorProto, helper

    model = onnx.load_model_from_string(network)
    model.graph.initializer.append(helper.make_tensor("temperature", TensorProto.FLOAT, [], [card.temperature]))
    model.graph.node.append(helper.make_node("Div", ["logits", "temperature"], ["calibrated_logits"]))
    model.graph.node.append(helper.make_node("Softmax", ["calibrated_logits"], ["probabilities"], axis=-1))
    shape = ["batch", len(card.classes)]
    model.graph.output.append(helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, shape))
    for key, value in described(card).items():
        model.metadata_props.add(key=key, value=value)
    if half:
        halve_storage(model)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def described(card: ModelCard) -> dict[str, str]:
    """What a file for others says of itself, by key; lists and objects as JSON."""
    return {
        "model": card.key,
        "license": card.licence,
        "classes": json.dumps(card.classes, ensure_ascii=False),
        "regions": json.dumps(card.regions),
        "preprocessing": json.dumps(card.preprocessing.to_json()),
        "temperature": repr(card.temperature),
    }


def halve_storage(model: Any) -> Any:
    """Replaces each large float32 initialiser of an ONNX model by a float16 one and a Cast (in place).

    The network still computes in float32; its weights keep 11 bits of precision.
    """
    import onnx
    from onnx import helper, numpy_helper

    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.nbytes < _WORTH_HALVING or np.abs(values).max() > _LARGEST_HALF:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], f"{name}.cast", to=onnx.TensorProto.FLOAT))
    for cast in reversed(casts):
        model.graph.node.insert(0, cast)
    return model
