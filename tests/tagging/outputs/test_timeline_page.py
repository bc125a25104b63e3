"""The timeline in Chromium, as a person uses it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.movies.films import NTSC_FILM, FilmForm, moving, write_film
from tests.review.browsing import chromium
from tests.tagging.outputs.movie_tags import SHOUT, TEE, appearance, info, movie, track, write

from wildwear.records import Region
from wildwear.tagging.movies.tags import FailedMovie, MovieTags
from wildwear.tagging.tags import Outfit, Score

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

HALF_A_FRAME = 0.021


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In a form that every Chromium plays."""
    path = tmp_path_factory.mktemp("film") / "films" / "two scenes.webm"
    path.parent.mkdir()
    scenes = [moving(1, Fraction(2)), moving(2, Fraction(2))]
    return write_film(path, scenes, NTSC_FILM, FilmForm(codec="libvpx-vp9")).path


@dataclass(slots=True)
class Timeline:
    tab: Page
    complaints: list[str]

    def ask(self, expression: str) -> Any:
        return self.tab.evaluate(expression)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.tab.keyboard.press(key)

    def until(self, condition: str, seconds: float = 30) -> None:
        look = f"const look = () => ({condition}) ? done(true) : setTimeout(look, 10); look();"
        give_up = f"setTimeout(() => done(false), {1000 * seconds});"
        state = "[shown.video?.currentTime, shown.video?.paused, shown.video?.error?.message]"
        assert self.ask(f"new Promise((done) => {{ {look} {give_up} }})"), f"{condition}: {self.ask(state)}"

    def until_at(self, seconds: float) -> None:
        """Waits until the film stands at a time, with the frame of that time there."""
        at = f"Math.abs(shown.video.currentTime - {seconds}) < {HALF_A_FRAME}"
        self.until(f"{at} && !shown.video.seeking && shown.video.readyState >= 2")

    def rows(self) -> list[str]:
        """The garments of the rows that are to be seen."""
        rows: list[str] = self.ask("shown.rows.filter(row => row.offsetParent).map(row => row.dataset.garments)")
        return rows

    def chosen(self) -> str:
        return str(self.ask("shown.row.dataset.garments"))


@pytest.fixture
def opened(browser: Browser, film: Path) -> Iterator[Timeline]:
    page = write("html", film.parents[1] / "tags" / "movies.html", movie(str(film)))
    with look(browser, page) as timeline:
        timeline.until("shown.video.readyState >= 1")
        yield timeline
        assert not timeline.complaints


class look:  # noqa: N801
    """Opens a page, and closes it at the end."""

    def __init__(self, browser: Browser, page: Path, **options: Any) -> None:
        self._context = browser.new_context(**({"viewport": {"width": 1280, "height": 800}} | options))
        self._page = page

    def __enter__(self) -> Timeline:
        tab = self._context.new_page()
        timeline = Timeline(tab, [])
        tab.on("console", lambda message: timeline.complaints.append(message.text))
        tab.on("pageerror", lambda error: timeline.complaints.append(str(error)))
        tab.goto(self._page.as_uri())
        return timeline

    def __exit__(self, *_: object) -> None:
        self._context.close()


def test_a_click_on_an_appearance_plays_the_film_from_its_beginning(opened: Timeline) -> None:
    opened.tab.click(".row[data-row='1'] .label")
    opened.until("!shown.video.paused && shown.video.currentTime >= 0.5")
    assert opened.ask("shown.video.currentTime") < 3.9
    assert opened.chosen() == "Tee|Jeans"
    assert "Jeans" in opened.tab.inner_text(".panel")


def test_a_click_on_a_strip_plays_the_film_at_that_moment(opened: Timeline) -> None:
    opened.tab.click(".row[data-row='0'] .strip >> nth=1", position={"x": 5, "y": 10})
    opened.until("!shown.video.paused && shown.video.currentTime > 2")
    lane = opened.ask("shown.scale.clientWidth")
    began = opened.ask("shown.video.played.start(0)")
    assert began == pytest.approx(2 + 4 * 5 / lane, abs=HALF_A_FRAME)


def test_a_drag_along_the_ruler_shows_each_moment_and_does_not_play(opened: Timeline) -> None:
    box = opened.tab.locator(".scale").bounding_box()
    assert box is not None
    opened.tab.mouse.move(box["x"] + box["width"] / 4, box["y"] + 10)
    opened.tab.mouse.down()
    opened.tab.mouse.move(box["x"] + box["width"] * 3 / 4, box["y"] + 10)
    opened.tab.mouse.up()
    opened.until_at(3)
    assert opened.ask("shown.video.paused")


def test_the_first_frame_of_a_shot_is_shown_and_not_the_one_before(opened: Timeline) -> None:
    """Its time is written with three digits, and must not be rounded down."""
    first_frame_of_second_shot = 48 * 1001 / 24000
    start = opened.ask("Number(document.querySelectorAll('.detail a')[1].dataset.time)")
    assert start == 2.0 and first_frame_of_second_shot - start < 0.0021


def test_keys_choose_play_step_and_pause(opened: Timeline) -> None:
    assert opened.chosen() == "Dress"
    opened.press("ArrowDown")
    assert opened.chosen() == "Tee|Jeans"
    opened.press("Enter")
    opened.until("!shown.video.paused && shown.video.currentTime > 0.5")
    opened.press(" ")
    opened.until("shown.video.paused")
    opened.press("b")
    opened.until_at(0.5)
    opened.press("ArrowRight", ".")
    opened.until_at(1.5 + 1001 / 24000)
    opened.press("ArrowLeft", ",", "k")
    opened.until_at(0.5)
    assert opened.chosen() == "Dress"


def test_a_garment_filters_the_rows_and_escape_shows_all_again(opened: Timeline) -> None:
    assert opened.tab.inner_text("#chips").split() == ["Dress", "1", "Jeans", "1", "Tee", "1"]
    opened.tab.click("#chips button >> text=Jeans")
    assert opened.rows() == ["Tee|Jeans"] and opened.chosen() == "Tee|Jeans"
    assert opened.tab.inner_text("#count") == "1 of 2 appearances"
    opened.press("Escape")
    assert opened.rows() == ["Dress", "Tee|Jeans"]
    assert opened.tab.inner_text("#count") == "2 appearances"


def test_search_filters_as_one_types_and_says_when_nobody_matches(opened: Timeline) -> None:
    opened.press("/")
    opened.tab.keyboard.type("dress")
    assert opened.rows() == ["Dress"]
    opened.tab.fill("#search", "!dress")
    assert opened.rows() == ["Tee|Jeans"]
    opened.tab.fill("#search", "toga")
    assert opened.rows() == [] and "Nobody in this film wears that" in opened.tab.inner_text(".nobody")
    opened.tab.click(".nobody button")
    assert len(opened.rows()) == 2


def test_boxes_lie_on_the_people_of_the_moment_and_can_be_switched_off(opened: Timeline) -> None:
    opened.ask("go(shown, 1)")
    opened.until_at(1)
    boxes = "[...document.querySelectorAll('.box')]"
    assert opened.ask(f"{boxes}.map(box => box.textContent)") == ["Dress", "TeeJeans"]
    across = opened.ask(f"{boxes}[0].offsetLeft / document.querySelector('video').clientWidth")
    assert across == pytest.approx(60 / 320, abs=0.01)
    assert opened.ask("shown.rows.map(row => row.classList.contains('now'))") == [True, True]
    opened.ask("go(shown, 3.5)")
    opened.until_at(3.5)
    assert opened.ask(f"{boxes}.map(box => box.textContent)") == ["Dress", "face only"]
    opened.press("x")
    assert opened.ask(f"{boxes}.length") == 0


def test_a_longer_timeline_keeps_the_moment_in_place_and_scrolls(browser: Browser, tmp_path: Path) -> None:
    long = replace(movie(), info=replace(movie().info, duration=Fraction(7200)), decoded_until=Fraction(7200))
    with look(browser, write("html", tmp_path / "movies.html", long)) as timeline:
        timeline.ask("go(shown, 3600)")
        place = "shown.head.getBoundingClientRect().left"
        before = timeline.ask(place)
        timeline.press("+", "+", "+")
        assert timeline.ask(place) == pytest.approx(before, abs=2)
        assert timeline.ask("shown.timeline.scrollWidth > 5 * shown.timeline.clientWidth")
        ticks = timeline.ask("[...shown.scale.children].map(tick => tick.textContent)")
        assert ticks[:2] == ["0:00", "2:00"] and ticks[-1] == "1:58:00"
        timeline.press("-", "-", "-")
        assert timeline.ask("shown.timeline.scrollWidth == shown.timeline.clientWidth")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_chosen_and_the_playing_of_many_appearances_are_scrolled_to(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    tracks = [track(number, 10 * number, 10 * number + 9, (9, 9, 60, 160)) for number in range(120)]
    people = [appearance(one.number, (one,), Outfit(upper=TEE)) for one in tracks]
    long = replace(
        movie(), info=info("gone.mp4", Fraction(1200)), tracks=tuple(tracks), appearances=tuple(people), shots=()
    )
    seen = """(() => {
      const chosen = shown.rows.find(row => row.matches('%s'));
      const [row, pane] = [chosen, shown.timeline].map(one => one.getBoundingClientRect());
      return row.top >= pane.top + 29 && row.bottom <= pane.bottom + 1;
    })()"""
    page = write("html", tmp_path / "movies.html", long)
    with look(browser, page, viewport={"width": width, "height": 800}) as timeline:
        timeline.press(*["ArrowDown"] * 30)
        assert timeline.ask(seen % "[aria-current]")
        timeline.press(*["ArrowUp"] * 20)
        assert timeline.ask(seen % "[aria-current]")
        timeline.press("+", "+", "+")
        timeline.press(*["ArrowDown"] * 60)
        strip = "shown.row.querySelector('.strip').getBoundingClientRect()"
        assert timeline.ask(f"{strip}.left >= shown.scale.offsetLeft && {strip}.right < innerWidth")
        timeline.ask("go(shown, 1005); reveal(shown)")
        assert timeline.ask(seen % ".now")


def test_without_the_film_the_page_says_so_takes_another_file_and_still_shows_everything(
    browser: Browser, film: Path, tmp_path: Path
) -> None:
    page = write("html", tmp_path / "movies.html", movie("gone.webm"))
    with look(browser, page) as timeline:
        timeline.until("!document.querySelector('.absent').hidden")
        assert "The film does not play here" in timeline.tab.inner_text(".absent")
        timeline.tab.click(".row[data-row='1'] .label")
        assert "Jeans" in timeline.tab.inner_text(".panel") and len(timeline.rows()) == 2
        timeline.tab.set_input_files(".absent input", film)
        timeline.until("document.querySelector('.absent').hidden && shown.video.readyState >= 1")


def test_several_films_are_shown_one_at_a_time_and_filtered_together(browser: Browser, film: Path) -> None:
    other = replace(movie("b.webm"), appearances=movie("b.webm").appearances[1:])
    failed = FailedMovie(path="c.webm", reason="not_a_movie", detail=SHOUT)
    page = write("html", film.parents[1] / "tags" / "several.html", movie(str(film)), other, failed)
    with look(browser, page) as timeline:
        assert timeline.tab.inner_text("#films").split("\n") == ["two scenes.webm 2", "b.webm 1", "c.webm not tagged"]
        timeline.tab.click("#chips button >> text=Dress")
        assert timeline.ask("films.slice(0, 2).map(film => film.tab.lastChild.textContent)") == [" 1", " 0"]
        timeline.press("Escape", "]")
        assert timeline.rows() == ["Tee|Jeans"]
        timeline.press("]")
        assert timeline.tab.inner_text(".film.failed .problem") == f"Not tagged: not a movie. {SHOUT}"
        timeline.press("]")
        assert len(timeline.rows()) == 2


def test_h44_nothing_foreign_runs_on_the_timeline(browser: Browser, tmp_path: Path) -> None:
    loud = Outfit(full=Score(category=SHOUT, region=Region.FULL, score=0.5))
    name = SHOUT.replace("/", "-") + ".mp4"
    tags: MovieTags = replace(movie(name), appearances=(replace(movie().appearances[0], outfit=loud),))
    with look(browser, write("html", tmp_path / "movies.html", tags)) as timeline:
        assert timeline.tab.title() == f"{name} · clothing timeline"
        assert timeline.rows() == [SHOUT]
        timeline.ask("go(shown, 1)")
        assert timeline.ask("document.querySelector('.box span').textContent") == SHOUT


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wider_than_the_window_and_text_can_be_read(
    browser: Browser, film: Path, width: int, scheme: str
) -> None:
    page = write("html", film.parents[1] / "tags" / "sizes.html", movie(str(film)))
    with look(browser, page, viewport={"width": width, "height": 800}, color_scheme=scheme) as timeline:
        assert timeline.ask("document.documentElement.scrollWidth") <= width
        assert timeline.ask("shown.timeline.scrollWidth") <= width
        for part in (".picture", ".label", ".row .lane", ".scale"):
            box = timeline.tab.locator(part).first.bounding_box()
            assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width
        assert timeline.ask(CONTRASTS) == []


CONTRASTS = """(() => {
  const light = text => {
    const [r, g, b] = text.match(/[\\d.]+/g).map(Number).slice(0, 3).map(one => one / 255)
      .map(one => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = light(getComputedStyle(document.body).backgroundColor);
  return ["h1", "#count", "h2", ".facts span", ".when", ".worn span"].filter(part => {
    const ink = light(getComputedStyle(document.querySelector(part)).color);
    return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05) < 4.5;
  });
})()"""
