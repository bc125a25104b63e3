"""A small network of timm as training leaves it: a model folder with ONNX and safetensors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.models.tiny_model import CLASSES, tiny_card

from wildwear.images.preprocess import Preprocessing
from wildwear.models.card import ModelCard
from wildwear.models.package import Model
from wildwear.models.write import write_model
from wildwear.training.export import export_network
from wildwear.training.recipe import NetworkSettings, Recipe

BACKBONE = "test_efficientnet"
SIZE = 32


def trained_network(seed: int = 0) -> Any:
    """A classifier for `CLASSES` whose batch statistics are those of noise."""
    import timm
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    network = timm.create_model(BACKBONE, num_classes=len(CLASSES))
    with torch.no_grad():
        network.get_classifier().weight.mul_(20)
        network.train()(torch.randn(8, 3, SIZE, SIZE))
    return network.eval()


def trained_card(name: str) -> ModelCard:
    figures = {"samples": 10, "top1": 0.5, "top3": 0.75, "top5": 0.9}
    return replace(
        tiny_card(name),
        preprocessing=Preprocessing(size=SIZE, resize="crop", short_side=40),
        backbone=BACKBONE,
        temperature=1.7,
        metrics={"val": {"street": figures}},
    )


def write_trained_model(folder: Path, seed: int = 0) -> Model:
    card = trained_card(folder.name)
    recipe = Recipe(
        name="small", version=1, network=NetworkSettings(backbone=BACKBONE), preprocessing=card.preprocessing
    )
    files = export_network(trained_network(seed), recipe, CLASSES)
    return write_model(folder, files.onnx, card, extra={"model.safetensors": files.safetensors})
