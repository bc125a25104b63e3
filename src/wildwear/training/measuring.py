"""What a network says about stored pictures: of the val sides, and the boxes of bags; shared by all processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wildwear.datasets.ahead import map_ahead
from wildwear.datasets.reader import decode_batch, label_matrix
from wildwear.evaluation.metrics import headline, ranks
from wildwear.images.preprocess import Preprocessing
from wildwear.losses import fit_temperature
from wildwear.table import Snapshot
from wildwear.training.data import Part
from wildwear.training.processes import summed

if TYPE_CHECKING:
    from accelerate import Accelerator

_BATCH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a network says about one val side."""

    logits: NDArray[np.float32]
    """N × C."""
    members: NDArray[np.bool_]
    """N × C; which classes are right."""
    labels: Sequence[Sequence[str]]
    """N label sets."""
    failed: int = 0
    """Samples that do not decode; they are not among the N."""

    def figures(self) -> dict[str, float]:
        return headline(ranks(self.logits, self.members), self.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """How val sides are measured."""

    parts: Sequence[Part]
    classes: Sequence[str]
    preprocessing: Preprocessing
    threads: int = 2

    @property
    def samples(self) -> int:
        return sum(part.table.count(part.where) for part in self.parts)

    def __call__(self, network: Any, accelerator: Accelerator, each_batch: Callable[[], None]) -> dict[str, Outcome]:
        """What `network`, in evaluation mode on the accelerator's device, says about each side, by dataset.

        All processes call it together, and all get the whole answer; `each_batch` is called in step in all of them.
        """
        return {part.name: self._one(part, network, accelerator, each_batch) for part in self.parts}

    def _one(self, part: Part, network: Any, accelerator: Accelerator, each_batch: Callable[[], None]) -> Outcome:
        labels = part.read("labels")["labels"]
        pictures = Pictures(snapshot=part.table.snapshot(), rows=part.positions(), columns=part.picture_columns)
        look = Look(preprocessing=self.preprocessing, classes=len(self.classes), threads=self.threads)
        logits, seen = look(pictures, network, accelerator, each_batch)
        return Outcome(
            logits=logits[seen],
            members=label_matrix(labels, self.classes)[seen],
            labels=[names for names, good in zip(labels.to_pylist(), seen, strict=True) if good],
            failed=int((~seen).sum()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """N stored pictures, or boxes in them."""

    snapshot: Snapshot
    rows: NDArray[np.int64]
    """N positions in stored order."""
    columns: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a network looks at stored pictures, each once and as they are."""

    preprocessing: Preprocessing
    classes: int
    threads: int = 2

    def __call__(
        self, pictures: Pictures, network: Any, accelerator: Accelerator, each_batch: Callable[[], None]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """The logits, N × C, and which of the N decode; all processes share the work, and all get the answer."""
        import torch

        # The logits, and whether there are any: rows of other processes stay 0 here.
        said = torch.zeros(len(pictures.rows), self.classes + 1, device=accelerator.device)
        for rows, pixels in self._batches(pictures, accelerator):
            if len(rows):
                with torch.inference_mode():
                    said[rows, :-1] = network(torch.from_numpy(pixels).to(accelerator.device)).float()
            said[rows, -1] = 1
            each_batch()
        whole = summed(accelerator, said).cpu().numpy()
        return whole[:, :-1], whole[:, -1] > 0

    def _batches(
        self, pictures: Pictures, accelerator: Accelerator
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """This process's pictures that decode, with their places among the N.

        Each process has as many batches as the others; the last one may be empty.
        """
        count = len(pictures.rows)
        step = _BATCH * accelerator.num_processes
        starts = range(accelerator.process_index * _BATCH, step * -(-count // step), step)

        def read(start: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
            places = np.arange(start, min(start + _BATCH, count))
            stored = pictures.snapshot.take(pictures.rows[places].tolist(), list(pictures.columns))
            decoded = decode_batch(stored.append_column("place", pa.array(places)), self.preprocessing, ["place"])
            return decoded.rows["place"].to_numpy().copy(), decoded.pixels  # Arrow's own memory is read-only

        yield from map_ahead(read, starts, threads=self.threads)


def temperature(outcomes: Mapping[str, Outcome]) -> float:
    """What the logits are to be divided by, fitted on all val sides together; 1 where there are none."""
    there = [outcome for outcome in outcomes.values() if outcome.members.any()]
    if not there:
        return 1.0
    members = np.concatenate([outcome.members for outcome in there])
    known = members.any(axis=1)
    return fit_temperature(np.concatenate([outcome.logits for outcome in there])[known], members[known])
