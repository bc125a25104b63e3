"""What models are exported to, as others read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import skip
from tests.models.tiny_model import CLASSES, tiny_card, tiny_network, write_tiny_model
from tests.models.trained_model import write_trained_model

from wildwear.errors import StorageError, UnsafeModel, UserError
from wildwear.images.preprocess import Preprocessing
from wildwear.models.formats.exporting import FORMATS, export
from wildwear.models.formats.plain import halve_storage, self_explaining
from wildwear.models.formats.settings import ExportSettings, FormatName
from wildwear.models.formats.timm import data_config
from wildwear.models.package import Model, open_model

PIXELS = np.random.default_rng(0).normal(size=(3, 3, 32, 32)).astype(np.float32)


@pytest.fixture
def tiny(tmp_path: Path) -> Model:
    return write_tiny_model(tmp_path / "tiny")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Model]:
    try:
        import timm  # noqa: F401
        import torch  # noqa: F401
    except ImportError:
        skip("needs the extra [train]")
    yield write_trained_model(tmp_path_factory.mktemp("models") / "trained")


def to(name: FormatName) -> ExportSettings:
    return ExportSettings(to=name)


def test_a_folder_is_a_whole_model_and_a_place_that_is_taken_is_refused(tiny: Model, tmp_path: Path) -> None:
    assert export(str(tiny.folder), tmp_path / "copy").done == {"files": 2}
    assert open_model(tmp_path / "copy").key == tiny.key
    with pytest.raises(UserError, match="is there already"):
        export(str(tiny.folder), tmp_path / "copy")


@pytest.mark.parametrize(("name", "difference"), [("onnx", 1e-6), ("onnx-half", 2e-3)])
def test_an_onnx_file_gives_calibrated_probabilities_and_says_what_of(
    trained: Model, tmp_path: Path, name: FormatName, difference: float
) -> None:
    export(str(trained.folder), tmp_path / "it.onnx", settings=to(name))
    session = onnxruntime.InferenceSession(tmp_path / "it.onnx")
    logits, probabilities = session.run(["logits", "probabilities"], {"pixels": PIXELS})
    expected = trained.run(PIXELS).logits
    assert np.abs(probabilities - trained.probabilities(expected)).max() < difference
    np.testing.assert_allclose(trained.probabilities(logits), probabilities, atol=1e-6)
    facts = session.get_modelmeta().custom_metadata_map
    assert json.loads(facts["classes"]) == list(CLASSES)
    assert Preprocessing.from_json(json.loads(facts["preprocessing"])) == trained.preprocessing
    assert float(facts["temperature"]) == 1.7
    assert facts["license"] == "Apache-2.0"


def test_half_storage_is_about_half_as_large(trained: Model) -> None:
    network = (trained.folder / "model.onnx").read_bytes()
    whole, half = (self_explaining(network, trained.metadata, half=flag) for flag in (False, True))
    assert len(half) < 0.65 * len(whole)


def test_weights_that_float16_cannot_hold_stay_whole() -> None:
    network = tiny_network(width=64)
    filters = onnx.numpy_helper.to_array(network.graph.initializer[0]) * np.float32(1e6)
    network.graph.initializer[0].CopyFrom(onnx.numpy_helper.from_array(filters, "filters"))
    halved = {tensor.name: tensor.data_type for tensor in halve_storage(network).graph.initializer}
    assert halved["filters"] == onnx.TensorProto.FLOAT
    assert halved["head.weight.half"] == onnx.TensorProto.FLOAT16


@settings(max_examples=20)
@given(st.floats(0.05, 20))
def test_the_temperature_is_in_the_file(temperature: float) -> None:
    card = replace(tiny_card(), temperature=temperature, files=write_files())
    session = onnxruntime.InferenceSession(self_explaining(tiny_network().SerializeToString(), card))
    logits, probabilities = session.run(["logits", "probabilities"], {"pixels": PIXELS})
    powers = np.exp((logits - logits.max(1, keepdims=True)) / np.float32(temperature))
    np.testing.assert_allclose(probabilities, powers / powers.sum(1, keepdims=True), atol=1e-5)


def write_files() -> dict[str, Any]:
    from wildwear.models.card import FileRecord

    return {"model.onnx": FileRecord(sha256="ab" * 32, size=1)}


def timm_says(address: str) -> tuple[Any, Any]:
    import timm
    import torch

    network = timm.create_model(address, pretrained=True).eval()
    with torch.inference_mode():
        return network, network(torch.from_numpy(PIXELS)).numpy()


@pytest.mark.parametrize("name", ["timm", "hub"])
def test_timm_makes_the_same_network_of_the_folder(trained: Model, tmp_path: Path, name: FormatName) -> None:
    import timm

    export(str(trained.folder), tmp_path / "out", settings=to(name))
    network, logits = timm_says(f"local-dir:{tmp_path / 'out'}")
    np.testing.assert_allclose(logits, trained.run(PIXELS).logits, atol=1e-4)
    assert network.pretrained_cfg["label_names"] == list(CLASSES)
    wanted = timm.data.resolve_model_data_config(network)
    assert list(wanted["input_size"]) == [3, 32, 32]
    assert list(wanted["mean"]) == [0.5, 0.5, 0.5]
    assert (wanted["crop_mode"], wanted["crop_pct"]) == ("center", 0.8)


def test_timm_tunes_it_on_for_other_classes(trained: Model, tmp_path: Path) -> None:
    import timm

    export(str(trained.folder), tmp_path / "out", settings=to("timm"))
    network = timm.create_model(f"local-dir:{tmp_path / 'out'}", pretrained=True, num_classes=9)
    assert network.get_classifier().out_features == 9


def test_timm_sees_of_a_picture_what_the_model_sees(trained: Model) -> None:
    from PIL import Image
    from timm.data import create_transform

    ramp = np.linspace(0, 255, 96 * 64 * 3).reshape(96, 64, 3).astype(np.uint8)
    for resize in ("squash", "crop", "letterbox"):
        how = Preprocessing(size=32, resize=resize, short_side=40 if resize == "crop" else 0)  # type: ignore[arg-type]
        transform = create_transform(**{**data_config(how), "input_size": (3, 32, 32)})
        seen, ours = transform(Image.fromarray(ramp)).numpy(), how(ramp)
        middle = slice(None) if resize != "letterbox" else slice(8, 24)
        assert np.abs(seen - ours)[:, :, middle].mean() < 0.02, resize


def test_safetensors_are_the_weights_that_training_left(trained: Model, tmp_path: Path) -> None:
    export(str(trained.folder), tmp_path / "w.safetensors", settings=to("safetensors"))
    assert (tmp_path / "w.safetensors").read_bytes() == (trained.folder / "model.safetensors").read_bytes()


@pytest.mark.parametrize("name", ["safetensors", "timm"])
def test_a_model_without_weights_for_timm_says_so(tiny: Model, tmp_path: Path, name: FormatName) -> None:
    with pytest.raises(UserError, match=r"tiny has no model\.safetensors"):
        export(str(tiny.folder), tmp_path / "w.safetensors", settings=to(name))
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


@pytest.mark.parametrize(
    ("name", "suffix"), [("onnx", ".onnx"), ("onnx-half", ".onnx"), ("safetensors", ".safetensors")]
)
def test_a_file_that_is_named_as_something_else_is_refused(
    tiny: Model, tmp_path: Path, name: FormatName, suffix: str
) -> None:
    with pytest.raises(UserError, match=rf"writes one file: name it .*/x\{suffix}"):
        export(str(tiny.folder), tmp_path / "x", settings=to(name))


@pytest.mark.parametrize("name", list(FORMATS))
def test_h60_a_damaged_model_is_not_passed_on(tiny: Model, tmp_path: Path, name: FormatName) -> None:
    (tiny.folder / "model.onnx").write_bytes(b"damaged")
    calibrate = "street" if name == "onnx-int8" else None
    with pytest.raises(UnsafeModel, match="copy the model again"):
        export(str(tiny.folder), tmp_path / "x", settings=ExportSettings(to=name, calibrate=calibrate))
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("name", ["folder", "onnx", "hub"])
def test_h65_a_place_that_cannot_be_written_is_named(tiny: Model, tmp_path: Path, name: FormatName) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StorageError, match=r"cannot write .*file/x\.onnx"):
        export(str(tiny.folder), tmp_path / "file" / "x.onnx", settings=to(name))
