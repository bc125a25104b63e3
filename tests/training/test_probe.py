"""`train --recipe probe`, from datasets to a model that runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from tests.models.tiny_model import CLASSES, write_tiny_model
from tests.training.coloured import sample, samples, write_dataset

from wildwear.cli import main
from wildwear.errors import UnknownName, UserError
from wildwear.models.card import TrainingData
from wildwear.models.package import open_model
from wildwear.models.registry import load_model
from wildwear.records import Report
from wildwear.tables import EMBEDDINGS
from wildwear.training.data import open_parts, with_inherited
from wildwear.training.probe import train_probe
from wildwear.training.recipes import train
from wildwear.training.settings import ProbeSettings, TrainSettings
from wildwear.workspace import Workspace


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    """A tiny model to start from, and a dataset of 60 training and 30 validation samples."""
    write_tiny_model(workspace.models / "tiny")
    write_dataset(workspace, "drawn", samples({"train": 60, "val": 30}))
    return workspace


def probe(shop: Workspace, on: Sequence[str] = ("drawn",), l2: float | None = 0.01, **settings: str) -> Report:
    given = TrainSettings(on=tuple(on), init="tiny", probe=ProbeSettings(l2=l2), **settings)  # type: ignore[arg-type]
    return train_probe(shop, "mine", given)


def test_it_learns_what_can_be_learned_and_says_how_well(shop: Workspace) -> None:
    report = probe(shop, l2=None)
    assert report.done == {"samples": 60, "classes": 5}
    figures = report.details["val"]["drawn"]  # type: ignore[index]
    assert figures["top1"] > 0.9
    assert figures["samples"] == 30


def test_the_model_stands_alone_and_knows_where_it_comes_from(shop: Workspace, tmp_path: Path) -> None:
    probe(shop)
    (shop.models / "mine").rename(tmp_path / "moved")
    model = open_model(tmp_path / "moved")
    card = model.metadata
    assert set(model.classes) == set(CLASSES)
    assert dict(zip(model.classes, model.regions, strict=True))["Jeans"] == "lower"
    assert (card.recipe, card.init, card.licence) == ("probe", load_model("tiny", shop).key, "Apache-2.0")
    assert (card.data[0].dataset, card.data[0].split, card.data[0].samples) == ("drawn", "train", 60)
    assert len(card.data[0].split_hash) == 64
    assert card.settings["l2"] == 0.01
    assert card.metrics["val"]["drawn"]["top1"] > 0.9
    assert model.run(np.zeros((2, 3, 32, 32), np.float32)).logits.shape == (2, 5)


def test_a_card_names_what_the_init_model_had_learned_from_too() -> None:
    def learned(dataset: str, split_hash: str) -> TrainingData:
        return TrainingData(dataset=dataset, split="train", version=1, split_hash=split_hash, samples=3)

    own, same, other = learned("street", "a"), learned("street", "a"), learned("street", "b")
    assert with_inherited([own], (same, other, learned("wild", "a"))) == (own, other, learned("wild", "a"))


def test_training_twice_gives_the_same_bytes(shop: Workspace) -> None:
    probe(shop, l2=None)
    first = {path.name: path.read_bytes() for path in (shop.models / "mine").iterdir()}
    shop.table(EMBEDDINGS).delete("true")
    probe(shop, l2=None)
    assert {path.name: path.read_bytes() for path in (shop.models / "mine").iterdir()} == first


def test_labels_that_are_sets_are_learned_from_and_measured_as_sets(shop: Workspace) -> None:
    rows = samples({"train": 60, "val": 30}, ["Jeans", "Chinos", "Tee"])
    for row in rows[1::2]:
        if row["labels"] != ["Tee"]:
            row["labels"] = ["Chinos", "Jeans"]
    write_dataset(shop, "sets", rows)
    report = probe(shop, ["sets"])
    assert report.details["classes"] == ["Tee", "Chinos", "Jeans"]
    assert report.details["val"]["sets"]["top1"] == 1.0  # type: ignore[index]


def test_a_sample_of_no_class_is_skipped_and_counted(shop: Workspace) -> None:
    report = probe(shop, classes="Jacket,Tee,Jeans")
    assert report.done == {"samples": 36, "classes": 3}
    assert report.skipped == {"none of its categories is a class": 24}
    assert report.details["val"]["drawn"]["top1"] < 0.7  # type: ignore[index]


def test_several_datasets_with_weights_are_learned_from_together(shop: Workspace) -> None:
    write_dataset(shop, "other", samples({"train": 20}, ["Chinos", "Leggings"], start=500))
    report = probe(shop, ["drawn:train*2", "other"])
    assert report.done == {"samples": 80, "classes": 7}
    weights = {data.dataset: data.weight for data in load_model("mine", shop).metadata.data}
    assert weights == {"drawn": 2.0, "other": 1.0}
    assert list(report.details["val"]) == ["drawn"]  # type: ignore[call-overload]


def test_the_weight_of_a_dataset_decides_where_two_contradict(shop: Workspace) -> None:
    write_dataset(shop, "right", samples({"train": 20, "val": 20}, ["Jeans", "Chinos"], start=900))
    swapped = samples({"train": 20}, ["Jeans", "Chinos"], start=700)
    for row in swapped:
        row["labels"] = ["Chinos"] if row["labels"] == ["Jeans"] else ["Jeans"]
    write_dataset(shop, "swapped", swapped)
    trusted = probe(shop, ["right*10", "swapped"]).details["val"]["right"]["top1"]  # type: ignore[index]
    misled = probe(shop, ["right", "swapped*10"]).details["val"]["right"]["top1"]  # type: ignore[index]
    assert trusted > 0.9
    assert misled < 0.5


def test_a_subset_of_a_side_is_learned_from_and_the_whole_val_side_measured_on(shop: Workspace) -> None:
    report = probe(shop, ["drawn:train@20"])
    assert report.done["samples"] == 20
    assert report.details["val"]["drawn"]["samples"] == 30  # type: ignore[index]
    card = load_model("mine", shop).metadata
    assert card.data[0].samples == 20
    assert card.settings["on"] == ["drawn:train@20"]


def test_another_seed_learns_from_another_subset(shop: Workspace) -> None:
    first, again, other = (
        {row for part in open_parts(shop, ("drawn@20",), seed).learned for row in part.positions().tolist()}
        for seed in (1, 1, 2)
    )
    assert first == again != other
    assert len(first) == len(other) == 20


def test_a_given_split_that_leaks_is_called_out(shop: Workspace) -> None:
    rows = samples({"train": 20, "val": 10})
    for row in rows:
        row["group"] = "one sender"
    write_dataset(shop, "leaky", rows)
    notes = probe(shop, ["leaky"]).notes
    assert any("leaky:val leaks: 10 of its 10 samples share a group with leaky:train" in note for note in notes)
    assert not any(" leaks: " in note for note in probe(shop).notes)


def test_a_picture_that_is_broken_fails_alone_and_is_counted(shop: Workspace) -> None:
    rows = samples({"train": 20, "val": 10})
    rows[3] |= {"bytes": b"not a picture", "image_id": "broken"}
    write_dataset(shop, "drawn", rows)
    report = probe(shop)
    assert sum(report.failed.values()) == 1
    assert report.exit_status == 3
    assert report.done["samples"] == 19


def test_a_box_is_what_is_looked_at(shop: Workspace) -> None:
    """Both halves of one picture, by box: the left one is a Jeans's colour, the right one a Tee's."""
    import io

    from PIL import Image
    from tests.training.coloured import COLOURS

    from wildwear.images.decode import store

    halves = Image.new("RGB", (80, 40), COLOURS["Jeans"])
    halves.paste(COLOURS["Tee"], (40, 0, 80, 40))
    out = io.BytesIO()
    halves.save(out, "JPEG", quality=95)
    stored = store(out.getvalue())
    both = {"image_id": stored.image_id, "bytes": stored.bytes}
    write_dataset(
        shop,
        "boxes",
        [
            sample(9000, ["Jeans"], "val", box=[2.0, 2.0, 36.0, 36.0], **both),
            sample(9001, ["Tee"], "val", box=[44.0, 2.0, 78.0, 36.0], **both),
            *samples({"train": 40}, ["Jeans", "Tee"]),
        ],
    )
    assert probe(shop, ["boxes"]).details["val"]["boxes"]["top1"] == 1.0  # type: ignore[index]


@pytest.mark.parametrize(
    ("on", "problem"),
    [
        (["drwan"], "did you mean drawn"),
        (["drawn:test"], "unknown split 'test' in dataset drawn"),
        (["drawn", "drawn:train"], "names drawn:train twice"),
        (["drawn*0"], "write NAME"),
        (["drawn@61"], "drawn@61: there are 60 samples"),
        (["drawn@20", "drawn"], "names drawn:train twice"),
    ],
)
def test_what_is_wrong_with_the_data_is_said_before_anything_slow(shop: Workspace, on: list[str], problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        probe(shop, on)
    assert not shop.table(EMBEDDINGS).exists


def test_an_unknown_recipe_lists_the_recipes(shop: Workspace) -> None:
    with pytest.raises(UnknownName, match="unknown recipe 'prob': did you mean probe"):
        train(shop, "mine", TrainSettings(on=("drawn",), recipe="prob"), progress=None)  # type: ignore[arg-type]


def test_a_flag_of_another_recipe_is_an_error(shop: Workspace) -> None:
    settings = TrainSettings(on=("drawn",), recipe="modern", probe=ProbeSettings(l2=1.0))
    with pytest.raises(UserError, match="--l2 belongs to --recipe probe"):
        train(shop, "mine", settings, progress=None)  # type: ignore[arg-type]


def test_a_name_that_cannot_be_a_folder_is_refused(shop: Workspace) -> None:
    with pytest.raises(UserError, match="cannot name a model"):
        train(shop, "../mine", TrainSettings(on=("drawn",)), progress=None)  # type: ignore[arg-type]


def test_the_verb_trains_and_a_machine_can_read_what_it_did(
    shop: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["-w", str(shop.root), "train", "mine", "--on", "drawn", "--init", "tiny", "--l2", "0.01"]
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 0
    assert "drawn    30" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["--json", *words])
    assert json.loads(capsys.readouterr().out)["details"]["val"]["drawn"]["samples"] == 30


def test_few_samples_move_the_last_layer_of_the_model_they_start_from(shop: Workspace) -> None:
    probe(shop)
    write_dataset(shop, "few", [*samples({"train": 4}, CLASSES[:2], 200), *samples({"val": 20}, start=300)])

    def top1(probes: ProbeSettings) -> float:
        settings = TrainSettings(on=("few",), init="mine", classes=",".join(CLASSES), probe=probes)
        return float(train_probe(shop, "moved", settings).details["val"]["few"]["top1"])  # type: ignore[index]

    assert top1(ProbeSettings(l2=0.1)) < 0.6
    assert top1(ProbeSettings(l2=0.1, prior="init")) > 0.9


def test_a_strong_pull_leaves_the_calibrated_last_layer_as_it_was(shop: Workspace) -> None:
    probe(shop)
    settings = TrainSettings(on=("drawn",), init="mine", probe=ProbeSettings(l2=1e5, prior="init"))
    train_probe(shop, "same", settings)
    old, new = (load_model(name, shop) for name in ("mine", "same"))
    pixels = np.random.default_rng(0).normal(size=(4, 3, 32, 32)).astype(np.float32)
    before, after = (model.probabilities(model.run(pixels).logits) for model in (old, new))
    order = [new.classes.index(name) for name in old.classes]
    assert (before.argsort(axis=1) == after[:, order].argsort(axis=1)).all()


def test_a_prior_that_knows_none_of_the_classes_is_refused(shop: Workspace) -> None:
    write_dataset(shop, "capes", samples({"train": 4}, ["Cape", "Chinos"], start=300))
    probes = ProbeSettings(l2=0.1, prior="init")
    with pytest.raises(UserError, match="--prior init: tiny knows none of the classes"):
        train_probe(shop, "cape", TrainSettings(on=("capes",), init="tiny", probe=probes))
