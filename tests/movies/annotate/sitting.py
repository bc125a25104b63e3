"""Drawn clips in a workspace, the annotation page's server, and the page in Chromium."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import simplejpeg
from tests.pages.browsing import WINDOW, Tab, open_tab
from tests.pages.serving import TOKEN, Served, running

from wildwear.movies.annotate.app import create_app
from wildwear.movies.annotate.settings import AnnotateSettings
from wildwear.movies.clip_log import Annotation, ClipLog, Discard
from wildwear.tables import CLIPS
from wildwear.workspace import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

CELLS, WIDTH, HEIGHT = 4, 48, 64
OFFERED = ("Jeans", "Jacket", "Dress", "Skirt", "Tee")


def clip_id(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()[:32]


def fill(workspace: Workspace, count: int, *, guessed: bool = True, failed: int = 0) -> list[str]:
    """Clips of two films, a second each, and gives their names in the order in which the page shows them."""
    rows = [_row(number, guessed) for number in range(count)]
    for row in rows[count - failed :]:
        row |= {"status": "failed", "reason": "past_the_end", "picture": None, "sprite": None}
    workspace.table(CLIPS).replace(pa.Table.from_pylist(rows, schema=CLIPS.schema))
    return [row["clip_id"] for row in rows[: count - failed]]


def _row(number: int, guessed: bool) -> dict[str, Any]:
    film, second = divmod(number, 100)
    boxes = [[0.2 + 0.05 * cell, 0.1, 0.7 + 0.05 * cell, 0.95] for cell in range(CELLS)]
    shifted = OFFERED[number % 5 :] + OFFERED[: number % 5]
    top = [{"category": name, "score": 0.5 / (place + 1)} for place, name in enumerate(shifted)]
    return {
        "clip_id": clip_id(number),
        "movie": f"film{film:04d}",
        "person": str(second // 3),
        "timestamp": str(second + 0.5),
        "start": float(second),
        "end": float(second + 1),
        "width": 1920,
        "height": 1080,
        "image_id": clip_id(number),
        "picture": _jpeg(number, 2 * WIDTH, 2 * HEIGHT),
        "box": [20.0, 10.0, 70.0, 120.0],
        "phash": number,
        "sprite": _jpeg(number, CELLS * WIDTH, HEIGHT),
        "cells": [{"time": second + cell / CELLS, "box": box} for cell, box in enumerate(boxes)],
        "cell_width": WIDTH,
        "cell_height": HEIGHT,
        "top": top if guessed else None,
        "status": "ok",
    }


def _jpeg(number: int, width: int, height: int) -> bytes:
    """A picture of one colour, another for each number."""
    shade = np.full((height, width, 3), (number * 37 % 256, number * 91 % 256, number % 256), np.uint8)
    return bytes(simplejpeg.encode_jpeg(shade, quality=90))


def said(workspace: Workspace, who: str, answers: Mapping[str, str]) -> None:
    """What somebody says of clips: categories joined with `|`, or a reason to discard."""
    reasons = set(Discard)
    ClipLog(workspace).append(
        [
            Annotation(clip_id=clip, who=who, discard=Discard(answer))
            if answer in reasons
            else Annotation(clip_id=clip, who=who, categories=tuple(answer.split("|")))
            for clip, answer in answers.items()
        ]
    )


def logged(workspace: Workspace) -> list[str]:
    """All answers in the log, in order."""
    return [one.answer for one in ClipLog(workspace).since(0)]


@contextmanager
def serving(workspace: Workspace, who: str = "anna") -> Iterator[Served]:
    """The real server, in a thread, until the block ends."""
    with running(create_app(workspace, AnnotateSettings(who=who), TOKEN)) as port:
        yield Served(port=port)


@contextmanager
def process(workspace: Workspace, who: str = "anna", port: int = 0) -> Iterator[tuple[subprocess.Popen[str], Served]]:
    """`wildwear clips annotate` as a person starts it."""
    command = [sys.executable, "-m", "wildwear", "-w", str(workspace.root), "clips", "annotate"]
    command += ["--as", who, "--port", str(port), "--no-open"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        found = re.match(r"http://127\.0\.0\.1:(\d+)/\?token=(\S+)", child.stdout.readline())
        assert found, child.stderr and child.stderr.read()
        yield child, Served(port=int(found[1]), token=found[2])
    finally:
        child.kill()
        child.communicate(timeout=60)


@dataclass(slots=True)
class Desk(Tab):
    """The page with a clip on its desk."""

    @property
    def clip(self) -> str:
        """The clip that is on screen; waits until one is."""
        self.until("!document.getElementById('finished').hidden || document.getElementById('desk').dataset.clip", 60)
        return self.tab.get_attribute("#desk", "data-clip") or ""

    def answer(self, *keys: str) -> str:
        """Presses keys once the clip has come; gives the clip that they were about."""
        clip = self.clip
        self.press(*keys)
        return clip

    def options(self) -> list[str]:
        assert self.clip
        return self.tab.locator("#options .name").all_inner_texts()

    def chosen(self) -> list[str]:
        return [text.removesuffix("×").strip() for text in self.tab.locator("#chosen button").all_inner_texts()]


@contextmanager
def desk(browser: Browser, served: Served, place: str = "", **context: Any) -> Iterator[Desk]:
    """The page at a place (what stands after `#`); no error in its console is forgiven."""
    opened = browser.new_context(**({"viewport": WINDOW} | context))
    shown = open_in(opened, served, place)
    yield shown
    opened.close()
    assert shown.complaints == []


def open_in(context: BrowserContext, served: Served, place: str = "") -> Desk:
    """A further tab of a browser that may have the key already."""
    shown = Desk(*open_tab(context, f"http://127.0.0.1:{served.port}/?token={served.token}#{place}"))
    shown.until("document.getElementById('done').textContent || !document.getElementById('agreement').hidden", 60)
    return shown


def all_said(clips: Sequence[str], answer: str) -> dict[str, str]:
    return dict.fromkeys(clips, answer)
