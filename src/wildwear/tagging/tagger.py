"""The tagger: photographs in, tags out, in batches and in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wildwear.errors import UnreadableInput
from wildwear.images.decode import DecodeLimits, Undecodable
from wildwear.records import Failure, Region
from wildwear.tagging.looking import Look, Looked, Picture
from wildwear.tagging.outfit import Scorer
from wildwear.tagging.photos import GivenBox, Photo
from wildwear.tagging.settings import TaggerSettings
from wildwear.tagging.tags import BoxTags, FailedPhoto, Tags

if TYPE_CHECKING:
    from wildwear.models.package import Model
    from wildwear.workspace import Workspace


class Tagger:
    """Recognises clothing on photographs.

    `model` is a model's name (in `workspace`, or one that comes with wildwear) or its folder.

    >>> from PIL import Image, ImageDraw
    >>> picture = Image.new("RGB", (300, 400), "white")
    >>> ImageDraw.Draw(picture).polygon([(110, 60), (190, 60), (250, 380), (50, 380)], fill="crimson")
    >>> tags = Tagger().tag(picture)
    >>> len(tags.top), sum(tags.regions.values()) > 0.999
    (5, True)
    """

    def __init__(
        self,
        model: str | os.PathLike[str] = "wildwear-base",
        settings: TaggerSettings | None = None,
        *,
        workspace: Workspace | None = None,
    ) -> None:
        from wildwear.models.registry import load_model
        from wildwear.models.runtimes import RuntimeOptions

        self.settings = settings or TaggerSettings()
        options = RuntimeOptions(threads=self.settings.threads)
        self.model: Model = load_model(os.fspath(model), workspace, options)
        regions = [Region(name) for name in self.model.regions]
        self._scorer = Scorer(self.model.classes, regions, self.settings.min_region)

    def tag(self, picture: Picture) -> Tags:
        """The tags of one picture; raises `UnreadableInput` where it cannot be decoded."""
        outcome = next(self.tag_many([picture]))
        if isinstance(outcome, FailedPhoto):
            raise UnreadableInput(f"{outcome.path or 'picture'}: {outcome.reason}: {outcome.detail}")
        return outcome

    def tag_many(self, pictures: Iterable[Picture | Photo]) -> Iterator[Tags | FailedPhoto]:
        """Tags pictures in order, as they come; one that cannot be decoded becomes a `FailedPhoto`.

        Decoding runs ahead of the network in threads, by a bounded number of pictures.
        """
        return (outcome for outcome, _ in self.tag_and_view(pictures))

    def tag_and_view(
        self, pictures: Iterable[Picture | Photo], view_side: int = 0
    ) -> Iterator[tuple[Tags | FailedPhoto, NDArray[np.uint8] | None]]:
        """As `tag_many`, with each picture's pixels at a long side of at most `view_side` (0 gives None)."""
        look = self._look(view_side)
        threads = self.settings.threads or len(os.sched_getaffinity(0))
        with ThreadPoolExecutor(threads, thread_name_prefix="decode") as pool:
            submit = lambda work: pool.submit(_looked, look, work)  # noqa: E731
            jobs = _ahead(map(_as_work, pictures), submit, limit=3 * self.settings.batch_size)
            for batch in _gathered(jobs, self.settings.batch_size):
                yield from self._run(batch)

    def view(self, path: str, side: int) -> NDArray[np.uint8] | None:
        """The pixels of a photograph at a long side of at most `side`; None where it cannot be decoded any more."""
        _, looked = _looked(self._look(side), _Work(picture=path, path=path))
        return looked.view if isinstance(looked, Looked) else None

    def _look(self, view_side: int) -> Look:
        return Look(preprocessing=self.model.preprocessing, limits=DecodeLimits(), view_side=view_side)

    def _run(self, batch: list[_Done]) -> Iterator[tuple[Tags | FailedPhoto, NDArray[np.uint8] | None]]:
        inputs = [looked.inputs for _, looked in batch if isinstance(looked, Looked)]
        probabilities = self._probabilities(np.concatenate(inputs)) if inputs else np.empty((0, 0), np.float32)
        at = 0
        for work, looked in batch:
            if isinstance(looked, Failure):
                yield FailedPhoto(path=work.path, reason=looked.reason, detail=looked.detail), None
            else:
                mine = probabilities[at : at + len(looked.inputs)]
                at += len(mine)
                yield self._tags(work, looked, mine), looked.view

    def _probabilities(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        size = self.settings.batch_size
        logits = [self.model.run(inputs[at : at + size]).logits for at in range(0, len(inputs), size)]
        return self.model.probabilities(np.concatenate(logits))

    def _tags(self, work: _Work, looked: Looked, probabilities: NDArray[np.float32]) -> Tags:
        scorer, top, least = self._scorer, self.settings.top, self.settings.min_score
        boxes = work.boxes or ()
        return Tags(
            path=work.path,
            model=self.model.key,
            width=looked.width,
            height=looked.height,
            top=scorer.top(probabilities.max(axis=0), top, least),
            regions=scorer.masses(probabilities.mean(axis=0)),
            outfit=scorer.outfit_of_boxes(probabilities) if boxes else scorer.outfit(probabilities[0]),
            boxes=tuple(
                BoxTags(box=given.box, top=scorer.top(row, top, least), given=given.category)
                for given, row in zip(boxes, probabilities, strict=False)
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    picture: Picture
    path: str
    boxes: tuple[GivenBox, ...] | None = None

    @property
    def inputs(self) -> int:
        return 1 if self.boxes is None else len(self.boxes)


_Done = tuple[_Work, Looked | Failure]


def _as_work(picture: Picture | Photo) -> _Work:
    if isinstance(picture, Photo):
        return _Work(picture=picture.path, path=picture.path, boxes=picture.boxes)
    return _Work(picture=picture, path=os.fspath(picture) if isinstance(picture, str | os.PathLike) else "")


def _looked(look: Look, work: _Work) -> _Done:
    try:
        return work, look(work.picture, work.boxes)
    except Undecodable as error:
        return work, error.failure
    except MemoryError as error:
        return work, Failure(reason="no_memory", detail=str(error))


def _ahead(works: Iterable[_Work], submit: Callable[[_Work], Future[_Done]], limit: int) -> Iterator[_Done]:
    """The results in order, with jobs for at most about `limit` inputs under way or waiting."""
    waiting: deque[tuple[Future[_Done], int]] = deque()
    held = 0
    for work in works:
        waiting.append((submit(work), work.inputs))
        held += work.inputs
        while held > limit:
            future, inputs = waiting.popleft()
            held -= inputs
            yield future.result()
    for future, _ in waiting:
        yield future.result()


def _gathered(jobs: Iterable[_Done], size: int) -> Iterator[list[_Done]]:
    """Photographs in lists that hold at least `size` inputs, but for the last."""
    held: list[_Done] = []
    inputs = 0
    for work, looked in jobs:
        held.append((work, looked))
        inputs += len(looked.inputs) if isinstance(looked, Looked) else 0
        if inputs >= size or len(held) >= 4 * size:
            yield held
            held, inputs = [], 0
    if held:
        yield held
