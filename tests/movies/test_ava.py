"""AVA's CSV files of boxes."""

from __future__ import annotations

import pickle
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wildwear.errors import UnreadableInput
from wildwear.movies.ava import AvaBoxes, read_ava, read_excluded, seconds
from wildwear.records import Box

ROW = "film,0902,0.077,0.151,0.283,0.811,80,1"


def read(tmp_path: Path, text: str, excluded: str | None = None) -> AvaBoxes:
    file = tmp_path / "ava.csv"
    file.write_bytes(text.encode())
    if excluded is None:
        return read_ava(file)
    (tmp_path / "excluded.csv").write_text(excluded)
    return read_ava(file, tmp_path / "excluded.csv")


@pytest.mark.data
def test_the_excerpt_of_ava_has_58_rows_and_29_boxes(data: Path) -> None:
    ava = read_ava(data / "ava" / "ava_val_v2.2_excerpt.csv")
    assert (ava.rows, len(ava.boxes), ava.rejections) == (58, 29, ())
    assert ava.videos == ("1j20qq1JyX4",)
    assert not ava.predicted
    assert len({box.timestamp for box in ava.boxes}) == 16
    assert len({box.person for box in ava.boxes}) == 19
    assert sum(len(box.actions) for box in ava.boxes) == 58


@pytest.mark.data
def test_corners_at_the_very_edge_of_the_frame_are_kept(data: Path) -> None:
    boxes = read_ava(data / "ava" / "ava_val_v2.2_excerpt.csv").boxes
    edges = [corner for box in boxes for corner in box.corners if corner in (0, 1)]
    assert (edges.count(0), edges.count(1)) == (2, 8)
    at_edge = next(box for box in boxes if box.corners == (0.022, 0.0, 0.9, 0.982))
    assert at_edge.in_pixels(1000, 1000) == Box(x1=22, y1=0, x2=900, y2=982)


def test_the_rows_of_one_box_become_one_with_all_its_actions(tmp_path: Path) -> None:
    other = ROW.replace(",80,1", ",12,1")
    (box,) = read(tmp_path, f"{ROW}\n{other}\n{ROW}\n").boxes
    assert box.actions == ("80", "12")
    assert (box.video, box.person, box.score) == ("film", "1", 1.0)


@pytest.mark.parametrize("change", [("film", "other"), ("0902", "0903"), ("0.077", "0.078"), ("80,1", "80,2")])
def test_boxes_that_differ_in_film_time_place_or_person_stay_two(tmp_path: Path, change: tuple[str, str]) -> None:
    assert len(read(tmp_path, f"{ROW}\n{ROW.replace(*change)}\n").boxes) == 2


def test_timestamps_keep_their_text_and_compare_as_numbers(tmp_path: Path) -> None:
    ava = read(tmp_path, f"{ROW}\n{ROW.replace('0902', '902').replace('80', '7')}\n{ROW.replace('0902', '1001.5')}\n")
    first, second = ava.boxes
    assert (first.timestamp, first.time, first.actions) == ("0902", 902, ("80", "7"))
    assert second.time == Fraction(2003, 2) > first.time


def test_predicted_boxes_are_noticed_and_keep_their_scores(tmp_path: Path) -> None:
    ava = read(tmp_path, "film,0902,0.1,0.2,0.3,0.4,,0.835\nfilm,0902,0.5,0.2,0.6,0.4,,0.99\n")
    assert ava.predicted
    assert [(box.score, box.person, box.actions) for box in ava.boxes] == [(0.835, "", ()), (0.99, "", ())]


def test_the_first_release_without_persons_is_read_too(tmp_path: Path) -> None:
    (box,) = read(tmp_path, "film,0902,0.1,0.2,0.3,0.4,12\n").boxes
    assert (box.person, box.actions) == ("", ("12",))


def test_excluded_timestamps_are_set_apart_and_not_lost(tmp_path: Path) -> None:
    ava = read(tmp_path, f"{ROW}\n{ROW.replace('0902', '0903')}\n", excluded="film,902\nanother,0903\n")
    assert [box.timestamp for box in ava.boxes] == ["0903"]
    assert [box.timestamp for box in ava.excluded] == ["0902"]


def test_a_file_of_excluded_timestamps_names_the_row_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "excluded.csv").write_text("film,902\nfilm,later\n")
    with pytest.raises(UnreadableInput, match="row 2: 'film,later' is not video_id,sec"):
        read_excluded(tmp_path / "excluded.csv")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("video_id,middle_frame_timestamp,x1,y1,x2,y2,action_id,person_id", "timestamp"),
        ("film,0902,0.077,0.151", "columns"),
        (ROW + ",more", "columns"),
        (ROW.replace("film", ""), "video_id"),
        (ROW.replace("film", "fi\x00lm"), "video_id"),
        (ROW.replace("0902", "-1"), "timestamp"),
        (ROW.replace("0902", "1/3"), "timestamp"),
        (ROW.replace("0902", "٣"), "timestamp"),
        (ROW.replace("0.283", "283"), "corners"),
        (ROW.replace("0.283", "nan"), "corners"),
        (ROW.replace("0.283", "0.01"), "corners"),
        (ROW.replace("0.283", "wide"), "corners"),
        ("film,0902,,,,,,", "no_box"),
        ("film,0902,0.1,0.2,0.3,0.4,,1.5", "score"),
    ],
)
def test_a_row_that_is_no_box_is_rejected_with_its_number(tmp_path: Path, row: str, reason: str) -> None:
    ava = read(tmp_path, f"{ROW}\n\n{row}\n")
    (rejection,) = ava.rejections
    assert (rejection.row, rejection.reason) == (3, reason)
    assert (ava.rows, len(ava.boxes)) == (2, 1)


@pytest.mark.parametrize("protocol", range(6))
def test_h57_a_pickle_of_proposals_is_refused_and_never_loaded(tmp_path: Path, protocol: int) -> None:
    file = tmp_path / "boxes.csv"
    file.write_bytes(pickle.dumps({"film,0902": [[0.1, 0.2, 0.3, 0.4, 0.9]]}, protocol))
    with pytest.raises(UnreadableInput, match="is a pickle"):
        read_ava(file)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00", b'"' + b"x" * 300_000, b"<html>,\n", b"\x00" * 99])
def test_a_file_without_boxes_is_unreadable_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "no.csv").write_bytes(content)
    with pytest.raises(UnreadableInput) as caught:
        read_ava(tmp_path / "no.csv")
    assert str(tmp_path / "no.csv") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_unreadable(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(UnreadableInput, match="not there, or not a file"):
            read_ava(place)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    (box,) = read(tmp_path, f"\ufeff{ROW}\r\n").boxes
    assert box.video == "film"


sides = st.lists(st.integers(0, 1000), min_size=2, max_size=2, unique=True).map(
    lambda pair: [n / 1000 for n in sorted(pair)]
)
boxes = st.tuples(sides, sides).map(lambda c: (c[0][0], c[1][0], c[0][1], c[1][1]))
rows = st.tuples(st.sampled_from("ab"), st.integers(900, 904), boxes, st.integers(1, 80), st.integers(0, 3))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_rows=st.lists(rows, min_size=1, max_size=30))
def test_every_action_of_every_box_is_there_once(tmp_path: Path, given_rows: list[tuple[object, ...]]) -> None:
    lines = [f"{v},{t:04d},{','.join(f'{x:.3f}' for x in c)},{a},{p}" for v, t, c, a, p in given_rows]  # type: ignore[attr-defined]
    ava = read(tmp_path, "\n".join(lines))
    found = [(b.video, int(b.time), b.corners, int(a), int(b.person)) for b in ava.boxes for a in b.actions]
    assert sorted(found) == sorted(set(given_rows))  # type: ignore[type-var]
    assert ava.rows == len(given_rows)


def test_seconds_take_numbers_alone() -> None:
    assert seconds("0902") == 902
    with pytest.raises(ValueError, match="'soon' is not a number of seconds"):
        seconds("soon")
