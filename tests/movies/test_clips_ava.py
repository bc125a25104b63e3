"""`clips build` from AVA's boxes: what is in the films is cut, what is not is counted and named."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.movies.ava_film import SIZE, grey_at, write_ava_film

from wildwear.errors import UserError
from wildwear.movies.clip_settings import BuildSettings
from wildwear.movies.clips import build_clips
from wildwear.records import Report
from wildwear.tables import CLIPS
from wildwear.workspace import Workspace

VIDEO = "1j20qq1JyX4"


def table(path: Path, *rows: str) -> Path:
    path.write_text("".join(f"{row}\n" for row in rows))
    return path


def build(workspace: Workspace, film: Path, source: Path, **settings: Any) -> Report:
    return build_clips(workspace, [film], BuildSettings(ava=source, **{"model": "none", **settings}))


def clips(workspace: Workspace) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = workspace.table(CLIPS).read().to_pylist()
    return rows


def pixels(jpeg: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ava_film(tmp_path_factory.mktemp("films") / f"{VIDEO}.mp4")


@pytest.fixture(scope="module")
def of_excerpt(film: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Report]:
    workspace = Workspace.create(tmp_path_factory.mktemp("excerpt") / "w")
    return workspace, build(workspace, film, data / "ava" / "ava_val_v2.2_excerpt.csv")


@pytest.mark.data
def test_the_58_rows_of_the_excerpt_are_29_boxes_and_each_is_a_clip(of_excerpt: tuple[Workspace, Report]) -> None:
    workspace, report = of_excerpt
    assert report.done == {"clips built": 29, "clips in the table": 29}
    assert report.skipped["rows for a further action of a box"] == 29
    assert report.exit_status == 0
    assert {row["movie"] for row in clips(workspace)} == {VIDEO}


@pytest.mark.data
def test_a_clip_shows_the_second_round_its_timestamp(of_excerpt: tuple[Workspace, Report]) -> None:
    for row in clips(of_excerpt[0]):
        second = int(row["timestamp"])
        assert len(row["timestamp"]) == 4
        assert (row["start"], row["end"]) == (second - 0.5, second + 0.5)
        assert [cell["time"] for cell in row["cells"]] == [second - 0.5 + number / 8 for number in range(8)]
        sprite = pixels(row["sprite"])
        assert sprite.shape == (row["cell_height"], 8 * row["cell_width"], 3)
        middles = [
            sprite[row["cell_height"] // 2, int((number + 0.5) * row["cell_width"])].mean() for number in range(8)
        ]
        shown = [max(900, second - (number < 4)) for number in range(8)]
        assert middles == pytest.approx([grey_at(one) for one in shown], abs=6)
        assert pixels(row["picture"])[-2, -2].mean() == pytest.approx(grey_at(second), abs=6)


@pytest.mark.data
def test_every_box_lies_where_its_fractions_say(of_excerpt: tuple[Workspace, Report]) -> None:
    for row in clips(of_excerpt[0]):
        (key,) = (one["box"] for one in row["track"] if one["time"] == float(row["timestamp"]))
        x1, y1, x2, y2 = row["box"]
        height, width = pixels(row["picture"]).shape[:2]
        assert 0 <= x1 < x2 <= width
        assert 0 <= y1 < y2 <= height
        scale = (x2 - x1) / ((key[2] - key[0]) * SIZE[0])
        assert (y2 - y1) / ((key[3] - key[1]) * SIZE[1]) == pytest.approx(scale, rel=0.03)
        assert all(0 <= corner <= 1 for cell in row["cells"] for corner in cell["box"])


def test_corners_of_0_and_1_are_the_frames_own(workspace: Workspace, film: Path, tmp_path: Path) -> None:
    build(workspace, film, table(tmp_path / "a.csv", f"{VIDEO},0902,0.000,0.000,1.000,1.000,12,0"))
    (row,) = clips(workspace)
    assert row["status"] == "ok"
    assert row["box"] == [0, 0, *SIZE]
    assert all(cell["box"] == [0, 0, 1, 1] for cell in row["cells"])


def test_a_person_is_followed_from_second_to_second(workspace: Workspace, film: Path, tmp_path: Path) -> None:
    source = table(
        tmp_path / "a.csv",
        f"{VIDEO},0902,0.1,0.1,0.3,0.9,12,0",
        f"{VIDEO},0903,0.3,0.1,0.5,0.9,12,0",
        f"{VIDEO},0903,0.6,0.1,0.8,0.9,12,1",
        f"{VIDEO},0950,0.6,0.1,0.8,0.9,12,1",
    )
    build(workspace, film, source)
    tracks = {(row["timestamp"], row["person"]): [one["time"] for one in row["track"]] for row in clips(workspace)}
    assert tracks[("0902", "0")] == [902, 903]
    assert tracks[("0903", "1")] == [903]
    (moving,) = (row for row in clips(workspace) if row["timestamp"] == "0902")
    lefts = [cell["box"][0] for cell in moving["cells"]]
    assert lefts[:5] == [lefts[0]] * 5
    assert lefts[4:] == sorted(lefts[4:])
    assert lefts[-1] > lefts[4]


def test_a_film_that_ends_before_its_timestamps_is_named_and_its_boxes_counted(
    workspace: Workspace, tmp_path: Path
) -> None:
    short = write_ava_film(tmp_path / f"{VIDEO}.mp4", last=904)
    source = table(
        tmp_path / "a.csv", *(f"{VIDEO},{second:04},0.1,0.1,0.3,0.9,12,0" for second in (902, 904, 905, 950))
    )
    report = build(workspace, short, source)
    assert report.done["clips built"] == 2
    assert report.failed == {"past_the_end": 2}
    assert report.exit_status == 3
    assert any(note.startswith(f"{VIDEO}: 2 clips failed: past_the_end (it ends at 90") for note in report.notes)
    failed = [row for row in clips(workspace) if row["status"] == "failed"]
    assert [row["timestamp"] for row in failed] == ["0905", "0950"]
    assert all(row["reason"] == "past_the_end" and row["picture"] is None for row in failed)


def test_failed_boxes_are_tried_again_on_request(workspace: Workspace, tmp_path: Path) -> None:
    film = write_ava_film(tmp_path / f"{VIDEO}.mp4", last=902)
    source = table(tmp_path / "a.csv", f"{VIDEO},0902,0.1,0.1,0.3,0.9,12,0", f"{VIDEO},0905,0.1,0.1,0.3,0.9,12,0")
    build(workspace, film, source)
    write_ava_film(film, last=906)
    report = build(workspace, film, source)
    assert report.done["clips built"] == 0
    assert report.skipped["clips that were there"] == 1
    assert report.skipped["boxes that failed before (--retry-failed)"] == 1
    report = build(workspace, film, source, retry_failed=True)
    assert report.done == {"clips built": 1, "clips in the table": 2}


def test_films_that_are_not_here_and_films_without_boxes_are_counted_and_named(
    workspace: Workspace, film: Path, tmp_path: Path
) -> None:
    source = table(
        tmp_path / "a.csv",
        f"{VIDEO},0902,0.1,0.1,0.3,0.9,12,0",
        "-5KQ66BBWC4,0902,0.1,0.1,0.3,0.9,12,0",
        "-5KQ66BBWC4,0903,0.1,0.1,0.3,0.9,12,0",
        "2DUITARAsWQ,0903,0.1,0.1,0.3,0.9,12,0",
    )
    other = tmp_path / "holiday.mp4"
    other.write_bytes(film.read_bytes())
    report = build_clips(workspace, [film, other], BuildSettings(ava=source, model="none"))
    assert report.done["clips built"] == 1
    assert report.skipped["boxes of films that are not here"] == 3
    assert "films that are not here, 2: -5KQ66BBWC4, 2DUITARAsWQ" in report.notes
    assert "films without a box, 1: holiday" in report.notes
    assert report.exit_status == 0


def test_excluded_timestamps_are_left_out_and_counted(workspace: Workspace, film: Path, tmp_path: Path) -> None:
    source = table(tmp_path / "a.csv", *(f"{VIDEO},{second:04},0.1,0.1,0.3,0.9,12,0" for second in (902, 903, 904)))
    report = build(workspace, film, source, excluded=table(tmp_path / "x.csv", f"{VIDEO},0903"))
    assert report.skipped["boxes at excluded timestamps"] == 1
    assert sorted(row["timestamp"] for row in clips(workspace)) == ["0902", "0904"]


def test_rows_that_are_no_boxes_are_counted_and_quoted(workspace: Workspace, film: Path, tmp_path: Path) -> None:
    source = table(tmp_path / "a.csv", f"{VIDEO},0902,0.1,0.1,0.3,0.9,12,0", f"{VIDEO},0902,0.5,0.1,0.3,0.9,12,0")
    report = build(workspace, film, source)
    assert report.failed == {"corners": 1}
    assert any("row 2: corners" in note for note in report.notes)


def test_no_box_in_these_films_is_an_error_before_any_is_opened(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(b"not opened")
    with pytest.raises(UserError, match="speaks of 1j20qq1JyX4, and a film's file is named for them"):
        build(workspace, tmp_path / "x.mp4", table(tmp_path / "a.csv", f"{VIDEO},0902,0.1,0.1,0.3,0.9,12,0"))


def test_two_films_of_one_stem_are_an_error(workspace: Workspace, tmp_path: Path) -> None:
    for name in ("a.mp4", "a.webm"):
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(UserError, match="stem"):
        build(workspace, tmp_path, table(tmp_path / "a.csv", "a,0902,0.1,0.1,0.3,0.9,12,0"))


def test_h36_a_film_that_cannot_be_read_fails_in_its_own_clips_alone(
    workspace: Workspace, film: Path, tmp_path: Path
) -> None:
    films = tmp_path / "films"
    films.mkdir()
    (films / "good.mp4").write_bytes(film.read_bytes())
    (films / "cut.mp4").write_bytes(film.read_bytes()[:700])
    (films / "list.mp4").write_text("ffconcat version 1.0\nfile good.mp4\n")
    source = table(tmp_path / "a.csv", *(f"{name},0902,0.1,0.1,0.3,0.9,12,0" for name in ("good", "cut", "list")))
    report = build(workspace, films, source)
    assert report.done["clips built"] == 1
    assert set(report.failed) == {"playlist", "truncated"}
