"""What is written about photographs, in every form."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.conftest import skip

from wildwear.errors import StorageError, UnknownName, UnreadableInput, UserError
from wildwear.records import Box, Region
from wildwear.tagging.outputs import OUTPUTS, Entry, output_kind
from wildwear.tagging.outputs.json import JsonOutput
from wildwear.tagging.outputs.overlay import draw_tags
from wildwear.tagging.photos import Photo
from wildwear.tagging.places import output_places
from wildwear.tagging.tags import BoxTags, FailedPhoto, Outfit, Score, Tags

TEE = Score(category="Tee", region=Region.UPPER, score=0.6)
JEANS = Score(category="Jeans", region=Region.LOWER, score=0.3)
SHOUT = "<script>document.title='owned'</script>"


def tags(path: str = "a.jpg", *boxes: BoxTags) -> Tags:
    return Tags(
        path=path,
        model="tiny@0123456789ab",
        width=60,
        height=90,
        top=(TEE, JEANS),
        regions={Region.UPPER: 0.65, Region.LOWER: 0.35},
        outfit=Outfit(upper=TEE, lower=JEANS),
        boxes=boxes,
    )


def entry(outcome: Tags | FailedPhoto) -> Entry:
    view = np.full((90, 60, 3), 90, np.uint8) if isinstance(outcome, Tags) else None
    return Entry(photo=Photo(path=outcome.path, name=Path(outcome.path).name), outcome=outcome, view=view)


def write(name: str, place: Path, *outcomes: Tags | FailedPhoto) -> Path:
    output = output_kind(name).make(place, 3)
    output.begin()
    for outcome in outcomes:
        output.write(entry(outcome))
    output.close()
    return place


@pytest.mark.parametrize("name", sorted(OUTPUTS))
def test_every_output_takes_photographs_boxes_failures_and_none_at_all(name: str, tmp_path: Path) -> None:
    box = BoxTags(box=Box(x1=-3, y1=2, x2=30, y2=400), top=(TEE,), given="Top")
    empty = BoxTags(box=Box(x1=0, y1=0, x2=1, y2=1), top=())
    failed = FailedPhoto(path="b.jpg", reason="truncated_image", detail="cut off")
    kind = output_kind(name)
    some = write(name, tmp_path / "some" / kind.default_name, tags(), tags("c.jpg", box, empty), failed)
    none = write(name, tmp_path / "none" / kind.default_name)
    assert some.exists() and none.exists()
    assert not list(tmp_path.rglob("*.draft"))


@pytest.mark.parametrize("name", ["csv", "html", "json"])
def test_a_file_takes_its_place_only_when_it_is_whole(name: str, tmp_path: Path) -> None:
    place = tmp_path / "tags"
    place.write_text("the old one")
    output = output_kind(name).make(place, 3)
    output.begin()
    output.write(entry(tags()))
    assert place.read_text() == "the old one"
    output.close(whole=False)
    assert place.read_text() == "the old one"
    output = output_kind(name).make(place, 3)
    output.begin()
    output.write(entry(tags()))
    output.close()
    assert "Jeans" in place.read_text()


def test_json_is_one_documented_object_a_photograph(tmp_path: Path) -> None:
    box = BoxTags(box=Box(x1=1, y1=2, x2=30, y2=40), top=(TEE,), given="Top")
    failed = FailedPhoto(path="b.jpg", reason="truncated_image", detail="cut off")
    lines = write("json", tmp_path / "tags.jsonl", tags("a.jpg", box), failed).read_text().splitlines()
    upper = {"category": "Tee", "region": "upper", "score": 0.6}
    lower = {"category": "Jeans", "region": "lower", "score": 0.3}
    assert json.loads(lines[0]) == {
        "photo": "a.jpg",
        "status": "ok",
        "model": "tiny@0123456789ab",
        "width": 60,
        "height": 90,
        "top": [upper, lower],
        "regions": {"upper": 0.65, "lower": 0.35},
        "outfit": {"upper": upper, "lower": lower},
        "boxes": [{"box": [1, 2, 30, 40], "given": "Top", "top": [upper]}],
    }
    assert json.loads(lines[1]) == {
        "photo": "b.jpg",
        "status": "failed",
        "reason": "truncated_image",
        "detail": "cut off",
    }


@pytest.mark.parametrize("path", ["Zürich/é.jpg", "line\nbreak\u2028\x1b[31m.jpg", "bad\udcff.jpg"])
def test_h47_any_file_name_is_one_line_of_json_that_reads_back(path: str, tmp_path: Path) -> None:
    written = write("json", tmp_path / "tags.jsonl", tags(path)).read_bytes()
    assert written.count(b"\n") == 1
    assert json.loads(written)["photo"] == path


def test_csv_has_a_row_a_photograph_or_a_box_under_columns_that_never_change(tmp_path: Path) -> None:
    boxes = [BoxTags(box=Box(x1=1, y1=2, x2=30, y2=40), top=(TEE, JEANS)) for _ in range(2)]
    failed = FailedPhoto(path="b.jpg", reason="truncated_image")
    path = write("csv", tmp_path / "tags.csv", tags(), tags("c.jpg", *boxes), failed)
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [row["photo"] for row in rows] == ["a.jpg", "c.jpg", "c.jpg", "b.jpg"]
    assert (rows[0]["upper"], rows[0]["lower_score"], rows[0]["full"]) == ("Tee", "0.3", "")
    assert (rows[1]["x2"], rows[1]["category_2"], rows[1]["category_3"]) == ("30", "Jeans", "")
    assert (rows[3]["status"], rows[3]["reason"]) == ("failed", "truncated_image")
    assert all(None not in row and None not in row.values() for row in rows)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_h45_cells_that_a_spreadsheet_would_run_are_quoted(start: str, tmp_path: Path) -> None:
    name = f'{start}HYPERLINK("http://example.com").jpg'
    box = BoxTags(box=Box(x1=-1, y1=2, x2=30, y2=40), top=(TEE,), given=f"{start}1+1")
    path = write("csv", tmp_path / "tags.csv", tags(name, box), FailedPhoto(path=name, reason="x"))
    with path.open(newline="") as handle:
        _, first, second = csv.reader(handle)
    assert first[0] == second[0] == "'" + name
    assert f"'{start}1+1" in first
    assert "-1" in first


def test_h44_names_and_reasons_are_text_in_the_gallery(tmp_path: Path) -> None:
    failed = FailedPhoto(path='x" onmouseover="alert(1).jpg', reason="corrupt_image", detail=SHOUT)
    html = write("html", tmp_path / "tags.html", tags(f"{SHOUT}.jpg"), failed).read_text()
    assert "<script>document" not in html and 'x" onmouseover' not in html
    assert "&lt;script&gt;document" in html
    assert html.count("<script>") == 1


def test_h44_the_gallery_allows_its_own_script_alone_and_loads_nothing(tmp_path: Path) -> None:
    html = write("html", tmp_path / "tags.html", tags()).read_text()
    policy = re.search(r'Content-Security-Policy"\s+content="([^"]+)"', html)
    assert policy is not None
    assert "default-src 'none'" in policy[1] and "script-src 'sha256-" in policy[1]
    assert not re.search(r'(?:src|href)="(?!data:)', html)


@pytest.mark.browser
def test_the_gallery_counts_filters_and_runs_nothing_foreign_in_a_browser(tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        skip("no Chromium")
    failed = FailedPhoto(path="broken.jpg", reason="corrupt_image", detail=SHOUT)
    page = write("html", tmp_path / "tags.html", tags(), tags(f"{SHOUT}.jpg"), failed)
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    shown = subprocess.run(
        [str(chromium), *options, page.as_uri()], capture_output=True, text=True, timeout=90, check=True
    ).stdout
    assert "<title>Tagged photographs</title>" in shown
    assert '<p id="count" role="status">3 photographs</p>' in shown
    chips = re.findall(r'<button type="button" aria-pressed="false">(\w+)<small> (\d)</small>', shown)
    assert chips == [("Jeans", "2"), ("Tee", "2"), ("failed", "1")]


@pytest.mark.parametrize("size", [(16, 16), (40, 900), (1500, 60), (800, 800)])
def test_an_overlay_keeps_the_picture_and_puts_the_outfit_below(size: tuple[int, int]) -> None:
    picture = Image.new("RGB", size, (120, 130, 140))
    drawn = draw_tags(picture, tags())
    assert drawn.width >= 360
    assert drawn.getpixel((drawn.width // 2, 2)) == (120, 130, 140)
    strip = np.asarray(drawn)[-20:]
    assert strip.mean() < 60


def test_two_photographs_of_one_name_have_two_overlays(tmp_path: Path) -> None:
    place = write("overlay", tmp_path / "marked", tags("a/x.jpg"), tags("b/x.jpg"), tags("b/x.png"))
    names = sorted(path.name for path in place.iterdir())
    assert len(names) == 3 and "x.jpg" in names
    assert sorted(path.name for path in write("overlay", place, tags("a/x.jpg"), tags("b/x.jpg")).iterdir()) == names


def test_resuming_json_drops_a_line_that_was_cut_off_and_goes_on(tmp_path: Path) -> None:
    place = tmp_path / "tags.jsonl"
    output = JsonOutput(place, 3)
    output.begin()
    output.write(entry(tags("a.jpg")))
    output.close(whole=False)
    with (tmp_path / "tags.jsonl.draft").open("a") as draft:
        draft.write('{"photo": "b.jpg", "sta')
    again = JsonOutput(place, 3)
    assert [outcome.path for outcome in again.resume()] == ["a.jpg"]
    again.begin()
    again.write(entry(tags("b.jpg")))
    again.close()
    assert [json.loads(line)["photo"] for line in place.read_text().splitlines()] == ["a.jpg", "b.jpg"]


@pytest.mark.parametrize("torn", [b"", b"x" * 200_000, b'{"photo"'])
def test_resuming_json_from_nothing_but_a_torn_line_starts_anew(torn: bytes, tmp_path: Path) -> None:
    (tmp_path / "tags.jsonl.draft").write_bytes(torn)
    assert list(JsonOutput(tmp_path / "tags.jsonl", 3).resume()) == []


def test_resuming_from_a_file_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tags.jsonl").write_text('{"photo": "a.jpg", "status": "ok"}\n')
    with pytest.raises(UnreadableInput, match=r"line 1, holds no tags: leave out --resume"):
        list(JsonOutput(tmp_path / "tags.jsonl", 3).resume())


@pytest.mark.parametrize("name", sorted(OUTPUTS))
def test_h65_a_place_that_cannot_be_written_is_one_plain_line(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"cannot write .*: (file exists|not a directory)"):
        write(name, tmp_path / "file" / "tags", tags())


def test_places_follow_from_to_and_out(tmp_path: Path) -> None:
    assert output_places((), None) == {}
    assert output_places(("json",), None) == {"json": None}
    assert output_places(("html",), None) == {"html": Path("tags/tags.html")}
    assert output_places(("overlay",), tmp_path / "marked") == {"overlay": tmp_path / "marked"}
    assert output_places(("csv",), tmp_path) == {"csv": tmp_path / "tags.csv"}
    assert output_places(("csv",), Path("table.txt")) == {"csv": Path("table.txt")}
    assert output_places(("csv", "overlay,csv"), Path("x")) == {"csv": Path("x/tags.csv"), "overlay": Path("x/overlay")}


@pytest.mark.parametrize(
    ("to", "out", "problem"),
    [
        (("xml",), None, "unknown output 'xml'"),
        ((), "folder", "say --to json, csv, overlay, html, or name a file"),
        (("json",), "x.csv", "is a file for csv, and --to says json"),
        (("json,csv"), "x.csv", "json and csv need a folder"),
        (("overlay",), __file__, "needs a folder"),
    ],
)
def test_to_and_out_that_contradict_each_other_are_refused(
    to: tuple[str, ...] | str, out: str | None, problem: str
) -> None:
    with pytest.raises((UserError, UnknownName), match=problem):
        output_places((to,) if isinstance(to, str) else to, Path(out) if out else None)
