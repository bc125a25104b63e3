"""What timm wants beside the weights: `config.json`, as its models on the hub have it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wildwear.errors import UnsafeModel, UserError
from wildwear.images.preprocess import Preprocessing
from wildwear.models.card import WEIGHTS, ModelCard
from wildwear.models.safetensors import read_metadata

CONFIG = "config.json"


def has_weights(card: ModelCard) -> bool:
    """Whether a model holds its weights under timm's names."""
    return WEIGHTS in card.files


def require_weights(card: ModelCard) -> None:
    """Raises `UserError` for a model that is an ONNX file alone."""
    if not has_weights(card):
        raise UserError(
            f"{card.name} has no {WEIGHTS}: only what a recipe trains end to end has it (probes and int8 models are "
            "ONNX files); export it --to onnx"
        )


def config(card: ModelCard, folder: Path) -> bytes:
    """`config.json` for the weights in `folder`; raises `UnsafeModel` for a file that cannot be read."""
    metadata = read_metadata(folder / WEIGHTS)
    try:
        return _config(card, metadata)
    except (ValueError, TypeError, RecursionError) as error:
        raise UnsafeModel(f"{folder / WEIGHTS}: refused: what it says of its network cannot be read") from error


def _config(card: ModelCard, metadata: Mapping[str, str]) -> bytes:
    values: dict[str, Any] = {
        "architecture": metadata.get("architecture", card.backbone),
        "num_classes": len(card.classes),
        "label_names": list(card.classes),
        "pretrained_cfg": {
            "num_classes": len(card.classes),
            "license": card.licence,
            **json.loads(metadata.get("pretrained_cfg", "{}")),
            **data_config(card.preprocessing),
        },
    }
    if "num_features" in metadata:
        values["num_features"] = int(metadata["num_features"])
    if model_args := json.loads(metadata.get("model_args", "{}")):
        values["model_args"] = model_args
    return (json.dumps(values, indent=2, ensure_ascii=False) + "\n").encode()


def data_config(preprocessing: Preprocessing) -> Mapping[str, Any]:
    """The preprocessing in timm's words.

    timm's `border` fills with the mean colour where `letterbox` fills with a grey of its own.

    >>> data_config(Preprocessing(size=224, resize="crop", short_side=256))["crop_pct"]
    0.875
    """
    crop_mode = {"squash": "squash", "letterbox": "border", "crop": "center"}[preprocessing.resize]
    seen = preprocessing.size / preprocessing.short_side if preprocessing.short_side else 1.0
    return {
        "input_size": [3, preprocessing.size, preprocessing.size],
        "interpolation": "bilinear",
        "mean": list(preprocessing.mean),
        "std": list(preprocessing.std),
        "crop_pct": seen if preprocessing.resize == "crop" else 1.0,
        "crop_mode": crop_mode,
    }
