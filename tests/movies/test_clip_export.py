"""`clips export`: what people agree on becomes samples, a film on one side whole."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from tests.movies.clip_rows import CORNERS, clip_row, key, store
from tests.movies.test_clip_log import said

from wildwear.datasets.plan import is_whole
from wildwear.errors import LeakError, UnknownName, UserError
from wildwear.movies.clip_log import ClipLog
from wildwear.movies.clip_settings import ClipExportSettings
from wildwear.movies.export_clips import export_clips
from wildwear.records import Report
from wildwear.tables import CLIPS
from wildwear.workspace import Workspace

FILMS = [f"film{number}" for number in range(10)]
KEYS = [key(film, second, person) for film in FILMS for second in (902, 903) for person in "12"]
FIRST, *_ = KEYS


@pytest.fixture
def annotated(workspace: Workspace) -> Workspace:
    """Forty clips of ten films, all with a jacket over jeans."""
    store(workspace, KEYS)
    ClipLog(workspace).append([said(one.clip_id, "Jacket", "Jeans") for one in KEYS])
    return workspace


def export(workspace: Workspace, **settings: Any) -> tuple[Report, list[dict[str, Any]]]:
    report = export_clips(workspace, "clips", ClipExportSettings(**settings))
    rows: list[dict[str, Any]] = workspace.dataset("clips").read().to_pylist()
    return report, rows


def test_a_clip_is_a_sample_of_what_was_named_first_with_the_persons_box(annotated: Workspace) -> None:
    report, rows = export(annotated)
    assert report.done == {"samples": 40, "clips": 40, "films": 10}
    assert {tuple(row["labels"]) for row in rows} == {("Jacket",)}
    assert {row["region"] for row in rows} == {"upper"}
    assert all(is_whole(row["image_id"], row["bytes"]) for row in rows)
    for row in rows:
        x1, y1, x2, y2 = row["box"]
        assert 0 <= x1 < x2 <= row["width"]
        assert (x2 - x1) / (y2 - y1) == pytest.approx(
            (CORNERS[2] - CORNERS[0]) * 160 / ((CORNERS[3] - CORNERS[1]) * 120)
        )
        assert row["source"].startswith(f"{row['group']}:090")


def test_or_a_sample_for_each_region_with_the_part_of_the_box_where_it_is_worn(annotated: Workspace) -> None:
    whole = {row["source"]: row["box"] for row in export(annotated)[1]}
    _, rows = export(annotated, garments="all", boxes="worn")
    assert len(rows) == 80
    for row in rows:
        assert row["labels"] == [{"upper": "Jacket", "lower": "Jeans"}[row["region"]]]
        _, top, _, end = whole[row["source"]]
        middle = (row["box"][1] + row["box"][3]) / 2
        assert (middle < (top + end) / 2) == (row["region"] == "upper")
        assert top <= row["box"][1] < row["box"][3] <= end


def test_no_film_stands_on_two_sides(annotated: Workspace) -> None:
    _, rows = export(annotated, val=0.2, test=0.2, garments="all")
    sides: dict[str, set[str]] = {}
    for row in rows:
        sides.setdefault(row["group"], set()).add(row["split"])
    assert sorted(sides) == FILMS
    assert all(len(held) == 1 for held in sides.values())
    assert {side for held in sides.values() for side in held} == {"train", "val", "test"}


def test_films_can_be_put_on_sides_by_name(annotated: Workspace) -> None:
    _, rows = export(annotated, val_films=("film3",), test_films=("film7", "film8"))
    sides = {row["group"]: row["split"] for row in rows}
    assert sides == dict.fromkeys(FILMS, "train") | {"film3": "val", "film7": "test", "film8": "test"}


def test_a_film_without_annotated_clips_on_a_side_is_an_error_with_near_choices(annotated: Workspace) -> None:
    with pytest.raises(UnknownName, match="did you mean film1"):
        export(annotated, val_films=("fim1",))
    with pytest.raises(UserError, match="two sides"):
        ClipExportSettings(val_films=("a",), test_films=("a",))


def test_one_film_under_two_names_is_no_way_to_two_sides(workspace: Workspace) -> None:
    twin = clip_row(FIRST) | {"clip_id": key("twin", 902).clip_id, "movie": "twin"}
    workspace.table(CLIPS).upsert(pa.Table.from_pylist([clip_row(FIRST), twin], schema=CLIPS.schema))
    ClipLog(workspace).append([said(clip_id, "Tee") for clip_id in (FIRST.clip_id, twin["clip_id"])])
    with pytest.raises(LeakError, match="one and the same"):
        export(workspace, val_films=("twin",))
    report, rows = export(workspace)
    assert len(rows) == report.skipped["samples of content that was there"] == 1


def test_drawing_by_person_keeps_films_on_their_sides(annotated: Workspace) -> None:
    _, by_film = export(annotated, val=0.2, test=0.2)
    _, by_person = export(annotated, val=0.2, test=0.2, draw_by="person")
    assert {row["group"] for row in by_person} == {f"{film} {person}" for film in FILMS for person in "12"}
    assert {row["sample_id"]: row["split"] for row in by_person} == {row["sample_id"]: row["split"] for row in by_film}


def test_what_is_discarded_disputed_or_not_judged_is_left_out_and_counted(workspace: Workspace) -> None:
    store(workspace, KEYS)
    face, no_word, disputed, settled, agreed, single, *_ = (one.clip_id for one in KEYS)
    ClipLog(workspace).append(
        [
            said(face, discard="face_only"),
            said(disputed, "Coat"),
            said(disputed, "Jacket", who="ben"),
            said(settled, "Coat"),
            said(settled, discard="other", who="ben"),
            said(settled, "Parka", who="cleo", by=True),
            said(agreed, "Dress"),
            said(agreed, "Dress", who="ben"),
            said(single, "Tee"),
        ]
    )
    report, rows = export(workspace, val=0, test=0)
    assert sorted(row["labels"][0] for row in rows) == ["Dress", "Parka", "Tee"]
    assert report.skipped["clips discarded: face_only"] == 1
    assert report.skipped["clips that annotators dispute"] == 1
    assert report.skipped["clips that too few have judged"] == len(KEYS) - 5
    assert no_word not in {row["source"] for row in rows}
    report, rows = export(workspace, val=0, test=0, annotators=2)
    assert sorted(row["labels"][0] for row in rows) == ["Dress", "Parka"]
    assert report.details["labels"] == {"agreed": 1, "adjudicated": 1}


def test_nothing_to_export_is_an_error_that_says_why(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="there are none"):
        export(workspace)
    store(workspace, KEYS)
    ClipLog(workspace).append([said(FIRST.clip_id, discard="other")])
    with pytest.raises(UserError, match="1 clips discarded: other, 39 clips that too few have judged"):
        export(workspace)


def test_the_same_annotations_give_the_same_dataset(annotated: Workspace) -> None:
    assert export(annotated)[0].details["split_hash"] == export(annotated)[0].details["split_hash"]
