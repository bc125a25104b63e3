"""Writes EfficientNet-Lite0 with its ImageNet weights as a model of the workspace: features to probe.

Its last layer is random; `wildwear train NAME --recipe probe --init lite0-imagenet` puts a trained one in its place.

    python experiments/base/backbone.py -w WORKSPACE
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from wildwear.images.preprocess import Preprocessing
from wildwear.models.card import ModelCard
from wildwear.models.write import write_model
from wildwear.taxonomy import load_taxonomy
from wildwear.training.export import to_onnx
from wildwear.training.networks import build_network
from wildwear.training.recipe import NetworkSettings
from wildwear.workspace import Workspace


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-w", "--workspace", type=Path, default=Path())
    parser.add_argument("--backbone", default="tf_efficientnet_lite0")
    parser.add_argument("--name", default="lite0-imagenet")
    parser.add_argument("--size", type=int, default=224, help="side of the square input, pixels")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    taxonomy = load_taxonomy()
    card = ModelCard(
        name=arguments.name,
        classes=taxonomy.names,
        regions=tuple(taxonomy.region(name).value for name in taxonomy.names),
        preprocessing=Preprocessing(size=arguments.size, resize="letterbox"),
        init=f"{arguments.backbone} (ImageNet)",
    )
    network = build_network(NetworkSettings(backbone=arguments.backbone, dropout=0.0), taxonomy.names)
    model = write_model(
        Workspace.open(arguments.workspace).models / arguments.name, to_onnx(network, arguments.size), card
    )
    print(f"{model.key} in {model.folder}")


if __name__ == "__main__":
    main()
