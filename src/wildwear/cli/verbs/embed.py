"""`wildwear embed`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from wildwear.cli.session import current
from wildwear.models.settings import EmbedSettings, RuntimeOptions
from wildwear.records import Report

app = App(name="embed", help_epilogue="Example: wildwear embed --dataset street")


@app.default
def embed(
    *,
    settings: Annotated[EmbedSettings, Parameter(name="*")] = EmbedSettings(),
    options: Annotated[RuntimeOptions, Parameter(name="*")] = RuntimeOptions(),
) -> Report:
    """Compute feature vectors of stored pictures, those that are missing; goes on where an interrupted run was."""
    from wildwear.cli.output import progress
    from wildwear.embedding import embed

    return embed(current().open(), settings, options, progress)
