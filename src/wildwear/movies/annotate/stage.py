"""The stage behind `clips annotate`: a server on this machine until it is told to end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from wildwear.movies.agreement import disputed
from wildwear.movies.annotate.settings import AnnotateSettings
from wildwear.pages.server import serve_page
from wildwear.records import Report
from wildwear.workspace import Workspace


def annotate(workspace: Workspace, settings: AnnotateSettings, announce: Callable[[str], None]) -> Report:
    """Serves the page until Ctrl-C; `announce` gets the address with its token, once it answers there."""
    from wildwear.movies.annotate.app import create_app

    app = serve_page(
        lambda token: create_app(workspace, settings, token),
        port=settings.port,
        open_browser=settings.open,
        announce=announce,
    )
    sitting = app.state.sitting
    own, total = sitting.own(), len(sitting.collection.clips)
    discards = Counter(one.discard.value.replace("_", " ") for one in own.values() if one.discard)
    unsettled = len(disputed(sitting.words()))
    notes = [f"{total - len(own):,} of {total:,} clips are left to {sitting.who}"]
    if unsettled:
        those = "clip on which annotators differ waits" if unsettled == 1 else "clips on which annotators differ wait"
        notes.append(f"{unsettled:,} {those} to be settled on the page")
    return Report(
        verb="clips annotate",
        done={"annotated": len(own), **discards},
        notes=(*notes, "next: wildwear clips export NAME"),
        details={"who": sitting.who, "annotated": len(own), "clips": total, "disputed": unsettled},
    )
