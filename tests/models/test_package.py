"""Loading, finding, writing and copying models."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models.tiny_model import CLASSES, tiny_card, tiny_network, write_tiny_model

from wildwear.errors import StorageError, UnknownName, UnreadableInput, UnsafeModel, UserError
from wildwear.models import write
from wildwear.models.card import ModelCard, TrainingData, read_card
from wildwear.models.manage import check, describe, list_models
from wildwear.models.package import Model, open_model
from wildwear.models.page import card_page
from wildwear.models.registry import find_model, load_model
from wildwear.models.runtimes import RuntimeOptions
from wildwear.workspace import Workspace


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


def test_a_model_gives_an_embedding_and_logits_for_each_picture(tiny: Model) -> None:
    outputs = tiny.run(np.random.default_rng(0).normal(size=(7, 3, 32, 32)).astype(np.float32))
    assert outputs.embedding.shape == (7, 16)
    assert outputs.logits.shape == (7, len(CLASSES))
    assert outputs.logits.dtype == np.float32


def test_a_picture_gives_the_same_alone_and_in_a_batch(tiny: Model) -> None:
    batch = np.random.default_rng(1).normal(size=(5, 3, 32, 32)).astype(np.float32)
    alone = np.concatenate([tiny.run(batch[i : i + 1]).logits for i in range(5)])
    np.testing.assert_allclose(tiny.run(batch).logits, alone, atol=1e-5)


def test_pixels_of_another_size_are_an_error_that_states_both(tiny: Model) -> None:
    with pytest.raises(ValueError, match=r"takes N × 3 × 32 × 32 pixels, and got \(1, 3, 64, 64\)"):
        tiny.run(np.zeros((1, 3, 64, 64), np.float32))


@settings(deadline=None)
@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=5, max_size=5), st.sampled_from([0.01, 1.0, 7.0]))
def test_probabilities_sum_to_one_and_keep_the_order(logits: list[float], temperature: float) -> None:
    model = Model(
        folder=Path(), metadata=replace(tiny_card(), temperature=temperature), network=lambda pixels: (pixels, pixels)
    )
    probabilities = model.probabilities(np.array([logits], np.float32))
    assert abs(probabilities.sum() - 1) < 1e-5
    assert probabilities[0, int(np.argmax(logits))] == probabilities.max()


def test_a_higher_temperature_is_less_sure(tiny: Model) -> None:
    logits = np.array([[3.0, 1.0, 0.0, 0.0, 0.0]], np.float32)
    warm = replace(tiny, metadata=replace(tiny.metadata, temperature=2.0))
    assert warm.probabilities(logits).max() < tiny.probabilities(logits).max()


def test_weights_stored_in_half_precision_load_without_ado(tmp_path: Path) -> None:
    from onnx import TensorProto, helper, numpy_helper

    network = tiny_network()
    whole = network.graph.initializer[0]
    half = numpy_helper.from_array(numpy_helper.to_array(whole).astype(np.float16), "half")
    whole.CopyFrom(half)
    network.graph.node.insert(0, helper.make_node("Cast", ["half"], ["filters"], to=TensorProto.FLOAT))
    model = write_model_of(tmp_path / "half", network.SerializeToString())
    assert model.run(np.zeros((1, 3, 32, 32), np.float32)).embedding.dtype == np.float32


def write_model_of(folder: Path, network: bytes) -> Model:
    return write.write_model(folder, network, tiny_card(folder.name))


def test_the_card_survives_the_way_to_the_disk_and_back(tmp_path: Path) -> None:
    data = TrainingData(dataset="street", split="train", version=3, split_hash="ab" * 32, samples=900, weight=2.0)
    card = replace(
        tiny_card("kept"), data=(data,), metrics={"top1": 0.5}, settings={"l2": 0.01}, temperature=1.5, init="base@12"
    )
    write.write_model(tmp_path / "kept", tiny_network().SerializeToString(), card)
    read = read_card(tmp_path / "kept")
    assert replace(read, files={}) == card
    assert ModelCard.from_json(read.to_json()) == read


def test_the_workspace_comes_before_the_package_and_a_path_works_too(workspace: Workspace, tmp_path: Path) -> None:
    write_tiny_model(workspace.models / "mine")
    write_tiny_model(tmp_path / "elsewhere")
    assert find_model("mine", workspace) == workspace.models / "mine"
    assert find_model(str(tmp_path / "elsewhere")) == tmp_path / "elsewhere"
    assert find_model(str(tmp_path / "elsewhere" / "model.onnx")) == tmp_path / "elsewhere"
    assert load_model("mine", workspace).key.startswith("mine@")


def test_an_unknown_name_lists_near_ones_and_a_path_says_what_a_model_is(workspace: Workspace, tmp_path: Path) -> None:
    write_tiny_model(workspace.models / "street-probe")
    with pytest.raises(UnknownName, match="did you mean street-probe"):
        find_model("street-prob", workspace)
    with pytest.raises(UnreadableInput, match=r"a folder with model.onnx and model.json"):
        find_model(str(tmp_path / "nothing.onnx"), workspace)


def test_writing_again_replaces_the_model_whole(tmp_path: Path) -> None:
    first = write_tiny_model(tmp_path / "model", seed=1)
    second = write_tiny_model(tmp_path / "model", seed=2)
    assert first.key != second.key == open_model(tmp_path / "model").key
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_h75_a_kill_between_the_two_renames_leaves_the_old_model(workspace: Workspace) -> None:
    old = write_tiny_model(workspace.models / "mine", seed=1)
    (workspace.models / "mine").rename(workspace.models / ".mine.previous")
    assert load_model("mine", workspace).key == old.key


def test_h64_h65_a_folder_that_cannot_be_written_is_an_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StorageError, match=r"cannot write the model .*file/model"):
        write_tiny_model(tmp_path / "file" / "model")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (RuntimeOptions(runtime="openvino", device="cuda"), "runs on cpu"),
        (RuntimeOptions(runtime="tensorrt"), "unknown runtime 'tensorrt'"),  # type: ignore[arg-type]
        (RuntimeOptions(device="tpu"), "unknown device 'tpu'"),  # type: ignore[arg-type]
        (RuntimeOptions(runtime="onnxruntime", device="cuda"), "cannot use cuda"),
    ],
)
def test_options_that_cannot_be_honoured_are_errors_before_anything_runs(
    tiny: Model, options: RuntimeOptions, reason: str
) -> None:
    with pytest.raises(UserError, match=reason):
        open_model(tiny.folder, options)


def test_check_notices_damage_in_any_recorded_file(tmp_path: Path) -> None:
    network = tiny_network().SerializeToString()
    write.write_model(tmp_path / "m", network, tiny_card("m"), page="# Mine\n", extra={"notes.txt": b"fine"})
    assert check(str(tmp_path / "m")).done["files"] == 3
    assert card_page(tmp_path / "m") == "# Mine\n"
    (tmp_path / "m" / "notes.txt").write_bytes(b"fin!")
    with pytest.raises(UnsafeModel, match=r"notes\.txt does not match its checksum"):
        check(str(tmp_path / "m"))


def test_a_card_is_written_from_what_is_known(tiny: Model) -> None:
    page = card_page(tiny.folder)
    assert "- lower: Jeans, Skirt" in page
    assert "Licence: Apache-2.0." in page
    assert tiny.metadata.files["model.onnx"].sha256 in page


def test_a_page_cannot_send_control_sequences_to_a_terminal(tmp_path: Path) -> None:
    write.write_model(tmp_path / "m", tiny_network().SerializeToString(), tiny_card("m"), page="a\x1b[2Jb\n\tc\x07")
    assert card_page(tmp_path / "m") == "a[2Jb\n\tc"


def test_a_broken_model_is_listed_as_broken(workspace: Workspace) -> None:
    write_tiny_model(workspace.models / "good")
    write_tiny_model(workspace.models / "bad")
    (workspace.models / "bad" / "model.json").write_text("{")
    report = list_models(workspace)
    assert report.exit_status == 3
    assert any("bad" in note for note in report.notes)
    assert "good" in str(report.details["models"])
    assert describe("good", workspace).done == {"classes": 5}


@pytest.mark.parametrize("runtime", ["onnxruntime", *(["openvino"] if find_spec("openvino") else [])])
def test_every_runtime_that_is_installed_gives_the_same(tiny: Model, runtime: Any) -> None:
    batch = np.random.default_rng(2).normal(size=(3, 3, 32, 32)).astype(np.float32)
    other = open_model(tiny.folder, RuntimeOptions(runtime=runtime, threads=1))
    np.testing.assert_allclose(other.run(batch).logits, tiny.run(batch).logits, atol=1e-4)


@pytest.mark.skipif(find_spec("openvino") is not None, reason="it is installed")
def test_a_runtime_that_is_missing_says_how_to_get_it(tiny: Model) -> None:
    with pytest.raises(UserError, match="pip install openvino"):
        open_model(tiny.folder, RuntimeOptions(runtime="openvino"))
