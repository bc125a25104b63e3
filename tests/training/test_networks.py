"""Networks: what they start from, what is refused, and that every shipped recipe trains one."""

from __future__ import annotations

import hashlib
import pickle
import struct
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.training.on_torch import CLASSES, TINY, coloured_batch, torch_on_one_thread  # noqa: F401

from wildwear.errors import UnknownName, UnsafeModel, UserError
from wildwear.images.preprocess import Preprocessing
from wildwear.models.card import FileRecord, ModelCard
from wildwear.training.recipe import NetworkSettings
from wildwear.training.recipe_files import load_recipe, recipe_names

SETTINGS = NetworkSettings(backbone=TINY, dropout=0.0)
WEIGHTS = "model.safetensors"


def built(classes: Sequence[str] = CLASSES, init: str = "scratch", **settings: Any) -> Any:
    from wildwear.training.networks import build_network

    return build_network(replace(SETTINGS, **settings), classes, init)


def file_of(network: Any, classes: Sequence[str] = CLASSES) -> bytes:
    from wildwear.training.export import to_safetensors

    return to_safetensors(network, TINY, classes)


def model(folder: Path, weights: bytes, classes: Sequence[str] = CLASSES, backbone: str = TINY) -> Path:
    """A model folder as training writes it, but for the network that runs."""
    folder.mkdir(exist_ok=True)
    record = FileRecord(sha256=hashlib.sha256(weights).hexdigest(), size=len(weights))
    card = ModelCard(
        name="before",
        classes=tuple(classes),
        regions=("upper",) * len(classes),
        preprocessing=Preprocessing(size=32),
        backbone=backbone,
        files={WEIGHTS: record, "model.onnx": FileRecord(sha256="0" * 64, size=1)},
    )
    (folder / "model.json").write_text(card.to_json(), encoding="utf-8")
    (folder / WEIGHTS).write_bytes(weights)
    return folder


@pytest.mark.parametrize("name", recipe_names())
def test_each_shipped_recipe_builds_its_network_and_each_step_learns(name: str) -> None:
    import torch

    from wildwear.training.averaging import averaged
    from wildwear.training.losses_torch import mixed_set_loss, set_loss
    from wildwear.training.mixing import mix
    from wildwear.training.networks import build_network
    from wildwear.training.optimizers import build_optimizer, learning_rate_factor

    recipe = load_recipe(name, {"network.backbone": TINY, "schedule.warmup_epochs": 0})
    network = build_network(recipe.network, CLASSES, "scratch")
    optimizer, average = build_optimizer(network, recipe.optimizer), averaged(network, recipe.ema)
    factor = learning_rate_factor(recipe.schedule, steps_per_epoch=5)
    rates = [group["lr"] for group in optimizer.param_groups]
    pixels, members = coloured_batch()
    before = set_loss(network.eval()(pixels), members).item()
    network.train()
    for step in range(10):
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * factor(step)
        mixed = mix(pixels, members, recipe.loss, np.random.default_rng(step))
        loss = mixed_set_loss(network(mixed.pixels), mixed, recipe.loss.label_smoothing)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        average.update_parameters(network)
    assert set_loss(network(pixels), members).item() < before
    assert set_loss(average.module.train()(pixels), members).item() < before
    assert torch.isfinite(torch.cat([weights.flatten() for weights in network.parameters()])).all()


@pytest.mark.parametrize("name", recipe_names())
def test_each_shipped_recipes_own_backbone_can_be_built(name: str) -> None:
    import torch

    from wildwear.training.networks import build_network, head_prefixes
    from wildwear.training.optimizers import parameter_groups

    recipe = load_recipe(name)
    with torch.device("meta"):  # without memory or random numbers
        network = build_network(recipe.network, CLASSES, "scratch")
    last = [value for key, value in network.named_parameters() if key.startswith(head_prefixes(network))]
    assert {len(value) for value in last} == {len(CLASSES)}
    assert parameter_groups(network, recipe.optimizer)


def test_imagenet_weights_of_the_small_network_come_with_the_package() -> None:
    import torch

    from wildwear.training.imagenet import LITE0
    from wildwear.training.networks import build_network

    one, other = (build_network(NetworkSettings(backbone=LITE0), CLASSES, init) for init in ("", "imagenet"))
    torch.testing.assert_close(one.conv_stem.weight, other.conv_stem.weight, rtol=0, atol=0)
    assert one.conv_stem.weight.abs().max() > 0.5
    assert 0 < one.classifier.weight.std() < 0.02
    assert one.training


def test_imagenet_weights_without_a_network_are_one_line_with_remedies(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda *_: None)
    with pytest.raises(UserError, match=r"weights of resnetv2_50 cannot be had.*--init scratch.*HF_HOME") as refused:
        built(init="imagenet", backbone="resnetv2_50")
    assert "\n" not in str(refused.value)


def test_imagenet_weights_in_the_hubs_cache_need_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub
    import timm
    import torch
    from safetensors.torch import save_file

    whole = timm.create_model(TINY)
    save_file(whole.state_dict(), tmp_path / WEIGHTS)
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda *_: str(tmp_path / WEIGHTS))
    network = built(init="imagenet")
    torch.testing.assert_close(network.layer2[0].conv1.weight, whole.layer2[0].conv1.weight)
    assert network.fc.weight.shape[0] == len(CLASSES)


def test_a_backbone_without_imagenet_weights_says_so() -> None:
    with pytest.raises(UserError, match=r"coatnet_0_224 has no ImageNet weights.*--init scratch"):
        built(init="", backbone="coatnet_0_224")


@pytest.mark.parametrize(
    "name, near",
    [
        ("resnet5", "resnet50"),
        ("resnetv2-50", "resnetv2_50"),
        ("hf-hub:x/y", "choose"),
        ("test_resnet.nope", "r160_in1k"),
    ],
)
def test_an_unknown_backbone_names_near_ones(name: str, near: str) -> None:
    with pytest.raises(UnknownName, match=near):
        built(backbone=name)


def test_a_backbone_that_drops_no_paths_says_which_setting() -> None:
    with pytest.raises(UserError, match=r"vgg11.*drop_path.* to 0"):
        built(backbone="vgg11", drop_path=0.1)


def test_a_transformer_takes_views_of_any_size() -> None:
    import torch

    network = built(backbone="test_vit")
    for size in (64, 160):
        assert network(torch.zeros(2, 3, size, size)).shape == (2, len(CLASSES))


def test_frozen_modules_keep_weights_and_statistics() -> None:
    import torch

    from wildwear.training.losses_torch import set_loss

    network = built(frozen=("conv1", "bn1", "layer1"))
    before = {name: value.clone() for name, value in network.state_dict().items()}
    pixels, members = coloured_batch()
    optimizer = torch.optim.SGD([one for one in network.parameters() if one.requires_grad], lr=0.1)
    set_loss(network.train()(pixels), members).backward()
    optimizer.step()
    changed = {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}
    assert {"layer2.0.bn1.running_mean", "fc.weight"} <= changed
    assert not [name for name in changed if name.startswith(("conv1.", "bn1.", "layer1."))]


@pytest.mark.parametrize(
    "frozen, message", [(("layer9",), "unknown module 'layer9'.*layer4"), (("",), "unknown module")]
)
def test_a_module_that_is_not_there_cannot_be_frozen(frozen: tuple[str, ...], message: str) -> None:
    with pytest.raises(UnknownName, match=message):
        built(frozen=frozen)


def test_a_network_that_is_frozen_whole_is_refused() -> None:
    children = [name for name, _ in built().named_children()]
    with pytest.raises(UserError, match="nothing to train"):
        built(frozen=tuple(children))


def test_a_model_is_gone_on_from_and_classes_are_carried_over_by_name(tmp_path: Path) -> None:
    import torch

    from wildwear.training.networks import plan_init

    old = built()
    torch.nn.init.normal_(old.fc.bias)
    folder = model(tmp_path / "before", file_of(old))
    wanted = ("Dress", "Cape", "Jeans")
    new = built(wanted, str(folder))
    torch.testing.assert_close(new.layer3[0].conv1.weight, old.layer3[0].conv1.weight)
    torch.testing.assert_close(new.fc.weight[[0, 2]], old.fc.weight[[2, 0]])
    torch.testing.assert_close(new.fc.bias[[0, 2]], old.fc.bias[[2, 0]])
    assert 0 < new.fc.weight[1].abs().max() < 0.1
    report = plan_init(SETTINGS, wanted, str(folder))
    assert (report.carried, report.fresh) == (("Dress", "Jeans"), ("Cape",))
    assert report.note == "starts from before@000000000000; 2 of 3 classes are carried over"


def test_a_last_layer_of_one_by_one_convolution_is_carried_over_too(tmp_path: Path) -> None:
    import torch

    from wildwear.training.export import to_safetensors

    name = "resnetv2_18"
    old = built(backbone=name)
    folder = model(tmp_path / "before", to_safetensors(old, name, CLASSES), backbone=name)
    new = built(CLASSES[::-1], str(folder), backbone=f"{name}.ra4_e3600_r224_in1k")
    torch.testing.assert_close(new.head.fc.weight, old.head.fc.weight.flip(0))


def test_weights_that_were_trained_frozen_are_gone_on_from(tmp_path: Path) -> None:
    import torch

    old = built(frozen=("bn1", "layer1"))
    folder = model(tmp_path / "before", file_of(old))
    new = built(init=str(folder), frozen=("layer2",))
    torch.testing.assert_close(new.layer1[0].bn1.running_mean, old.layer1[0].bn1.running_mean)


def test_another_backbone_is_refused_by_name(tmp_path: Path) -> None:
    from wildwear.training.networks import plan_init

    folder = model(tmp_path / "before", file_of(built()))
    for refuse in (plan_init, built_with):
        with pytest.raises(UserError, match=r"before in .* is a test_resnet, and the recipe trains test_efficientnet"):
            refuse(replace(SETTINGS, backbone="test_efficientnet"), CLASSES, str(folder))


def built_with(settings: NetworkSettings, classes: Sequence[str], init: str) -> Any:
    from wildwear.training.networks import build_network

    return build_network(settings, classes, init)


def test_a_packaged_model_without_weights_is_refused_with_what_to_do() -> None:
    from wildwear.training.imagenet import LITE0
    from wildwear.training.networks import plan_init

    with pytest.raises(UserError, match=r"wildwear-base.*no model.safetensors.*--init imagenet"):
        plan_init(replace(SETTINGS, backbone=LITE0), CLASSES, "wildwear-base")


def test_an_unknown_model_is_named_with_near_ones() -> None:
    with pytest.raises(UnknownName, match="wildwear-base"):
        built(init="wildwear-bas")


class Harmful:
    """Writes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def refused(folder: Path) -> str:
    """The one line by which both the plan and the network are refused."""
    from wildwear.training.networks import plan_init

    with pytest.raises(UnsafeModel) as building:
        built(init=str(folder))
    try:
        plan_init(SETTINGS, CLASSES, str(folder))
    except UnsafeModel as planning:
        assert "\n" not in str(planning)
    assert "\n" not in str(building.value)
    return str(building.value)


def test_h57_a_pickle_called_safetensors_is_refused_and_nothing_runs(tmp_path: Path) -> None:
    folder = model(tmp_path / "before", pickle.dumps(Harmful(tmp_path / "harm")))
    assert "it is a pickle" in refused(folder)
    assert not (tmp_path / "harm").exists()


def test_h58_a_header_larger_than_the_file_is_refused(tmp_path: Path) -> None:
    folder = model(tmp_path / "before", struct.pack("<Q", 1 << 40) + b"{}" * 50)
    assert "header" in refused(folder)


@pytest.mark.parametrize("kept", [0, 4, 100, -1])
def test_h58_a_truncated_file_is_refused(kept: int, tmp_path: Path) -> None:
    folder = model(tmp_path / "before", file_of(built())[:kept])
    assert "refused" in refused(folder)


def test_h58_weights_of_other_shapes_are_refused(tmp_path: Path) -> None:
    other = built()
    other.layer1[0].conv2 = type(other.layer1[0].conv2)(8, 8, 1)
    assert "layer1.0.conv2" in refused(model(tmp_path / "before", file_of(other)))


def test_h58_weights_that_lack_a_layer_are_refused(tmp_path: Path) -> None:
    other = built()
    del other.layer4
    assert "lacks tensor 'layer4" in refused(model(tmp_path / "before", file_of(other)))


def test_h60_weights_with_another_checksum_are_refused(tmp_path: Path) -> None:
    data = file_of(built())
    folder = model(tmp_path / "before", data)
    (folder / WEIGHTS).write_bytes(data[:-4] + b"\x00\x00\x00\x01")
    assert "does not match its checksum" in refused(folder)


def test_h61_weights_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    import torch

    other = built()
    with torch.no_grad():
        other.layer1[0].conv1.weight[0, 0, 0, 0] = float("nan")
    assert "NaN" in refused(model(tmp_path / "before", file_of(other)))


def test_h61_a_last_layer_for_another_number_of_classes_is_refused(tmp_path: Path) -> None:
    folder = model(tmp_path / "before", file_of(built()), classes=("A", "B"))
    assert "classes" in refused(folder)
