"""The stage: what it commits, in which order, and what it leaves alone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from tests.queries.shop import fill, winners, write

from wildwear.errors import QuerySyntaxError, StorageError, UnknownName, UserError, WildwearError
from wildwear.queries import stage
from wildwear.queries.settings import LabelSettings
from wildwear.queries.stage import label
from wildwear.tables import LABELS
from wildwear.workspace import Workspace

TITLES = ["Denim Jacket", "Blue Jeans", "Gift Card", "Yoga Pant", None, "Shirt Dress"]


def test_labels_are_committed_in_the_order_of_the_products(workspace: Workspace) -> None:
    fill(workspace, TITLES)
    report = label(workspace, LabelSettings())
    assert winners(workspace) == {"P0": "Jacket", "P1": "Jeans", "P3": "Pants", "P5": "Shirtdress"}
    rows = workspace.table(LABELS).read().to_pylist()
    assert [row["product_id"] for row in rows] == sorted(row["product_id"] for row in rows)
    assert {row["query"] for row in rows} >= {"shipped.toml [Jacket]"}
    assert report.done["products labelled"] == 4
    assert report.skipped == {"unlabelled": 2}
    assert report.details["categories"]["Jeans"] == 1  # type: ignore[index]


def test_losing_claims_stay_readable(workspace: Workspace) -> None:
    fill(workspace, ["Shirt Dress"])
    label(workspace, LabelSettings())
    rows = workspace.table(LABELS).read(where="NOT wins").to_pylist()
    assert [row["category"] for row in rows] == ["Dress", "Button-Down"]
    assert all(row["resolution"].startswith("loses to Shirtdress: ") for row in rows)


def test_running_again_gives_the_same_rows(workspace: Workspace) -> None:
    fill(workspace, TITLES)
    label(workspace, LabelSettings())
    first = workspace.table(LABELS).read()
    label(workspace, LabelSettings())
    assert workspace.table(LABELS).read().equals(first)


def test_chunks_and_batches_change_no_row(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(
        workspace,
        [f"{title} {number}" for number, title in enumerate(["Blue Jeans", "Shirt Dress", "Mug", "Tee"] * 60)],
    )
    label(workspace, LabelSettings())
    whole = workspace.table(LABELS).read()
    monkeypatch.setattr(stage, "CHUNK_ROWS", 64)
    monkeypatch.setattr(stage, "BATCH_ROWS", 7)
    monkeypatch.setattr(stage, "READ_ROWS", 32)
    label(workspace, LabelSettings())
    assert workspace.table(LABELS).read().equals(whole)


def test_a_new_run_forgets_the_labels_of_the_old_one(workspace: Workspace, tmp_path: Path) -> None:
    fill(workspace, TITLES)
    label(workspace, LabelSettings())
    queries = write(tmp_path / "q.toml", "[Hat]\nmatch = 'gift card'")
    label(workspace, LabelSettings(queries=queries))
    assert winners(workspace) == {"P2": "Hat"}


def test_nothing_matched_leaves_an_empty_table(workspace: Workspace) -> None:
    fill(workspace, ["Gift Card"])
    label(workspace, LabelSettings())
    assert workspace.table(LABELS).exists
    assert workspace.table(LABELS).count() == 0


def test_the_queries_of_the_workspace_come_before_those_that_ship(workspace: Workspace, tmp_path: Path) -> None:
    fill(workspace, TITLES)
    write(workspace.root / "queries.toml", "[Hat]\nmatch = 'gift'")
    label(workspace, LabelSettings())
    assert winners(workspace) == {"P2": "Hat"}
    label(workspace, LabelSettings(queries=write(tmp_path / "q.toml", "[Jeans]\nmatch = 'denim'")))
    assert winners(workspace) == {"P0": "Jeans"}


@pytest.mark.parametrize("looking", [{"dry_run": True}, {"diff": True}, {"explain": "Jeans"}])
def test_looking_commits_nothing(workspace: Workspace, looking: dict[str, object]) -> None:
    fill(workspace, TITLES)
    label(workspace, LabelSettings(**looking))  # type: ignore[arg-type]
    assert not workspace.table(LABELS).exists


def test_a_setting_lets_bare_words_look_in_the_category_path(workspace: Workspace) -> None:
    fill(workspace, ["Aria"], category_path=[["Women/Skirts"]])
    label(workspace, LabelSettings(fields=("title", "category")))
    assert winners(workspace) == {"P0": "Skirt"}


def test_unlabelled_titles_and_rare_categories_are_called_out(workspace: Workspace) -> None:
    fill(workspace, ["Gift Card 10", "Gift Box", "Blue Jeans", "Tee", "Tee"])
    report = label(workspace, LabelSettings(rare=2))
    notes = "\n".join(report.notes)
    assert "unlabelled titles often hold: gift 2, box 1, card 1" in notes
    assert "rare (fewer than 2): Jeans 1" in notes
    assert "next: wildwear fetch" in notes


def test_progress_counts_every_product(workspace: Workspace) -> None:
    fill(workspace, TITLES)
    seen: list[int] = []
    label(workspace, LabelSettings(), seen.append)
    assert sum(seen) == len(TITLES)


def test_a_workspace_without_products_says_what_to_do(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="run 'wildwear import FILE' first"):
        label(workspace, LabelSettings())


def test_wrong_names_are_found_before_anything_runs(workspace: Workspace, tmp_path: Path) -> None:
    fill(workspace, TITLES)
    for settings, kind in (
        (LabelSettings(explain="Jeens"), UnknownName),
        (LabelSettings(fields=("titel",)), UnknownName),
        (LabelSettings(queries=write(tmp_path / "q.toml", "[Jeans]\nmatch = 'a &'")), QuerySyntaxError),
    ):
        with pytest.raises(kind):
            label(workspace, settings)
    with pytest.raises(UserError, match="sample must be at least 1"):
        LabelSettings(sample=0)


def test_a_runner_that_is_not_there_is_named_as_it_is(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(workspace, TITLES)
    label(workspace, LabelSettings())
    before = workspace.table(LABELS).read()
    with pytest.raises(WildwearError, match=r"already|Ray"):
        label(workspace, LabelSettings(runner="ray://127.0.0.1:1"))
    assert workspace.table(LABELS).read().equals(before)


def test_h62_an_error_in_the_middle_leaves_the_old_labels(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(workspace, TITLES * 20, product_id=[f"P{n:03}" for n in range(120)])
    label(workspace, LabelSettings())
    before = workspace.table(LABELS).read()
    monkeypatch.setattr(stage, "CHUNK_ROWS", 32)
    monkeypatch.setattr(stage, "READ_ROWS", 32)
    calls = iter(range(100))

    def failing(*args: object, **named: object) -> object:
        if next(calls) == 2:
            raise StorageError("the disk is gone")
        return stage_map(*args, **named)  # type: ignore[arg-type]

    stage_map = stage.map_rows
    monkeypatch.setattr(stage, "map_rows", failing)
    with pytest.raises(StorageError, match="the disk is gone"):
        label(workspace, LabelSettings())
    assert workspace.table(LABELS).read().equals(before)


def test_h48_a_product_with_contradictory_words_has_one_winner(workspace: Workspace) -> None:
    fill(workspace, ["Jeans Dress Tee Hat Coat"])
    label(workspace, LabelSettings())
    rows = workspace.table(LABELS).read().to_pylist()
    assert Counter(row["wins"] for row in rows)[True] == 1
    assert {row["category"] for row in rows} == {"Jeans", "Dress", "Tee", "Hat", "Coat"}


def test_h47_hostile_texts_are_labelled_like_any(workspace: Workspace) -> None:
    titles = ["Jeans\x00Blue", "\u202eJeans", "x" * 1_000_000 + " jeans", "je\u200bans", "JEANS" + "\u0301" * 1000]
    fill(workspace, titles)
    label(workspace, LabelSettings())
    assert set(winners(workspace).values()) == {"Jeans"}
    assert len(winners(workspace)) == len(titles)
    offsets = workspace.table(LABELS).read().column("words").combine_chunks().flatten().field("offset")
    assert max(offsets.to_pylist()) == 1_000_001
