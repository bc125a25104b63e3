"""What an experiment comes to in a workspace: runs, their order, what they are recognised by, what they cost."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.reproduction.small import EXPERIMENT, make_shop, write_experiment
from tests.training.coloured import samples, write_dataset

from wildwear.errors import UnknownName, UserError
from wildwear.reproduction.experiment import load_experiment
from wildwear.reproduction.holdings import Holdings
from wildwear.reproduction.plan import Plan
from wildwear.reproduction.planning import make_plan
from wildwear.reproduction.settings import ReproduceSettings
from wildwear.training.data import open_parts
from wildwear.workspace import Workspace


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    return make_shop(workspace)


def planned(shop: Workspace, folder: Path, text: str = EXPERIMENT, **settings: object) -> Plan:
    path = write_experiment(folder, text)
    return make_plan(Holdings.of(shop), load_experiment(path), ReproduceSettings(**settings), folder)  # type: ignore[arg-type]


def test_each_size_and_seed_is_a_run_that_comes_after_what_it_starts_from(shop: Workspace, tmp_path: Path) -> None:
    runs = list(planned(shop, tmp_path).runs.values())
    assert len(runs) == 6 + 1 + 6 + 3
    place = {run.id: number for number, run in enumerate(runs)}
    assert all(place[run.parent] < place[run.id] for run in runs if run.parent)
    assert {run.parent for run in runs if run.arm == "then"} == {"shop.s0"}
    assert {run.on for run in runs if run.arm == "target"} == {("street@10",), ("street",)}


def test_a_run_is_recognised_until_anything_changes_that_its_result_depends_on(shop: Workspace, tmp_path: Path) -> None:
    first = {run.id: run.key for run in planned(shop, tmp_path).runs.values()}
    assert {run.id: run.key for run in planned(shop, tmp_path).runs.values()} == first
    assert len(set(first.values())) == len(first) - 3 + 1  # those without data have none
    titled = EXPERIMENT.replace("street alone", "the street").replace("seeds = [0, 1, 2]", "seeds = [0, 1, 2, 3]")
    again = {run.id: run.key for run in planned(shop, tmp_path, titled).runs.values()}
    assert again.items() >= first.items()
    fewer = EXPERIMENT.replace("Jacket,Tee,Jeans,Skirt,Dress", "Jacket,Tee,Jeans")
    assert not {run.key for run in planned(shop, tmp_path, fewer).runs.values() if run.key} & set(first.values())


def test_other_data_make_other_runs_of_all_that_stands_on_them(shop: Workspace, tmp_path: Path) -> None:
    first = {run.id: run.key for run in planned(shop, tmp_path).runs.values()}
    write_dataset(shop, "shop", samples({"train": 62}, start=1000))
    again = {run.id: run.key for run in planned(shop, tmp_path).runs.values()}
    changed = {name.split("@")[0].split(".")[0] for name, key in again.items() if key != first[name]}
    assert changed == {"shop", "then"}


def test_datasets_that_are_not_there_leave_their_runs_out_and_say_what_to_do(shop: Workspace, tmp_path: Path) -> None:
    plan = planned(shop, tmp_path)
    assert plan.absent == {"movies": "ask for it"}
    assert {run.arm for run in plan.runs.values() if run.missing} == {"movies"}
    assert "movies" not in {run.arm for run in plan.to_do}
    child = EXPERIMENT.replace('on = ["movies"]\ninit = "tiny"', 'on = ["street"]\ninit = "run:gone"')
    child += '\n[arms.gone]\non = ["movies"]\ninit = "tiny"\nseeds = [0]\n'
    runs = planned(shop, tmp_path, child).runs
    assert runs["movies.s1"].missing == ("movies",)


def test_only_takes_patterns_and_brings_what_a_run_starts_from(shop: Workspace, tmp_path: Path) -> None:
    assert planned(shop, tmp_path, only=("then@10",)).chosen == {"shop.s0", *(f"then@10.s{n}" for n in range(3))}
    assert planned(shop, tmp_path, only=("target@*.s1",)).chosen == {"target@10.s1", "target@all.s1"}
    with pytest.raises(UnknownName, match="unknown run 'taget' in --only: did you mean target"):
        planned(shop, tmp_path, only=("taget",))


def test_the_first_seeds_alone_are_the_same_runs(shop: Workspace, tmp_path: Path) -> None:
    every, few = planned(shop, tmp_path).runs, planned(shop, tmp_path, seeds=1).runs
    assert few.items() <= every.items()
    assert {run.seed for run in few.values()} == {0}


def test_samples_are_counted_as_training_counts_them(shop: Workspace, tmp_path: Path) -> None:
    plan = planned(shop, tmp_path, EXPERIMENT.replace('on = ["shop"]', 'on = ["shop*1.5"]'))
    assert plan.runs["shop.s0"].work is not None
    assert plan.runs["shop.s0"].work.samples == 90
    for run in plan.of("target", 10):
        (part,) = open_parts(shop, run.on, run.seed).learned
        assert run.work is not None
        assert (run.work.samples, run.target) == (len(part.positions()), len(part.positions()))


def test_a_probe_without_a_model_to_stand_on_is_told_how_to_name_one(shop: Workspace, tmp_path: Path) -> None:
    bare = EXPERIMENT.replace('on = ["shop"]\ntitle = "shop alone"', "").replace('init = "tiny"\n', "")
    with pytest.raises(UserError, match="name it with --init MODEL"):
        planned(shop, tmp_path, bare)
    assert planned(shop, tmp_path, bare, init="tiny").runs["target@10.s0"].init == "tiny"


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        (
            'sizes = [10, "all"]\n\n[arms.shop]',
            "sizes = [10, 4000]\n\n[arms.shop]",
            "street@4000: there are 40 samples",
        ),
        ('init = "tiny"', 'init = "tinny"', "did you mean tiny"),
        ('recipe = "probe"', 'recipe = "modrn"', "unknown recipe 'modrn'"),
        ('on = ["shop"]', 'on = ["shop"]\noverrides = { priorr = "init" }', "arms.shop.overrides: did you mean prior"),
        ('on = ["shop"]', 'on = ["shop:test"]', "shop has no samples on the side test"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_trained(
    shop: Workspace, tmp_path: Path, was: str, becomes: str, problem: str
) -> None:
    text = EXPERIMENT.replace('"target@10"', '"target@10"').replace(was, becomes, 1)
    text = text.replace('run = "then@all"\nagainst = "target@all"', 'run = "then@all"\nagainst = "then@10"')
    with pytest.raises(UserError, match=problem):
        planned(shop, tmp_path, text)


def test_a_probes_settings_are_its_overrides_and_part_of_what_a_run_is_known_by(
    shop: Workspace, tmp_path: Path
) -> None:
    text = EXPERIMENT.replace('on = ["shop"]', 'on = ["shop"]\noverrides = { prior = "init", l2 = 0.1 }')
    plain, run = (planned(shop, tmp_path, one).runs["shop.s0"] for one in (EXPERIMENT, text))
    assert (run.probe.prior, run.probe.l2) == ("init", 0.1)
    assert run.key != plain.key


def test_a_budget_becomes_epochs_and_what_came_before_is_counted(shop: Workspace, tmp_path: Path) -> None:
    text = EXPERIMENT.replace('recipe = "probe"', 'recipe = "modern"\nsamples_seen = 1000')
    text = text.replace('init = "tiny"', 'init = "imagenet"')
    text = text.replace('on = ["shop"]', 'on = ["shop"]\noverrides = { "sampling.batch_size" = 16 }')
    runs = planned(shop, tmp_path, text).runs
    first, then = runs["shop.s0"].work, runs["then@all.s0"].work
    assert first is not None
    assert then is not None
    assert (first.samples, first.epochs, first.seen, first.steps) == (60, 17, 1020, 4 * 17)
    assert (then.samples, then.epochs, then.seen, then.total) == (40, 25, 1000, 2020)
    recipe = runs["shop.s0"].recipe
    assert recipe is not None
    assert (recipe.sampling.batch_size, recipe.schedule.epochs) == (16, 17)


def test_a_recipe_of_ones_own_is_found_beside_the_experiment(shop: Workspace, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("version = 3\n[schedule]\nepochs = 2\n")
    text = EXPERIMENT.replace('recipe = "probe"', 'recipe = "mine.toml"').replace('init = "tiny"', 'init = "scratch"')
    run = planned(shop, tmp_path, text).runs["shop.s0"]
    assert run.recipe is not None
    assert (run.recipe.version, run.recipe.schedule.epochs) == (3, 2)
