"""The stage around the loop: what is refused before anything slow, what flags change, and what is said on the way."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.training.coloured import sample, samples, write_dataset
from tests.training.tiny_training import command, drawn_workspace, needs_torch, write_recipe

from wildwear.cli import main
from wildwear.errors import LeakError, UnknownName, UserError
from wildwear.progress import silent
from wildwear.training.overrides import overridden
from wildwear.training.pace import Pace
from wildwear.training.processes import first_speaks
from wildwear.training.recipe import Recipe
from wildwear.training.recipe_files import load_recipe
from wildwear.training.recipes import train
from wildwear.training.settings import Overrides, ProbeSettings, RunSettings, TrainSettings
from wildwear.workspace import Workspace


@pytest.fixture
def drawn(tmp_path: Path) -> Workspace:
    needs_torch()
    return drawn_workspace(tmp_path / "one")


def settings(workspace: Workspace, **changes: object) -> TrainSettings:
    recipe = str(write_recipe(workspace.root, epochs=1))
    return replace(TrainSettings(on=("drawn",), recipe=recipe, init="scratch"), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["paper", "modern"])
def test_flags_change_a_recipe_and_nothing_else(name: str) -> None:
    recipe = load_recipe(name)
    flags = Overrides(epochs=3, batch_size=5, backbone="resnet18", learning_rate=recipe.optimizer.learning_rate / 2)
    changed = overridden(recipe, TrainSettings(on=("a",), overrides=flags, balance="balanced"))
    assert changed.schedule == replace(recipe.schedule, epochs=3)
    assert changed.sampling == replace(recipe.sampling, batch_size=5, balance=1.0)
    assert changed.network == replace(recipe.network, backbone="resnet18")
    assert changed.optimizer.head_learning_rate == recipe.optimizer.head_learning_rate / 2
    assert (changed.views, changed.loss, changed.ema) == (recipe.views, recipe.loss, recipe.ema)
    assert overridden(recipe, TrainSettings(on=("a",))) == recipe


@given(size=st.integers(32, 512), name=st.sampled_from(["paper", "modern"]))
def test_a_size_changes_all_sizes_in_proportion(size: int, name: str) -> None:
    recipe = load_recipe(name)
    changed = overridden(recipe, TrainSettings(on=("a",), overrides=Overrides(size=size)))
    assert changed.views.size == size
    scale = size / recipe.views.size
    assert changed.preprocessing.size == pytest.approx(recipe.preprocessing.size * scale, abs=1)
    assert changed.views.first_size == pytest.approx(recipe.views.first_size * scale, abs=1)
    assert changed.preprocessing.short_side == pytest.approx(recipe.preprocessing.short_side * scale, abs=1)


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"batch_size": -1}, {"learning_rate": 0.0}])
def test_impossible_overrides_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UserError, match="must be above 0, and is"):
        Overrides(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [{"threads": 0}, {"checkpoint_minutes": -1.0}, {"process_timeout": 0}])
def test_impossible_ways_to_run_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UserError, match="must be at least"):
        RunSettings(**wrong)  # type: ignore[arg-type]


def test_settings_of_the_other_kind_of_recipe_are_refused(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="belongs to recipes of networks, and this is --recipe probe"):
        train(workspace, "net", TrainSettings(on=("a",), overrides=Overrides(epochs=2)), silent)
    with pytest.raises(UserError, match="--l2 belongs to --recipe probe, and this is --recipe modern"):
        train(workspace, "net", TrainSettings(on=("a",), recipe="modern", probe=ProbeSettings(l2=1.0)), silent)


def test_a_missing_torch_is_one_plain_line(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from wildwear.training import train_network

    monkeypatch.setattr(train_network, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"needs torch, timm, .*: pip install 'wildwear\[train\]'"):
        train(workspace, "net", TrainSettings(on=("a",), recipe="modern"), silent)


def test_a_val_group_that_is_also_in_training_is_refused_unless_told(drawn: Workspace) -> None:
    rows = samples({"train": 16, "val": 4})
    rows.append(sample(90, ["Tee"], "val", group=rows[0]["group"]))
    write_dataset(drawn, "drawn", rows)
    with pytest.raises(LeakError, match="drawn:val leaks: 1 of its 5 samples share a group with drawn:train"):
        train(drawn, "net", settings(drawn), silent)
    said: list[str] = []
    report = train(drawn, "net", settings(drawn, run=RunSettings(accept_leaks=True)), silent, said.append)
    assert any("drawn:val leaks" in line for line in said)
    assert any("drawn:val leaks" in line for line in report.notes)


def test_a_val_picture_that_another_dataset_trains_on_is_refused(drawn: Workspace) -> None:
    write_dataset(drawn, "other", [dict(row, split="train") for row in samples({"train": 26, "val": 10})[26:]])
    with pytest.raises(LeakError, match="drawn:val leaks: 10 of its 10 samples share a picture with other:train"):
        train(drawn, "net", settings(drawn, on=("drawn", "other")), silent)


def test_a_class_without_samples_is_said_early_and_a_card_keeps_what_was_measured(drawn: Workspace) -> None:
    said: list[str] = []
    how = settings(drawn, classes="Jacket,Tee,Jeans,Cape", run=RunSettings(tracker="tensorboard"))
    report = train(drawn, "net", how, silent, said.append)
    assert said[1] == "no sample shows Cape: it cannot be learned"
    assert report.skipped == {"none of its categories is a class": 10}
    assert list((drawn.root / "runs" / "net").glob("events.out.tfevents.*"))


def test_an_unknown_tracker_names_near_ones(drawn: Workspace) -> None:
    with pytest.raises(UnknownName, match="unknown tracker 'tensorbord': did you mean tensorboard"):
        train(drawn, "net", settings(drawn, run=RunSettings(tracker="tensorbord")), silent)


def test_a_model_goes_on_from_another_and_inherits_what_that_had_learned(drawn: Workspace) -> None:
    train(drawn, "first", settings(drawn), silent)
    write_dataset(drawn, "target", samples({"train": 16, "val": 4}, start=500))
    said: list[str] = []
    train(drawn, "second", settings(drawn, on=("target",), init="first"), silent, said.append)
    card = json.loads((drawn.models / "second" / "model.json").read_text())
    assert [one["dataset"] for one in card["data"]] == ["target", "drawn"]
    assert card["init"].startswith("first@")
    assert said[0].startswith("starts from first@")


def test_the_verb_trains_a_network_and_a_machine_can_read_what_it_did(
    drawn: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = command(drawn, write_recipe(tmp_path), "--epochs", "1", "--no-resume")
    with pytest.raises(SystemExit) as ended:
        main(["--json", *arguments[2:]])
    out, err = capsys.readouterr()
    assert ended.value.code == 0, err
    report = json.loads(out)
    assert report["done"] == {"samples": 26, "classes": 5, "steps": 4}
    assert set(report["details"]["speed"]) == {"images_per_second", "waiting"}
    assert "epoch 1/1 · loss" in err


def test_the_pace_counts_steps_and_not_what_lies_between() -> None:
    now = [0.0]
    pace = Pace(clock=lambda: now[0])
    for _ in range(3):
        now[0] += 1.0
        pace.add(20, waited=0.25)
    assert str(pace.told()) == "20 images/s · 25 % waiting for data"
    assert pace.told() is None
    now[0] += 100.0
    pace.rested()
    now[0] += 1.0
    pace.add(20, waited=0.25)
    assert pace.whole.figures == {"images_per_second": 20.0, "waiting": 0.25}


def test_what_all_processes_find_wrong_the_first_one_says(monkeypatch: pytest.MonkeyPatch) -> None:
    from wildwear.training import processes

    monkeypatch.setattr(processes, "_SILENCE", 0.0)
    with pytest.raises(UserError), first_speaks():
        raise UserError("no such dataset")
    monkeypatch.setenv("RANK", "1")
    with pytest.raises(SystemExit) as ended, first_speaks():
        raise UserError("no such dataset")
    assert ended.value.code == 1


def test_a_recipe_of_defaults_is_left_as_it_is() -> None:
    recipe = Recipe(name="own", version=1)
    assert overridden(recipe, TrainSettings(on=("a",))) == recipe
