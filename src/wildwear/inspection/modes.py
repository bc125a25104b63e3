"""Photo modes: a garment alone (`product`), worn before a plain ground (`worn`), worn in some place (`wild`).

Two questions are answered of each picture, whatever collection it is from: is somebody there, and is the ground a
place? Each is a linear function of the packaged model's features, the second also of how plain the edges are
(`ground`). What they were fitted to are a detector's boxes and the edges' pixels, seen on whole photographs and taught
on parts of them, so that a torso or a pair of legs counts as somebody (experiments/modes/build.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from wildwear.datasets.ahead import map_ahead
from wildwear.datasets.reader import STORED
from wildwear.errors import UnsafeModel
from wildwear.images.decode import Undecodable, decode_upright
from wildwear.inspection.ground import FEATURES, ground_features
from wildwear.models.package import Model
from wildwear.models.registry import load_model
from wildwear.models.safetensors import read_header
from wildwear.models.settings import DEFAULT_MODEL, RuntimeOptions
from wildwear.progress import Progress, silent
from wildwear.records import Mode

_AT_ONCE = 128
_GROUND_SIDE = 128
"""The short side that the ground is judged at, pixels."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeHead:
    """The two linear functions, somebody and place, in this order."""

    model: str
    """The key of the model whose features it reads."""
    features: Floats
    """2 × D, of the model's features."""
    ground: Floats
    """5, of `ground_features`; they have a say on the place alone."""
    bias: Floats
    """2."""

    def of_vectors(self, vectors: Floats) -> Floats:
        """N × 2: what the features of N pictures say."""
        return np.asarray(vectors @ self.features.T, np.float32)

    def logits(self, of_vectors: Floats, ground: Floats) -> Floats:
        """N × 2 of what the features say and of N × 5 ground features."""
        said = of_vectors + self.bias
        said[:, 1] += ground @ self.ground
        return np.asarray(said, np.float32)

    def save(self, path: Path) -> None:
        """Writes a safetensors file of float16 tensors."""
        tensors = {name: getattr(self, name).astype("<f2") for name in ("features", "ground", "bias")}
        header: dict[str, object] = {"__metadata__": {"model": self.model}}
        at = 0
        for name, tensor in tensors.items():
            header[name] = {"dtype": "F16", "shape": tensor.shape, "data_offsets": [at, at + tensor.nbytes]}
            at += tensor.nbytes
        head = json.dumps(header).encode()
        path.write_bytes(len(head).to_bytes(8, "little") + head + b"".join(map(np.ndarray.tobytes, tensors.values())))

    @classmethod
    def open(cls, path: Path) -> Self:
        """Reads what `save` wrote; raises `UnsafeModel` for any other file."""
        entries = read_header(path)
        data = path.read_bytes()
        length = int.from_bytes(data[:8], "little")
        body = data[8 + length :]
        try:
            tensors = {
                name: np.frombuffer(body[one.begin : one.end], "<f2").reshape(one.shape).astype(np.float32)
                for name, one in ((name, entries[name]) for name in ("features", "ground", "bias"))
            }
            head = cls(model=json.loads(data[8 : 8 + length])["__metadata__"]["model"], **tensors)
        except (KeyError, ValueError) as error:
            raise UnsafeModel(f"{path}: refused: it is no head for photo modes: {error}") from error
        shapes = head.features.ndim == 2 and len(head.features) == 2
        if not (shapes and head.ground.shape == (FEATURES,) and head.bias.shape == (2,)):
            raise UnsafeModel(f"{path}: refused: its tensors do not have the shapes of a head for photo modes")
        return head


def load_mode_head(options: RuntimeOptions | None = None) -> tuple[ModeHead, Model]:
    """The packaged head and the packaged model that it reads.

    Raises `UnsafeModel` where it was fitted to another model: a packaged model that is made anew needs a new head.
    """
    weights = Path(str(files("wildwear"))) / "weights"
    head = ModeHead.open(weights / "modes.safetensors")
    model = load_model(DEFAULT_MODEL, None, options)
    if head.model != model.key:
        raise UnsafeModel(
            f"{weights / 'modes.safetensors'} reads the features of {head.model}, and the packaged model is "
            f"{model.key}: make it anew with experiments/modes/build.py"
        )
    return head, model


def modes(logits: Floats) -> tuple[NDArray[np.str_], Floats]:
    """Mode and confidence (0 to 1) of each row of N × 2 logits: somebody, place.

    >>> names, confidence = modes(np.float32([[-3, 0], [3, -3], [3, 3]]))
    >>> names.tolist(), (confidence > 0.9).tolist()
    (['product', 'worn', 'wild'], [True, True, True])
    """
    nobody, plain = logits.T < 0
    somebody, place = 1 / (1 + np.exp(-np.clip(logits.T.astype(np.float64), -30, 30)))
    names = np.select([nobody, plain], [Mode.PRODUCT, Mode.WORN], Mode.WILD).astype(np.str_)
    confidence = np.where(nobody, 1 - somebody, somebody * np.where(plain, 1 - place, place))
    return names, confidence.astype(np.float32)


def grounds(
    pictures: Callable[[NDArray[np.int64]], list[bytes]], order: NDArray[np.int64], progress: Progress = silent
) -> Floats:
    """`ground_features` of all N pictures (N × 5), read in the given order; NaN for one that does not decode."""
    measured = np.full((len(order), FEATURES), np.nan, np.float32)
    with progress("looking at the ground", len(order)) as advance:
        for rows, features in map_ahead(lambda rows: (rows, _grounds(pictures(rows))), _parts(order)):
            measured[rows] = features
            advance(len(rows))
    return measured


def _parts(order: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(order), _AT_ONCE):
        yield order[start : start + _AT_ONCE]


def _grounds(pictures: list[bytes]) -> Floats:
    return np.stack([_ground(picture) for picture in pictures])


def _ground(picture: bytes) -> Floats:
    try:
        return ground_features(decode_upright(picture, STORED, short_side=_GROUND_SIDE))
    except Undecodable:
        return np.full(FEATURES, np.nan, np.float32)
