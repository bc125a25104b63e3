"""The summary in plain sentences, and what the page says of its figures."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.evaluation.synthetic import TRAINED, evaluation, scores

from wildwear.evaluation.bootstrap import Difference
from wildwear.evaluation.comparisons import Comparison, McNemar
from wildwear.evaluation.report import render
from wildwear.evaluation.story import Paragraph, honesty, story, verdict

GOOD, POOR = scores("good", 3.0), scores("poor", 0.5)


def told(paragraphs: tuple[Paragraph, ...], lead: str) -> str:
    return " ".join(one.text for one in paragraphs if one.lead == lead)


def test_the_summary_says_how_good_how_sure_and_which_is_better() -> None:
    it = evaluation(GOOD, POOR, compare_to="poor")
    said = story(it)
    assert "good names the right category at the first guess in " in told(said, "Accuracy")
    assert "makes up 20.0\N{NO-BREAK SPACE}% of the samples" in told(said, "Accuracy")
    assert told(said, "Which is better").startswith("good is better than poor, by ")
    assert "McNemar's test: below 0.001" in told(said, "Which is better")
    assert "gains on " in told(said, "What changes")
    assert told(said, "Few samples").startswith("1 of the 6 labels have fewer than 10 samples")
    assert "No picture or group of made-up:val was found" in told(said, "Leaks")


def test_a_leak_takes_the_place_of_the_all_clear() -> None:
    it = evaluation(GOOD, warnings=("made-up:val leaks: 3 of its 120 samples share a picture with x",))
    assert not told(story(it), "Leaks")
    page = render(it, {})
    assert page.index("The figures are too good") < page.index("names the right category")


def test_two_models_without_a_baseline_are_not_ranked() -> None:
    assert "--compare-to" in told(story(evaluation(GOOD, POOR)), "Which is better")


@pytest.mark.parametrize(
    ("gain", "says"),
    [
        ((0.05, 0.01, 0.09, 0.01), "a is better than b, by 5.0 points of top-3 accuracy, with"),
        ((-0.05, -0.09, -0.01, 0.01), "a is worse than b, by 5.0 points"),
        ((0.01, -0.02, 0.04, 0.4), "do not show which of a and b is better: they differ by 1.0 points"),
    ],
)
def test_a_verdict_follows_from_the_interval(gain: tuple[float, float, float, float], says: str) -> None:
    value, low, high, p = gain
    difference = Difference(value=value, low=low, high=high, p=p)
    test = McNemar(ours=9, theirs=4, p=0.2)
    found = Comparison(
        ours="a", theirs="b", samples=100, seeds=(1, 1), gains={"top3": difference}, mcnemar={"top3": test}
    )
    assert says in verdict(found)
    assert "McNemar's test: 0.20" in verdict(found)


def test_confidence_is_called_honest_only_within_what_chance_explains() -> None:
    base = GOOD.after
    honest = replace(base, error=0.03, by_chance=0.05)
    boastful = replace(base, error=0.13, by_chance=0.05, overconfidence=0.12)
    modest = replace(boastful, overconfidence=-0.12)
    assert "can be taken at their word" in honesty(honest, honest)
    assert "too sure of itself, by 12.0 points on average" in honesty(boastful, honest)
    assert "more modest than it need be, by 12.0 points" in honesty(modest, honest)
    assert "Without its temperature" not in honesty(honest, honest)


def test_the_page_holds_the_changes_with_training_counts_and_greys_what_is_rare() -> None:
    page = render(evaluation(GOOD, POOR, compare_to="poor"), {})
    assert f"Tee · {TRAINED['Tee']} → 23" in page
    assert page.count('<tr class="few">') == 2
    assert page.count('role="img"') == 6
    labels = [part.split('"')[0] for part in page.split('aria-labelledby="')[1:]]
    assert len(set(labels)) == 6, "figures need titles of their own"
    assert "McNemar&#39;s exact test" in page or "McNemar's exact test" in page


def test_seeds_are_listed_one_by_one() -> None:
    page = render(evaluation(scores("many", 2.0, (0, 1, 2))), {})
    assert "The seeds of many" in page and "bootstrap draws of whole groups, and of seeds" in page
    assert "All seeds together" in page


def test_where_all_are_right_the_interval_still_admits_doubt() -> None:
    sure = scores("sure", 50.0)
    assert all(part.top1.value == 1.0 and part.top1.low < 1 for part in sure.categories)
