"""Tags photographs into outputs, one after the other, so that any number of them needs the same memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from wildwear.errors import UserError
from wildwear.records import Report
from wildwear.tagging.outputs import Entry, Output, output_kind
from wildwear.tagging.outputs.json import JsonOutput
from wildwear.tagging.outputs.overlay import OverlayOutput
from wildwear.tagging.photos import Photo, find_photos, read_boxes, with_boxes
from wildwear.tagging.places import output_places
from wildwear.tagging.settings import OutputSettings
from wildwear.tagging.tags import FailedPhoto, Tags

if TYPE_CHECKING:
    from wildwear.tagging.tagger import Tagger

_SAMPLES = 5


@dataclass(slots=True, kw_only=True)
class Plan:
    """What is to be tagged and where the tags go."""

    photos: list[Photo]
    outputs: list[Output]
    places: dict[str, Path | None]
    """Where each output ends up; None is standard output."""
    resume: bool = False
    skipped: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    samples: list[str] = field(default_factory=list)
    """The first few failures, as sentences."""


def make_plan(paths: Sequence[str], settings: OutputSettings, top: int, default: Output) -> Plan:
    """Finds the photographs and their boxes, and makes the outputs (`default` where none is asked for).

    Checks all that is cheap to check; raises `UserError` for what cannot be honoured. `top` is how many categories
    a photograph has at most.
    """
    places = output_places(settings.to, settings.out)
    if settings.resume and places.get("json") is None:
        raise UserError("--resume goes on with a JSON file: say --to json and --out as in the run before")
    outputs = [output_kind(name).make(place, top) for name, place in places.items()]
    result = Plan(photos=find_photos(paths), outputs=outputs or [default], places=places, resume=settings.resume)
    if settings.boxes is not None:
        _use_boxes(result, settings.boxes)
    for output in outputs:
        if isinstance(output, OverlayOutput):
            output.check(result.photos)
    return result


def run(tagger: Tagger, plan: Plan, progress: Callable[[int], None] | None = None) -> Report:
    """Tags the photographs of a plan and writes its outputs; a photograph that fails is counted by its reason.

    Where the plan resumes, what the JSON output has already is not tagged again, and goes into the other outputs
    as it is.
    """
    done = Counter(photographs=0)
    whole = False
    try:
        for entry in _written(tagger, plan):
            _count(entry.outcome, done, plan)
            if progress is not None:
                progress(1)
        whole = True
    finally:
        for output in plan.outputs:
            output.close(whole=whole)
    return Report(
        verb="tag",
        done={name: count for name, count in done.items() if count or name == "photographs"},
        skipped=dict(plan.skipped),
        failed=dict(plan.failed),
        notes=(*plan.samples, *(f"wrote {place}" for place in plan.places.values() if place is not None)),
        details={"model": tagger.model.key, "outputs": {name: str(place) for name, place in plan.places.items()}},
    )


def _count(outcome: Tags | FailedPhoto, done: Counter[str], plan: Plan) -> None:
    if isinstance(outcome, Tags):
        done["photographs"] += 1
        done["boxes"] += len(outcome.boxes)
        return
    plan.failed[outcome.reason] += 1
    if len(plan.samples) < _SAMPLES:
        plan.samples.append(f"{outcome.path}: {outcome.reason}: {outcome.detail}")


def _written(tagger: Tagger, plan: Plan) -> Iterator[Entry]:
    """Every photograph with its outcome, after the outputs have taken it."""
    view_side = max(output.view_side for output in plan.outputs)
    log = next((output for output in plan.outputs if isinstance(output, JsonOutput)), None)
    others = [output for output in plan.outputs if output is not log]
    for output in others:
        output.begin()
    known: set[str] = set()
    if plan.resume and log is not None:
        for entry in _resumed(tagger, plan, log, view_side):
            known.add(entry.photo.path)
            yield from _write(entry, others)
    if log is not None:
        log.begin()
    photos = [photo for photo in plan.photos if photo.path not in known]
    for photo, (outcome, view) in zip(photos, tagger.tag_and_view(photos, view_side), strict=True):
        yield from _write(Entry(photo=photo, outcome=outcome, view=view), plan.outputs)


def _write(entry: Entry, outputs: list[Output]) -> Iterator[Entry]:
    for output in outputs:
        output.write(entry)
    yield entry


def _resumed(tagger: Tagger, plan: Plan, log: JsonOutput, view_side: int) -> Iterator[Entry]:
    """What the run before has written, with the pictures again where an output draws them."""
    photos = {photo.path: photo for photo in plan.photos}
    for outcome in log.resume():
        if isinstance(outcome, Tags) and outcome.model != tagger.model.key:
            raise UserError(f"the run before used {outcome.model}, and this one {tagger.model.key}: leave out --resume")
        photo = photos.get(outcome.path) or Photo(path=outcome.path, name=Path(outcome.path).name)
        view = tagger.view(photo.path, view_side) if view_side and isinstance(outcome, Tags) else None
        plan.skipped["tagged by the run before"] += 1
        yield Entry(photo=photo, outcome=outcome, view=view)


def _use_boxes(plan: Plan, path: Path) -> None:
    boxes = read_boxes(path)
    given = len(plan.photos)
    named = {boxes.name_of(photo) for photo in plan.photos}
    plan.photos = with_boxes(plan.photos, boxes)
    if not plan.photos:
        raise UserError(f"{path} names none of the {given} photographs: it begins with {next(iter(boxes.boxes))!r}")
    plan.skipped["photographs without boxes"] = given - len(plan.photos)
    plan.skipped["photographs in the box file that were not given"] = len(boxes.boxes.keys() - named)
    plan.failed["bad_box"] = len(boxes.bad_rows)
    plan.samples += [f"{path}, {problem}" for problem in boxes.bad_rows[:_SAMPLES]]
