"""Other people's model files: hostile cases 57 to 61. Each is refused with a reason before anything in it runs."""

from __future__ import annotations

import json
import os
import pickle
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from tests.models.tiny_model import CLASSES, tiny_card, tiny_network, write_tiny_model

from wildwear.errors import UnsafeModel
from wildwear.models.package import open_model
from wildwear.models.write import write_model


def plant(folder: Path, network: bytes, **changes: Any) -> Path:
    """A model folder with a right checksum for whatever its network is."""
    write_tiny_model(folder)
    (folder / "model.onnx").write_bytes(network)
    card = json.loads((folder / "model.json").read_text())
    card["files"]["model.onnx"] = {"sha256": sha256(network).hexdigest(), "size": len(network)}
    (folder / "model.json").write_text(json.dumps(card | changes))
    return folder


def refusal(folder: Path) -> str:
    with pytest.raises(UnsafeModel) as caught:
        open_model(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


class Bomb:
    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.trace,)


@pytest.mark.parametrize("protocol", range(6))
def test_h57_a_pickle_renamed_onnx_is_refused_and_not_run(tmp_path: Path, protocol: int) -> None:
    trace = tmp_path / "it ran"
    folder = plant(tmp_path / "model", pickle.dumps(Bomb(trace), protocol))
    assert "pickle" in refusal(folder) or "not an ONNX file" in refusal(folder)
    assert not trace.exists()


def test_h57_a_torch_archive_renamed_onnx_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "weights.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("archive/data.pkl", pickle.dumps(Bomb(tmp_path / "it ran")))
    assert "zip archive" in refusal(plant(tmp_path / "model", archive.read_bytes()))


def test_h58_a_truncated_network_is_refused(tmp_path: Path) -> None:
    whole = tiny_network().SerializeToString()
    write_tiny_model(tmp_path / "model")
    (tmp_path / "model" / "model.onnx").write_bytes(whole[:-100])
    assert f"should have {len(whole):,} bytes and has {len(whole) - 100:,}" in refusal(tmp_path / "model")


def test_h58_a_network_that_is_larger_than_recorded_is_refused_without_reading_it_all(tmp_path: Path) -> None:
    write_tiny_model(tmp_path / "model")
    with (tmp_path / "model" / "model.onnx").open("r+b") as handle:
        handle.truncate(1 << 40)
    assert "and has more" in refusal(tmp_path / "model")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 3800), flips=st.lists(st.tuples(st.integers(0, 3800), st.integers(1, 255)), max_size=5))
def test_h58_a_damaged_network_is_refused_or_whole_enough_to_pass_the_self_test(
    tmp_path_factory: pytest.TempPathFactory, cut: int, flips: list[tuple[int, int]]
) -> None:
    damaged = bytearray(tiny_network().SerializeToString())
    for at, bits in flips:
        damaged[at] ^= bits
    folder = plant(tmp_path_factory.mktemp("damaged") / "model", bytes(damaged[: -cut or None]))
    try:
        outputs = open_model(folder).run(np.zeros((1, 3, 32, 32), np.float32))
    except UnsafeModel:
        return
    assert outputs.logits.shape == (1, len(CLASSES))


def test_h58_names_that_are_not_text_are_refused_in_silence(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name in (b"active", b"embedding", b"Relu"):
        network = tiny_network().SerializeToString().replace(name, b"\xaf" * len(name))
        assert "names in it are not text" in refusal(plant(tmp_path / "model", network))
    assert capfd.readouterr() == ("", "")


def test_h58_a_network_that_does_not_hang_together_is_refused_in_silence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    network = tiny_network().SerializeToString().replace(b"active", b"absent", 1)
    assert "the runtime cannot read it" in refusal(plant(tmp_path / "model", network))
    assert capfd.readouterr() == ("", "")


def test_h59_external_data_are_refused(tmp_path: Path) -> None:
    network = tiny_network()
    tensor = network.graph.initializer[0]
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../../../etc/passwd")
    tensor.ClearField("raw_data")
    assert "lie in another file" in refusal(plant(tmp_path / "model", network.SerializeToString()))


def test_h59_external_data_hidden_in_a_constant_are_refused(tmp_path: Path) -> None:
    network = tiny_network()
    hidden = TensorProto(name="hidden", data_type=1, dims=[16], data_location=TensorProto.EXTERNAL)
    hidden.external_data.add(key="location", value="/etc/passwd")
    network.graph.node.append(helper.make_node("Constant", [], ["unused"], value=hidden))
    assert "lie in another file" in refusal(plant(tmp_path / "model", network.SerializeToString()))


@pytest.mark.parametrize("domain", ["com.microsoft", "evil.example"])
def test_h59_custom_operators_are_refused(tmp_path: Path, domain: str) -> None:
    network = tiny_network()
    network.graph.node[1].domain = domain
    network.opset_import.append(helper.make_opsetid(domain, 1))
    assert f"'{domain}.Relu' is not a standard" in refusal(plant(tmp_path / "model", network.SerializeToString()))


def test_h59_operators_that_the_file_defines_itself_are_refused(tmp_path: Path) -> None:
    network = tiny_network()
    node = helper.make_node("Relu", ["x"], ["y"])
    network.functions.append(helper.make_function("", "Mine", ["x"], ["y"], [node], [helper.make_opsetid("", 17)]))
    assert "operator of its own" in refusal(plant(tmp_path / "model", network.SerializeToString()))


def test_h59_an_endless_loop_is_refused_before_it_starts(tmp_path: Path) -> None:
    network = tiny_network()
    body = helper.make_graph([helper.make_node("Identity", ["c"], ["d"])], "body", [], [])
    network.graph.node.append(helper.make_node("Loop", ["", ""], [], body=body))
    assert "runs a graph of its own" in refusal(plant(tmp_path / "model", network.SerializeToString()))


def test_h60_a_checksum_mismatch_is_refused(tmp_path: Path) -> None:
    write_tiny_model(tmp_path / "model")
    other = bytearray((tmp_path / "model" / "model.onnx").read_bytes())
    other[-200] ^= 1
    (tmp_path / "model" / "model.onnx").write_bytes(other)
    assert "does not match its checksum" in refusal(tmp_path / "model")


def test_h60_a_network_that_is_refused_leaves_the_old_model(tmp_path: Path) -> None:
    old = write_tiny_model(tmp_path / "model")
    with pytest.raises(UnsafeModel):
        write_model(tmp_path / "model", b"not a network", tiny_card("model"))
    assert open_model(tmp_path / "model").key == old.key
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_h61_weights_that_are_not_numbers_are_refused(tmp_path: Path, value: float) -> None:
    network = tiny_network()
    weights = numpy_helper.to_array(network.graph.initializer[0]).copy()
    weights.flat[7] = value
    network.graph.initializer[0].CopyFrom(numpy_helper.from_array(weights, "filters"))
    assert "'filters' hold NaN or infinity" in refusal(plant(tmp_path / "model", network.SerializeToString()))


def test_h61_weights_that_overflow_when_they_run_are_refused(tmp_path: Path) -> None:
    network = tiny_network()
    for index in (0, 2):
        weights = numpy_helper.to_array(network.graph.initializer[index]) * np.float32(1e30)
        tensor = numpy_helper.from_array(weights, network.graph.initializer[index].name)
        network.graph.initializer[index].CopyFrom(tensor)
    assert "self-test gives NaN or infinity" in refusal(plant(tmp_path / "model", network.SerializeToString()))


@pytest.mark.parametrize("classes", [4, 6])
def test_h61_a_class_count_that_does_not_match_is_refused(tmp_path: Path, classes: int) -> None:
    folder = plant(tmp_path / "model", tiny_network(classes).SerializeToString())
    assert f"it gives {classes} logits, and model.json names 5 classes" in refusal(folder)


def _without_logits(network: onnx.ModelProto) -> None:
    del network.graph.output[1]


def _other_size(network: onnx.ModelProto) -> None:
    network.graph.input[0].type.tensor_type.shape.dim[3].dim_value = 64


def _fixed_batch(network: onnx.ModelProto) -> None:
    network.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1


def _bytes_in(network: onnx.ModelProto) -> None:
    network.graph.input[0].type.tensor_type.elem_type = TensorProto.UINT8


def _two_inputs(network: onnx.ModelProto) -> None:
    network.graph.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, [1]))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_without_logits, "its outputs are 'embedding'"),
        (_other_size, "should be ['N', 3, 32, 32]"),
        (_fixed_batch, "with a free N"),
        (_bytes_in, "'pixels' is not float32"),
        (_two_inputs, "its inputs are 'pixels', 'more'"),
    ],
)
def test_h61_another_signature_is_refused(
    tmp_path: Path, spoil: Callable[[onnx.ModelProto], None], reason: str
) -> None:
    network = tiny_network()
    spoil(network)
    assert reason in refusal(plant(tmp_path / "model", network.SerializeToString()))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"classes": ["Tee", "Tee", "Jeans", "Skirt", "Dress"]}, "must be there and differ"),
        ({"classes": "Tees!"}, "not a model card"),
        ({"regions": ["upper"]}, "5 classes and 1 regions"),
        ({"regions": ["upper", "upper", "lower", "lower", "<script>"]}, "unknown region '<script>'"),
        ({"temperature": float("nan")}, "temperature"),
        ({"temperature": 0}, "temperature"),
        ({"preprocessing": {"size": 10**9}}, "outside 8 to 2048"),
        ({"preprocessing": {"size": "224"}}, "not a model card"),
        ({"preprocessing": {"std": [0, 1, 1]}}, "std above 0"),
        ({"preprocessing": {"code": "import os"}}, "not a model card"),
        ({"files": {}}, "records no checksum"),
        ({"files": {"../../etc/passwd": {"sha256": "", "size": 1}}}, "cannot name a file"),
        ({"name": "../up"}, "cannot name a model"),
        ({"format": 9}, "another version of wildwear"),
        ({"surprise": 1}, "unknown key 'surprise'"),
    ],
)
def test_h61_a_card_that_is_wrong_is_refused(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    assert reason in refusal(plant(tmp_path / "model", tiny_network().SerializeToString(), **changes))


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "[" * 100_000, '{"format": 1}', "\udcff"])
def test_a_card_that_is_no_card_is_refused(tmp_path: Path, text: str) -> None:
    write_tiny_model(tmp_path / "model")
    (tmp_path / "model" / "model.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert "model.json is not a model card" in refusal(tmp_path / "model")


def test_a_card_of_endless_size_or_a_pipe_is_refused_and_hangs_nobody(tmp_path: Path) -> None:
    write_tiny_model(tmp_path / "model")
    with (tmp_path / "model" / "model.json").open("r+b") as handle:
        handle.truncate(1 << 40)
    assert "a card has at most" in refusal(tmp_path / "model")
    (tmp_path / "model" / "model.json").unlink()
    os.mkfifo(tmp_path / "model" / "model.json")
    assert "not a model" in refusal(tmp_path / "model")
