"""The tagger: photographs in, tags out, in batches and in order."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wildwear.errors import UnreadableInput
from wildwear.images.decode import DecodeLimits, Undecodable
from wildwear.models.settings import DEFAULT_MODEL, RuntimeOptions
from wildwear.records import Failure, Region
from wildwear.tagging.looking import Look, Looked, Picture
from wildwear.tagging.outfit import Scorer
from wildwear.tagging.photos import MOST_BOXES, GivenBox, Photo
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
        model: str | os.PathLike[str] = DEFAULT_MODEL,
        settings: TaggerSettings | None = None,
        options: RuntimeOptions | None = None,
        *,
        workspace: Workspace | None = None,
    ) -> None:
        from wildwear.models.registry import load_model
        from wildwear.models.runtimes import thread_count

        self.settings = settings or TaggerSettings()
        options = options or RuntimeOptions()
        self._threads = thread_count(options)
        self.model: Model = load_model(os.fspath(model), workspace, options, callers=self._threads)
        self._buffers = _Buffers(2 * self.settings.batch_size, self.model.preprocessing.size)
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

        Each thread decodes a batch and runs the network on it: no thread waits for another, and what is under way
        is bounded by the number of threads.
        """
        return (outcome for outcome, _ in self.tag_and_view(pictures))

    def tag_and_view(self, pictures: Iterable[Picture | Photo], view_side: int = 0) -> Iterator[_Result]:
        """As `tag_many`, with each picture's pixels at a long side of at most `view_side` (0 gives None)."""
        look = self._look(view_side)
        chunks = _chunks(map(_as_work, pictures), self.settings.batch_size)
        with ThreadPoolExecutor(self._threads, thread_name_prefix="tagger") as pool:
            waiting: deque[Future[list[_Result]]] = deque()
            for chunk in chunks:
                waiting.append(pool.submit(self._tag_chunk, look, chunk))
                if len(waiting) > self._threads:
                    yield from waiting.popleft().result()
            for future in waiting:
                yield from future.result()

    def view(self, path: str, side: int) -> NDArray[np.uint8] | None:
        """The pixels of a photograph at a long side of at most `side`; None where it cannot be decoded any more."""
        looked = _looked(self._look(side), _Work(picture=path, path=path), None)
        return looked.view if isinstance(looked, Looked) else None

    def _look(self, view_side: int) -> Look:
        return Look(preprocessing=self.model.preprocessing, limits=DecodeLimits(), view_side=view_side)

    def _tag_chunk(self, look: Look, chunk: list[_Work]) -> list[_Result]:
        inputs = self._buffers.inputs(sum(work.inputs for work in chunk))
        looked: list[Looked | Failure] = []
        ready = 0
        for work in chunk:
            looked.append(_looked(look, work, inputs[ready : ready + work.inputs]))
            ready += work.inputs if isinstance(looked[-1], Looked) else 0
        probabilities = self._probabilities(inputs[:ready]) if ready else np.empty((0, 0), np.float32)
        results: list[_Result] = []
        at = 0
        for work, one in zip(chunk, looked, strict=True):
            if isinstance(one, Failure):
                results.append((FailedPhoto(path=work.path, reason=one.reason, detail=one.detail), None))
                continue
            results.append((self._tags(work, one, probabilities[at : at + work.inputs]), one.view))
            at += work.inputs
        return results

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
        """How many inputs of the network; none for more boxes than are looked at."""
        if self.boxes is None:
            return 1
        return len(self.boxes) if len(self.boxes) <= MOST_BOXES else 0


_Result: TypeAlias = tuple[Tags | FailedPhoto, NDArray[np.uint8] | None]


def _as_work(picture: Picture | Photo) -> _Work:
    if isinstance(picture, Photo):
        return _Work(picture=picture.path, path=picture.path, boxes=picture.boxes or None)
    return _Work(picture=picture, path=os.fspath(picture) if isinstance(picture, str | os.PathLike) else "")


class _Buffers(threading.local):
    """The network's inputs, a thread each: fresh pages for every batch cost as much as a tenth of the decoding."""

    def __init__(self, most: int, size: int) -> None:
        self._kept = np.empty((most, 3, size, size), np.float32)

    def inputs(self, count: int) -> NDArray[np.float32]:
        """Room for `count` inputs, N × 3 × size × size, not cleared; more than is usual is not kept."""
        return self._kept[:count] if count <= len(self._kept) else np.empty((count, *self._kept.shape[1:]), np.float32)


def _looked(look: Look, work: _Work, inputs: NDArray[np.float32] | None) -> Looked | Failure:
    try:
        return look(work.picture, work.boxes, inputs)
    except Undecodable as error:
        return error.failure
    except MemoryError as error:
        return Failure(reason="no_memory", detail=str(error))


def _chunks(works: Iterable[_Work], size: int) -> Iterator[list[_Work]]:
    """Photographs in lists of about `size` inputs to the network."""
    held: list[_Work] = []
    inputs = 0
    for work in works:
        held.append(work)
        inputs += work.inputs
        if inputs >= size:
            yield held
            held, inputs = [], 0
    if held:
        yield held
