"""A network in whole numbers: 8-bit weights and activations, with scales learned from pictures.

Static quantisation after training (Jacob et al. 2018), as ONNX Runtime does it: symmetric weights a channel, one
scale an activation, in QuantizeLinear and DequantizeLinear around the operators (QDQ), all of the standard domain.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnx import ModelProto

# A scale reaches to the mean of the batches' extremes: one that reaches to the largest of all is coarse for the rest.
_MEAN_OF_EXTREMES = {"CalibMovingAverage": True}


def quantised(network: bytes, batches: Iterable[NDArray[np.float32]]) -> bytes:
    """The network of a model with its convolutions in int8; `embedding` and what follows it stay in float32.

    `batches` are N × 3 × S × S pixels, preprocessed for the model; each is run once in float32.
    """
    import onnx
    from onnxruntime.quantization import QuantFormat, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with tempfile.TemporaryDirectory() as folder, _quiet():
        whole, prepared, result = (Path(folder) / name for name in ("whole.onnx", "prepared.onnx", "int8.onnx"))
        whole.write_bytes(network)
        # Folds weights that are stored as float16 back into float32, which is what quantisation starts from.
        quant_pre_process(whole, prepared, skip_symbolic_shape=True)
        model = onnx.load(prepared)
        quantize_static(
            model,
            result,
            _reader(batches),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            nodes_to_exclude=_in_float(model),
            extra_options=_MEAN_OF_EXTREMES,
        )
        return _without_notes(onnx.load(result))


def _in_float(model: ModelProto) -> list[str]:
    """Names, given here, of the nodes behind the last convolution or attention block: pooling, embedding, logits."""
    for place, node in enumerate(model.graph.node):
        node.name = f"{node.op_type}_{place}"  # names may be missing, or the same
    names = [node.name for node in model.graph.node]
    heavy = [place for place, node in enumerate(model.graph.node) if node.op_type in ("Conv", "MatMul", "Clip", "Relu")]
    return names[heavy[-1] + 1 :] if heavy else names


def _reader(batches: Iterable[NDArray[np.float32]]) -> Any:
    from onnxruntime.quantization import CalibrationDataReader

    class Reader(CalibrationDataReader):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            self._batches = iter(batches)

        def get_next(self) -> dict[str, NDArray[np.float32]] | None:
            batch = next(self._batches, None)
            return None if batch is None else {"pixels": batch}

    return Reader()


def _without_notes(model: ModelProto) -> bytes:
    """Without shapes in between, and without the domains of operators that are not in it."""
    del model.graph.value_info[:], model.metadata_props[:]
    standard = [opset for opset in model.opset_import if opset.domain in ("", "ai.onnx")]
    del model.opset_import[:]
    model.opset_import.extend(standard)
    return bytes(model.SerializeToString())


@contextmanager
def _quiet() -> Iterator[None]:
    """The tools log advice for developers to the root logger."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
