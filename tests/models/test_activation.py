"""Class-activation maps: the same numbers as the logits, and the part of a picture that they come from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import helper
from tests.models.tiny_model import tiny_card, tiny_network, write_tiny_model

from wildwear.images.preprocess import Preprocessing
from wildwear.models.activation import open_activation, region
from wildwear.models.package import Model, open_model
from wildwear.models.registry import load_model
from wildwear.models.settings import RuntimeOptions
from wildwear.models.write import write_model

OPTIONS = RuntimeOptions(threads=1)


@pytest.fixture(scope="module")
def base() -> Model:
    return load_model(options=OPTIONS)


def test_differences_of_the_maps_means_are_differences_of_the_logits_but_for_the_bias(base: Model) -> None:
    activation = open_activation(base, OPTIONS)
    assert activation is not None
    size = base.preprocessing.size
    inputs = np.random.default_rng(0).normal(size=(2, 3, size, size)).astype(np.float32)
    logits = base.run(inputs).logits
    maps = [activation.maps(inputs, [c, c]).mean(axis=(1, 2)) for c in range(4)]
    for c in range(1, 4):
        # Between two pictures, the bias falls out.
        assert maps[c][1] - maps[c][0] == pytest.approx(logits[1, c] - logits[0, c], abs=2e-3)


@pytest.mark.parametrize("resize", ["squash", "letterbox", "crop"])
def test_a_region_lies_where_the_map_is_high_in_any_form_of_picture(resize: str) -> None:
    preprocessing = Preprocessing(size=64, resize=resize)  # type: ignore[arg-type]
    activation = np.zeros((8, 8), np.float32)
    activation[3:5, 3:5] = 1
    box = region(activation, preprocessing, width=400, height=200)
    assert box is not None
    assert (box.x1 + box.x2) / 2 == pytest.approx(200, abs=8)
    assert (box.y1 + box.y2) / 2 == pytest.approx(100, abs=8)
    assert box.x2 - box.x1 < 250
    assert 0 <= box.y1 < box.y2 <= 200


def test_a_map_that_is_nowhere_positive_singles_out_nothing() -> None:
    assert region(np.full((6, 6), -1, np.float32), Preprocessing(size=48), 100, 100) is None


def test_a_network_that_changes_its_averages_has_no_maps(tmp_path: Path) -> None:
    network = tiny_network()
    pooled = next(node for node in network.graph.node if node.op_type == "Flatten")
    pooled.input[0] = "bent"
    network.graph.node.insert(3, helper.make_node("Sigmoid", ["pooled"], ["bent"]))
    write_model(tmp_path / "bent", network.SerializeToString(), tiny_card("bent"))
    assert open_activation(open_model(tmp_path / "bent", OPTIONS), OPTIONS) is None
    assert open_activation(write_tiny_model(tmp_path / "plain"), OPTIONS) is not None
