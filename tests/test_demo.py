"""The demonstration: every step, on a small shop, ending in one page that tells the truth."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from wildwear.cli import app, main
from wildwear.demo.film import held_against_truth
from wildwear.demo.pictures import RIGHT, WRONG, Seen, marked
from wildwear.demo.settings import DemoSettings
from wildwear.demo.steps import MODEL, Demo, begin_anew
from wildwear.demo.story import Claim, Labelled, catalogue_sheet, labels
from wildwear.errors import UnknownName, UserError
from wildwear.progress import Advance
from wildwear.records import Box, Report
from wildwear.rendered.truth import Truth

SMALL = DemoSettings(products=60, scenes=20, aside=2, side=128, takes=2)


class Listener:
    def __init__(self) -> None:
        self.told: list[str] = []

    def begin(self, title: str, command: str) -> None:
        self.told.append(command)

    def end(self, report: Report, seconds: float) -> None:
        self.told.append(report.verb)

    @contextmanager
    def progress(self, description: str, total: int | None = None) -> Iterator[Advance]:
        yield lambda count: None


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    run = Demo(root=tmp_path_factory.mktemp("demo"), settings=SMALL, narrator=Listener())
    run.run()
    return run


def test_the_demo_goes_the_whole_way_in_the_order_of_the_verbs(demo: Demo) -> None:
    assert list(demo.chapters) == [
        "draw",
        "import",
        "label",
        "fetch",
        "embed",
        "split",
        "street",
        "train",
        "evaluate",
        "tag",
        "film",
    ]
    done = {name: chapter.report.done for name, chapter in demo.chapters.items()}
    assert done["import"]["products"] == SMALL.products
    assert done["label"]["products labelled"] == SMALL.products
    assert done["fetch"]["pictures stored"] > SMALL.products
    assert done["tag"]["photographs"] == SMALL.aside
    assert done["film"]["movies"] == 1
    assert done["film"]["shots"] == 2 * SMALL.takes - 1  # with black between them


def test_what_cannot_be_fetched_is_counted_and_stops_nothing(demo: Demo) -> None:
    report = demo.chapters["fetch"].report
    wanted = demo.chapters["draw"].report.done["product pictures"]
    counted = report.done["pictures stored"] + sum(report.failed.values()) + sum(report.skipped.values())
    assert counted == wanted
    assert set(report.failed) <= {"http_404", "not_an_image", "truncated_image"}


def test_the_commands_that_are_shown_are_commands_that_there_are(demo: Demo) -> None:
    commands = [chapter.command for chapter in demo.chapters.values() if chapter.command]
    assert len(commands) == 10
    for command in commands:
        program, flag, root, *words = shlex.split(command)
        assert (program, flag, root) == ("wildwear", "-w", str(demo.root))
        app.parse_args(words, exit_on_error=False, print_error=False)


def test_the_page_holds_everything_itself_and_tells_the_counts(demo: Demo) -> None:
    page = (demo.root / "report.html").read_text(encoding="utf-8")
    sources = re.findall(r'(?:src|href)="([^"]{0,30})', page)
    assert sources and all(source.startswith("data:image/jpeg;base64,") for source in sources)
    assert page.count("street-00") >= SMALL.aside
    assert "wildwear -w" in page and MODEL in page
    assert str(demo.chapters["label"].report.done["products labelled"]) in page


def test_everybody_in_the_movie_is_held_against_what_was_drawn(demo: Demo) -> None:
    film = held_against_truth(demo.movies[0], demo.chapters["film"].report)
    drawn = [walker for take in demo.movies[0].takes for walker in take.walkers]
    assert sum(len(one.seen) for one in film.shown) == len(drawn)
    assert film.garments == sum(len(walker.outfit) for walker in drawn)
    assert 0 <= film.right <= film.garments
    assert (demo.film / "tags").is_dir()


def test_the_model_that_was_trained_is_in_the_workspace_and_measured(demo: Demo) -> None:
    assert (demo.workspace.models / MODEL / "model.onnx").is_file()
    scores = json.loads(next((demo.root / "reports").glob("*.json")).read_text())["scores"]
    mine, base = (score["rankings"]["all"]["top1"]["value"] for score in scores)
    assert mine > base


def test_a_second_demo_in_the_same_folder_needs_fresh(demo: Demo) -> None:
    with pytest.raises(UserError, match="--fresh"):
        begin_anew(demo.root, fresh=False)


def test_fresh_deletes_a_demonstration_and_nothing_else(tmp_path: Path) -> None:
    begin_anew(tmp_path / "new", fresh=False)
    (tmp_path / "new" / "old.txt").write_text("old")
    begin_anew(tmp_path / "new", fresh=True)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["demo.json"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    with pytest.raises(UserError, match="not a demonstration"):
        begin_anew(tmp_path / "mine", fresh=True)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "precious"


def test_a_model_that_is_not_there_is_said_before_anything_is_drawn(tmp_path: Path) -> None:
    run = Demo(root=tmp_path / "demo", settings=DemoSettings(model="wildwear-bass"), narrator=Listener())
    with pytest.raises(UnknownName, match="wildwear-base"):
        run.run()
    assert not (tmp_path / "demo").exists()


def test_the_verb_says_in_one_line_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(SystemExit) as stopped:
        main(["-w", str(tmp_path), "demo", "--fresh"])
    assert stopped.value.code == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("setting", ["products", "scenes", "aside", "side", "takes"])
def test_a_demo_that_is_too_small_is_refused(setting: str) -> None:
    with pytest.raises(UserError, match=f"--{setting} must be at least"):
        DemoSettings(**{setting: 0})


def product(index: int, category: str, label: str, *, claimed: str = "", others: tuple[str, ...] = ()) -> Labelled:
    what = Truth(
        index=index, category=category, claimed=claimed or category, pattern="plain", colour="Red",
        duplicate_of=None, lookalike_of=None, fate="ok", pictures=1,
    )  # fmt: skip
    claims = [Claim(category=name, words=name, wins=name == label, resolution="") for name in (label, *others) if name]
    return Labelled(product_id=str(index), title="t", claims=tuple(claims), truth=what, picture="data:")


def test_labels_are_held_against_what_was_drawn_and_an_umbrella_is_right_for_its_members() -> None:
    told = labels(
        [
            product(0, "Tee", "Tee", others=("Jeans", "Hat")),
            product(1, "Jeans", "Pants"),
            product(2, "Coat", "Skirt", claimed="Skirt", others=("Hat",)),
            product(3, "Hat", ""),
        ]
    )
    assert (told.products, told.right, told.wrong_claims) == (3, 2, 1)
    assert (told.conflicts, told.conflicts_right) == (2, 1)
    assert [one.product_id for one in told.disputed] == ["0"]
    assert [one.product_id for one in told.mistaken] == ["2"]
    assert told.precision == pytest.approx(2 / 3)


def test_the_sheet_shows_every_kind_before_it_shows_one_twice() -> None:
    sheet = catalogue_sheet([product(i, ("Tee", "Tee", "Hat", "Coat")[i % 4], "Tee") for i in range(12)])
    assert [one.truth.category for one in sheet[:3]] == ["Tee", "Hat", "Coat"]


def test_boxes_are_green_where_the_model_is_right_and_red_where_not() -> None:
    boxes = Box(x1=10, y1=10, x2=60, y2=90), Box(x1=80, y1=10, x2=140, y2=90)
    seen = [Seen(box=box, says="Tee", score=0.5, truth=truth) for box, truth in zip(boxes, ("Tee", "Hat"), strict=True)]
    picture = marked(Image.new("RGB", (150, 100), "white"), seen)
    assert picture.getpixel((10, 80)) == RIGHT
    assert picture.getpixel((80, 80)) == WRONG
