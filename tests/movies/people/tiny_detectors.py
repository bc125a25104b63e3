"""Tiny real networks of each family: they see a person (and something else) in a bright picture, none in a dark one.

The person stands at `PLACE` of a 16:9 frame.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

PLACE = (0.25, 0.25, 0.5, 0.75)
"""Left, top, right, bottom, as fractions of the frame."""
_SIDE = 64
_ASPECT = 9 / 16

Shape = Sequence[int | str]


def yolox(*, decoded: bool = False, batch: int | str = 1) -> onnx.ModelProto:
    """One output, `output` [N, 84, 7]: two classes, input 64 × 64, cells of 8, 16 and 32 pixels."""
    cells = np.concatenate([_cells(stride) for stride in (8, 16, 32)])
    base = np.zeros((1, len(cells), 7))
    gain = np.zeros_like(base)
    if decoded:
        base[0, :, :2] = cells[:, :2] * cells[:, 2:]
    x1, y1, x2, y2 = np.array(PLACE) * _SIDE * np.array([1, _ASPECT, 1, _ASPECT])
    box = np.array([(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1])
    for row, person, other in ((19, 1.0, 0.0), (20, 0.9, 0.0), (30, 0.0, 1.0)):  # twice the person, and another thing
        base[0, row, 5:] = person, other
        gain[0, row, 4] = 1 / 255
        x, y, stride = cells[row]
        raw = [box[0] / stride - x, box[1] / stride - y, *np.log(box[2:] / stride)]
        base[0, row, :4] = box if decoded else raw
    nodes = [_node("Mul", "bright", "gain", to="scaled"), _node("Add", "scaled", "base", to="output")]
    return _model(
        nodes,
        {"images": [batch, 3, _SIDE, _SIDE]},
        {"output": [batch, *base.shape[1:]]},
        {"base": base, "gain": gain},
    )


def detr(
    classes: int,
    *,
    names: tuple[str, str] = ("logits", "pred_boxes"),
    side: int | str = _SIDE,
    mask: bool = False,
    batch: int | str = 1,
) -> onnx.ModelProto:
    """`logits` [N, 2, classes] and `pred_boxes` [N, 2, 4]; the second query is something else."""
    person = 1 if classes > 90 else 0
    normalised = classes in (2, 91, 92)
    base, gain = np.full((1, 2, classes), 0.0 if classes in (2, 92) else -5.0), np.zeros((1, 2, classes))
    gain[0, 0, person], base[0, 0, person] = (3, 0) if normalised else (10, -5)
    base[0, 1, -1] = 8 if classes > 1 else -5
    x1, y1, x2, y2 = np.array(PLACE) * (1 if isinstance(side, int) else np.array([1, _ASPECT, 1, _ASPECT]))
    boxes = np.array([[[(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1], [0.5, 0.5, 1, 1]]])
    nodes = [
        _node("Mul", "bright", "gain", to="scaled"),
        _node("Add", "scaled", "base", to=names[0]),
        _node("Mul", "bright", "nothing", to="dark"),
        _node("Add", "dark", "places", to=names[1]),
    ]
    inputs: dict[str, Shape] = {"images": [batch, 3, side, side]}
    if mask:
        inputs["pixel_mask"] = [batch, 32, 32]
    outputs: dict[str, Shape] = {names[0]: [batch, 2, classes], names[1]: [batch, 2, 4]}
    return _model(nodes, inputs, outputs, {"base": base, "gain": gain, "places": boxes, "nothing": np.zeros((1, 1, 1))})


def detr_in_pixels() -> onnx.ModelProto:
    """`labels`, `boxes`, `scores` of two queries, given `images` and `orig_target_sizes` (width, height)."""
    nodes = [
        _node("Cast", "orig_target_sizes", to="sizes", to_type=TensorProto.FLOAT),
        _node("Concat", "sizes", "sizes", to="twice", axis=1),
        _node("Unsqueeze", "twice", "second", to="scale"),
        _node("Mul", "scale", "places", to="boxes"),
        _node("Squeeze", "bright", "second", to="row"),
        _node("Mul", "row", "sureness", to="scores"),
        _node("Mul", "row", "zero", to="no"),
        _node("Add", "no", "kinds", to="floats"),
        _node("Cast", "floats", to="labels", to_type=TensorProto.INT64),
    ]
    constants = {
        "places": np.array([[PLACE, (0, 0, 1, 1)]]),
        "sureness": np.array([[0.9, 1.0]]),
        "kinds": np.array([[0.0, 5.0]]),
        "zero": np.zeros((1, 1)),
        "second": np.array([1], np.int64),
    }
    inputs: dict[str, Shape] = {"images": ["N", 3, _SIDE, _SIDE], "orig_target_sizes": ["N", 2]}
    outputs: dict[str, Shape] = {"labels": ["N", 2], "boxes": ["N", 2, 4], "scores": ["N", 2]}
    return _model(nodes, inputs, outputs, constants)


DETECTORS: Mapping[str, Callable[[], onnx.ModelProto]] = {
    "yolox": yolox,
    "yolox, any number at once": lambda: yolox(batch="N"),
    "yolox, decoded": lambda: yolox(decoded=True),
    "detr": lambda: detr(92, mask=True),
    "detr, one class": lambda: detr(2),
    "deformable detr": lambda: detr(91, batch="N"),
    "rf-detr": lambda: detr(91, names=("labels", "dets")),
    "rt-detr": lambda: detr(80, side="S", batch="N"),
    "rt-detr, one class": lambda: detr(1),
    "d-fine": detr_in_pixels,
}


def _cells(stride: int) -> NDArray[np.float64]:
    y, x = np.mgrid[: _SIDE // stride, : _SIDE // stride]
    return np.stack([x.ravel(), y.ravel(), np.full(x.size, stride)], axis=1).astype(float)


def _node(kind: str, *inputs: str, to: str, to_type: int | None = None, **attributes: Any) -> onnx.NodeProto:
    return helper.make_node(kind, list(inputs), [to], **attributes, **({"to": to_type} if to_type else {}))


def _model(
    nodes: list[onnx.NodeProto],
    inputs: Mapping[str, Shape],
    outputs: Mapping[str, Shape],
    constants: Mapping[str, NDArray[Any]],
) -> onnx.ModelProto:
    """A network whose nodes may use `bright`, the mean of the picture's values, N × 1 × 1."""
    mean = [
        _node("ReduceMean", "images", to="mean", axes=[1, 2, 3], keepdims=1),
        _node("Squeeze", "mean", "last", to="bright"),
    ]
    tensors = {"last": np.array([3], np.int64), **constants}
    kinds = {"orig_target_sizes": TensorProto.INT64, "pixel_mask": TensorProto.INT64}
    if "scores" in outputs:
        kinds["labels"] = TensorProto.INT64
    graph = helper.make_graph(
        [*mean, *nodes],
        "tiny",
        [
            helper.make_tensor_value_info(name, kinds.get(name, TensorProto.FLOAT), shape)
            for name, shape in inputs.items()
        ],
        [
            helper.make_tensor_value_info(name, kinds.get(name, TensorProto.FLOAT), shape)
            for name, shape in outputs.items()
        ],
        [
            numpy_helper.from_array(value if value.dtype == np.int64 else value.astype(np.float32), name)
            for name, value in tensors.items()
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model
