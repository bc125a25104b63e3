"""Annotated clips leave as a CSV file and come back as the same clips with the same words."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.movies.clip_rows import key, store
from tests.movies.test_clip_log import said

from wildwear.errors import MissingColumn, UnreadableInput, UserError
from wildwear.movies.clip_files import Annotated, read_annotated, save_annotations, take_over
from wildwear.movies.clip_log import ClipLog, words_of
from wildwear.taxonomy import load_taxonomy
from wildwear.workspace import Workspace

ONE, OTHER, THIRD = key("-5KQ66BBWC4", 902), key('a "b", c', 903, "2"), key("x", 904)
HEADER = "movie,timestamp,person,x1,y1,x2,y2,who,categories,discard,adjudicates\n"


def read(path: Path) -> Annotated:
    return read_annotated(path, load_taxonomy())


def read_text(folder: Path, text: str) -> Annotated:
    (folder / "a.csv").write_text(text)
    return read(folder / "a.csv")


def test_what_was_said_comes_back_as_it_was(workspace: Workspace, tmp_path: Path) -> None:
    store(workspace, [ONE, OTHER, THIRD])
    words = [
        said(ONE.clip_id, "Jeans", "Tee"),
        said(ONE.clip_id, discard="face_only", who="=ben"),
        said(ONE.clip_id, "Jeans", who="cleo", by=True),
        said(OTHER.clip_id, "Dress"),
    ]
    ClipLog(workspace).append(words)
    report = save_annotations(workspace, tmp_path / "saved.csv")
    assert report.done == {"words of annotators": 4, "annotators": 2}
    found = read(tmp_path / "saved.csv")
    assert sorted(box.clip_id for box in found.boxes) == sorted([ONE.clip_id, OTHER.clip_id])
    assert set(found.words) == set(words)
    assert not found.rejections
    other = Workspace.create(tmp_path / "other")
    assert take_over(other, found.words) == 4
    assert words_of(other) == words_of(workspace)
    assert take_over(other, found.words) == 0


def test_a_word_that_was_taken_back_since_is_not_brought_back(workspace: Workspace) -> None:
    first, better = said(ONE.clip_id, "Jeans"), said(ONE.clip_id, "Chinos")
    assert take_over(workspace, [first]) == 1
    ClipLog(workspace).append([better])
    assert take_over(workspace, [first]) == 0
    assert words_of(workspace).of("anna") == {ONE.clip_id: better}


def test_h45_no_cell_of_the_file_is_a_formula(workspace: Workspace, tmp_path: Path) -> None:
    store(workspace, [ONE])
    ClipLog(workspace).append([said(ONE.clip_id, "Jeans", who="@SUM(1)")])
    save_annotations(workspace, tmp_path / "saved.csv")
    cells = [cell for line in (tmp_path / "saved.csv").read_text().splitlines()[1:] for cell in line.split(",")]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_saving_twice_gives_the_same_bytes(workspace: Workspace, tmp_path: Path) -> None:
    store(workspace, [ONE, OTHER])
    ClipLog(workspace).append([said(one.clip_id, "Jeans", who=who) for one in (OTHER, ONE) for who in ("ben", "anna")])
    save_annotations(workspace, tmp_path / "one.csv")
    save_annotations(workspace, tmp_path / "two.csv")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_nothing_to_save_is_an_error(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nobody has said"):
        save_annotations(workspace, tmp_path / "saved.csv")
    assert not (tmp_path / "saved.csv").exists()


def test_a_box_that_nobody_has_judged_is_a_clip_all_the_same(tmp_path: Path) -> None:
    found = read_text(tmp_path, "movie,timestamp,x1,y1,x2,y2\na,1.5,0,0,1,1\n")
    assert len(found.boxes) == 1
    assert found.words == ()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a,902,1,0.5,0.1,0.1,0.9,anna,Tee,,", "bad_row"),
        ("a,902,1,0.1,0.1,1.2,0.9,anna,Tee,,", "bad_row"),
        ("a,nine,1,0.1,0.1,0.2,0.9,anna,Tee,,", "bad_row"),
        (",902,1,0.1,0.1,0.2,0.9,anna,Tee,,", "bad_row"),
        ("a,902,1,0.1,0.1,0.2,0.9,anna,Tea,,", "unknown_category"),
        ("a,902,1,0.1,0.1,0.2,0.9,anna,Tee,other,", "bad_row"),
        ("a,902,1,0.1,0.1,0.2,0.9,anna,,,", "bad_row"),
        ("a,902,1,0.1,0.1,0.2,0.9,anna,,boring,", "unknown_category"),
    ],
)
def test_a_row_that_cannot_be_taken_is_a_rejection_with_its_number(tmp_path: Path, row: str, reason: str) -> None:
    found = read_text(tmp_path, f"{HEADER}b,902,1,0.1,0.1,0.2,0.9,anna,Tee,,\n{row}\n")
    assert [(one.row, one.reason) for one in found.rejections] == [(3, reason)]
    assert len(found.words) == 1


def test_a_category_may_be_written_in_any_case(tmp_path: Path) -> None:
    (word,) = read_text(tmp_path, f"{HEADER}b,902,1,0.1,0.1,0.2,0.9,anna,tee | JEANS,,\n").words
    assert word.categories == ("Tee", "Jeans")


def test_a_file_of_another_kind_is_refused_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(MissingColumn, match="x1"):
        read_text(tmp_path, "movie,timestamp\na,902\n")
    with pytest.raises(UnreadableInput, match="holds no clip: row 2"):
        read_text(tmp_path, f"{HEADER}a,902,1,0.5,0.1,0.1,0.9,anna,Tee,,\n")
    with pytest.raises(UnreadableInput, match=r"No such file"):
        read(tmp_path / "none.csv")
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00movie")
    with pytest.raises(UnreadableInput, match="CSV"):
        read(tmp_path / "b.csv")
