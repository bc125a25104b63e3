"""What every format keeps to, whatever it looks like; each is read back by the library that it is for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.datasets.exports.made import (
    DYING,
    LIMITED,
    READERS,
    Seen,
    export,
    hidden,
    make_dataset,
    row,
    run,
    tree,
    truth,
    varied_rows,
)

from wildwear.datasets.exports import FORMATS
from wildwear.errors import UnknownName, UserError
from wildwear.records import Split
from wildwear.workspace import Workspace

pytestmark = pytest.mark.parametrize("to", list(FORMATS))
Readers = dict[str, Callable[[Path], dict[str, Seen]]]


@pytest.fixture
def made(workspace: Workspace) -> Workspace:
    make_dataset(workspace, varied_rows())
    return workspace


def as_read(expected: dict[str, Seen], to: str) -> dict[str, Seen]:
    """A folder cuts boxes out: the pixels that 5, 10, 45.5, 70.25 touches are 41 × 61."""
    if to != "folder":
        return expected
    return {key: replace(one, box=None, size=(41, 61)) if one.box else one for key, one in expected.items()}


def test_the_library_reads_every_sample_with_its_side_class_set_group_and_box(
    to: str, made: Workspace, tmp_path: Path
) -> None:
    report = export(made, tmp_path / "out", to)
    expected = as_read(truth(varied_rows()), to)
    assert READERS[to](tmp_path / "out") == expected
    assert report.done["samples"] == len(expected)
    assert report.exit_status == 0
    assert any("have several possible categories" in note for note in report.notes)


def test_one_side_is_exported_alone(to: str, made: Workspace, tmp_path: Path) -> None:
    export(made, tmp_path / "out", to, split=Split.VAL)
    seen = READERS[to](tmp_path / "out")
    assert {one.split for one in seen.values()} == {"val"}
    assert seen == {key: one for key, one in as_read(truth(varied_rows()), to).items() if one.split == "val"}


@pytest.mark.parametrize(("sets", "name"), [("first", "Blouse"), ("skip", None)])
def test_sets_follow_the_rule_that_was_asked_for(
    sets: str, name: str | None, to: str, made: Workspace, tmp_path: Path
) -> None:
    report = export(made, tmp_path / "out", to, sets=sets)
    seen = READERS[to](tmp_path / "out")
    of_set = {one.name for one in seen.values() if one.labels == ("Blouse", "Top")}
    assert of_set == ({name} if name else set())
    several = sum(len(one.labels) > 1 for one in truth(varied_rows()).values())
    assert report.skipped["samples with several possible categories"] == (several if sets == "skip" else 0)


def test_the_same_samples_in_another_order_give_the_same_bytes(to: str, made: Workspace, tmp_path: Path) -> None:
    export(made, tmp_path / "one", to)
    make_dataset(made, varied_rows()[::-1])
    export(made, tmp_path / "two", to)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_a_killed_export_leaves_nothing_that_looks_whole_and_runs_again(
    to: str, made: Workspace, tmp_path: Path
) -> None:
    words = ["-w", made.root, "dataset", "export", "made", tmp_path / "out", "--to", to]
    assert run(DYING, 9, *words).returncode == -9
    assert not (tmp_path / "out").exists()
    assert len(list(hidden(tmp_path))) == 1
    export(made, tmp_path / "out", to)
    assert len(READERS[to](tmp_path / "out")) == len(varied_rows())
    assert list(hidden(tmp_path)) == []


def test_an_export_is_replaced_only_when_told_to_and_whole_or_not_at_all(
    to: str, made: Workspace, tmp_path: Path
) -> None:
    export(made, tmp_path / "out", to, split=Split.VAL)
    before = tree(tmp_path / "out")
    with pytest.raises(UserError, match="replace it with --force"):
        export(made, tmp_path / "out", to)
    words = ["-w", made.root, "dataset", "export", "made", tmp_path / "out", "--to", to, "--force"]
    assert run(DYING, 9, *words).returncode == -9
    assert tree(tmp_path / "out") == before
    assert run(DYING, -1, *words).returncode == -9
    export(made, tmp_path / "out", to, force=True)
    assert len(READERS[to](tmp_path / "out")) == len(varied_rows())
    assert list(hidden(tmp_path)) == []


def test_a_folder_that_is_no_export_is_never_replaced(to: str, made: Workspace, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "mine.jpg").write_bytes(b"precious")
    for force in (False, True):
        with pytest.raises(UserError, match="is not empty and no earlier export"):
            export(made, tmp_path / "photos", to, force=force)
    with pytest.raises(UserError, match="is a file"):
        export(made, tmp_path / "photos" / "mine.jpg", to, force=True)
    assert (tmp_path / "photos" / "mine.jpg").read_bytes() == b"precious"


def test_an_empty_folder_is_filled(to: str, made: Workspace, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    export(made, tmp_path / "out", to)
    assert len(READERS[to](tmp_path / "out")) == len(varied_rows())


def test_h64_a_full_disk_is_one_plain_line_and_leaves_nothing(to: str, made: Workspace, tmp_path: Path) -> None:
    make_dataset(made, varied_rows(120))
    words = ["-w", made.root, "dataset", "export", "made", tmp_path / "out", "--to", to]
    done = run(LIMITED, *words)
    assert done.returncode == 1
    assert done.stderr.startswith(f"wildwear: cannot write {tmp_path}/out: file too large")
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["workspace"]


def test_h68_a_picture_with_a_flipped_bit_fails_alone_and_is_named(
    to: str, workspace: Workspace, tmp_path: Path
) -> None:
    rows = [row(number, ["Tee"], "upper") for number in range(6)]
    whole = bytes(rows[2]["bytes"])  # type: ignore[arg-type]
    rows[2]["bytes"] = whole[:300] + bytes([whole[300] ^ 1]) + whole[301:]
    make_dataset(workspace, rows)
    report = export(workspace, tmp_path / "out", to)
    assert report.failed == {"damaged_picture": 1}
    assert report.exit_status == 3
    assert "made.csv:2: damaged_picture" in report.notes
    assert str(rows[2]["sample_id"]) in (tmp_path / "out" / "failures.csv").read_text()
    assert len(READERS[to](tmp_path / "out")) == 5


def test_where_every_picture_is_damaged_there_is_no_export(to: str, workspace: Workspace, tmp_path: Path) -> None:
    make_dataset(workspace, [row(0, ["Tee"], "upper", bytes=b"not a picture")])
    with pytest.raises(UserError, match=r"none of its pictures can be exported, as made.csv:0"):
        export(workspace, tmp_path / "out", to)
    assert [path.name for path in tmp_path.iterdir()] == ["workspace"]


def test_h49_names_of_strangers_cannot_lead_out_of_the_folder(to: str, workspace: Workspace, tmp_path: Path) -> None:
    names = ["../../outside", "/etc/passwd", "a\\b", "CON", "..", "", "=1+1", "nul\0\n\u202ebidi", "x" * 400, "T|ee"]
    rows = [
        row(number, [name], "upper", group=f"../{name}", source=f"=cmd {name}", sample_id=f"../{number}.{name}")
        for number, name in enumerate(names)
    ]
    make_dataset(workspace, rows)
    export(workspace, tmp_path / "deep" / "out", to)
    outside = [path for path in tmp_path.rglob("*") if path.is_file() and "workspace" not in path.parts]
    assert outside
    assert all(path.is_relative_to(tmp_path / "deep" / "out") for path in outside)
    assert list(hidden(tmp_path / "deep")) == []
    classes = json.loads((tmp_path / "deep" / "out" / "wildwear-export.json").read_text())["classes"]
    assert {one["name"] for one in classes} == set(names)
    assert len(READERS[to](tmp_path / "deep" / "out")) == len(names)


def test_a_sample_without_a_category_is_left_out_and_counted(to: str, workspace: Workspace, tmp_path: Path) -> None:
    make_dataset(workspace, [row(0, ["Tee"], "upper"), row(1, [], "upper")])
    report = export(workspace, tmp_path / "out", to)
    assert report.skipped["samples without a category"] == 1
    assert len(READERS[to](tmp_path / "out")) == 1


def test_what_cannot_be_is_refused_before_anything_is_written(to: str, made: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="unknown dataset 'mode'"):
        export(made, tmp_path / "out", to, name="mode")
    make_dataset(made, [row(0, ["Tee", "Top"], "upper")], "sets")
    with pytest.raises(UserError, match="--sets skip leaves them out"):
        export(made, tmp_path / "out", to, name="sets", sets="skip")
    with pytest.raises(UnknownName, match="unknown split 'val' in dataset sets"):
        export(made, tmp_path / "out", to, name="sets", split=Split.VAL)
    if FORMATS[to].crops is None:
        with pytest.raises(UserError, match="keeps boxes with their pictures"):
            export(made, tmp_path / "out", to, crop=True)
    assert [path.name for path in tmp_path.iterdir()] == ["workspace"]
