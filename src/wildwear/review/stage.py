"""The stage behind `review`: a server on this machine until it is told to end."""

from __future__ import annotations

from collections.abc import Callable

from wildwear.pages.server import serve_page
from wildwear.records import Report
from wildwear.review.settings import ReviewSettings
from wildwear.workspace import Workspace


def review(workspace: Workspace, settings: ReviewSettings, announce: Callable[[str], None]) -> Report:
    """Serves the page until Ctrl-C; `announce` gets the address with its token, once it answers there."""
    from wildwear.review.app import create_app
    from wildwear.review.summaries import progress

    app = serve_page(
        lambda token: create_app(workspace, settings, token),
        port=settings.port,
        open_browser=settings.open,
        announce=announce,
    )
    counts = progress(app.state.review)
    following = f"review apply {settings.on} {settings.on}-reviewed" if settings.on else "split NAME"
    return Report(
        verb="review",
        done={name: counts[name] for name in ("judged", "kept", "rejected", "relabelled")},
        notes=(
            f"{counts['total'] - counts['judged']:,} of {counts['total']:,} pictures are not judged yet",
            f"next: wildwear {following}",
        ),
        details=counts,
    )
