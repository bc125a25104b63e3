"""From a PyTorch network to the files that a model folder holds: ONNX to run, safetensors to go on from."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wildwear.training.recipe import Recipe

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFiles:
    """A trained network, twice."""

    onnx: bytes
    """`pixels` to `embedding` and `logits`, computed and stored in float32."""
    safetensors: bytes
    """The state under timm's own names in float32, with architecture and classes in the metadata."""


def export_network(network: torch.nn.Module, recipe: Recipe, classes: Sequence[str]) -> NetworkFiles:
    """Both files of a timm classifier for `classes`, in the order of its logits; the network ends on the CPU."""
    network = network.eval().cpu().float()
    return NetworkFiles(
        onnx=to_onnx(network, recipe.preprocessing.size),
        safetensors=to_safetensors(network, recipe.network.backbone, classes),
    )


def to_onnx(network: torch.nn.Module, size: int) -> bytes:
    """Exports a timm classifier, batch normalisation folded, with outputs `embedding` and `logits`.

    The input is `pixels`, float32 N × 3 × size × size.
    """
    import onnx
    import torch

    # Its optimiser tells of every operator of a transformer that it leaves as it is.
    logging.getLogger("onnxscript").setLevel(logging.ERROR)
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
    return bytes(_stripped(onnx.load_model_from_string(buffer.getvalue())).SerializeToString())


def to_safetensors(network: Any, backbone: str, classes: Sequence[str]) -> bytes:
    """The network's state as timm's `create_model(backbone, num_classes=len(classes))` loads it.

    The metadata say what the network is and how timm makes one like it.
    """
    from safetensors.torch import save

    cfg, fixed = network.pretrained_cfg, getattr(getattr(network, "patch_embed", None), "img_size", None)
    metadata = {
        "format": "pt",
        "architecture": architecture(backbone),
        "num_classes": str(len(classes)),
        "num_features": str(network.num_features),
        "label_names": json.dumps(list(classes), ensure_ascii=False),
        "pretrained_cfg": json.dumps({key: cfg[key] for key in ("first_conv", "classifier") if key in cfg}),
        "model_args": json.dumps({"img_size": fixed} if fixed else {}),
    }
    tensors = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    return _with_sorted_metadata(save(tensors, metadata))


def architecture(backbone: str) -> str:
    """A timm backbone without the tag of its weights.

    >>> architecture("resnetv2_50.a1h_in1k")
    'resnetv2_50'
    """
    return backbone.partition(".")[0]


def _with_sorted_metadata(data: bytes) -> bytes:
    """The same file with its metadata in order: the library's own order changes from call to call."""
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:end])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # tensors stay aligned
    return len(text).to_bytes(8, "little") + text + data[end:]


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
            classifier = self.network.get_classifier()
            # ResNet V2's last layer is a 1 × 1 convolution.
            weight = classifier.weight.flatten(1)
            return embedding, torch.nn.functional.linear(embedding, weight, classifier.bias)

    return WithEmbedding()
