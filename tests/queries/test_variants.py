"""Spellings: what a word in a query stands for, and what it leaves alone."""

from __future__ import annotations

import pytest

from wildwear.queries.variants import numbers, spellings


@pytest.mark.parametrize(
    ("written", "finds"),
    [
        ("tee", ["tee", "tees", "t shirt", "t shirts", "tshirt", "tshirts", "tee shirt", "teeshirts"]),
        ("t-shirts", ["tee", "t shirt", "tshirt"]),
        ("graphic tee", ["graphic t shirt", "graphic tees"]),
        ("dress", ["dress", "dresses"]),
        ("dresses", ["dress", "dresses"]),
        ("blouses", ["blouse", "blouses"]),
        ("hoodies", ["hoodie", "hoody", "hoodies"]),
        ("jersey", ["jersey", "jerseys"]),
        ("scarf", ["scarf", "scarves"]),
        ("scarves", ["scarf"]),
        ("poncho", ["ponchos", "ponchoes"]),
        ("ponchoes", ["poncho"]),
        ("capris", ["capri", "capris"]),
        ("grey jeans", ["gray jeans", "grey jean"]),
        ("pyjama", ["pajama", "pajamas", "pyjamas"]),
        ("cover-up", ["cover up", "coverup", "cover ups", "coverups"]),
        ("pea coat", ["peacoat", "peacoats", "pea coats"]),
        ("woman", ["women"]),
        ("men's", ["men s", "mens"]),
    ],
)
def test_a_word_stands_for_its_other_spellings(written: str, finds: list[str]) -> None:
    assert set(finds) <= set(spellings(written))


@pytest.mark.parametrize(
    ("written", "spares"),
    [
        ("shorts", "short"),
        ("tights", "tight"),
        ("trunks", "trunk"),
        ("heels", "heel"),
        ("short", "shorts"),
        ("dress", "dres"),
        ("canvas shoe", "canva shoe"),
    ],
)
def test_a_word_does_not_stand_for_something_else(written: str, spares: str) -> None:
    assert spares not in spellings(written)


def test_an_exact_word_stands_for_itself_alone() -> None:
    assert spellings("T-Shirts", exact=True) == ("t shirts",)
    assert numbers("5") == ("5",)
