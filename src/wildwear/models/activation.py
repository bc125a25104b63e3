"""Where in a picture a network sees a category: class-activation maps.

A network that averages its last feature maps and weighs the averages linearly says by the same weights where in the
picture a class comes from (Zhou et al., Learning Deep Features for Discriminative Localization, CVPR 2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from wildwear.images.preprocess import Preprocessing
from wildwear.models.card import NETWORK
from wildwear.models.checks import parse_network, read_checked
from wildwear.models.package import Model
from wildwear.models.runtimes import Runner, open_runner
from wildwear.models.settings import RuntimeOptions
from wildwear.records import Box

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

_PASSING = frozenset({"Concat", "Reshape", "Flatten", "Squeeze", "Identity", "Dropout"})
"""What may stand between the averages and the embedding: nothing that changes their numbers or their order."""
_AVERAGES = frozenset({"GlobalAveragePool", "ReduceMean"})
_SEEN = 0.5  # of the highest activation: what lies above is the region


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """The maps of one model."""

    runner: Runner
    """Gives the last feature maps, each N × K × h × w."""
    weights: NDArray[np.float32]
    """C × D, of the last layer; the maps' channels side by side are D."""

    def maps(self, inputs: NDArray[np.float32], classes: Sequence[int]) -> NDArray[np.float32]:
        """For N inputs, 3 × S × S each, where the class of each comes from: N × h × w, in no unit."""
        features = self.runner({"pixels": inputs})
        ends = np.cumsum([feature.shape[1] for feature in features])
        parts = np.split(self.weights[list(classes)], ends[:-1], axis=1)
        together = [np.einsum("nk,nkhw->nhw", part, one) for part, one in zip(parts, features, strict=True)]
        return np.asarray(sum(together), np.float32)


def open_activation(model: Model, options: RuntimeOptions) -> Activation | None:
    """The maps of a model; None where its network does not end in averages and one linear layer."""
    from onnx import helper

    path = model.folder / NETWORK
    network = parse_network(read_checked(path, model.metadata.files[NETWORK]), str(path))
    weights, names = _last_layer(network), _averaged(network)
    if weights is None or not names:
        return None
    for name in names:
        if name not in {output.name for output in network.graph.output}:
            network.graph.output.append(helper.make_empty_tensor_value_info(name))
    activation = Activation(runner=open_runner(network.SerializeToString(), names, options), weights=weights)
    size = model.preprocessing.size
    features = activation.runner({"pixels": np.zeros((1, 3, size, size), np.float32)})
    fits = all(one.ndim == 4 for one in features) and sum(one.shape[1] for one in features) == weights.shape[1]
    same_grid = len({one.shape[2:] for one in features}) == 1
    return activation if fits and same_grid else None


def region(activation: NDArray[np.float32], preprocessing: Preprocessing, width: int, height: int) -> Box | None:
    """The part of a picture of that size that an h × w map of it singles out; None where it singles out nothing."""
    from scipy.ndimage import find_objects, label

    size = preprocessing.size
    (x1, y1, x2, y2), wide, high = preprocessing.part(None, width, height)
    fine = np.asarray(Image.fromarray(activation).resize((size, size), Image.Resampling.BILINEAR))
    left, top = (size - wide) // 2, (size - high) // 2
    shown = fine[top : top + high, left : left + wide]
    if shown.max() <= 0:
        return None
    parts, _ = label(shown >= _SEEN * shown.max())
    rows, columns = find_objects(parts)[parts[np.unravel_index(shown.argmax(), shown.shape)] - 1]
    across, down = (x2 - x1) / wide, (y2 - y1) / high
    return Box(
        x1=x1 + columns.start * across,
        y1=y1 + rows.start * down,
        x2=x1 + columns.stop * across,
        y2=y1 + rows.stop * down,
    )


def _last_layer(network: ModelProto) -> NDArray[np.float32] | None:
    """The weights, C × D, of the linear layer from the embedding to the logits."""
    from onnx import numpy_helper

    constants = {tensor.name: tensor for tensor in network.graph.initializer}
    for node in network.graph.node:
        if node.op_type == "Gemm" and list(node.output) == ["logits"] and node.input[0] == "embedding":
            attributes = {one.name: one for one in node.attribute}
            if node.input[1] not in constants or "transA" in attributes or "alpha" in attributes:
                return None
            weights = numpy_helper.to_array(constants[node.input[1]]).astype(np.float32)
            turned = "transB" in attributes and attributes["transB"].i
            return weights if turned else np.ascontiguousarray(weights.T)
    return None


def _averaged(network: ModelProto) -> list[str]:
    """The feature maps whose averages, side by side, are the embedding; none where it is made in another way."""
    makers = {name: node for node in network.graph.node for name in node.output}
    return _maps_behind("embedding", makers) or []


def _maps_behind(name: str, makers: dict[str, NodeProto]) -> list[str] | None:
    node = makers.get(name)
    if node is None:
        return None
    if node.op_type in _AVERAGES:
        return [node.input[0]]
    if node.op_type not in _PASSING:
        return None
    sources = node.input if node.op_type == "Concat" else node.input[:1]
    found = [_maps_behind(source, makers) for source in sources]
    return None if any(one is None for one in found) else [name for one in found for name in one or ()]
