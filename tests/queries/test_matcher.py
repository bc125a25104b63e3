"""The matcher gives what a slow reading of the language gives: one search a word, row by row."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.queries.shop import batch

from wildwear.queries.evaluate import Matcher
from wildwear.queries.fields import field_texts
from wildwear.queries.fold import fold
from wildwear.queries.syntax import And, Not, Or, Query, Scope, Text, parse
from wildwear.queries.variants import spellings

WORDS = ["tee", "t-shirt", "shirt", "dress", "shirt dress", "é", "ab", "ab ab", "a", "牛仔", "straße"]
PIECES = [*WORDS, *map(str.upper, WORDS), "tees", "T–Shirt", "tee™", "x", "ab-ab", "shirt\u00address", "e\u0301"]
GLUE = ["", " ", "  ", "-", ", ", "\u200b", "•", "_", "\n"]
TEXT = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(GLUE)), max_size=6).map(
    lambda pairs: "".join(piece + glue for piece, glue in pairs)
)
LEAF = st.builds(Text, st.sampled_from(WORDS), st.booleans())
FIELDS = st.sampled_from(["title", "description", "brand", "category", "attribute.fit", "attribute"])
QUERY = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Not, inner),
        st.builds(Scope, FIELDS, inner),
    ),
    max_leaves=8,
)
ROW = st.fixed_dictionaries(
    {
        "title": TEXT,
        "description": TEXT,
        "brand": TEXT,
        "category_path": st.lists(TEXT, max_size=2),
        "attributes": st.lists(
            st.fixed_dictionaries({"name": st.sampled_from(["Fit", "cut"]), "value": TEXT}), max_size=2
        ),
    }
)


def slowly(query: Query, row: dict[str, str], fields: tuple[str, ...] = ("title", "description")) -> bool:
    match query:
        case Text():
            return any(stands_in(word, row[f]) for f in fields for word in spellings(query.text, query.exact))
        case Scope(field, inner):
            return slowly(inner, row, (field,))
        case Not(inner):
            return not slowly(inner, row, fields)
        case And(parts):
            return all(slowly(part, row, fields) for part in parts)
        case Or(parts):
            return any(slowly(part, row, fields) for part in parts)


def stands_in(word: str, text: str) -> bool:
    return f" {word} " in f" {fold(text)} "


def texts_of(rows: pa.RecordBatch) -> list[dict[str, str]]:
    names = ("title", "description", "brand", "category", "attribute.fit", "attribute")
    columns = {name: field_texts(rows, name).to_pylist() for name in names}
    return [{name: column[row] or "" for name, column in columns.items()} for row in range(rows.num_rows)]


@settings(max_examples=150, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=4), st.lists(QUERY, min_size=1, max_size=4))
def test_matching_is_what_a_search_a_word_gives(rows: list[dict[str, object]], queries: list[Query]) -> None:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    found = batch(*columns.pop("title"), descriptions=columns.pop("description"), **columns)  # type: ignore[misc, arg-type]
    expected = [[slowly(query, texts) for texts in texts_of(found)] for query in queries]
    assert Matcher(queries).match(found).holds.tolist() == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=4), QUERY)
def test_the_words_of_a_match_stand_where_it_says(rows: list[dict[str, object]], query: Query) -> None:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    found = batch(*columns.pop("title"), descriptions=columns.pop("description"), **columns)  # type: ignore[misc, arg-type]
    matcher = Matcher([query])
    matches = matcher.match(found)
    words = matcher.words(matches)
    assert set(words.rows.tolist()) <= set(matches.holds[0].nonzero()[0].tolist())
    for field, hits in words.hits:
        texts = field_texts(found, field).to_pylist()
        for literal, row, offset in zip(hits.literals, hits.rows, hits.offsets(), strict=True):
            assert fold(texts[row][offset:]).startswith(matcher.literals(field)[literal])


@pytest.mark.parametrize(
    ("query", "title", "holds"),
    [
        ("tee", "Committee", False),
        ("tee", "tee", True),
        ("tee", "(Tee)", True),
        ('"phone case"', "Phone-Case", True),
        ('"phone case"', "phone, case", False),
        ('"phone case"', "phone  case", False),
        ("shirt", "T-Shirt", True),
        ("jeans", "Jeans_Blue", True),
        ("jeans", "Jeans™ for men", True),
        ("cafe", "Café", True),
        ("tee !poster", "Tee Poster", False),
        ("category:men", "men", False),
    ],
)
def test_words_are_found_whole(query: str, title: str, holds: bool) -> None:
    assert Matcher([parse(query)]).match(batch(title)).holds.tolist() == [[holds]]


def test_no_phrase_spans_two_fields_rows_or_values() -> None:
    query = [parse('"a b"'), parse('category:"a b"'), parse('attribute:"a b"')]
    pairs = [[{"name": "x", "value": "a"}, {"name": "y", "value": "b"}], []]
    rows = batch("a", "b", descriptions=["b", "a"], category_path=[["a", "b"], []], attributes=pairs)
    assert not Matcher(query).match(rows).holds.any()


def test_only_the_words_of_a_part_that_holds_are_its_words() -> None:
    matcher = Matcher([parse("knit & crew | sweater & !dog")])
    words = matcher.words(matcher.match(batch("Knit sweater")))
    assert [matcher.literals(field)[i] for field, hits in words.hits for i in hits.literals] == ["sweater"]


def test_a_bare_word_looks_where_the_setting_says() -> None:
    rows = batch("Plain", category_path=[["Men/Jeans"]])
    assert not Matcher([parse("jeans")]).match(rows).holds.any()
    assert Matcher([parse("jeans")], ["title", "category"]).match(rows).holds.all()


def test_missing_texts_and_no_rows_match_nothing() -> None:
    matcher = Matcher([parse("tee | attribute.fit:slim | category:men | !tee")])
    rows = pa.RecordBatch.from_arrays(
        [pa.nulls(2, batch("x").schema.field(name).type) for name in matcher.columns], names=matcher.columns
    )
    assert matcher.match(rows).holds.tolist() == [[True, True]]
    assert matcher.match(rows.slice(0, 0)).holds.shape == (1, 0)
