"""Experiment files: what they say, and what is wrong with them, by file and entry."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.reproduction.small import EXPERIMENT, write_experiment

from wildwear.errors import UnreadableInput, UserError
from wildwear.reproduction.experiment import Measure, load_experiment, split_run

SHIPPED = Path(__file__).parents[2] / "experiments"


def test_what_stands_at_the_top_holds_for_every_arm_that_says_nothing_else(tmp_path: Path) -> None:
    experiment = load_experiment(write_experiment(tmp_path))
    assert experiment.name == "small"
    assert experiment.arms["target"].seeds == (0, 1, 2)
    assert experiment.arms["shop"].seeds == (0,)
    assert {arm.recipe for arm in experiment.arms.values()} == {"probe"}
    assert experiment.arms["then"].parent == "shop"
    assert experiment.arms["target"].parent is None


def test_an_arm_is_measured_on_what_tables_and_figures_ask_of_it(tmp_path: Path) -> None:
    experiment = load_experiment(write_experiment(tmp_path))
    assert experiment.measured_on("target") == ["street"]
    assert experiment.measured_on("movies") == ["movies"]


def test_a_table_may_measure_one_row_elsewhere(tmp_path: Path) -> None:
    text = EXPERIMENT.replace('run = "then@10", against', 'run = "then@10", measure = "movies", against')
    assert load_experiment(write_experiment(tmp_path, text)).measured_on("then") == ["street", "movies"]


@pytest.mark.parametrize("name", ["paper", "independent"])
def test_the_experiments_that_are_shipped_can_be_read(name: str) -> None:
    experiment = load_experiment(SHIPPED / f"{name}.toml")
    assert len(experiment.tables) >= 2
    assert len(experiment.figures) >= 1
    assert all(wanted.what and wanted.how for wanted in experiment.datasets.values())
    assert all(experiment.measured_on(arm) for arm in experiment.arms)


def test_the_papers_tables_stand_in_its_file() -> None:
    tables = load_experiment(SHIPPED / "paper.toml").tables
    published = {row.title: (row.published.get("top3"), row.published.get("top5")) for row in tables[0].rows}
    assert published["DF"] == (87.8, 93.3)
    assert published["CatalogFashion-10x + DF"] == (89.9, 94.7)
    assert [row.published["top3"] for row in tables[1].rows if row.title.startswith("Ours")] == [89.9, 91.4]
    assert [row.published["top5"] for row in tables[3].rows] == [56.9, 65.5]


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        ("version = 1", "version = 2", "must begin with version = 1"),
        ("[[figures]]", "[[figure]]", "unknown key 'figure' in .*: did you mean figures"),
        ('on = ["shop"]', 'onn = ["shop"]', r"unknown key 'onn' in .*arms.shop: did you mean on"),
        ('on = ["shop"]\ninit', 'on = "shop"\ninit', r"arms.shop: on must be an array, each a text, and is 'shop'"),
        ("seeds = [0]", 'seeds = ["a"]', "arms.shop: seeds must be an array, each a number"),
        ("seeds = [0]", "seeds = [true]", "arms.shop: seeds must be an array, each a number"),
        ("seeds = [0]", "seeds = [1, 1]", "arms.shop: an arm needs `on`, and seeds that differ"),
        ('on = ["shop"]', 'on = ["shpo"]', r"unknown dataset 'shpo' in .*arms.shop: did you mean shop"),
        ('on = ["shop"]', 'on = ["shop@N"]', "sizes and a dataset with @N in `on` belong together"),
        ('sizes = [10, "all"]\n\n[arms.shop]', "sizes = [0]\n\n[arms.shop]", "sizes are numbers above 0, or 'all'"),
        ('"run:shop"', '"run:shoop"', "unknown arm 'shoop' in .*arms.then.init: did you mean shop"),
        ('"run:shop"', '"run:then"', "arms.then starts from itself"),
        ("seeds = [0]", "seeds = [1, 2]", "arms.then and shop, which it starts from, need the same seeds"),
        ('on = "street:val"', 'on = "street"', r"measures.street: on = 'street' must be DATASET:split"),
        ('on = "street:val"', 'on = "street:val@9"', "must be DATASET:split"),
        ('on = "street:val"', 'on = "street:val"\namong = "some"', "unknown among 'some'"),
        ('on = "street:val"', 'on = "street:val"\nboxes = 1', "boxes must be true or false, and is 1"),
        ('measure = "movies"', 'measure = "movie"', "unknown measure 'movie' in .*: did you mean movies"),
        ('run = "then@10"', 'run = "then"', r"Table 1: shop, then street: did you mean then@10"),
        ('run = "then@10"', 'run = "then@11"', r"unknown run 'then@11' .*: did you mean then@10"),
        ('run = "shop"', 'run = "shop@10"', r"unknown run 'shop@10' .*: did you mean shop"),
        ("top3 = 55.5", "top4 = 55.5", r"row 1: unknown figure 'top4'.*top3"),
        ("top3 = 55.5", 'top3 = "55"', "row 1: published must be"),
        ('{ title = "others", published', "{ published", "row 1: title is missing"),
        ('kind = "sizes"', 'kind = "size"', r"unknown kind 'size' in .*figures\[1\]: did you mean sizes"),
        ('figure = "top1"', 'figure = "macro"', "unknown figure 'macro'"),
        ("[datasets.street]", "[datasets.street]\nwhat = 3", "TOML"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_by_entry(tmp_path: Path, was: str, becomes: str, problem: str) -> None:
    assert was in EXPERIMENT
    with pytest.raises(UserError, match=problem):
        load_experiment(write_experiment(tmp_path, EXPERIMENT.replace(was, becomes, 1)))


def test_a_file_that_is_not_there_or_not_toml_is_an_error_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="No such file"):
        load_experiment(tmp_path / "nothing.toml")
    with pytest.raises(UnreadableInput, match="is not TOML"):
        load_experiment(write_experiment(tmp_path, "= 3"))


def test_what_a_run_is_measured_on_is_one_side_alone() -> None:
    assert Measure(on="street:val").boxes
    with pytest.raises(UserError, match="DATASET:split"):
        Measure(on="street:val*2")


def test_a_run_is_named_by_arm_and_size() -> None:
    assert [split_run(text) for text in ("a@100", "a@all", "a")] == [("a", 100), ("a", "all"), ("a", None)]


def test_overrides_hold_for_every_arm_that_has_none_of_its_own(tmp_path: Path) -> None:
    text = EXPERIMENT.replace("seeds = [0, 1, 2]", 'seeds = [0, 1, 2]\noverrides = { "schedule.epochs" = 3 }')
    text = text.replace('on = ["shop"]', 'on = ["shop"]\noverrides = { "schedule.epochs" = 5 }')
    arms = load_experiment(write_experiment(tmp_path, text)).arms
    assert (arms["target"].overrides, arms["shop"].overrides) == ({"schedule.epochs": 3}, {"schedule.epochs": 5})
