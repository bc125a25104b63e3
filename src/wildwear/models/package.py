"""A model: a network with its classes and its preprocessing, loaded from a folder that may be anybody's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wildwear.errors import UnsafeModel, UserError
from wildwear.images.preprocess import Preprocessing
from wildwear.models.card import NETWORK, ModelCard, read_card
from wildwear.models.checks import check_signature, parse_network, read_checked
from wildwear.models.runtimes import Network, open_network
from wildwear.models.settings import RuntimeOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """What a network says about N pictures."""

    embedding: NDArray[np.float32]
    """N × D feature vectors."""
    logits: NDArray[np.float32]
    """N × C, in the order of the model's classes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A checked model that is ready to run."""

    folder: Path
    metadata: ModelCard
    network: Network

    @property
    def name(self) -> str:
        return self.metadata.name

    @property
    def classes(self) -> tuple[str, ...]:
        return self.metadata.classes

    @property
    def regions(self) -> tuple[str, ...]:
        return self.metadata.regions

    @property
    def preprocessing(self) -> Preprocessing:
        return self.metadata.preprocessing

    @property
    def key(self) -> str:
        """Name and first 12 digits of the network's checksum."""
        return self.metadata.key

    def run(self, batch: NDArray[np.float32]) -> Outputs:
        """Runs N × 3 × S × S pixels, preprocessed as `preprocessing` says."""
        size = self.preprocessing.size
        if batch.shape[1:] != (3, size, size):
            raise ValueError(f"{self.name} takes N × 3 × {size} × {size} pixels, and got {batch.shape}")
        embedding, logits = self.network(np.ascontiguousarray(batch, dtype=np.float32))
        return Outputs(embedding=embedding, logits=logits)

    def probabilities(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """The softmax of N × C logits, calibrated by the model's temperature; each row sums to 1."""
        scaled = np.asarray(logits, dtype=np.float32) / np.float32(self.metadata.temperature)
        powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


def open_model(folder: Path, options: RuntimeOptions | None = None, callers: int = 1) -> Model:
    """Loads the model in `folder`, whoever made it; `callers` threads may run it at once.

    Sizes, checksums and the network's structure are checked before a runtime sees it, and a self-test runs once.
    Raises `UnsafeModel` with the file and the reason, and `UserError` where `options` cannot be honoured.
    """
    card = read_card(folder)
    path = folder / NETWORK
    if NETWORK not in card.files:
        raise UnsafeModel(f"{folder / 'model.json'} records no checksum of {NETWORK}")
    data = read_checked(path, card.files[NETWORK])
    check_signature(parse_network(data, str(path)), card.preprocessing.size, str(path))
    try:
        network = open_network(data, options or RuntimeOptions(), callers)
    except UserError:
        raise
    except Exception as error:  # each runtime raises a family of its own, without a common root
        raise UnsafeModel(f"{path}: refused: the runtime cannot read it: {_first_line(error)}") from error
    model = Model(folder=folder, metadata=card, network=network)
    _self_test(model, str(path))
    return model


def _self_test(model: Model, where: str) -> None:
    """Raises `UnsafeModel` unless two fixed pictures give finite outputs of the right shape."""
    size = model.preprocessing.size
    ramp = np.linspace(-1, 1, 2 * 3 * size * size, dtype=np.float32).reshape(2, 3, size, size)
    try:
        outputs = model.run(ramp)
    except Exception as error:
        raise UnsafeModel(f"{where}: refused: the self-test fails: {_first_line(error)}") from error
    if outputs.embedding.ndim != 2 or len(outputs.embedding) != 2:
        raise UnsafeModel(f"{where}: refused: its embedding is {outputs.embedding.shape}, and should be N × D")
    if outputs.logits.shape != (2, len(model.classes)):
        shape = " × ".join(map(str, outputs.logits.shape[1:]))
        raise UnsafeModel(
            f"{where}: refused: it gives {shape} logits, and model.json names {len(model.classes)} classes"
        )
    if not (np.isfinite(outputs.embedding).all() and np.isfinite(outputs.logits).all()):
        raise UnsafeModel(f"{where}: refused: the self-test gives NaN or infinity")


def _first_line(error: Exception) -> str:
    line = (str(error).splitlines() or [type(error).__name__])[0]
    return "".join(char for char in line if char.isprintable())
