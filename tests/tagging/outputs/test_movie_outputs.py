"""What is written about movies, in every form that is text."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tagging.outputs.movie_tags import SHOUT, movie, write

from wildwear.errors import StorageError, UnknownName, UnreadableInput, UserError
from wildwear.records import Region
from wildwear.tagging.movies.json_form import from_json
from wildwear.tagging.movies.tags import FailedMovie, MovieTags
from wildwear.tagging.outputs.movies import MOVIE_OUTPUTS, MovieEntry, movie_output
from wildwear.tagging.outputs.movies.jsonl import MovieJson
from wildwear.tagging.outputs.movies.timeline import link_to
from wildwear.tagging.outputs.movies.vtt import timestamp
from wildwear.tagging.tags import Outfit, Score

TEXTS = ["csv", "html", "json", "vtt"]
FAILED = FailedMovie(path="b.mp4", reason="not_a_movie", detail="it is a text")
NOBODY = replace(movie("empty.mp4"), tracks=(), appearances=(), left_out={})
PARTIAL = replace(movie("cut.mp4"), status="partial", decoded_until=Fraction(3), detail="it ends early")


@pytest.mark.parametrize("name", TEXTS)
def test_every_output_takes_movies_whole_partial_empty_failed_and_none_at_all(name: str, tmp_path: Path) -> None:
    default = MOVIE_OUTPUTS[name].default_name
    some = write(name, tmp_path / "some" / default, movie(), NOBODY, FAILED, PARTIAL)
    none = write(name, tmp_path / "none" / default)
    assert some.exists() and none.exists()
    assert not list(tmp_path.rglob("*.draft"))


@pytest.mark.parametrize("name", ["csv", "html", "json"])
def test_a_file_takes_its_place_only_when_it_is_whole(name: str, tmp_path: Path) -> None:
    place = tmp_path / "tags"
    place.write_text("the old one")
    output = movie_output(name, place)
    output.begin()
    output.write(MovieEntry(tags=movie()))
    assert place.read_text() == "the old one"
    output.close(whole=False)
    assert place.read_text() == "the old one"
    assert "Dress" in write(name, place, movie()).read_text()


@pytest.mark.parametrize("name", sorted(MOVIE_OUTPUTS))
def test_h65_a_place_that_cannot_be_written_is_one_plain_line(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"cannot write .*: (file exists|not a directory)"):
        write(name, tmp_path / "file" / "tags", movie())


def test_an_unknown_output_is_answered_with_the_choices() -> None:
    with pytest.raises(UnknownName, match="did you mean html"):
        movie_output("htm", None)


def test_json_lines_are_the_documented_objects(tmp_path: Path) -> None:
    lines = write("json", tmp_path / "movies.jsonl", movie(), FAILED).read_text().splitlines()
    assert [from_json(json.loads(line)) for line in lines] == [movie(), FAILED]


def test_resuming_json_drops_a_line_that_was_cut_off_and_goes_on(tmp_path: Path) -> None:
    place = tmp_path / "movies.jsonl"
    output = MovieJson(place)
    output.begin()
    output.write(MovieEntry(tags=movie()))
    output.close(whole=False)
    with (tmp_path / "movies.jsonl.draft").open("a") as draft:
        draft.write('{"movie": "b.mp4", "sta')
    again = MovieJson(place)
    assert list(again.resume()) == [movie()]
    again.begin()
    again.write(MovieEntry(tags=FAILED))
    again.close()
    assert [json.loads(line)["movie"] for line in place.read_text().splitlines()] == ["films/walking.mp4", "b.mp4"]


def test_resuming_from_tags_of_photographs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "movies.jsonl").write_text('{"photo": "a.jpg", "status": "ok"}\n')
    with pytest.raises(UnreadableInput, match=r"line 1, holds no tags: leave out --resume"):
        list(MovieJson(tmp_path / "movies.jsonl").resume())


def test_csv_has_a_row_for_each_appearance_track_left_out_and_movie_without_any(tmp_path: Path) -> None:
    path = write("csv", tmp_path / "movies.csv", movie(), NOBODY, PARTIAL, FAILED)
    with path.open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [(row["movie"], row["status"]) for row in rows] == [
        *[("films/walking.mp4", "ok")] * 2,
        ("films/walking.mp4", "left_out"),
        ("empty.mp4", "ok"),
        *[("cut.mp4", "partial")] * 2,
        ("cut.mp4", "left_out"),
        ("b.mp4", "failed"),
    ]
    dress, pair, face = rows[:3]
    assert (dress["start"], dress["end"], dress["shots"], dress["tracks"]) == ("0.0", "4.0", "0 1", "0 2")
    assert (dress["full"], dress["full_score"], dress["upper"], dress["category_2"]) == ("Dress", "0.6", "", "Tee")
    assert (pair["upper"], pair["lower"], pair["category_3"]) == ("Tee", "Jeans", "")
    assert (face["reason"], face["start"], face["tracks"], face["upper"]) == ("face_only", "3.0", "3", "")
    assert rows[4]["reason"] == "it ends early"
    assert all(None not in row and None not in row.values() for row in rows)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_h45_cells_that_a_spreadsheet_would_run_are_quoted(start: str, tmp_path: Path) -> None:
    name = f"{start}1+1"
    garment = Outfit(upper=Score(category=name, region=Region.UPPER, score=0.5))
    worn = replace(movie(name), appearances=(replace(movie().appearances[0], outfit=garment),))
    path = write("csv", tmp_path / "movies.csv", worn, FailedMovie(path=name, reason=name))
    with path.open(newline="") as handle:
        _, first, *_, last = csv.reader(handle)
    assert first[0] == last[0] == last[2] == "'" + name
    assert first.count("'" + name) == 2


def cues(text: str) -> list[tuple[str, str, dict[str, object]]]:
    """Start, end and payload of each cue, as WebVTT's grammar has it."""
    head, *blocks = text.strip().split("\n\n")
    assert head == "WEBVTT"
    found = []
    for block in blocks:
        if not block.startswith("NOTE"):
            _, times, payload = block.split("\n")
            start, end = times.split(" --> ")
            found.append((start, end, json.loads(payload)))
    return found


def test_webvtt_has_a_cue_an_appearance_whose_text_is_json(tmp_path: Path) -> None:
    folder = write("vtt", tmp_path / "vtt", movie(), FAILED)
    assert [path.name for path in folder.iterdir()] == ["walking.vtt"]
    (start, end, dress), (later, _, pair) = cues((folder / "walking.vtt").read_text())
    assert (start, end, later) == ("00:00:00.000", "00:00:04.000", "00:00:00.500")
    assert dress["outfit"] == {"full": {"category": "Dress", "region": "full", "score": 0.6}}
    assert pair["number"] == 1


def test_h44_nothing_that_a_cue_would_understand_is_left_in_webvtt(tmp_path: Path) -> None:
    garment = Outfit(full=Score(category=f"--> \n\n{SHOUT} &amp;", region=Region.FULL, score=0.5))
    tags = replace(movie("a\n\n00:01 --> 00:02.mp4"), appearances=(replace(movie().appearances[0], outfit=garment),))
    text = next(write("vtt", tmp_path / "vtt", tags).iterdir()).read_text()
    assert text.count("-->") == 1 and "<" not in text and "&" not in text
    ((_, _, payload),) = cues(text)
    assert payload["outfit"]["full"]["category"] == f"--> \n\n{SHOUT} &amp;"  # type: ignore[index]


@given(st.fractions(0, 400_000))
def test_a_webvtt_timestamp_is_the_nearest_millisecond(time: Fraction) -> None:
    match = re.fullmatch(r"(\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3})", timestamp(time))
    assert match is not None
    hours, minutes, seconds, milliseconds = map(int, match.groups())
    read = 3600 * hours + 60 * minutes + seconds + Fraction(milliseconds, 1000)
    assert abs(read - time) <= Fraction(1, 2000)


def test_an_appearance_of_one_moment_is_a_cue_of_a_millisecond(tmp_path: Path) -> None:
    moment = replace(movie().appearances[0], start=Fraction(1), end=Fraction(1))
    tags = replace(movie(), appearances=(moment,))
    ((start, end, _),) = cues(next(write("vtt", tmp_path / "vtt", tags).iterdir()).read_text())
    assert (start, end) == ("00:00:01.000", "00:00:01.001")


@pytest.mark.parametrize(("name", "suffix"), [("vtt", ".vtt"), ("overlay", ".mp4")])
def test_one_file_a_movie_is_refused_where_it_cannot_be(name: str, suffix: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is one file, and there are 2 movies: name a folder"):
        movie_output(name, tmp_path / f"one{suffix}").check(["a.mp4", "b.mp4"])
    movie_output(name, tmp_path / f"one{suffix}").check(["a.mp4"])


def test_an_overlay_never_takes_the_place_of_a_movie(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="would replace a movie: give another folder with --out"):
        movie_output("overlay", tmp_path).check([str(tmp_path / "a.mp4")])
    movie_output("overlay", tmp_path).check([str(tmp_path / "a.mkv")])


def test_two_movies_of_one_name_have_two_files_whatever_their_order(tmp_path: Path) -> None:
    first, second = movie("a/x.mp4"), movie("b/x.mkv")
    assert len(list(write("vtt", tmp_path / "vtt", first, second).iterdir())) == 2
    assert len(list(write("vtt", tmp_path / "again", first, second, first).iterdir())) == 2


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("films/a.mp4", "../films/a.mp4"),
        ("tags/a.mp4", "a.mp4"),
        ("tags/javascript:alert(1).mp4", "javascript%3Aalert%281%29.mp4"),
        ('films/" onerror="x?#é.mp4', "../films/%22%20onerror%3D%22x%3F%23%C3%A9.mp4"),
        ("films/bad\udcff.mp4", "../films/bad%FF.mp4"),
    ],
)
def test_a_movie_is_linked_relative_to_the_page(path: str, link: str) -> None:
    assert link_to(path, Path("tags/movies.html")) == link


def shown(tmp_path: Path, *tags: MovieTags | FailedMovie) -> str:
    return write("html", tmp_path / "movies.html", *tags).read_text()


def test_h44_names_garments_and_reasons_are_text_on_the_timeline(tmp_path: Path) -> None:
    garment = Outfit(full=Score(category=SHOUT, region=Region.FULL, score=0.5))
    worn = replace(movie().appearances[0], outfit=garment, top=garment.garments)
    loud = replace(movie(f"{SHOUT}.mp4"), appearances=(worn,), people=SHOUT, status="partial", detail=SHOUT)
    tracks = (*loud.tracks[:3], replace(loud.tracks[3], left_out=SHOUT))
    loud = replace(loud, tracks=tracks, left_out={SHOUT: 1})
    html = shown(tmp_path, loud, FailedMovie(path='x" onmouseover="alert(1).mp4', reason=SHOUT, detail=SHOUT))
    assert "<script>document" not in html and 'x" onmouseover' not in html
    assert html.count("<script>") == 1 and html.count("</script>") == 2
    assert "&lt;script&gt;document" in html


def test_h44_the_timeline_allows_its_own_script_alone_and_loads_nothing_but_the_movie(tmp_path: Path) -> None:
    html = shown(tmp_path, movie(str(tmp_path / "films" / "walking.mp4")))
    policy = re.search(r'Content-Security-Policy"\s+content="([^"]+)"', html)
    assert policy is not None
    assert "default-src 'none'" in policy[1] and "script-src 'sha256-" in policy[1]
    links = set(re.findall(r'(?:src|href)="(?!data:)([^"#]*)', html))
    assert links == {"films/walking.mp4"}


def test_strips_and_cuts_lie_at_their_share_of_the_movie(tmp_path: Path) -> None:
    html = shown(tmp_path, movie())
    strips = re.findall(r'class="strip" style="left:([\d.]+)%;width:([\d.]+)%"', html)
    places = [(float(left), float(width)) for left, width in strips]
    assert places == [(0, 50), (50, 50), (12.5, 37.5), (75, 25)]
    assert 'd="M500.00 0v1"' in html


def test_a_partial_movie_and_what_was_left_out_are_said_so(tmp_path: Path) -> None:
    html = shown(tmp_path, PARTIAL, FAILED)
    assert "Partial: seen as far as 0:03.0. it ends early" in html
    assert "1 face only, 2 too small" in html
    assert "Not tagged: not a movie. it is a text" in html
