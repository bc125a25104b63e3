"""Tables as text, and the sentences about them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from wildwear.evaluation.bootstrap import Difference, Estimate
from wildwear.reproduction.experiment import Row, TableSpec
from wildwear.reproduction.report import in_short, unequal
from wildwear.reproduction.results import RowResult, TableResult
from wildwear.reproduction.tables import brief, to_csv, to_markdown

BASE = RowResult(
    title="street",
    run="target",
    published={"top3": 43.1},
    against="",
    seeds=5,
    wanted=5,
    state="",
    ours={"top3": Estimate(value=0.41, low=0.38, high=0.44)},
    by_seed={},
    gains={},
    seen=1000,
)
BETTER = replace(
    BASE,
    title="both",
    run="both",
    published={"top3": 53.1},
    against="street",
    ours={"top3": Estimate(value=0.532, low=0.5, high=0.56)},
    gains={"top3": Difference(value=0.122, low=0.08, high=0.16, p=0.0004)},
)


def table(*rows: RowResult) -> TableResult:
    spec = TableSpec(title="Table 3", measure="m", figures=("top3",), rows=(Row(title="street"),))
    return TableResult(spec=spec, samples=100, rows=rows)


def test_a_terminal_shows_half_of_each_interval_and_marks_what_is_no_chance() -> None:
    heads, rows = brief(table(BASE, BETTER))
    assert heads == ["trained on", "top-3", "published", "gain", "seeds"]
    assert rows == [
        ["street", "41.0 ± 3.0", "43.1", "", "5/5"],
        ["both", "53.2 ± 3.0", "53.1", "+12.2 ± 4.0*", "5/5"],
    ]


def test_columns_that_no_row_fills_are_left_out() -> None:
    assert brief(table(replace(BASE, published={})))[0] == ["trained on", "top-3", "seeds"]


def test_markdown_has_whole_intervals_and_p_values() -> None:
    text = to_markdown(
        table(BASE, BETTER, replace(BETTER, title="later", ours={}, gains={}, seeds=0, state="needs it"))
    )
    assert "| both | 53.2 (50.0 to 56.0) | 53.1 | +12.2 (+8.0 to +16.0), p\xa0below\xa00.001 | 5 of 5 | 1,000 |" in text
    assert "- both is compared with street" in text
    assert "- later: needs it" in text


def test_a_script_reads_percent_and_the_p_value() -> None:
    first, second = csv.DictReader(io.StringIO(to_csv(table(BASE, BETTER))))
    assert (float(second["gain"]), float(second["p"]), second["against"]) == (12.2, 0.0004, "street")
    assert (first["gain"], first["p"], first["published"]) == ("", "", "43.1")


@pytest.mark.parametrize(
    ("gain", "said"),
    [
        (BETTER.gains["top3"], "(+8.0 to +16.0, p\xa0below\xa00.001)"),
        (Difference(value=0.01, low=-0.02, high=0.04, p=0.5), "(−2.0 to +4.0, p\xa00.50: it may be chance)"),
    ],
)
def test_the_largest_gain_is_told_in_a_sentence_with_how_sure_it_is(gain: Difference, said: str) -> None:
    sentence = in_short(table(BASE, replace(BETTER, gains={"top3": gain})))
    assert sentence.startswith("Table 3: both is at 53.2 % top-3, ")
    assert sentence.endswith(said)
    assert in_short(table(BASE)) == ""


def test_rows_that_are_compared_at_other_budgets_are_called_out() -> None:
    assert unequal([table(BASE, replace(BETTER, seen=1100))]) == []
    (said,) = unequal([table(BASE, replace(BETTER, seen=8000))])
    assert said == "Table 3: both saw 8,000 samples in training, and street, with which it is compared, 1,000"
