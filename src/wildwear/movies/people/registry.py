"""Which detector is meant: a network's file, a registered name, a file of boxes, or none."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from wildwear.errors import UnknownName, UnreadableInput, UserError
from wildwear.models.checks import read_network
from wildwear.models.settings import RuntimeOptions
from wildwear.movies.people.base import PersonDetector
from wildwear.movies.people.boxes_ava import ava_people
from wildwear.movies.people.boxes_coco import coco_people
from wildwear.movies.people.given import GivenBoxes
from wildwear.movies.people.nobody import WholeFrames
from wildwear.movies.people.opening import open_network
from wildwear.movies.people.store import KNOWN, kept, read_kept
from wildwear.workspace import Workspace

NOBODY = "none"
BOX_FILES: dict[str, Callable[[Path, str], GivenBoxes]] = {"ava": ava_people, "coco": coco_people}
"""By what stands before the colon: what reads the file, for the movie of a name."""


def open_detector(
    spec: str, movie_path: str, options: RuntimeOptions | None = None, workspace: Workspace | None = None
) -> PersonDetector:
    """The detector that `spec` means, for one movie.

    `FILE.onnx`, a registered name (see `store`), `ava:FILE.csv` or `coco:FILE.json` (whose movies are matched by the
    file name of the movie, without its extension), or `none`. Raises `UnknownName` for a name that is not registered,
    `UnreadableInput` for a file that is not there or says nothing of the movie, and `UnsafeModel` for a network that
    is refused.
    """
    form, colon, file = spec.partition(":")
    if colon and form in BOX_FILES:
        return BOX_FILES[form](Path(file), Path(movie_path).stem)
    if spec == NOBODY:
        return WholeFrames()
    data, where, name = _network(spec, workspace)
    return open_network(data, where, name, options or RuntimeOptions())


def _network(spec: str, workspace: Workspace | None) -> tuple[bytes, str, str]:
    """The bytes of a network given by file or by name, where they lie, and what to call it."""
    path = Path(spec)
    if path.suffix == ".onnx" or os.sep in spec:
        if not path.is_file():
            raise UnreadableInput(f"{path} is not there, or not a file")
        return read_network(path), str(path), path.stem
    cards, broken = kept(workspace)
    if spec in broken:
        raise UnreadableInput(broken[spec])
    if spec in cards:
        assert workspace is not None
        return read_kept(workspace, cards[spec]), f"{spec} in {workspace.root}", spec
    if spec in KNOWN:
        known = KNOWN[spec]
        raise UserError(f"{spec} is not here yet: 'wildwear models get {spec}' fetches it ({known})")
    raise UnknownName("detector of people", spec, {NOBODY, *KNOWN, *cards})
