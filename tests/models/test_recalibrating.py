"""Probabilities that suit where a model will be used."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from tests.models.street import write_street

from wildwear.datasets.reader import label_matrix, read_pixels
from wildwear.errors import UserError
from wildwear.losses import set_loss
from wildwear.models.card import read_card
from wildwear.models.formats.exporting import export
from wildwear.models.formats.settings import ExportSettings
from wildwear.models.package import open_model
from wildwear.workspace import Workspace


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    write_street(workspace)
    return workspace


def test_the_new_temperature_is_the_best_one_there(shop: Workspace, tmp_path: Path) -> None:
    report = export("mine", tmp_path / "fitted", shop, ExportSettings(temperature_from="street"))
    model = open_model(tmp_path / "fitted")
    assert model.metadata.temperature != 1.0
    batches = list(read_pixels(shop.dataset("street"), model.preprocessing, where="split = 'val'", columns=["labels"]))
    logits = np.concatenate([model.run(batch.pixels).logits for batch in batches])
    members = np.concatenate([label_matrix(batch.rows["labels"], model.classes) for batch in batches])
    best, *others = (
        set_loss(logits / (model.metadata.temperature * factor), members).mean() for factor in (1, 0.9, 1.1)
    )
    assert best < min(others)
    assert any("temperature 1.00 →" in note and "chance alone" in note for note in report.notes)
    facts = model.metadata.metrics["calibration"]
    assert (facts["fitted_on"], facts["samples"]) == ("street:val", 19)
    assert facts["temperature"] == [1.0, model.metadata.temperature]


def test_the_network_and_the_model_it_came_from_stay_as_they_are(shop: Workspace, tmp_path: Path) -> None:
    before = read_card(shop.models / "mine")
    export("mine", tmp_path / "fitted", shop, ExportSettings(temperature_from="street:train"))
    assert read_card(shop.models / "mine") == before
    assert read_card(tmp_path / "fitted").files == before.files


def test_a_file_for_others_and_a_page_carry_it(shop: Workspace, tmp_path: Path) -> None:
    export("mine", tmp_path / "it.onnx", shop, ExportSettings(to="onnx", temperature_from="street"))
    export("mine", tmp_path / "hub", shop, ExportSettings(to="hub", temperature_from="street"))
    fitted = read_card(tmp_path / "hub").temperature
    session = onnxruntime.InferenceSession(tmp_path / "it.onnx")
    assert json.loads(session.get_modelmeta().custom_metadata_map["temperature"]) == fitted
    assert f"Temperature: {fitted:.4g}" in (tmp_path / "hub" / "README.md").read_text()


def test_int8_is_compared_at_the_same_temperature(shop: Workspace, tmp_path: Path) -> None:
    settings = ExportSettings(to="onnx-int8", calibrate="street", temperature_from="street", pictures=16)
    facts = export("mine", tmp_path / "small", shop, settings).details
    assert facts["difference"] < 0.1
    assert read_card(tmp_path / "small").temperature != 1.0


def test_what_cannot_be_is_refused_and_nothing_is_written(shop: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds weights and no temperature"):
        ExportSettings(to="safetensors", temperature_from="street")
    with pytest.raises(UserError, match="did you mean street"):
        export("mine", tmp_path / "x", shop, ExportSettings(temperature_from="stret"))
    with pytest.raises(UserError, match="which one with -w"):
        export(str(shop.models / "mine"), tmp_path / "x", None, ExportSettings(temperature_from="street"))
    assert not (tmp_path / "x").exists()
