"""Query files: what they may hold, and how what is wrong in them is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.queries.shop import write

from wildwear.errors import QuerySyntaxError, UnknownName, UnreadableInput, UserError
from wildwear.queries.load import load_queries
from wildwear.queries.syntax import Not, Text
from wildwear.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()


def test_the_shipped_queries_cover_the_whole_taxonomy() -> None:
    queries = load_queries(None, TAXONOMY)
    assert queries.categories == (*TAXONOMY.names, *TAXONOMY.umbrellas)
    assert queries.umbrellas["Knitwear"] == {"Cardigan", "Sweater", "Turtleneck"}


@pytest.mark.parametrize("name", ["deepfashion", "deepfashion-43"])
def test_the_shipped_queries_fit_a_selection(name: str) -> None:
    taxonomy = load_taxonomy(name)
    assert load_queries(None, taxonomy).categories == (*taxonomy.names, *taxonomy.umbrellas)


def test_a_file_holds_blocks_with_minus_terms_of_their_own_and_shared_ones(tmp_path: Path) -> None:
    path = write(
        tmp_path / "q.toml", "not = ['doll']\n[jeans]\nmatch = 'jeans'\nnot = ['phone case']\n[Pants]\nmatch='pants'"
    )
    queries = load_queries(path, TAXONOMY)
    assert queries.categories == ("Jeans", "Pants")
    assert queries.block("JEANS").minus == (Text("phone case"), Text("doll"))
    assert Not(Text("doll")) in queries.block("Jeans").query.parts  # type: ignore[union-attr]
    assert queries.block("Jeans").name == "q.toml [Jeans]"


def test_a_file_may_build_on_the_shipped_queries(tmp_path: Path) -> None:
    queries = load_queries(write(tmp_path / "q.toml", "extends = 'shipped'\n[Jeans]\nmatch = 'denims'"), TAXONOMY)
    assert len(queries.blocks) == len(TAXONOMY.names) + len(TAXONOMY.umbrellas)
    assert queries.block("Jeans").match == Text("denims")


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("[Jaket]\nmatch = 'a'", UnknownName, "unknown category 'Jaket' in q.toml: did you mean Jacket"),
        ("[Jeans]\nmatches = 'a'", UnknownName, r"unknown key 'matches' in q.toml \[Jeans\]: did you mean match"),
        ("[Jeans]\nnot = ['a']", UserError, r"q.toml \[Jeans\]: no query; write match = "),
        ("[Jeans]\nmatch = 'a'\nnot = 'b'", UserError, "'not' is a list"),
        ("[Jeans]\nmatch = 'a'\n[jeans]\nmatch = 'b'", UserError, "two blocks for Jeans"),
        ("jeans = 'a'", UserError, "'jeans' is no block"),
        ("", UserError, "no queries; write one block a category"),
        ("extends = 'mine'\n[Jeans]\nmatch='a'", UnknownName, "unknown queries 'mine'"),
        ("[Jeans", UnreadableInput, "q.toml is not TOML"),
        ("[Jeans]\nmatch = 'a & (b'", QuerySyntaxError, r"q.toml \[Jeans\] match: this '\(' is never closed"),
        ("[Jeans]\nmatch = 'a'\nnot = ['b | ']", QuerySyntaxError, r"q.toml \[Jeans\] not: .* missing here"),
        ("[Jeans]\nmatch = '!a'", QuerySyntaxError, "holds for every product that lacks a word"),
        ("[Jeans]\nmatch = 'b | !a'", QuerySyntaxError, "holds for every product that lacks a word"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_block(
    tmp_path: Path, text: str, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        load_queries(write(tmp_path / "q.toml", text), TAXONOMY)


def test_a_missing_file_and_bad_utf8_are_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="No such file"):
        load_queries(tmp_path / "none.toml", TAXONOMY)
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UnreadableInput, match="is not TOML"):
        load_queries(tmp_path / "bad.toml", TAXONOMY)


def test_a_category_without_a_query_lists_near_ones() -> None:
    with pytest.raises(UnknownName, match="did you mean Jeans"):
        load_queries(None, TAXONOMY).block("Jeens")
