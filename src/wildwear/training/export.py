"""From a PyTorch network to the ONNX file that a model folder holds."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch

_WORTH_HALVING = 1024  # bytes; biases stay as they are


def to_onnx(network: torch.nn.Module, size: int) -> bytes:
    """Exports a timm classifier, batch normalisation folded, with outputs `embedding` and `logits`.

    The input is `pixels`, float32 N × 3 × size × size. Weights are stored as float16 and cast back when the session
    is made, so that the file is half as large and computes in float32.
    """
    import onnx
    import torch

    wrapped = _WithEmbedding(network).eval().cpu()
    buffer = io.BytesIO()
    program = torch.onnx.export(
        wrapped,
        (torch.zeros(2, 3, size, size),),
        input_names=["pixels"],
        output_names=["embedding", "logits"],
        dynamic_shapes={"pixels": {0: torch.export.Dim("batch", min=1)}},
        dynamo=True,
        verbose=False,
    )
    program.save(buffer)
    model = onnx.load_model_from_string(buffer.getvalue())
    return bytes(halve_storage(_stripped(model)).SerializeToString())


def halve_storage(model: Any) -> Any:
    """Replaces each large float32 initialiser of an ONNX model by a float16 one and a Cast (in place)."""
    import onnx
    from onnx import helper, numpy_helper

    casts = []
    for tensor in model.graph.initializer:
        if tensor.data_type != onnx.TensorProto.FLOAT or _size(tensor) < _WORTH_HALVING:
            continue
        values = numpy_helper.to_array(tensor)
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], f"{name}.cast", to=onnx.TensorProto.FLOAT))
    for cast in reversed(casts):
        model.graph.node.insert(0, cast)
    return model


def _size(tensor: Any) -> int:
    return int(np.prod(tensor.dims, dtype=np.int64)) * 4


def _stripped(model: Any) -> Any:
    """Without the exporter's notes about where each node came from: they triple the text and name paths."""
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for value in [*model.graph.input, *model.graph.output, *model.graph.value_info, *model.graph.initializer]:
        value.doc_string = ""
        del value.metadata_props[:]
    del model.graph.value_info[:]
    del model.graph.metadata_props[:]
    del model.metadata_props[:]
    model.doc_string = model.graph.doc_string = ""
    return model


def _WithEmbedding(network: torch.nn.Module) -> torch.nn.Module:  # noqa: N802
    """The network with its penultimate features as a first output."""
    import torch

    class WithEmbedding(torch.nn.Module):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            self.network: Any = network

        def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            embedding = self.network.forward_head(self.network.forward_features(pixels), pre_logits=True)
            return embedding, self.network.get_classifier()(embedding)

    return WithEmbedding()
