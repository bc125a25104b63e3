"""The steps of the demonstration: each is one verb, and shows the command line that does the same."""

from __future__ import annotations

import json
import shlex
import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from wildwear.demo.settings import DemoSettings
from wildwear.errors import UserError
from wildwear.progress import Advance
from wildwear.records import Report
from wildwear.workspace import Workspace

if TYPE_CHECKING:
    from wildwear.rendered.movie import Movie

MARKER = "demo.json"
SHOP, STREET, MODEL = "shop", "street", "shop-probe"
PLACEHOLDER_PRODUCTS = 5


class Narrator(Protocol):
    """Who is told what happens."""

    def begin(self, title: str, command: str) -> None:
        """A step begins; `command` is what one would type, "" where there is no verb for it."""

    def end(self, report: Report, seconds: float) -> None:
        """It is done."""

    def progress(self, description: str, total: int | None = None) -> AbstractContextManager[Advance]:
        """Opens a progress bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A step that is done."""

    title: str
    command: str
    report: Report
    seconds: float


@dataclass(slots=True, kw_only=True)
class Demo:
    """One run, with what has come of each step by name."""

    root: Path
    settings: DemoSettings
    narrator: Narrator
    chapters: dict[str, Chapter] = field(default_factory=dict)
    movies: list[Movie] = field(default_factory=list)
    """What was drawn, with its truth."""

    @property
    def export(self) -> Path:
        """The shop's export and, in `pictures`, what its server sends."""
        return self.root / "export"

    @property
    def aside(self) -> Path:
        """The street photographs that nothing has learned from."""
        return self.root / "held-aside"

    @property
    def tags(self) -> Path:
        return self.root / "tags"

    @property
    def film(self) -> Path:
        """The movie, where its people are, and what is said of it."""
        return self.root / "film"

    @property
    def workspace(self) -> Workspace:
        return Workspace.open(self.root)

    def run(self) -> Path:
        """Takes all steps and writes the page; gives its path. Raises what the stages raise."""
        from wildwear.demo.page import write_page
        from wildwear.models.registry import find_model
        from wildwear.rendered.server import PictureServer

        find_model(self.settings.model, None)
        begin_anew(self.root, fresh=self.settings.fresh)
        self._draw()
        pictures = self.export / "pictures"
        with PictureServer(self.settings.seed, folder=pictures, side=self.settings.side) as server:
            self._import(server.url)
            self._label()
            self._fetch()
        self._embed()
        self._split()
        self._import_street()
        self._train()
        self._evaluate()
        self._tag()
        self._tag_film()
        with self.narrator.progress("writing the page"):
            return write_page(self)

    def _step(self, name: str, title: str, words: tuple[str, ...], act: Callable[[], Report]) -> None:
        command = shlex.join(("wildwear", "-w", str(self.root), *words)) if words else ""
        self.narrator.begin(title, command)
        start = time.perf_counter()
        report = act()
        seconds = time.perf_counter() - start
        self.narrator.end(report, seconds)
        self.chapters[name] = Chapter(title=title, command=command, report=report, seconds=seconds)

    def _draw(self) -> None:
        self._step("draw", "A shop and a street, drawn for this demonstration", (), self._drawn)

    def _drawn(self) -> Report:
        from wildwear.demo.film import draw
        from wildwear.rendered.export import write_pictures, write_street

        it = self.settings
        with self.narrator.progress("drawing product pictures") as advance:
            drawn = write_pictures(self.export / "pictures", it.products, it.seed, side=it.side, progress=advance)
        with self.narrator.progress("drawing street photographs", it.scenes + it.aside) as advance:
            write_street(self.root / "street-photographs", range(it.scenes), it.seed, progress=advance)
            write_street(self.aside, range(it.scenes, it.scenes + it.aside), it.seed, progress=advance)
        with self.narrator.progress("drawing a movie") as advance:
            self.movies.append(draw(self.film, it.takes, it.seed, advance))
        done = {"product pictures": drawn, "street photographs": it.scenes, "street photographs kept aside": it.aside}
        return Report(verb="draw", done=done)

    def _import(self, url: str) -> None:
        from wildwear.catalog.importing import import_catalog
        from wildwear.catalog.settings import ImportSettings
        from wildwear.rendered.export import write_export

        Workspace.create(self.root)
        path = write_export(self.export, self.settings.products, self.settings.seed, url)
        with self.narrator.progress("rows") as advance:
            read = ImportSettings(files=(str(path),))
            act = lambda: import_catalog(self.workspace, read, advance)  # noqa: E731
            self._step("import", "Read the shop's export", ("import", str(path)), act)

    def _label(self) -> None:
        from wildwear.queries.settings import LabelSettings
        from wildwear.queries.stage import label

        self._step("label", "Label by text", ("label",), lambda: label(self.workspace, LabelSettings()))

    def _fetch(self) -> None:
        from wildwear.images.fetch import fetch
        from wildwear.images.fetch_settings import FetchSettings

        settings = FetchSettings(
            allow_private_addresses=True, requests_per_second=1000, placeholder_products=PLACEHOLDER_PRODUCTS
        )
        flags = f"--allow-private-addresses --requests-per-second 1000 --placeholder-products {PLACEHOLDER_PRODUCTS}"
        words = ("fetch", *flags.split())
        self._step("fetch", "Download the pictures", words, lambda: fetch(self.workspace, settings))

    def _embed(self) -> None:
        from wildwear.embedding import embed
        from wildwear.models.settings import EmbedSettings

        model = self.settings.model
        act = lambda: embed(self.workspace, EmbedSettings(model=model), progress=self.narrator.progress)  # noqa: E731
        self._step("embed", "Look at every picture once", ("embed", *self._model_flag("--model")), act)

    def _split(self) -> None:
        from wildwear.datasets.from_catalog import split_catalog
        from wildwear.datasets.settings import SplitSettings

        act = lambda: split_catalog(self.workspace, SHOP, SplitSettings())  # noqa: E731
        self._step("split", "Split without leaks", ("split", SHOP), act)

    def _import_street(self) -> None:
        from wildwear.datasets.entries import read_table
        from wildwear.datasets.importing import import_samples
        from wildwear.datasets.settings import Columns, ImportSettings, SplitSettings

        table = self.root / "street-photographs" / "boxes.csv"
        settings = ImportSettings(given_split="use")
        words = ("dataset", "import", "table", str(table), "--name", STREET, "--given-split", "use")
        act = lambda: import_samples(  # noqa: E731
            self.workspace, STREET, read_table(table, Columns()), settings, SplitSettings()
        )
        self._step("street", "Add street photographs with boxes", words, act)

    def _train(self) -> None:
        from wildwear.training.recipes import train
        from wildwear.training.settings import TrainSettings

        settings = TrainSettings(on=(SHOP, f"{STREET}:train"), init=self.settings.model)
        words = ("train", MODEL, "--recipe", "probe", "--on", SHOP, "--on", f"{STREET}:train")
        act = lambda: train(self.workspace, MODEL, settings, self.narrator.progress)  # noqa: E731
        self._step("train", "Train a classifier on both", (*words, *self._model_flag("--init")), act)

    def _evaluate(self) -> None:
        from wildwear.evaluation.settings import EvaluateSettings
        from wildwear.evaluation.stage import evaluate

        on = f"{STREET}:val"
        settings = EvaluateSettings(on=on, compare_to=self.settings.model)
        words = ("evaluate", MODEL, "--on", on, "--compare-to", self.settings.model)
        act = lambda: evaluate(self.workspace, [MODEL], settings, progress=self.narrator.progress)  # noqa: E731
        self._step("evaluate", "Measure it in the street", words, act)

    def _tag(self) -> None:
        boxes, photos = self.aside / "boxes.csv", self.aside / "photos"
        words = ("tag", str(photos), "--boxes", str(boxes), "--model", MODEL, "--to", "json,html")
        self._step("tag", "Tag photographs nobody has seen", (*words, "--out", str(self.tags)), self._tagged)

    def _tagged(self) -> Report:
        from wildwear.tagging.outputs import output_kind
        from wildwear.tagging.settings import OutputSettings, TaggerSettings
        from wildwear.tagging.stage import make_plan, run
        from wildwear.tagging.tagger import Tagger

        output = OutputSettings(to=("json", "html"), out=self.tags, boxes=self.aside / "boxes.csv")
        settings = TaggerSettings()
        unused = output_kind("json").make(None, settings.top)
        plan = make_plan([str(self.aside / "photos")], output, settings.top, unused)
        with self.narrator.progress("tagging", len(plan.photos)) as advance:
            return run(Tagger(MODEL, settings, workspace=self.workspace), plan, advance)

    def _tag_film(self) -> None:
        from wildwear.demo.film import people_file, tag

        movie, out = self.movies[0], self.film / "tags"
        flags = ("--people", f"ava:{people_file(movie)}", "--model", MODEL, "--to", "json,html", "--out", str(out))

        def act() -> Report:
            with self.narrator.progress("seconds of film") as advance:
                return tag(self.workspace, movie, MODEL, out, advance)

        self._step("film", "Tag a movie", ("tag", str(movie.path), *flags), act)

    def _model_flag(self, flag: str) -> tuple[str, ...]:
        return () if self.settings.model == DemoSettings().model else (flag, self.settings.model)


def begin_anew(root: Path, *, fresh: bool) -> None:
    """Makes an empty folder for a demonstration; `fresh` deletes the one that is there.

    Raises `UserError` where something else is there: nothing but a demonstration is deleted.
    """
    if root.exists() and any(root.iterdir()):
        if not (root / MARKER).is_file():
            raise UserError(f"{root} is not empty and not a demonstration: name another folder with -w")
        if not fresh:
            raise UserError(f"{root} holds a demonstration already: make it anew with --fresh")
        shutil.rmtree(root)
    root.mkdir(parents=True, exist_ok=True)
    (root / MARKER).write_text(json.dumps({"made by": "wildwear demo"}) + "\n")
