"""Recipes as files: read strictly, written back whole, printed to be copied."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wildwear.cli import main
from wildwear.errors import UnreadableInput, UserError
from wildwear.training.recipe import LossSettings, OptimizerSettings, Recipe, ScheduleSettings
from wildwear.training.recipe_files import load_recipe, recipe_names, to_toml
from wildwear.training.views import Views, size_at


def own(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_paper_and_the_modern_recipe_come_along() -> None:
    assert {"paper", "modern"} <= set(recipe_names())


def test_the_papers_recipe_is_what_the_paper_says() -> None:
    paper = load_recipe("paper")
    assert (paper.network.backbone, paper.optimizer.name) == ("resnetv2_50", "sgd")
    assert (paper.optimizer.momentum, paper.optimizer.learning_rate, paper.schedule.step_epochs) == (0.9, 0.1, 25)
    assert (paper.views.crop, paper.views.short_side, paper.preprocessing.short_side) == ("window", 256, 256)
    assert paper.preprocessing.mean == (0.485, 0.456, 0.406)


@pytest.mark.parametrize("name", recipe_names())
def test_a_shipped_recipe_comes_back_from_its_text(name: str, tmp_path: Path) -> None:
    recipe = load_recipe(name)
    assert recipe.summary
    assert replace(load_recipe(own(tmp_path, to_toml(recipe))), name=name) == recipe


@given(
    summary=st.text(st.characters(exclude_categories=["Cs"])),
    rate=st.floats(1e-9, 10),
    frozen=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), max_size=3),
)
def test_any_text_and_number_comes_back(summary: str, rate: float, frozen: list[str]) -> None:
    recipe = load_recipe("modern", {"summary": summary, "optimizer.learning_rate": rate, "network.frozen": frozen})
    values = tomllib.loads(to_toml(recipe))
    assert values["summary"] == summary
    assert values["optimizer"]["learning_rate"] == rate
    assert values["network"]["frozen"] == frozen


def test_every_line_of_a_section_says_what_it_is() -> None:
    text = to_toml(load_recipe("modern"))
    assert "# Decay of the exponential moving average" in text
    assert text.count("\n# ") >= 25


def test_a_file_is_named_as_it_is_called_and_has_defaults(tmp_path: Path) -> None:
    recipe = load_recipe(own(tmp_path, "version = 3\n[schedule]\nepochs = 2\n"))
    assert recipe == Recipe(name="mine", version=3, schedule=ScheduleSettings(epochs=2))


def test_single_values_are_changed_by_their_names() -> None:
    recipe = load_recipe("paper", {"schedule.epochs": 3, "ema": 0.9, "views.area": (0.2, 1.0), "loss.mixup": 1})
    assert (recipe.schedule.epochs, recipe.ema, recipe.views.area, recipe.loss.mixup) == (3, 0.9, (0.2, 1.0), 1.0)
    assert recipe.schedule.gamma == load_recipe("paper").schedule.gamma


WRONG: dict[str, tuple[str, str]] = {
    "a key with a typing error": (
        "[schedule]\nepoch = 3",
        r"unknown key 'schedule\.epoch'.*did you mean schedule\.epochs",
    ),
    "a section with one": ("[shedule]\nepochs = 3", "unknown section 'shedule'.*did you mean schedule"),
    "a choice that is none": ("[optimizer]\nname = 'adam'", r"unknown optimizer\.name 'adam'.*did you mean adamw"),
    "a fraction of an epoch": ("[schedule]\nepochs = 1.5", r"schedule\.epochs must be a whole number, and is 1\.5"),
    "a truth value as a number": ("[schedule]\nepochs = true", r"schedule\.epochs must be a whole number, and is True"),
    "a text as a number": ("ema = '0.9'", "ema must be a number, and is '0.9'"),
    "no number": ("[loss]\nmixup = nan", r"loss\.mixup must be a number, and is nan"),
    "a value as a section": ("views = 3", r"views must be a section \[views\], and is 3"),
    "a list that is too short": ("[views]\narea = [1.0]", r"views\.area must be a list of 2"),
    "a text in a list of numbers": ("[views]\narea = [0.5, 'x']", r"views\.area\[1\] must be a number"),
    "a number in a list of texts": ("[network]\nfrozen = [1]", r"network\.frozen\[0\] must be a text"),
    "a name": ("name = 'other'", "name: a recipe is called as its file is"),
}
OUT_OF_RANGE = {
    "schedule.epochs": 0,
    "schedule.warmup_epochs": 99,
    "schedule.step_epochs": 0,
    "optimizer.learning_rate": 0.0,
    "optimizer.layer_decay": 1.5,
    "optimizer.momentum": 1.0,
    "network.dropout": 1.0,
    "network.drop_path": -0.1,
    "sampling.batch_size": 0,
    "sampling.balance": 1.1,
    "loss.label_smoothing": 1.0,
    "loss.cutmix": -1.0,
    "views.hue": 0.6,
    "views.size": 4,
    "ema": 1.0,
    "preprocessing.size": 4,
}


@pytest.mark.parametrize("text, message", WRONG.values(), ids=WRONG)
def test_a_file_with_something_wrong_is_refused_with_its_name_and_the_key(
    text: str, message: str, tmp_path: Path
) -> None:
    path = own(tmp_path, f"version = 1\n{text}\n")
    with pytest.raises(UserError, match=message) as refused:
        load_recipe(path)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("key, value", OUT_OF_RANGE.items())
def test_a_value_out_of_range_is_refused_with_its_key(key: str, value: float) -> None:
    with pytest.raises(UserError, match=f"recipe modern.*{key.rpartition('.')[2]}"):
        load_recipe("modern", {key: value})


def test_a_file_without_a_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="version is missing"):
        load_recipe(own(tmp_path, "ema = 0.9\n"))


@pytest.mark.parametrize("content", [b"version = ", b"\x80\x04\x95", b"[views\n"])
def test_a_file_that_is_not_toml_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(UnreadableInput, match=r"mine\.toml"):
        load_recipe(path)


NAMES: Mapping[str, str] = {
    "moder": "unknown recipe 'moder'.*did you mean modern",
    "probe": "probe trains no network",
    "absent.toml": "absent.toml: No such file",
    "folder/absent": "folder/absent: No such file",
}


@pytest.mark.parametrize("name, message", NAMES.items())
def test_a_name_that_leads_nowhere_says_what_there_is(name: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        load_recipe(name)


def test_a_value_cannot_be_changed_as_a_section() -> None:
    with pytest.raises(UserError, match="ema is a value"):
        load_recipe("modern", {"ema.decay": 1})


@given(first=st.integers(8, 300), rise=st.integers(0, 200), epochs=st.integers(1, 80))
def test_views_grow_to_their_size_and_stay_there_for_the_last_third(first: int, rise: int, epochs: int) -> None:
    views = Views(size=first + rise, first_size=first, short_side=600)
    sizes = [size_at(views, epoch, epochs) for epoch in range(epochs)]
    assert sizes == sorted(sizes)
    assert sizes[0] == first
    assert all(size == views.size or (size - first) % 32 == 0 for size in sizes)
    assert all(size_at(views, epoch, epochs) == views.size for epoch in range(-(-2 * epochs // 3), epochs + 1))


def test_views_without_a_first_size_do_not_grow() -> None:
    assert {size_at(Views(size=160), epoch, 5) for epoch in range(5)} == {160}


def status_of(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    return int(str(stopped.value.code))


def test_what_show_prints_is_a_recipe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = own(tmp_path, "version = 1\nsummary = ':fire: [bold]" + "x" * 200 + "'\n")
    assert status_of("recipes", "show", str(changed)) == 0
    printed = capsys.readouterr().out
    assert load_recipe(own(tmp_path, printed)) == Recipe(name="mine", version=1, summary=":fire: [bold]" + "x" * 200)


def test_recipes_are_listed_with_the_probe(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("--json", "recipes", "list") == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["details"]["recipes"]
    assert {row["name"] for row in rows} == {*recipe_names(), "probe"}


def test_settings_made_in_python_are_checked_in_the_same_way() -> None:
    with pytest.raises(ValueError, match=r"layer_decay must be 0\.01 to 1, and is 0"):
        OptimizerSettings(layer_decay=0)
    with pytest.raises(ValueError, match="mixup must be at least 0"):
        LossSettings(mixup=-1)
