"""The review page in a real browser, over 100,000 pictures of one category.

    python benchmarks/review_collection.py /tmp/many --category Dress
    python benchmarks/review.py /tmp/many [--json FILE]

Prints, beside the claims:

- opening: milliseconds from asking for the page until every picture of the first screen is drawn (below 1,000);
- scrolling: 60 steps, once spread over the whole category and once screen by screen; the longest frame (no more than
  50 ms), the longest task of the page's thread in processor time, which other work on the machine does not lengthen,
  and the cells in sight that are blank 200 ms after a step (none);
- deciding: 1,000 keys, while the server is killed with SIGKILL in the middle and started again on the same port; the
  log holds each decision once, and the last on each picture is the one that was typed;
- rectangles: 10,000 pictures passed, a rectangle of every screen rejected and the rest kept (below 10 minutes).

The decisions stay in the workspace. How busy the machine is shows in the load that is printed first.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from wildwear.decisions import DecisionLog
from wildwear.workspace import Workspace

STEPS = 60
SETTLED_MS = 200
KEYS = ("x", "Space", "x", "x", "Space")
VERDICTS = {"x": "reject", "Space": "keep"}

IN_SIGHT = """() => {
    const window = document.getElementById('scroller').getBoundingClientRect();
    const cells = [...document.querySelectorAll('.row:not([hidden]) [role=gridcell]:not([hidden])')];
    return cells.filter((cell) => {
        const box = cell.getBoundingClientRect();
        return box.bottom > window.top && box.top < window.bottom;
    });
}"""

OPENING = f"""
const inSight = {IN_SIGHT};
const look = () => {{
    const cells = document.getElementById('scroller') ? inSight() : [];
    const drawn = cells.length && cells.every((cell) => cell.dataset.picture === 'drawn');
    if (drawn) window.opened = {{ milliseconds: performance.now(), pictures: cells.length }};
    else requestAnimationFrame(look);
}};
requestAnimationFrame(look);
"""

SCROLLING = f"""async ([steps, settled, screenwise]) => {{
    const inSight = {IN_SIGHT};
    const scroller = document.getElementById('scroller');
    const frames = [];
    let last = performance.now(), going = true;
    const tick = (now) => {{ frames.push(now - last); last = now; if (going) requestAnimationFrame(tick); }};
    requestAnimationFrame(tick);
    const whole = scroller.scrollHeight - scroller.clientHeight;
    let blank = 0;
    scroller.scrollTop = 0;
    await new Promise((done) => setTimeout(done, 1000));
    frames.length = 0;
    for (let step = 1; step <= steps; step++) {{
        scroller.scrollTop = screenwise ? step * scroller.clientHeight : (whole * step) / steps;
        await new Promise((done) => setTimeout(done, settled));
        blank += inSight().filter((cell) => cell.dataset.picture !== 'drawn').length;
    }}
    going = false;
    return {{ longest: Math.max(...frames), frames: frames.length, blank }};
}}"""


SAVED = "document.getElementById('save').dataset.status === 'saved'"


def until(page: Page, condition: str, seconds: float = 60) -> None:
    """Waits for a condition; the page's policy forbids what `wait_for_function` does."""
    look = f"const look = () => ({condition}) ? done(true) : setTimeout(look, 10); look();"
    give_up = f"setTimeout(() => done(false), {1000 * seconds});"
    assert page.evaluate(f"new Promise((done) => {{ {look} {give_up} }})"), f"not within {seconds} s: {condition}"


@dataclass(slots=True)
class Server:
    """`wildwear review` in a process of its own."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[str] = field(init=False)
    address: str = field(init=False)

    def start(self) -> None:
        command = [sys.executable, "-m", "wildwear", "-w", str(self.folder), "review", "--no-open", "--who", "script"]
        command += ["--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        said = re.search(r"http://127\.0\.0\.1:(\d+)/\S+", self.process.stdout.readline())
        assert said is not None, "the server did not start"
        self.address, self.port = said[0], int(said[1])

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def page_over(folder: Path) -> Iterator[tuple[Server, Callable[[], Page]]]:
    """The server, and a function that opens its page with nothing cached."""
    server = Server(folder)
    server.start()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])

        def opened() -> Page:
            page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
            page.add_init_script(OPENING)
            page.goto(server.address)
            until(page, "window.opened")
            return page

        try:
            yield server, opened
        finally:
            browser.close()
            server.kill()


def opening(opened: Callable[[], Page], rounds: int) -> dict[str, Any]:
    """Each round in a new browser profile; the first one also finds the server without a thumbnail drawn."""
    times = []
    for _ in range(rounds):
        page = opened()
        times.append(page.evaluate("window.opened"))
        page.context.close()
    return {"milliseconds": [round(one["milliseconds"]) for one in times], "pictures": times[0]["pictures"]}


def scrolling(opened: Callable[[], Page]) -> dict[str, Any]:
    """Each way in a browser profile of its own, where nothing is cached."""
    return {name: _scrolled(opened(), name == "screen by screen") for name in ("over all", "screen by screen")}


def _scrolled(page: Page, screenwise: bool) -> dict[str, Any]:
    """Frames and blanks as seen, and the longest task of the page's thread in processor time."""
    browser = page.context.browser
    assert browser is not None
    browser.start_tracing(page=page, categories=["toplevel"])
    found: dict[str, Any] = page.evaluate(SCROLLING, [STEPS, SETTLED_MS, screenwise])
    events = json.loads(browser.stop_tracing())["traceEvents"]
    page.context.close()
    main = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks = [event.get("tdur", 0) for event in events if (event["pid"], event["tid"]) in main]
    return found | {"longest task, processor ms": round(max(tasks) / 1000, 1)}


def deciding(server: Server, opened: Callable[[], Page], decisions: int) -> dict[str, Any]:
    """Types while the server is killed, started again, and its new address opened in another tab."""
    log = DecisionLog(Workspace.open(server.folder))
    before = log.last()
    page = opened()
    typed = [KEYS[number % len(KEYS)] for number in range(decisions)]
    began = time.perf_counter()
    for number, key in enumerate(typed):
        if number == decisions // 2:
            server.kill()
        page.keyboard.press(key)
    seconds = time.perf_counter() - began
    shown = page.inner_text("#save")
    server.start()
    page.context.new_page().goto(server.address)
    until(page, SAVED)
    page.context.close()
    logged = log.since(before, "catalogue")["verdict"].to_pylist()
    return {
        "typed": len(typed),
        "logged": len(logged),
        "same": logged == [VERDICTS[key] for key in typed],
        "while it was away": shown,
        "keys a second": round(decisions / seconds),
    }


def rectangles(opened: Callable[[], Page], pictures: int) -> dict[str, Any]:
    """Rejects a rectangle of each screen and keeps the rest, until that many are judged."""
    page = opened()
    box = page.locator("#scroller").bounding_box()
    assert box is not None
    counted = "() => Number(document.getElementById('done').textContent.split(' ')[0].replaceAll(',', ''))"
    first = page.evaluate(counted)
    began = time.perf_counter()
    screens = 0
    while page.evaluate(counted) - first < pictures:
        corner = box["x"] + 40 + 60 * (screens % 6), box["y"] + 40 + 60 * (screens % 4)
        page.mouse.move(*corner)
        page.mouse.down()
        page.mouse.move(corner[0] + 180, corner[1] + 150, steps=4)
        page.mouse.up()
        until(page, f"({IN_SIGHT})().every((cell) => cell.dataset.picture === 'drawn')")
        page.keyboard.press("Enter")
        screens += 1
    until(page, SAVED)
    seconds = time.perf_counter() - began
    judged = page.evaluate(counted) - first
    page.context.close()
    return {"pictures": judged, "screens": screens, "seconds": round(seconds, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--decisions", type=int, default=1000)
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found: dict[str, Any] = {"load": os.getloadavg()[0], "cores": os.cpu_count()}
    with page_over(arguments.folder) as (server, opened):
        found["opening"] = opening(opened, arguments.rounds)
        found["scrolling"] = scrolling(opened)
        found["deciding"] = deciding(server, opened, arguments.decisions)
        found["rectangles"] = rectangles(opened, arguments.pictures)
    for name, value in found.items():
        print(f"{name:12}{value}")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
