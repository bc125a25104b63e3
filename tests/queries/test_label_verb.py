"""`wildwear label` as a person meets it: tables, messages and exit statuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.queries.shop import fill, winners, write

from wildwear.cli import main
from wildwear.workspace import Workspace


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    fill(workspace, ["Blue Jeans", "Denim Jacket", "Gift Card", "Jeans Phone Case"], ["", "jeans jacket", "", ""])
    return workspace


def status_of(*words: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(words)
    return int(str(stopped.value.code))


def label(shop: Workspace, *words: str) -> int:
    return status_of("-w", str(shop.root), "label", *words)


def test_labelling_ends_with_a_table_and_the_next_verb(shop: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert label(shop) == 0
    said = capsys.readouterr().out
    assert "Jeans" in said and "Jacket" in said
    assert "2  products labelled" in said
    assert "2  skipped: unlabelled" in said
    assert "next: wildwear fetch" in said
    assert winners(shop) == {"P0": "Jeans", "P1": "Jacket"}


def test_explain_shows_the_query_the_words_and_the_near_misses(
    shop: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert label(shop, "--explain", "Jeans") == 0
    said = capsys.readouterr().out
    assert "Jeans: jeans | denims" in said
    assert "held off by a minus-term" in said
    assert "lost to another category" in said
    assert "nothing was committed" in said


def test_diff_shows_what_would_change(shop: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert label(shop) == 0
    queries = write(tmp_path / "q.toml", "[Hat]\nmatch = 'gift | jacket'")
    assert label(shop, "--queries", str(queries), "--diff") == 0
    said = capsys.readouterr().out
    assert "gained a label" in said
    assert "Jacket → Hat: the only claim: 'jacket' at title:6" in said
    assert winners(shop) == {"P0": "Jeans", "P1": "Jacket"}


@pytest.mark.parametrize("words", [(), ("--explain", "Jeans"), ("--diff",), ("--dry-run",)])
def test_machines_get_one_json_object(
    shop: Workspace, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of("-w", str(shop.root), "--json", "label", *words) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["verb"] == "label"


def test_a_broken_query_is_one_message_that_points(
    shop: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    queries = write(tmp_path / "q.toml", "[Jeans]\nmatch = 'jeans & (denim'")
    assert label(shop, "--queries", str(queries)) == 1
    said = capsys.readouterr().err.splitlines()
    assert said == [
        "wildwear: q.toml [Jeans] match: this '(' is never closed",
        "  jeans & (denim",
        "          ^",
    ]


def test_an_unknown_category_lists_near_names(shop: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert label(shop, "--explain", "Jaket") == 1
    assert capsys.readouterr().err.strip().endswith("did you mean Jacket?")


def test_an_unknown_policy_is_wrong_usage(shop: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert label(shop, "--policy", "coin-flip") == 2
    assert "head-noun" in capsys.readouterr().err


def test_a_workspace_without_products_says_what_to_do(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert label(workspace) == 1
    assert "run 'wildwear import FILE' first" in capsys.readouterr().err


def test_settings_stand_in_the_workspace_file(shop: Workspace, tmp_path: Path) -> None:
    queries = write(tmp_path / "q.toml", "[Hat]\nmatch = 'gift'")
    marker = shop.root / "wildwear.toml"
    marker.write_text(marker.read_text() + f"\n[label]\nqueries = '{queries}'\n")
    assert label(shop) == 0
    assert winners(shop) == {"P2": "Hat"}
