"""Which detector is meant: a network's file, a name, a file of boxes, or none."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Protocol

import numpy as np

from wildwear.errors import UnsafeModel, UserError
from wildwear.models.settings import RuntimeOptions
from wildwear.movies.people.base import PersonDetector
from wildwear.movies.people.networks import DetectorNetwork, Signature, check_network, first_line, start
from wildwear.movies.people.nobody import WholeFrames
from wildwear.movies.people.yolox import Yolox
from wildwear.movies.records import Frame
from wildwear.workspace import Workspace

NOBODY = "none"


class Family(Protocol):
    """Detectors whose networks have inputs and outputs alike."""

    def __call__(self, network: DetectorNetwork) -> PersonDetector: ...

    def outputs(self, signature: Signature) -> tuple[str, ...]: ...


FAMILIES: tuple[Family, ...] = (Yolox,)


def open_detector(
    spec: str, movie_path: str, options: RuntimeOptions | None = None, workspace: Workspace | None = None
) -> PersonDetector:
    """The detector that `spec` means: `FILE.onnx`, a registered name, or `none`.

    Raises `UnknownName` for a name that is not registered, `UnreadableInput` for a file that says nothing of the
    movie, and `UnsafeModel` for a network that is refused.
    """
    if spec == NOBODY:
        return WholeFrames()
    path = Path(spec)
    return open_network_file(path, path.stem, options or RuntimeOptions())


def open_network_file(path: Path, name: str, options: RuntimeOptions) -> PersonDetector:
    """Checks an ONNX file, finds the family by its inputs and outputs, and runs it once; raises `UnsafeModel`."""
    checked = check_network(path, name)
    signature = checked.signature
    for family in FAMILIES if signature.picture else ():
        outputs = family.outputs(signature)
        if outputs:
            return _tested(family, start(checked, outputs, options))
    raise UnsafeModel(f"{path} is not a detector of a known family: it has {signature}")


def _tested(family: Family, network: DetectorNetwork) -> PersonDetector:
    """The detector, after it has looked at a grey picture."""
    height, width = network.size
    try:
        detector = family(network)
        detector.detect(Frame(time=Fraction(0), pixels=np.full((height, width, 3), 128, np.uint8)))
    except UserError:
        raise
    except Exception as error:
        raise UnsafeModel(f"{network.where}: refused: the self-test fails: {first_line(error)}") from error
    return detector
