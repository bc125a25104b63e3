"""Models to and from others: what is pulled is a stranger's, and what is pushed can be pulled."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from tests.conftest import skip
from tests.models.hub_server import Hub, serving
from tests.models.tiny_model import CLASSES, tiny_card, tiny_network, write_tiny_model

from wildwear.errors import UnknownName, UnsafeModel, UserError
from wildwear.models.card import ModelCard, read_card
from wildwear.models.formats.hub_folder import readme
from wildwear.models.hub import pull, push
from wildwear.models.package import open_model
from wildwear.models.write import write_model
from wildwear.workspace import Workspace


def weights(values: float = 1.0, *, classes: tuple[str, ...] = CLASSES, **more: str) -> bytes:
    """A file of weights with one tensor and the metadata that training writes."""
    tensor = np.full(4, values, np.float32).tobytes()
    metadata = {"num_classes": str(len(classes)), "label_names": json.dumps(classes), **more}
    header = {"__metadata__": metadata, "fc.weight": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + tensor


def write_model_with_weights(folder: Path, data: bytes | None = None, seed: int = 0) -> None:
    extra = {"model.safetensors": weights() if data is None else data}
    write_model(folder, tiny_network(seed=seed).SerializeToString(), tiny_card(folder.name), page="# It\n", extra=extra)


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    write_model_with_weights(workspace.models / "mine")
    return workspace


def test_what_is_pushed_can_be_pulled_byte_for_byte(shop: Workspace, tmp_path: Path) -> None:
    assert push("mine", str(tmp_path / "out"), shop).done == {"files": 6}
    report = pull(str(tmp_path / "out"), "theirs", shop)
    assert report.done == {"files": 3, "classes": 5}
    ours, theirs = (read_card(shop.models / name) for name in ("mine", "theirs"))
    assert replace(theirs, name="mine") == ours
    for name in ours.files:
        assert (shop.models / "theirs" / name).read_bytes() == (shop.models / "mine" / name).read_bytes()


def test_pushing_again_replaces_what_was_pushed_and_nothing_else(shop: Workspace, tmp_path: Path) -> None:
    push("mine", str(tmp_path / "out"), shop)
    write_tiny_model(shop.models / "mine", seed=3)
    push("mine", str(tmp_path / "out"), shop)
    assert open_model(tmp_path / "out").key == open_model(shop.models / "mine").key
    assert not (tmp_path / "out" / "model.safetensors").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"out", "workspace"}
    (tmp_path / "out" / "thesis.docx").write_text("mine")
    with pytest.raises(UserError, match="other things than a model"):
        push("mine", str(tmp_path / "out"), shop)
    assert (tmp_path / "out" / "thesis.docx").exists()


def test_the_page_has_a_head_that_the_hub_reads(shop: Workspace, tmp_path: Path) -> None:
    if not find_spec("huggingface_hub"):
        skip("needs huggingface_hub")
    from huggingface_hub import ModelCard as HubCard

    figures = {"samples": 10, "top1": 0.5, "top3": 0.75, "top5": 0.9}
    card = replace(tiny_card("mine"), metrics={"val": {"street": figures}, "l2": {"0.1": 2.0}})
    data = HubCard(readme(replace(card, licence="Apache-2.0"), "# Mine\n")).data
    assert (data.license, data.library_name, data.pipeline_tag) == ("apache-2.0", "onnx", "image-classification")
    results = [(one.dataset_name, one.metric_name, one.metric_value) for one in data.eval_results or ()]
    assert results == [("street", f"top-{k} accuracy", figures[f"top{k}"]) for k in (1, 3, 5)]


def test_h75_a_push_that_was_killed_between_its_renames_is_mended_by_the_next(shop: Workspace, tmp_path: Path) -> None:
    push("mine", str(tmp_path / "out"), shop)
    (tmp_path / "out").rename(tmp_path / ".out.previous")
    (tmp_path / ".out.pushed").mkdir()
    push("mine", str(tmp_path / "out"), shop)
    assert {path.name for path in tmp_path.iterdir()} == {"out", "workspace"}
    assert open_model(tmp_path / "out").classes == CLASSES


@pytest.mark.parametrize("text", ["{", "[1]", '"x"'])
def test_h58_weights_that_say_nonsense_of_their_network_are_not_published(
    shop: Workspace, tmp_path: Path, text: str
) -> None:
    write_model_with_weights(shop.models / "mine", weights(pretrained_cfg=text))
    with pytest.raises(UnsafeModel, match="what it says of its network cannot be read"):
        push("mine", str(tmp_path / "out"), shop)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("licence", ['My "own"\n---\nlibrary_name: evil', "", "CC-BY-NC-ND"])
def test_h47_a_licence_of_any_text_stays_in_its_line(licence: str) -> None:
    text = readme(replace(tiny_card(), licence=licence), "# Mine\n")
    assert text.count("\n---\n") == 1
    if find_spec("yaml"):
        import yaml

        head = yaml.safe_load(text.split("---\n")[1])
        assert (head["license"], head["license_name"]) == ("other", licence or "not stated")


def spoilt(folder: Path, file: str, data: bytes, *, recorded: bool = True) -> str:
    """A pushed model in which one file is another's, with the right checksum for it."""
    (folder / file).write_bytes(data)
    if recorded:
        card = json.loads((folder / "model.json").read_text())
        card["files"][file] = {"sha256": sha256(data).hexdigest(), "size": len(data)}
        (folder / "model.json").write_text(json.dumps(card))
    return str(folder)


class Bomb:
    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.trace,)


@pytest.mark.parametrize(
    ("file", "data", "recorded", "reason"),
    [
        ("model.safetensors", b"pickle", True, "it is a pickle"),
        ("model.onnx", b"pickle", True, "it is a pickle"),
        ("model.safetensors", weights()[:-4], True, "take 16 bytes, and it has 12"),
        ("model.safetensors", weights()[:-4], False, "copy the model again"),
        ("model.onnx", tiny_network(seed=5).SerializeToString()[:-4], True, "not an ONNX file"),
        ("model.onnx", tiny_network(seed=5).SerializeToString(), False, "does not match its checksum"),
        ("model.safetensors", weights(np.nan), True, "'fc.weight' hold NaN or infinity"),
        ("model.safetensors", weights(-np.inf), True, "'fc.weight' hold NaN or infinity"),
        ("model.safetensors", weights(classes=CLASSES[:4]), True, "it is for 4 classes, and model.json names 5"),
        ("model.safetensors", weights(classes=CLASSES[::-1]), True, "or in another order"),
        ("model.onnx", tiny_network(4).SerializeToString(), True, "it gives 4 logits"),
    ],
)
def test_h57_to_h61_a_hostile_model_is_refused_and_the_old_one_stays(
    shop: Workspace, tmp_path: Path, file: str, data: bytes, recorded: bool, reason: str
) -> None:
    trace = tmp_path / "it ran"
    push("mine", str(tmp_path / "out"), shop)
    before = open_model(shop.models / "mine").key
    source = spoilt(tmp_path / "out", file, pickle.dumps(Bomb(trace)) if data == b"pickle" else data, recorded=recorded)
    with pytest.raises(UnsafeModel, match=reason):
        pull(source, "mine", shop)
    assert not trace.exists()
    assert open_model(shop.models / "mine").key == before
    assert [path.name for path in shop.models.iterdir()] == ["mine"]


def test_h46_nothing_but_a_model_is_taken_and_nothing_outside_is_read(shop: Workspace, tmp_path: Path) -> None:
    push("mine", str(tmp_path / "out"), shop)
    source = spoilt(tmp_path / "out", "install.py", b"import os")
    report = pull(source, "theirs", shop)
    assert report.skipped == {"files that no model is made of": 1}
    assert not (shop.models / "theirs" / "install.py").exists()
    card = json.loads((tmp_path / "out" / "model.json").read_text())
    card["files"]["../../secret"] = {"sha256": "", "size": 1}
    (tmp_path / "out" / "model.json").write_text(json.dumps(card))
    with pytest.raises(UnsafeModel, match="cannot name a file"):
        pull(source, "theirs", shop)


def test_what_is_wrong_with_a_call_is_said_before_anything_is_done(shop: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot name a model"):
        pull(str(tmp_path), "../up", shop)
    with pytest.raises(UnsafeModel, match=r"is not a model: there is no model\.json"):
        pull(str(tmp_path), "theirs", shop)
    with pytest.raises(UserError, match="write hf://OWNER/NAME"):
        pull("hf://nobody", "theirs", shop)
    with pytest.raises(UnknownName, match="did you mean mine"):
        push("mien", str(tmp_path / "out"), shop)
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="is a file"):
        push("mine", str(tmp_path / "file"), shop)


def test_the_card_of_an_older_wildwear_is_read_and_a_wrong_one_is_not(tmp_path: Path) -> None:
    values = json.loads(tiny_card().to_json())
    del values["backbone"], values["made_from"]
    assert ModelCard.from_json(json.dumps(values)) == tiny_card()
    with pytest.raises(TypeError, match="must be texts"):
        ModelCard.from_json(json.dumps(values | {"backbone": 3}))


def wildwear(workspace: Workspace, endpoint: str, *words: str, token: str = "") -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, since the hub's client reads its environment when it is imported."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    home = {"HF_HOME": str(workspace.root / "hf"), "HF_ENDPOINT": endpoint} | ({"HF_TOKEN": token} if token else {})
    command = [sys.executable, "-m", "wildwear", "-w", str(workspace.root), "models", *words]
    return subprocess.run(command, env=kept | home, capture_output=True, text=True, timeout=240)


@pytest.fixture
def hub() -> object:
    if not find_spec("huggingface_hub"):
        skip("needs huggingface_hub")
    with serving(token="hf_secret") as server:
        yield server


def test_a_model_goes_to_a_repository_and_back(shop: Workspace, hub: Hub) -> None:
    pushed = wildwear(shop, hub.address, "push", "mine", "hf://me/street", token="hf_secret")
    assert pushed.returncode == 0, pushed.stderr
    assert set(hub.files) == {"README.md", "CARD.md", "config.json", "model.json", "model.onnx", "model.safetensors"}
    pulled = wildwear(shop, hub.address, "pull", "hf://me/street", "--name", "theirs", token="hf_secret")
    assert pulled.returncode == 0, pulled.stderr
    assert open_model(shop.models / "theirs").metadata.files == read_card(shop.models / "mine").files
    said = pushed.stdout + pushed.stderr + pulled.stdout + pulled.stderr
    assert "hf_secret" not in said
    assert not any("telemetry" in one for one in hub.asked)
    assert not list((shop.root / "hf").rglob("*token*"))


def test_h56_a_wrong_token_is_told_in_one_line_without_the_token(shop: Workspace, hub: Hub) -> None:
    answer = wildwear(shop, hub.address, "pull", "hf://me/street", "--name", "theirs", token="hf_wrong")
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert "the hub wants a token: set HF_TOKEN" in answer.stderr
    assert "hf_wrong" not in answer.stderr
    assert "secret-of-the-hub" not in answer.stderr


def test_without_a_network_or_a_model_there_is_one_plain_line(shop: Workspace, hub: Hub) -> None:
    hub.token, hub.files = "", {"README.md": b"# Something else\n"}
    answer = wildwear(shop, hub.address, "pull", "hf://me/street", "--name", "theirs")
    assert "there is no model.json in it" in answer.stderr
    assert (answer.returncode, answer.stderr.count("\n")) == (1, 1)
    answer = wildwear(shop, "http://127.0.0.1:9", "pull", "hf://me/street", "--name", "theirs")
    assert "the hub cannot be asked" in answer.stderr
    assert (answer.returncode, answer.stderr.count("\n")) == (1, 1)


def test_h58_a_repository_with_an_endless_file_is_refused_before_it_is_fetched(shop: Workspace, hub: Hub) -> None:
    hub.token = ""
    hub.files = {"model.json": tiny_card().to_json().encode(), "model.onnx": Endless()}
    answer = wildwear(shop, hub.address, "pull", "hf://me/street", "--name", "theirs")
    assert "more than a model has" in answer.stderr
    assert not any("resolve" in one and "model.onnx" in one for one in hub.asked)


class Endless(bytes):
    def __len__(self) -> int:
        return 1 << 40
