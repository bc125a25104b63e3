"""The batch reader: random views of samples, read where they lie and painted in threads ahead of the training loop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wildwear.datasets.ahead import map_ahead
from wildwear.datasets.reader import box_of
from wildwear.errors import UserError
from wildwear.images.decode import Undecodable
from wildwear.images.preprocess import Preprocessing
from wildwear.images.stored import StoredDecoder
from wildwear.training.augment import Painter, draw_view
from wildwear.training.order import Draw, Order
from wildwear.training.sources import Source, Stored
from wildwear.training.views import Views, size_at

_VIEW = 3  # beside what `order` uses chance for

Shape = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Views of samples, ready to be normalised where the network runs."""

    pixels: NDArray[np.uint8]
    """B × S × S × 3, RGB, contiguous: what torch calls channels-last."""
    members: NDArray[np.bool_]
    """B × C; which classes are right."""
    source: NDArray[np.int64]
    """B; which source each is from."""
    weight: NDArray[np.float32]
    """B; how much each counts, 0 to 1."""
    epoch: int
    step: int
    failed: int = 0
    """Samples of the batch that are left out, since their bytes do not decode."""
    waited: float = 0.0
    """How long the consumer waited for it, seconds."""


def read_batches(
    sources: Sequence[Source],
    order: Order,
    views: Views,
    preprocessing: Preprocessing,
    *,
    steps: range,
    seed: int,
    total_epochs: int,
    rank: int = 0,
    ranks: int = 1,
    threads: int = 2,
    allocate: Callable[[Shape], NDArray[np.uint8]] | None = None,
) -> Iterator[Batch]:
    """The batches of `steps`, or the share of process `rank` of `ranks` in each, in order.

    A view depends on the seed, the epoch and its place there alone: neither on the process that makes it, nor on
    the threads, nor on where the run was stopped. At most `threads` + 2 batches are ready or in the making.
    `allocate` gives the memory that pixels are written to, such as pinned memory. Raises `UserError` where a batch
    has fewer samples than there are processes.
    """
    if order.smallest_batch < ranks:
        raise UserError(f"{ranks} processes cannot share batches of {order.smallest_batch}: raise sampling.batch_size")
    maker = _Maker(sources, views, preprocessing, (seed, total_epochs), allocate or _numpy_memory)

    def make(step: int) -> Batch:
        return maker(order.batch(step), step, slice(rank, None, ranks))

    with closing(map_ahead(make, steps, threads=threads, ahead=threads + 1)) as batches:  # type: ignore[type-var]
        since = time.perf_counter()
        for batch in batches:
            yield replace(batch, waited=time.perf_counter() - since)
            since = time.perf_counter()


class _Maker:
    """Makes batches; may be called by many threads at once."""

    def __init__(
        self,
        sources: Sequence[Source],
        views: Views,
        preprocessing: Preprocessing,
        chance: tuple[int, int],
        allocate: Callable[[Shape], NDArray[np.uint8]],
    ) -> None:
        self._sources, self._views, self._preprocessing = sources, views, preprocessing
        self._seed, self._epochs = chance
        self._allocate = allocate
        self._local = threading.local()

    def __call__(self, draw: Draw, step: int, share: slice) -> Batch:
        source, row, ticket = draw.source[share], draw.row[share], draw.ticket[share]
        views = views_at(self._views, draw.epoch, self._epochs)
        pixels = self._allocate((len(row), views.size, views.size, 3))
        chance = [np.random.default_rng([self._seed, _VIEW, draw.epoch, place]) for place in ticket.tolist()]
        stored, members, weight = self._stored(source, row, chance)
        good: list[int] = []
        for place, ((data, corners), rng) in enumerate(zip(stored, chance, strict=True)):
            try:
                self._paint(data, corners, views, rng, pixels[len(good)])
            except Undecodable:
                continue
            good.append(place)
        return Batch(
            pixels=pixels[: len(good)],
            members=members[good],
            source=source[good],
            weight=weight[good],
            epoch=draw.epoch,
            step=step,
            failed=len(row) - len(good),
        )

    def _stored(
        self, source: NDArray[np.int64], row: NDArray[np.int64], chance: Sequence[np.random.Generator]
    ) -> tuple[list[Stored], NDArray[np.bool_], NDArray[np.float32]]:
        """What is stored of each sample, its set, and how much it counts; one read a source."""
        stored: list[Stored] = [(b"", None)] * len(row)
        members = np.empty((len(row), self._sources[0].members.shape[1]), bool)
        weight = np.ones(len(row), np.float32)
        for number, one in enumerate(self._sources):
            places = np.flatnonzero(source == number)
            members[places] = one.members[row[places]]
            weight[places] = one.certainty(row[places])
            luck = np.array([chance[place].random() for place in places.tolist()]) if one.bags is not None else None
            for place, picture in zip(places.tolist(), one.pictures(row[places], luck), strict=True):
                stored[place] = picture
        return stored, members, weight

    def _paint(
        self,
        data: bytes,
        corners: Sequence[float] | None,
        views: Views,
        rng: np.random.Generator,
        out: NDArray[np.uint8],
    ) -> None:
        decoder, painter = self._tools()
        view = draw_view(views, self._preprocessing, decoder.open(data), box_of(corners), rng)
        painter(decoder.pixels(view.scale), view, self._preprocessing.fill, out)

    def _tools(self) -> tuple[StoredDecoder, Painter]:
        if not hasattr(self._local, "tools"):
            self._local.tools = StoredDecoder(), Painter()
        tools: tuple[StoredDecoder, Painter] = self._local.tools
        return tools


def views_at(views: Views, epoch: int, epochs: int) -> Views:
    """The views of an epoch: where their size rises, what a window is cut from rises with it."""
    size = size_at(views, epoch, epochs)
    return replace(views, size=size, first_size=0, short_side=round(views.short_side * size / views.size))


def _numpy_memory(shape: Shape) -> NDArray[np.uint8]:
    return np.empty(shape, np.uint8)
