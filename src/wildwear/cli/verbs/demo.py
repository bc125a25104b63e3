"""`wildwear demo`."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from wildwear.cli.session import current
from wildwear.demo.settings import DemoSettings
from wildwear.progress import Advance
from wildwear.records import Report

app = App(name="demo", help_epilogue="Example: wildwear demo --fresh")


@app.default
def demo(*, settings: Annotated[DemoSettings, Parameter(name="*", negative="")] = DemoSettings()) -> Report:
    """Go the whole way on a drawn shop: import, label, fetch, embed, split, train, evaluate, tag photographs and a
    movie; ends with a page.

    Nothing is downloaded: a server on this machine has the pictures. The workspace is the folder named by -w, else
    demo-workspace. Each step shows the command line that does the same on one's own catalogue.
    """
    from wildwear.demo.steps import Demo

    root = current().workspace
    run = Demo(root=Path("demo-workspace") if root == Path() else root, settings=settings, narrator=_Terminal())
    page = run.run()
    chapters = run.chapters
    tagged = chapters["tag"].report
    return Report(
        verb="demo",
        done={"steps": len(chapters), **tagged.done},
        notes=(f"{sum(one.seconds for one in chapters.values()):.0f} s in all", f"open {page.resolve().as_uri()}"),
        details={"report": str(page.resolve()), "steps": {name: one.report for name, one in chapters.items()}},
    )


class _Terminal:
    """Tells a person at a terminal; under `--json` nobody."""

    def begin(self, title: str, command: str) -> None:
        from wildwear.cli.output import say

        say(f"\n{title}")
        if command:
            say(f"  $ {command}")

    def end(self, report: Report, seconds: float) -> None:
        from wildwear.cli.output import print_report, say

        if not current().json:
            print_report(replace(report, notes=(), details={}), as_json=False)
            say(f"  {seconds:.1f} s")

    def progress(self, description: str, total: int | None = None) -> AbstractContextManager[Advance]:
        from wildwear.cli.output import progress

        return progress(description, total)
