"""A trained network as files: what ONNX and timm make of them is what torch said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.conftest import skip

from wildwear.images.preprocess import Preprocessing
from wildwear.models.safetensors import read_header
from wildwear.training.export import NetworkFiles, export_network
from wildwear.training.recipe import NetworkSettings, Recipe

CLASSES = ("Tee", "Jeans", "Dress", "Été")
BACKBONES = ("test_resnet", "test_efficientnet", "test_convnext", "test_vit")


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    try:
        import timm  # noqa: F401
        import torch
    except ImportError:
        skip("needs the extra [train]")
    torch.set_num_threads(1)


def trained(backbone: str, size: int, seed: int = 0) -> Any:
    """A network whose batch statistics are no longer the initial ones."""
    import timm
    import torch

    torch.manual_seed(seed)
    options = {"img_size": size} if "vit" in backbone else {}
    network = timm.create_model(backbone, num_classes=len(CLASSES), drop_rate=0.2, **options)
    with torch.no_grad():
        network.train()(torch.randn(8, 3, size, size))
    return network


def exported(network: Any, backbone: str, size: int) -> NetworkFiles:
    recipe = Recipe(
        name="small",
        version=1,
        network=NetworkSettings(backbone=backbone),
        preprocessing=Preprocessing(size=size),
    )
    return export_network(network, recipe, CLASSES)


@pytest.mark.parametrize("backbone", BACKBONES)
def test_onnx_says_what_torch_says_whatever_the_batch(backbone: str) -> None:
    import onnxruntime
    import torch

    network = trained(backbone, 32)
    files = exported(network, backbone, 32)
    session = onnxruntime.InferenceSession(files.onnx)
    for count in (1, 5):
        pixels = np.random.default_rng(count).normal(size=(count, 3, 32, 32)).astype(np.float32)
        embedding, logits = session.run(["embedding", "logits"], {"pixels": pixels})
        with torch.inference_mode():
            expected = network(torch.from_numpy(pixels)).numpy()
        np.testing.assert_allclose(logits, expected, atol=1e-5)
        assert embedding.shape == (count, network.num_features)


def test_a_last_layer_that_is_a_convolution_is_exported_too() -> None:
    import onnxruntime
    import timm
    import torch

    network = timm.create_model("resnetv2_50", num_classes=len(CLASSES), stem_chs=8, channels=(8, 16, 24, 32))
    torch.nn.init.normal_(network.get_classifier().weight)
    files = exported(network, "resnetv2_50", 32)
    pixels = np.ones((2, 3, 32, 32), np.float32)
    logits = onnxruntime.InferenceSession(files.onnx).run(["logits"], {"pixels": pixels})[0]
    with torch.inference_mode():
        np.testing.assert_allclose(logits, network(torch.from_numpy(pixels)).numpy(), rtol=1e-4, atol=1e-5)


def test_timm_loads_the_weights_under_their_own_names(tmp_path: Path) -> None:
    import timm
    import torch

    network = trained("test_efficientnet", 32)
    files = exported(network, "test_efficientnet", 32)
    (tmp_path / "model.safetensors").write_bytes(files.safetensors)
    loaded = timm.create_model(
        "test_efficientnet", num_classes=len(CLASSES), checkpoint_path=str(tmp_path / "model.safetensors")
    ).eval()
    pixels = torch.randn(2, 3, 32, 32)
    with torch.inference_mode():
        assert torch.equal(loaded(pixels), network(pixels))


def test_the_weights_say_what_they_are_of(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(exported(trained("test_resnet", 32), "test_resnet.r160_in1k", 32).safetensors)
    header = json.loads(path.read_bytes()[8 : 8 + int.from_bytes(path.read_bytes()[:8], "little")])
    assert header["__metadata__"]["architecture"] == "test_resnet"
    assert json.loads(header["__metadata__"]["label_names"]) == list(CLASSES)
    entries = read_header(path)
    assert entries["fc.weight"].shape[0] == len(CLASSES)
    assert {entry.dtype for entry in entries.values()} == {"F32", "I64"}


def test_the_same_network_gives_the_same_bytes() -> None:
    network = trained("test_efficientnet", 32)
    assert exported(network, "test_efficientnet", 32) == exported(network, "test_efficientnet", 32)


def test_a_network_trained_in_half_precision_is_stored_in_full(tmp_path: Path) -> None:
    import torch

    network = trained("test_resnet", 32).to(torch.bfloat16)
    (tmp_path / "x.safetensors").write_bytes(exported(network, "test_resnet", 32).safetensors)
    assert {entry.dtype for entry in read_header(tmp_path / "x.safetensors").values()} == {"F32", "I64"}
