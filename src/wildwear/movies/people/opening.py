"""A network of any family, opened by its inputs and outputs."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from wildwear.errors import UnsafeModel, UserError
from wildwear.models.settings import RuntimeOptions
from wildwear.movies.people.detr import Detr, DetrInPixels
from wildwear.movies.people.networks import DetectorNetwork, NetworkDetector, check_network, first_line, start
from wildwear.movies.people.yolox import Yolox
from wildwear.movies.records import Frame

FAMILIES: tuple[type[NetworkDetector], ...] = (Yolox, DetrInPixels, Detr)


def open_network(data: bytes, where: str, name: str, options: RuntimeOptions) -> NetworkDetector:
    """Checks the bytes of an ONNX file, finds its family and runs it once; raises `UnsafeModel` with the reason."""
    checked = check_network(data, where, name)
    for family in FAMILIES if checked.signature.picture else ():
        outputs = family.outputs(checked.signature)
        if outputs:
            return _tested(family, start(checked, outputs, options))
    raise UnsafeModel(f"{where} is no detector of the YOLOX or DETR family: {checked.signature}")


def _tested(family: type[NetworkDetector], network: DetectorNetwork) -> NetworkDetector:
    """The detector, after it has looked at a grey picture."""
    height, width = network.size
    try:
        detector = family(network)
        detector.detect(Frame(time=Fraction(0), pixels=np.full((height, width, 3), 128, np.uint8)))
    except UserError:
        raise
    except Exception as error:  # a runtime's own, or an output of another shape than is due
        raise UnsafeModel(f"{network.where}: refused: the self-test fails: {first_line(error)}") from error
    return detector
