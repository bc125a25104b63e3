"""`wildwear init`."""

from __future__ import annotations

from cyclopts import App

from wildwear.cli.session import current
from wildwear.records import Report

app = App(name="init", help_epilogue="Example: wildwear -w shop init")


@app.default
def init(*, taxonomy: str = "wildwear") -> Report:
    """Make the folder named by -w a workspace, or leave the one that is there as it is.

    Parameters
    ----------
    taxonomy
        The categories to use: wildwear (the 50 of DeepFashion and some more), deepfashion, deepfashion-46,
        deepfashion-43, or a TOML file.
    """
    from wildwear.taxonomy import load_taxonomy
    from wildwear.workspace import Workspace

    folder = current().workspace
    categories = load_taxonomy(taxonomy).names
    workspace = Workspace.create(folder, taxonomy)
    return Report(
        verb="init",
        done={"categories": len(categories)},
        notes=(
            f"workspace {workspace.root.resolve()} (taxonomy {workspace.taxonomy_name})",
            "next: wildwear import FILE",
        ),
        details={"workspace": str(workspace.root.resolve())},
    )
