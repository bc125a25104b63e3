"""One query is changed in a file of queries, and nothing else is."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from importlib.resources import files

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wildwear.errors import UserError
from wildwear.queries.edit import toml_key, toml_string, with_match
from wildwear.queries.load import queries_in
from wildwear.taxonomy import load_taxonomy

SHIPPED = (files("wildwear") / "queries" / "shipped.toml").read_text(encoding="utf-8")
CATEGORIES = [key for key in tomllib.loads(SHIPPED) if key != "not"]

KEPT = '''\
# A shop's own queries
extends   =   "shipped"     # the rest as shipped

not = [ "phone case",   # never
  """a "quoted" [Jeans]
match = 'no'""" ]

[ Jeans ]   # denim
  # match = 'not this one'
  "match" = """
jeans | 'denim' \\
   # comment in the query
"""   # why
not = ['skirt',
  # inside an array
  'match']

["Button-Down"]
match = \'\'\'
shirt | "it''s"\'\'\'
'''
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.text("ab'\"\\\n\r\t#[]=|é\x00", max_size=30)


def blocks(text: str) -> dict[str, object]:
    return tomllib.loads(text)


@given(texts)
@example("'''")
@example("\n'")
@example("\r\nmatch")
def test_any_text_comes_back_from_toml(text: str) -> None:
    assert tomllib.loads(f"a = {toml_string(text)}") == {"a": text}
    assert tomllib.loads(f"{toml_key(text)} = 1") == {text: 1}


@given(st.sampled_from(CATEGORIES), texts)
def test_a_shipped_query_is_changed_and_all_else_stays_to_the_byte(category: str, match: str) -> None:
    edited = with_match(SHIPPED, category, match)
    start = edited.index(f"[{category}]\n")
    value = edited.index(toml_string(match), start)
    assert SHIPPED.startswith(edited[:value])
    assert SHIPPED.endswith(edited[value + len(toml_string(match)) :])
    assert tomllib.loads(edited)[category]["match"] == match


@given(st.sampled_from(["Jeans", "Button-Down", "Hat", "Pants"]), texts, st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_any_query_of_any_category_in_a_hand_written_file(
    category: str, match: str, inherits: bool, newline: str
) -> None:
    kept = KEPT.replace("\n", newline)
    edited = with_match(kept, category, match, inherits=inherits)
    found = tomllib.loads(edited)
    assert found.pop(category)["match"] == match
    rest = tomllib.loads(kept)
    rest.pop(category, None)
    assert found == rest
    again = with_match(edited, category, "other")
    assert again == with_match(kept, category, "other", inherits=inherits)
    assert edited.count("\n") - edited.count("\r\n") == (0 if newline == "\r\n" else edited.count("\n"))


def test_a_new_block_stands_at_the_end_and_inherits_what_it_is_told_to() -> None:
    edited = with_match(KEPT, "Hat", "cap", inherits=True)
    assert edited == KEPT + "\n[Hat]\nextends = \"shipped\"\nmatch = 'cap'\n"
    assert with_match("", "Hat", "cap") == "[Hat]\nmatch = 'cap'\n"
    assert with_match("not = []", "Two words", "cap") == "not = []\n\n[\"Two words\"]\nmatch = 'cap'\n"


@pytest.mark.parametrize(
    "text",
    [
        "Hat = { not = ['gun'], match = 'cap' } # here",
        "Hat = {match='c}p',not=[ 'gun' ]}",
        "Hat.match = 'cap'\nHat.not = ['gun']",
        "'Hat' . \"match\" = '''cap'''\n\nHat.not = ['gun']",
        "[hat]\nnot = ['gun']\nmatch=\"cap\"",
        "[Hat]\nnot = [\n'gun', # ] '\n]\n\n\nmatch = '''\ncap'''",
        "[Hat]\nnot = ['gun']",
    ],
)
def test_a_block_may_be_written_in_every_way_that_toml_has(text: str) -> None:
    edited = with_match(text, "Hat", "beret")
    assert next(iter(blocks(edited).values())) == {"match": "beret", "not": ["gun"]}


@pytest.mark.parametrize("text", ["Hat = { not = ['gun'] }", "Hat.not = ['gun']"])
def test_what_cannot_be_edited_in_place_is_refused_and_not_spoilt(text: str) -> None:
    with pytest.raises(UserError, match="change it in the file"):
        with_match(text, "Hat", "beret")


def test_half_a_character_is_refused() -> None:
    with pytest.raises(UserError, match="half a character"):
        with_match("", "Hat", "cap \ud800")


def test_a_block_that_extends_the_shipped_one_keeps_its_minus_terms() -> None:
    taxonomy = load_taxonomy()
    shipped = queries_in(blocks(SHIPPED), "shipped.toml", taxonomy).block("Tank")
    edited = with_match('extends = "shipped"\n', "Tank", "tank | singlet", inherits=True)
    block = queries_in(blocks(edited), "queries.toml", taxonomy).block("Tank")
    assert block.minus == shipped.minus
    assert (block.text, block.source) == ("tank | singlet", "queries.toml")


def test_a_block_that_extends_may_have_its_own_minus_terms() -> None:
    edited = blocks("not = ['doll']\n[Tank]\nextends = 'shipped'\nnot = ['army']")
    block = queries_in(edited, "queries.toml", load_taxonomy()).block("Tank")
    assert [str(term) for term in block.minus[:2]] == ["army", "doll"]
    assert len(block.minus) > 10
    assert "singlet" in block.text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[Hat]\nextends = 'mine'", "unknown queries 'mine'"),
        ("[Headwear]\nextends = 'shipped'", "no query for Headwear ships"),
    ],
)
def test_a_block_can_only_extend_what_ships(text: str, problem: str) -> None:
    taxonomy = load_taxonomy()
    taxonomy = replace(taxonomy, umbrellas={**taxonomy.umbrellas, "Headwear": ("Hat",)})
    with pytest.raises(UserError, match=problem):
        queries_in(blocks(text), "queries.toml", taxonomy)
