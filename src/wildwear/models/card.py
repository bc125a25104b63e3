"""What stands in a model's `model.json`: what it recognises, how it wants its pictures, where it comes from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from wildwear.errors import UnsafeModel
from wildwear.images.preprocess import Preprocessing
from wildwear.records import Region
from wildwear.workspace import check_name

FORMAT = 1
NETWORK = "model.onnx"
CARD = "model.json"
WEIGHTS = "model.safetensors"
_LARGEST_CARD = 4 << 20
_TEXTS = ("name", "version", "recipe", "licence", "init", "backbone", "made_from")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    """One dataset that a model has learned from."""

    dataset: str
    split: str
    """train, val, test, or `all`."""
    version: int
    """The dataset table's version when it was read."""
    split_hash: str
    """SHA-256 over the sorted (sample_id, split) pairs that were read."""
    samples: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """What a file of the model must be, byte for byte."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """All that is known of a model but its weights."""

    name: str
    classes: tuple[str, ...]
    """Category names, in the order of the logits."""
    regions: tuple[str, ...]
    """Where each class is worn, in the same order."""
    preprocessing: Preprocessing
    version: str = "1"
    recipe: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The recipe's settings as they were used, and what it chose by itself."""
    data: tuple[TrainingData, ...] = ()
    metrics: Mapping[str, Any] = field(default_factory=dict)
    temperature: float = 1.0
    """Divides the logits before the softmax, so that probabilities mean what they say."""
    licence: str = ""
    init: str = ""
    """The key of the model that training started from."""
    backbone: str = ""
    """The network in timm's words, where `model.safetensors` holds its weights under timm's names."""
    made_from: str = ""
    """The key of the model that this one is a smaller form of."""
    files: Mapping[str, FileRecord] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_name("model", self.name)
        if not self.classes or len(set(self.classes)) != len(self.classes):
            raise ValueError("classes must be there and differ")
        if len(self.regions) != len(self.classes):
            raise ValueError(f"{len(self.classes)} classes and {len(self.regions)} regions")
        if unknown := set(self.regions) - set(Region):
            raise ValueError(f"unknown region {min(unknown)!r}")
        for name in self.files:
            if name != Path(name).name or name.startswith("."):
                raise ValueError(f"{name!r} cannot name a file of a model")
        if not 1e-3 <= self.temperature <= 1e3:
            raise ValueError(f"temperature {self.temperature} is outside 0.001 to 1000")

    @property
    def key(self) -> str:
        """Name and first 12 digits of the network's checksum: what cached embeddings are filed under."""
        return f"{self.name}@{self.files[NETWORK].sha256[:12]}"

    def to_json(self) -> str:
        return json.dumps({"format": FORMAT} | asdict(self), indent=1, ensure_ascii=False, default=str) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """The inverse of `to_json`; raises `ValueError`, `TypeError` or `KeyError` for anything else."""
        values = json.loads(text)
        if not isinstance(values, dict):
            raise TypeError("not an object")
        if values.pop("format", None) != FORMAT:
            raise ValueError(f"its format is not {FORMAT}: another version of wildwear wrote it")
        if unknown := set(values) - {entry.name for entry in fields(cls)}:
            raise ValueError(f"unknown key {min(unknown)!r}")
        if not all(isinstance(name, str) for key in ("classes", "regions") for name in values[key]):
            raise TypeError("classes and regions must be texts")
        if not all(isinstance(values.get(key, ""), str) for key in _TEXTS):
            raise TypeError(f"{', '.join(_TEXTS)} must be texts")
        values["classes"], values["regions"] = tuple(values["classes"]), tuple(values["regions"])
        values["temperature"] = float(values.get("temperature", 1.0))
        values["preprocessing"] = _checked(Preprocessing.from_json(values["preprocessing"]))
        values["data"] = tuple(TrainingData(**entry) for entry in values.get("data", ()))
        values["files"] = {name: FileRecord(**entry) for name, entry in values.get("files", {}).items()}
        return cls(**values)


def _checked(preprocessing: Preprocessing) -> Preprocessing:
    """Raises `ValueError` for values that would fail, or eat the memory, only when a picture comes."""
    if not 8 <= preprocessing.size <= 2048:
        raise ValueError(f"pictures of {preprocessing.size} pixels are outside 8 to 2048")
    if not 0 <= preprocessing.margin <= 10 or not 0 <= preprocessing.fill <= 255:
        raise ValueError("the margin must be 0 to 10 and the fill 0 to 255")
    if len(preprocessing.mean) != 3 or len(preprocessing.std) != 3 or min(preprocessing.std) <= 0:
        raise ValueError("mean and std must be three numbers each, std above 0")
    return preprocessing


def read_card(folder: Path) -> ModelCard:
    """The card of the model in `folder`; raises `UnsafeModel` where it is missing, too large or not one."""
    path = folder / CARD
    if not path.is_file():
        raise UnsafeModel(f"{folder} is not a model: there is no {CARD} in it")
    try:
        if path.stat().st_size > _LARGEST_CARD:
            raise UnsafeModel(f"{path} has {path.stat().st_size:,} bytes, and a card has at most {_LARGEST_CARD:,}")
        return ModelCard.from_json(path.read_bytes())
    except OSError as error:
        raise UnsafeModel(f"{path}: {error.strerror or error}") from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        if isinstance(error, UnsafeModel):
            raise
        raise UnsafeModel(f"{path} is not a model card: {error}") from error
