"""What the `models` verb does about detectors of people: list, fetch and register them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wildwear.errors import UnreadableInput
from wildwear.movies.people.store import KNOWN, DetectorCard, fetch, kept, register
from wildwear.records import Report
from wildwear.workspace import Workspace


def list_detectors(workspace: Workspace | None) -> Report:
    """The detectors that are here, and those that can be fetched; one that cannot be read is a failure."""
    cards, broken = kept(workspace)
    rows: list[dict[str, Any]] = [asdict(card) | {"here": True} for card in cards.values()]
    rows += [asdict(card) | {"here": False} for name, card in KNOWN.items() if name not in {**cards, **broken}]
    return Report(
        verb="models list",
        done={"detectors": len(cards)},
        failed={"unreadable": len(broken)},
        notes=(
            *broken.values(),
            *([] if cards else ["a detector is fetched by its name: wildwear models get yolox-nano"]),
        ),
        details={"detectors": rows},
    )


def is_detector(name: str, workspace: Workspace | None) -> bool:
    """Whether a detector of that name is known, or kept in the workspace."""
    cards, broken = kept(workspace)
    return name in {**KNOWN, **cards, **broken}


def get_detector(name: str, workspace: Workspace, tell: Callable[[str], None] = lambda _: None) -> Report:
    """What is known of a detector; a known one that is not here is fetched, after `tell` has heard what it is."""
    cards, broken = kept(workspace)
    if name in cards:
        return _report(cards[name], {"detectors": 1})
    if name in broken and name not in KNOWN:
        raise UnreadableInput(broken[name])
    tell(f"fetching {name}: {KNOWN[name]}")
    return _report(fetch(KNOWN[name], workspace), {"bytes": KNOWN[name].size})


def register_detector(path: Path, name: str, licence: str, workspace: Workspace) -> Report:
    """Takes a file into the workspace; see `register`."""
    card = register(path, name, licence, workspace)
    return _report(card, {"bytes": card.size})


def _report(card: DetectorCard, done: Mapping[str, int]) -> Report:
    return Report(
        verb="models get",
        done=done,
        notes=(f"{card.name}: {card}", f"next: wildwear tag FILM --people {card.name}"),
        details=asdict(card),
    )
