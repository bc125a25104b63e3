"""Runs compared on the same samples, fresh or read from files, one or several seeds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evaluation.synthetic import HOW, TRAINED, evaluation, places, scores

from wildwear.errors import UnreadableInput, UserError
from wildwear.evaluation.comparisons import Resampling, accuracies, change_by_category, compare, mcnemar
from wildwear.evaluation.metrics import NEVER
from wildwear.evaluation.places import Places, aligned, read_places


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_the_exact_binomial_test_of_scipy_on_the_discordant_pairs(ours: int, theirs: int) -> None:
    from scipy.stats import binomtest

    right = np.array([True] * ours + [False] * theirs + [True, False], dtype=bool)
    other = np.array([False] * ours + [True] * theirs + [True, False], dtype=bool)
    found = mcnemar(right, other)
    assert (found.ours, found.theirs) == (ours, theirs)
    expected = binomtest(ours, ours + theirs, 0.5).pvalue if ours + theirs else 1.0
    assert found.p == pytest.approx(expected)


def test_two_models_that_say_the_same_do_not_differ() -> None:
    run = places([True, False] * 20)
    found = compare([run], [run], HOW)
    assert {(gain.value, gain.low, gain.high, gain.p, gain.shown) for gain in found.gains.values()} == {
        (0.0, 0.0, 0.0, 1.0, False)
    }
    assert found.mcnemar["top1"].p == 1.0


def test_groups_that_hang_together_make_the_bootstrap_doubt_what_mcnemar_believes() -> None:
    """One scene of twelve samples gained, and nothing else: that is one case and no twelve."""
    groups = [0] * 12 + list(range(1, 49))
    ours = places([True] * 60, groups=groups)
    theirs = places([False] * 12 + [True] * 48, groups=groups)
    found = compare([ours], [theirs], HOW)
    assert found.mcnemar["top1"].p < 0.001
    assert found.gains["top1"].p > 0.05 and not found.gains["top1"].shown


def test_runs_are_compared_on_the_samples_that_both_have_whatever_their_order() -> None:
    random = np.random.default_rng(0)
    ours, theirs = places(random.random(50) < 0.8), places(random.random(50) < 0.6)
    shuffled = theirs.take(random.permutation(50)[:45])
    common = np.isin(ours.sample_id, shuffled.sample_id)
    expected = ours.right(1)[common].mean() - theirs.right(1)[common].mean()
    found = compare([ours], [shuffled], HOW)
    assert found.samples == 45
    assert found.gains["top1"].value == pytest.approx(expected)


def test_runs_on_other_samples_or_other_labels_are_no_comparison() -> None:
    run = places([True] * 10)
    with pytest.raises(UserError, match="measured on different samples"):
        compare([run.take(np.arange(5))], [run.take(np.arange(5, 10))], HOW)
    relabelled = places([True] * 10, names=["Jeans"] * 10, run="later")
    with pytest.raises(UserError, match="sample 00000 is Tee for run and Jeans for later: its labels have changed"):
        aligned([run, relabelled])


def test_seeds_of_both_sides_are_paired_where_there_are_equally_many() -> None:
    """Each seed has a level of its own, that both recipes share: pairs see the gain through it."""
    random = np.random.default_rng(1)
    levels = (0.3, 0.5, 0.7, 0.9)
    draws = [random.random(200) for _ in levels]
    theirs = [places(draw < level) for draw, level in zip(draws, levels, strict=True)]
    ours = [places(draw < level + 0.06) for draw, level in zip(draws, levels, strict=True)]
    paired = compare(ours, theirs, HOW).gains["top1"]
    apart = compare(ours, theirs[:3], HOW).gains["top1"]
    assert paired.shown and paired.value == pytest.approx(0.06, abs=0.03)
    assert apart.high - apart.low > 3 * (paired.high - paired.low)
    assert compare(ours, theirs, HOW).seeds == (4, 4) and not compare(ours, theirs, HOW).mcnemar


def test_an_interval_over_seeds_and_groups_covers_the_truth_about_as_often_as_it_says() -> None:
    covered = []
    for trial in range(120):
        random = np.random.default_rng(trial)
        level = 0.7 + random.normal(0, 0.05, (6, 1))
        of_group = random.normal(0, 0.15, 40).repeat(4)
        right = random.random((6, 160)) < np.clip(level + of_group, 0, 1)
        runs = [places(one, groups=np.arange(40).repeat(4)) for one in right]
        estimate = accuracies(runs, Resampling(rounds=200))["top1"]
        covered.append(estimate.low <= 0.7 <= estimate.high)
    assert 0.85 <= np.mean(covered) <= 1.0


def test_seeds_that_differ_make_an_interval_wider_than_one_seed_says() -> None:
    random = np.random.default_rng(2)
    runs = [places(random.random(400) < level) for level in (0.5, 0.6, 0.7, 0.8, 0.9)]
    together, single = accuracies(runs, HOW)["top1"], accuracies(runs[2:3], HOW)["top1"]
    assert together.value == pytest.approx(np.mean([run.right(1).mean() for run in runs]))
    assert together.high - together.low > 1.5 * (single.high - single.low)


def test_changes_stand_in_the_order_of_training_samples_with_regions_and_thirds() -> None:
    better, base = scores("better", 3.0), scores("base", 0.5)
    changes = change_by_category(better.places, base.places, TRAINED, HOW)
    assert [one.name for one in changes.categories] == ["Tee", "Dress", "Jeans", "Jacket", "Skirt", "Romper"]
    assert [one.trained for one in changes.categories] == [300, 200, 100, 50, 20, 3]
    assert [one.name for one in changes.categories if one.few] == ["Romper"]
    assert {one.name: one.trained for one in changes.regions} == {"upper": 350, "lower": 120, "full": 203}
    assert [one.name for one in changes.terciles] == ["frequent (200 to 300)", "middle (50 to 100)", "rare (3 to 20)"]
    for parts in (changes.categories, changes.regions, changes.terciles):
        assert sum(one.samples for one in parts) == 120
        weighted = sum(one.samples * one.gain.value for one in parts) / 120
        assert weighted == pytest.approx(compare(better.places, base.places, HOW).gains["top3"].value)


def test_a_category_that_nobody_trained_on_counts_zero_and_comes_last() -> None:
    run = places([True] * 6, names=["Tee", "Jeans"] * 3)
    changes = change_by_category([run], [run], {"Jeans": 4}, HOW)
    assert [(one.name, one.trained) for one in changes.categories] == [("Jeans", 4), ("Tee", 0)]
    assert [one.name for one in changes.terciles] == ["frequent (4)", "middle (0)"]


@pytest.mark.parametrize("kind", ["json", "parquet"])
def test_places_that_were_written_compare_as_fresh_ones_do(tmp_path: Path, kind: str) -> None:
    it = evaluation(scores("better", 2.0, (0, 1)), scores("base", 1.0, (0, 1)), compare_to="base")
    path = tmp_path / f"it.{kind}"
    path.write_bytes(it.dumps().encode() if kind == "json" else it.predictions())
    runs = read_places(path)
    assert [run.run for run in runs] == [run.run for run in it.places]
    assert compare(runs[:2], runs[2:], HOW).gains == it.comparisons[0].gains


def test_a_class_that_cannot_be_predicted_stays_beyond_any_place_when_written() -> None:
    run = places([True, False])
    never = np.array([0, NEVER])
    run = Places.from_table(
        Places(
            run="r",
            sample_id=run.sample_id,
            group=run.group,
            name=run.name,
            region=run.region,
            places=dict.fromkeys(run.places, never),
        ).to_table()
    )
    assert run.places["all"].tolist() == [0, NEVER]
    assert run.to_table()["place_within_region"].to_pylist() == [0, None]


def test_a_file_without_places_is_refused_by_name(tmp_path: Path) -> None:
    for name, text in (("a.json", "{}"), ("b.json", "no JSON"), ("c.parquet", "no Parquet")):
        (tmp_path / name).write_text(text)
        with pytest.raises(UnreadableInput, match=rf"{name[0]}\.\w+ holds no places"):
            read_places(tmp_path / name)
    with pytest.raises(UnreadableInput, match=r"gone\.json: No such file"):
        read_places(tmp_path / "gone.json")


def test_lists_of_plain_values_stand_on_one_line_of_the_json() -> None:
    it = evaluation(scores("one", 1.0))
    assert json.loads(it.dumps()) == json.loads(json.dumps(it.to_json(), default=str))
    assert it.dumps().count("\n") < 900
