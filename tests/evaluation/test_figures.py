"""Figures say in words what they show, and grey what says little."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.evaluation.synthetic import HOW, TRAINED, scores

from wildwear.evaluation.comparisons import Changes, change_by_category
from wildwear.evaluation.figures import GREY, by_category, headline, reliability_diagram
from wildwear.evaluation.figures import change_by_category as drawn_changes

GOOD, POOR = scores("good", 3.0), scores("poor", 0.5)


def texts(drawn: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawn)


def changes() -> Changes:
    return replace(change_by_category(GOOD.places, POOR.places, TRAINED, HOW), ours="good", theirs="poor")


def test_the_headline_prints_each_figure_and_tells_it_in_words() -> None:
    drawn = headline((GOOD, POOR), "all")
    for one in (GOOD, POOR):
        for name in ("top1", "top3", "top5", "macro"):
            assert f"{100 * one.rankings['all'][name].value:.1f}" in texts(drawn)
    assert f"good: top-1 {GOOD.rankings['all']['top1']}" in drawn


def test_categories_stand_with_their_numbers_of_samples_and_the_rare_one_is_grey() -> None:
    drawn = by_category((GOOD, POOR))
    assert {f"{part.name} · {part.samples}" for part in GOOD.categories} <= set(texts(drawn))
    assert drawn.count(f"fill: {GREY}") == 2, "Romper, once a model"


def test_changes_are_drawn_by_region_by_frequency_and_by_category_in_that_order() -> None:
    shown = texts(drawn_changes(changes()))
    expected = ["full", "lower", "upper", "frequent (200 to 300)", "middle (50 to 100)", "rare (3 to 20)"]
    expected += ["Tee · 300 → 23", "Dress · 200 → 24"]
    assert [text for text in shown if text in expected] == expected


def test_an_uncertain_rare_category_does_not_squeeze_the_others() -> None:
    """The axis is as wide as what can be believed: a category of three samples may swing by 100 points."""
    quiet = changes()
    wild = replace(quiet.categories[-1].gain, value=1.0, low=-1.0, high=1.0)
    rare = replace(quiet.categories[-1], gain=wild)
    loud = replace(quiet, categories=(*quiet.categories[:-1], rare))
    ticks = [text for text in texts(drawn_changes(loud)) if re.fullmatch(r"−?\d+", text)]
    assert ticks == [text for text in texts(drawn_changes(quiet)) if re.fullmatch(r"−?\d+", text)]


def test_figures_are_the_same_bytes_each_time_and_have_names_of_their_own() -> None:
    drawn = [headline((GOOD,), "all"), by_category((GOOD,)), reliability_diagram((GOOD,)), drawn_changes(changes())]
    again = [headline((GOOD,), "all"), by_category((GOOD,)), reliability_diagram((GOOD,)), drawn_changes(changes())]
    assert drawn == again
    assert len({one.split('aria-labelledby="')[1].split('"')[0] for one in drawn}) == 4


def test_names_out_of_a_dataset_are_drawn_as_text() -> None:
    evil = replace(GOOD.categories[0], name="<script>$x_1$</script>")
    drawn = by_category((replace(GOOD, categories=(evil, *GOOD.categories[1:])),))
    assert "<script>" not in drawn
    assert "&lt;script&gt;$x_1$" in drawn
