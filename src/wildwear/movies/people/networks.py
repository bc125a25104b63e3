"""An ONNX file of a detector, whoever made it: checked as data before a runtime opens it."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wildwear.errors import UnsafeModel, UserError
from wildwear.models.checks import parse_network
from wildwear.models.runtimes import Runner, open_runner
from wildwear.models.settings import RuntimeOptions
from wildwear.movies.people.pictures import Size
from wildwear.movies.records import Detection, Frame

if TYPE_CHECKING:
    from onnx import ValueInfoProto

Shape = tuple[int, ...]

_FREE_SIDE = 640
"""Side of the input, pixels, where a network leaves it open."""
_LARGEST_SIDE = 2048
_MOST_AT_ONCE = 8
"""Frames in a batch where a network leaves their number open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What goes into a network and comes out, by name; a free dimension is 0."""

    inputs: Mapping[str, Shape]
    outputs: Mapping[str, Shape]

    @property
    def picture(self) -> str:
        """The one input of N × 3 × H × W; empty where there is none."""
        names = [name for name, shape in self.inputs.items() if len(shape) == 4 and shape[1] == 3]
        return names[0] if len(names) == 1 else ""

    def __str__(self) -> str:
        return f"{_written(self.inputs)} in, {_written(self.outputs)} out"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedNetwork:
    """The bytes of a network that may be run, and what it takes and gives."""

    key: str
    """Name and first 12 digits of the checksum."""
    data: bytes
    where: str
    """The file, for errors."""
    signature: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorNetwork:
    """A network that runs."""

    key: str
    where: str
    signature: Signature
    size: Size
    """Of the picture it takes."""
    free: bool
    """Whether the network itself leaves the size open."""
    batch: int
    """How many pictures it takes at once."""
    runner: Runner

    def run(self, pictures: NDArray[Any], **others: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """The outputs for N × H × W × 3 pictures (and for other inputs by name), in the family's order."""
        planes = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2), dtype=np.float32)
        return self.runner({self.signature.picture: planes, **others})


class NetworkDetector(ABC):
    """A detector that runs a network; a family of networks is a subclass."""

    times: tuple[Fraction, ...] | None = None
    notes: tuple[str, ...] = ()

    def __init__(self, network: DetectorNetwork) -> None:
        self._network = network
        self.key = network.key
        self.side = max(network.size)

    @staticmethod
    @abstractmethod
    def outputs(signature: Signature) -> tuple[str, ...]:
        """The outputs to ask for, in the order in which the family wants them; none for a network of another family."""

    @abstractmethod
    def look(self, frames: Sequence[Frame]) -> list[list[Detection]]:
        """The people in as many frames as the network takes at once."""

    def detect(self, frame: Frame) -> list[Detection]:
        return self.detect_many([frame])[0]

    def detect_many(self, frames: Sequence[Frame]) -> list[list[Detection]]:
        size = self._network.batch
        batches = [frames[start : start + size] for start in range(0, len(frames), size)]
        with np.errstate(over="ignore", invalid="ignore"):  # boxes of a mad network end at the frame, or are none
            return [found for batch in batches for found in self.look(batch)]


def check_network(data: bytes, where: str, name: str) -> CheckedNetwork:
    """Looks at a file's bytes; raises `UnsafeModel` for what is no self-contained network of standard operators."""
    graph = parse_network(data, where, infinity=True).graph
    initialised = {tensor.name for tensor in graph.initializer}
    signature = Signature(
        inputs={value.name: _shape(value) for value in graph.input if value.name not in initialised},
        outputs={value.name: _shape(value) for value in graph.output},
    )
    key = f"{name}@{hashlib.sha256(data).hexdigest()[:12]}"
    return CheckedNetwork(key=key, data=data, where=where, signature=signature)


def start(checked: CheckedNetwork, outputs: Sequence[str], options: RuntimeOptions) -> DetectorNetwork:
    """Compiles a network, to give `outputs`; raises `UserError` where `options` cannot be honoured on this machine."""
    batch, _, *sides = checked.signature.inputs[checked.signature.picture]
    height, width = (side or _FREE_SIDE for side in sides)
    if max(height, width) > _LARGEST_SIDE:
        raise UnsafeModel(f"{checked.where}: refused: an input of {width} × {height} is larger than {_LARGEST_SIDE}")
    if batch > 1:
        raise UnsafeModel(
            f"{checked.where}: refused: it takes {batch} pictures at once; export it with one, or any number"
        )
    try:
        runner = open_runner(checked.data, outputs, options)
    except UserError:
        raise
    except Exception as error:  # each runtime raises a family of its own, without a common root
        raise UnsafeModel(f"{checked.where}: refused: the runtime cannot read it: {first_line(error)}") from error
    return DetectorNetwork(
        key=checked.key,
        where=checked.where,
        signature=checked.signature,
        size=(height, width),
        free=not all(sides),
        batch=batch or _MOST_AT_ONCE,
        runner=runner,
    )


def first_line(error: Exception) -> str:
    """What a runtime says, as one printable line."""
    line = (str(error).splitlines() or [type(error).__name__])[0]
    return "".join(char for char in line if char.isprintable())


def _shape(value: ValueInfoProto) -> Shape:
    return tuple(dimension.dim_value for dimension in value.type.tensor_type.shape.dim)


def _written(values: Mapping[str, Shape]) -> str:
    return ", ".join(f"{name} [{' × '.join(str(n or 'any') for n in shape)}]" for name, shape in values.items())
