"""Models in int8: whole models of ours, that say what they were made from and what they lost."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tests.models.street import write_street
from tests.models.test_hostile_models import plant, refusal
from tests.models.tiny_model import tiny_network

from wildwear.errors import UnknownName, UnsafeModel, UserError
from wildwear.models.card import read_card
from wildwear.models.formats.exporting import export
from wildwear.models.formats.int8 import quantised
from wildwear.models.formats.plain import halve_storage
from wildwear.models.formats.settings import ExportSettings
from wildwear.models.package import open_model
from wildwear.workspace import Workspace


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    write_street(workspace)
    return workspace


def pixels(count: int = 8) -> list[np.ndarray[Any, np.dtype[np.float32]]]:
    return [np.random.default_rng(3).normal(size=(count, 3, 32, 32)).astype(np.float32)]


def int8_network() -> onnx.ModelProto:
    return onnx.load_model_from_string(quantised(tiny_network(width=64).SerializeToString(), pixels()))


def test_it_is_a_model_of_ours_that_says_what_it_lost(shop: Workspace, tmp_path: Path) -> None:
    settings = ExportSettings(to="onnx-int8", calibrate="street", pictures=16)
    report = export("mine", tmp_path / "mine-int8", shop, settings)
    small, whole = open_model(tmp_path / "mine-int8"), open_model(shop.models / "mine")
    assert small.metadata.made_from == whole.key
    assert small.classes == whole.classes
    facts = small.metadata.metrics["int8"]
    assert (facts["calibrated_on"], facts["pictures"]) == ("street:train", 16)
    assert (facts["measured_on"], facts["samples"]) == ("street:val", 19)
    assert facts["agreement"] > 0.8
    assert facts["difference"] < 0.1
    for precision in ("float32", "int8"):
        assert 0 <= facts[precision]["top1"] <= facts[precision]["top3"] <= facts[precision]["top5"] == 1
    assert any("top-1" in note and "→" in note for note in report.notes)
    assert report.details["agreement"] == facts["agreement"]


def test_it_stays_a_model_when_it_is_made_into_others(shop: Workspace, tmp_path: Path) -> None:
    settings = ExportSettings(to="onnx-int8", calibrate="street:train", measure="street:train", pictures=8)
    export("mine", tmp_path / "small", shop, settings)
    export(str(tmp_path / "small"), tmp_path / "small.onnx", shop, ExportSettings(to="onnx"))
    export(str(tmp_path / "small"), tmp_path / "hub", shop, ExportSettings(to="hub"))
    assert open_model(tmp_path / "hub").metadata == read_card(tmp_path / "small")
    assert "a smaller form of mine@" in (tmp_path / "hub" / "README.md").read_text()


def test_convolutions_are_int8_and_what_follows_the_embedding_is_not() -> None:
    network = int8_network()
    kinds = {tensor.name: tensor.data_type for tensor in network.graph.initializer}
    assert kinds["head.weight"] == TensorProto.FLOAT
    assert kinds["filters_quantized"] == TensorProto.INT8
    scales = {tensor.name: tuple(tensor.dims) for tensor in network.graph.initializer}
    assert scales["filters_scale"] == (64,)
    assert {node.domain for node in network.graph.node} <= {"", "ai.onnx"}
    assert {opset.domain for opset in network.opset_import} <= {"", "ai.onnx"}


def test_weights_stored_in_half_precision_are_quantised_the_same() -> None:
    half = halve_storage(tiny_network(width=64))
    names = {tensor.name: tensor.data_type for tensor in _initialisers(quantised(half.SerializeToString(), pixels()))}
    assert TensorProto.INT8 in names.values()
    assert TensorProto.FLOAT16 not in names.values()


def _initialisers(network: bytes) -> list[onnx.TensorProto]:
    return list(onnx.load_model_from_string(network).graph.initializer)


def test_the_same_pictures_give_the_same_bytes() -> None:
    assert int8_network() == int8_network()


def _infinite_scale(network: onnx.ModelProto) -> None:
    for tensor in network.graph.initializer:
        if tensor.name == "filters_scale":
            tensor.CopyFrom(numpy_helper.from_array(np.full(64, np.inf, np.float32), tensor.name))


def _microsoft_operators(network: onnx.ModelProto) -> None:
    network.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    for node in network.graph.node:
        if node.op_type == "DequantizeLinear":
            node.domain = "com.microsoft"


def _data_elsewhere(network: onnx.ModelProto) -> None:
    for tensor in network.graph.initializer:
        if tensor.name == "filters_quantized":
            tensor.data_location = TensorProto.EXTERNAL
            tensor.external_data.add(key="location", value="/etc/passwd")
            tensor.ClearField("raw_data")


def _no_weights(network: onnx.ModelProto) -> None:
    for tensor in network.graph.initializer:
        if tensor.name == "filters_quantized":
            tensor.raw_data = tensor.raw_data[:-7]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_infinite_scale, "'filters_scale' hold NaN or infinity"),
        (_microsoft_operators, "'com.microsoft.DequantizeLinear' is not a standard one"),
        (_data_elsewhere, "lie in another file"),
        (_no_weights, "'filters_quantized' are damaged"),
    ],
)
def test_h58_h59_h61_what_is_refused_in_float_is_refused_in_int8(
    tmp_path: Path, spoil: Callable[[onnx.ModelProto], None], reason: str
) -> None:
    network = int8_network()
    spoil(network)
    assert reason in refusal(plant(tmp_path / "model", network.SerializeToString()))


def test_h60_another_int8_network_is_not_taken_for_this_one(tmp_path: Path) -> None:
    data = int8_network().SerializeToString()
    folder = plant(tmp_path / "model", data)
    assert sha256(data).hexdigest() == read_card(folder).files["model.onnx"].sha256
    (folder / "model.onnx").write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(UnsafeModel, match="does not match its checksum"):
        open_model(folder)


def test_what_cannot_be_is_said_before_a_picture_is_read(shop: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="as in --calibrate street:train"):
        ExportSettings(to="onnx-int8")
    with pytest.raises(UserError, match="for --to onnx-int8, and not for onnx"):
        ExportSettings(to="onnx", calibrate="street")
    for settings, reason in (
        (ExportSettings(to="onnx-int8", calibrate="stret"), "did you mean street"),
        (ExportSettings(to="onnx-int8", calibrate="street", measure="street:test"), "unknown split 'test'"),
        (ExportSettings(to="onnx-int8", calibrate="street*2"), "a dataset and a side alone"),
    ):
        with pytest.raises((UnknownName, UserError), match=reason):
            export("mine", tmp_path / "x", shop, settings)
    with pytest.raises(UserError, match="cannot name a model"):
        export("mine", tmp_path / "my model", shop, ExportSettings(to="onnx-int8", calibrate="street"))
    with pytest.raises(UserError, match="which one with -w"):
        export(str(shop.models / "mine"), tmp_path / "x", None, ExportSettings(to="onnx-int8", calibrate="street"))
    assert [path.name for path in tmp_path.iterdir()] == ["workspace"]
