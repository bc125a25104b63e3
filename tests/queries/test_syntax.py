"""The query language: what it reads, how it writes it back, and where it points when it cannot."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wildwear.errors import QuerySyntaxError
from wildwear.queries.fold import fold_words
from wildwear.queries.syntax import And, Not, Or, Query, Scope, Text, parse, parse_minus

WORDS = st.text("abcxyzÄß09-'’./ &|!():=#tAND", min_size=1, max_size=9).filter(lambda text: bool(fold_words(text)))
TEXTS = st.builds(Text, WORDS, st.booleans())
FIELDS = st.sampled_from(["title", "description", "category", "brand", "attribute.material", "attribute"])


def _compound(inner: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    parts = st.lists(inner, min_size=2, max_size=4).map(tuple)
    return st.one_of(
        st.builds(And, parts), st.builds(Or, parts), st.builds(Not, inner), st.builds(Scope, FIELDS, _scopable(inner))
    )


def _scopable(inner: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    return inner


QUERIES = st.recursive(TEXTS, _compound, max_leaves=12)


@settings(deadline=None)
@given(QUERIES)
def test_what_is_written_reads_back_as_it_was(query: Query) -> None:
    assert parse(str(query)) == query


@settings(deadline=None)
@given(st.text('ab "()&|!-:=#*\n“t', max_size=20))
def test_any_text_is_a_query_or_an_error_that_points_into_it(text: str) -> None:
    try:
        query = parse(text)
    except QuerySyntaxError as error:
        assert 0 <= error.column <= max(map(len, text.split("\n")))
    else:
        assert parse(str(query)) == query


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("jeans", Text("jeans")),
        ("blue jeans", And((Text("blue"), Text("jeans")))),
        ("blue & jeans", And((Text("blue"), Text("jeans")))),
        ("a & b | c", Or((And((Text("a"), Text("b"))), Text("c")))),
        ("a & (b | c)", And((Text("a"), Or((Text("b"), Text("c")))))),
        ('"phone case"', Text("phone case")),
        ('jeans -"phone case"', And((Text("jeans"), Not(Text("phone case"))))),
        ("jeans-wash", Text("jeans-wash")),
        ("title:jeans", Scope("title", Text("jeans"))),
        ('title:"blue jeans"', Scope("title", Text("blue jeans"))),
        ("title:(a | b)", Scope("title", Or((Text("a"), Text("b"))))),
        ("attribute.material:denim", Scope("attribute.material", Text("denim"))),
        ("=khakis", Text("khakis", exact=True)),
        ("t-shirt # the usual one\n", Text("t-shirt")),
        ("!!a", Not(Not(Text("a")))),
    ],
)
def test_a_query_means(text: str, meaning: Query) -> None:
    assert parse(text) == meaning


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        ("", 0, "empty query"),
        ("a & ", 3, "missing here"),
        ("a & & b", 4, "missing here"),
        ("(a | b", 0, "never closed"),
        ("a | b)", 5, "closes nothing"),
        ("()", 1, "parentheses are empty"),
        ('a & "b', 4, "never closed"),
        ("titel:a", 0, "did you mean title?"),
        ("attribute.:a", 0, "unknown field"),
        ("title: & b", 7, "after 'title:'"),
        ("title:!a", 6, "after 'title:'"),
        ("title : a", 6, "right before ':'"),
        ("jean*", 4, "no wildcards"),
        ("a AND b", 2, "write '&'"),
        ("a b | c", 2, "not clear what belongs together"),
        ("a | b -c", 6, "not clear what belongs together"),
        ('"™"', 0, "no letter or digit"),
        ("“a”", 0, "straight quotation marks"),
        ("a ? b", 2, "means nothing here"),
        ("(" * 200 + "a" + ")" * 200, 100, "nested deeper"),
        ('a | "' + "tee tank top " * 50 + '"', 4, "too many spellings"),
    ],
)
def test_a_broken_query_points_at_the_character(text: str, column: int, problem: str) -> None:
    with pytest.raises(QuerySyntaxError, match="(?s)" + problem.replace("(", r"\(").replace("?", r"\?")) as raised:
        parse(text)
    assert raised.value.column == column


def test_a_broken_query_of_many_lines_shows_the_line_alone() -> None:
    with pytest.raises(QuerySyntaxError) as raised:
        parse("jeans\n  | denim &\n  | cord", "shop.toml [Jeans] match")
    place, line, caret = str(raised.value).split("\n")
    assert place.startswith("shop.toml [Jeans] match, line 3: ")
    assert (line, caret) == ("    | cord", "    ^")


def test_plain_words_in_a_list_of_minus_terms_are_a_phrase() -> None:
    assert parse_minus("phone case") == Text("phone case")
    with pytest.raises(QuerySyntaxError, match="too many spellings"):
        parse_minus("grey tee " * 20)
    assert parse_minus("doll | title:barbie") == Or((Text("doll"), Scope("title", Text("barbie"))))
