"""A sampled audit: a category's label precision from a random sample of its pictures, with an interval."""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wildwear.decisions import DecisionLog, Verdict, standing_of
from wildwear.errors import StorageError, UnknownName
from wildwear.files import write_durably
from wildwear.workspace import Workspace

Z_95 = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """A sample that was drawn, so that it can be judged after a restart too."""

    collection: str
    category: str
    seed: int
    crop_ids: tuple[str, ...]

    @property
    def name(self) -> str:
        """An opaque name, made of what was drawn."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """How many of the judged are right."""

    size: int
    judged: int
    right: int
    precision: float | None
    """The share that is right; None before anything is judged."""
    low: float
    high: float


def draw(items: NDArray[np.int64], size: int, seed: int) -> NDArray[np.int64]:
    """At most `size` of `items` at random without replacement, in random order."""
    return np.random.default_rng(seed).permutation(np.sort(items))[:size]


def save(workspace: Workspace, audit: Audit) -> None:
    """Keeps a sample in the workspace's folder `audits`."""
    folder = _folder(workspace)
    try:
        folder.mkdir(exist_ok=True)
        write_durably(folder / f"{audit.name}.json", json.dumps(asdict(audit)).encode())
    except OSError as error:
        raise StorageError(f"cannot write the audit to {folder}: {error.strerror or error}") from error


def load(workspace: Workspace, name: str) -> Audit:
    """A sample by its name; raises `UnknownName`."""
    path = _folder(workspace) / f"{name}.json"
    if not re.fullmatch(r"[0-9a-f]{16}", name) or not path.is_file():
        raise UnknownName("audit", name, ())
    stored = json.loads(path.read_text())
    return Audit(**stored | {"crop_ids": tuple(stored["crop_ids"])})


def outcome(workspace: Workspace, name: str) -> Precision:
    """What the decisions of that audit say so far: kept is right, rejected and relabelled is not."""
    audit = load(workspace, name)
    return _precision(audit, DecisionLog(workspace).of_audit(name))


def latest(workspace: Workspace, collection: str) -> dict[str, Precision]:
    """By category, what the audit of it says that was begun last, of those with anything judged."""
    rows = DecisionLog(workspace).audited(collection)
    found = {}
    for name in rows["audit"].unique().to_pylist():
        try:
            audit = load(workspace, name)
        except UnknownName:  # its sample was removed
            continue
        found[audit.category] = _precision(audit, standing_of(rows.filter(pc.equal(rows["audit"], name))))
    return {category: precision for category, precision in found.items() if precision.judged}


def _precision(audit: Audit, rows: pa.Table) -> Precision:
    verdicts = rows["verdict"].to_pylist()
    right = verdicts.count(Verdict.KEEP)
    low, high = wilson(right, len(verdicts))
    return Precision(
        size=len(audit.crop_ids),
        judged=len(verdicts),
        right=right,
        precision=right / len(verdicts) if verdicts else None,
        low=low,
        high=high,
    )


def wilson(right: int, judged: int, z: float = Z_95) -> tuple[float, float]:
    """Wilson's score interval of a proportion (Wilson 1927), from 0 to 1; all of it where nothing is judged.

    >>> [round(bound, 4) for bound in wilson(190, 200)]
    [0.9104, 0.9726]
    >>> wilson(0, 0)
    (0.0, 1.0)
    """
    if not judged:
        return 0.0, 1.0
    share, square = right / judged, z * z
    middle = share + square / (2 * judged)
    half = z * math.sqrt(share * (1 - share) / judged + square / (4 * judged * judged))
    scale = 1 + square / judged
    return max((middle - half) / scale, 0.0), min((middle + half) / scale, 1.0)


def _folder(workspace: Workspace) -> Path:
    return workspace.root / "audits"
