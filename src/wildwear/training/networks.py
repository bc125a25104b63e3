"""Any timm backbone with a last layer for our classes, and the weights that it starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wildwear.errors import UnknownName, UserError
from wildwear.models.card import NETWORK, WEIGHTS
from wildwear.models.registry import find_model
from wildwear.models.safetensors import read_header
from wildwear.training.carrying import card_to_go_on_from, carry_over
from wildwear.training.export import architecture
from wildwear.training.imagenet import LITE0, imagenet_file, lite0_tensors, unavailable
from wildwear.training.recipe import NetworkSettings
from wildwear.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class InitReport:
    """What a network starts from."""

    origin: str
    """A model's key, or such as `resnetv2_50 (ImageNet)`; for the card."""
    carried: tuple[str, ...] = ()
    """Classes whose weights in the last layer are taken over."""
    fresh: tuple[str, ...] = ()
    """Classes that start from small random values."""

    @property
    def note(self) -> str:
        if not self.carried:
            return f"starts from {self.origin}, with a new last layer"
        classes = len(self.carried) + len(self.fresh)
        return f"starts from {self.origin}; {len(self.carried)} of {classes} classes are carried over"


def plan_init(
    settings: NetworkSettings, classes: Sequence[str], init: str = "", workspace: Workspace | None = None
) -> InitReport:
    """What `build_network` would start from; cheap, so that what must fail does so before anything slow starts.

    Raises `UnknownName` for a backbone or model that is not there, `UserError` for a model of another backbone or
    without weights to train on, and `UnsafeModel` for weights that are not what they are said to be.
    """
    _check_backbone(settings.backbone)
    if init in ("", "imagenet", "scratch"):
        origin = f"{settings.backbone} ({'random' if init == 'scratch' else 'ImageNet'})"
        return InitReport(origin=origin, fresh=tuple(classes))
    folder = find_model(init, workspace)
    card = card_to_go_on_from(folder, settings)
    read_header(folder / WEIGHTS)
    known = set(card.classes)
    return InitReport(
        origin=card.key if NETWORK in card.files else card.name,
        carried=tuple(name for name in classes if name in known),
        fresh=tuple(name for name in classes if name not in known),
    )


def build_network(
    settings: NetworkSettings, classes: Sequence[str], init: str = "", workspace: Workspace | None = None
) -> Any:
    """A timm network (`torch.nn.Module`) on the CPU, in training mode, with a last layer for `classes`.

    `init` is empty or `imagenet` for the backbone's ImageNet weights, `scratch` for random ones, else a model by
    name or folder: its last layer is kept for the classes that both know. New classes start at small random values
    from torch's generator, so seed it first. Frozen modules keep their batch norm's statistics, too. Raises as
    `plan_init` does, and `UserError` where ImageNet weights cannot be had.
    """
    _check_backbone(settings.backbone)
    if init in ("", "imagenet"):
        network = _from_imagenet(settings, len(classes))
    elif init == "scratch":
        network = _create(settings, len(classes))
    else:
        network = _from_model(settings, classes, find_model(init, workspace))
    _freeze(network, settings.frozen)
    return network.train()


def head_prefixes(network: Any) -> tuple[str, ...]:
    """What the names of the last layer's parameters begin with; a distilled network has two such layers."""
    names = network.pretrained_cfg.get("classifier")
    if not names:
        raise UserError(f"backbone {network.pretrained_cfg.get('architecture')} has no last layer that timm names")
    return tuple(f"{name}." for name in ([names] if isinstance(names, str) else names))


def _check_backbone(name: str) -> None:
    import timm

    if not timm.is_model(name):
        raise UnknownName("backbone", name, timm.list_models())
    known = timm.list_pretrained(f"{architecture(name)}*")
    if "." in name and name not in known:
        raise UnknownName("weights of a backbone", name, known)


def _create(settings: NetworkSettings, classes: int, **changes: Any) -> Any:
    """A network with random weights, or those that `changes` name, and a fresh last layer."""
    import timm

    rates = {"drop_rate": settings.dropout, "drop_path_rate": settings.drop_path}
    asked = {"num_classes": classes} | {name: rate for name, rate in rates.items() if rate} | changes
    for flags in _any_size(settings.backbone):
        try:
            network = timm.create_model(settings.backbone, **asked, **flags)
            break
        except TypeError as error:
            if not any(name in str(error) for name in flags):
                remedy = "set network.dropout or network.drop_path to 0"
                raise UserError(f"backbone {settings.backbone}: {error}: {remedy}") from error
    if changes.get("pretrained"):
        network.reset_classifier(classes)
    _initialise_head(network)
    return network


def _any_size(backbone: str) -> tuple[dict[str, bool], ...]:
    """How a backbone is told to take pictures of any size: transformers are made for one unless they are told."""
    import timm

    weights = timm.get_pretrained_cfg(backbone)
    if weights is None or not weights.fixed_input_size:
        return ({},)
    return {"dynamic_img_size": True}, {"strict_img_size": False}, {}


def _initialise_head(network: Any) -> None:
    import torch

    for name, parameter in network.named_parameters():
        if name.startswith(head_prefixes(network)):
            with torch.no_grad():
                parameter.normal_(std=0.01) if parameter.ndim > 1 else parameter.zero_()


def _from_imagenet(settings: NetworkSettings, classes: int) -> Any:
    if architecture(settings.backbone) == LITE0:
        network = _create(settings, classes)
        # The package's tensors stand in timm's order under other names.
        named = dict(zip(network.state_dict(), lite0_tensors(), strict=True))
        heads = head_prefixes(network)
        network.load_state_dict({k: v for k, v in named.items() if not k.startswith(heads)}, strict=False)
        return network
    file = imagenet_file(settings.backbone)
    overlay = {"pretrained_cfg_overlay": {"file": file}} if file else {}
    try:
        return _create(settings, classes, pretrained=True, **overlay)
    except UserError:
        raise
    except Exception as error:  # each download library raises a family of its own
        raise unavailable(settings.backbone, error) from error


def _from_model(settings: NetworkSettings, classes: Sequence[str], folder: Path) -> Any:
    card = card_to_go_on_from(folder, settings)
    network = _create(settings, len(classes))
    carry_over(network.state_dict(), head_prefixes(network), classes, folder / WEIGHTS, card)
    return network


def _freeze(network: Any, names: Sequence[str]) -> None:
    import timm

    modules = {name for name, _ in network.named_modules() if name}
    for name in names:
        if name not in modules:
            raise UnknownName("module", name, modules, "network.frozen")
    if names:
        timm.utils.freeze(network, list(names))
    if not any(parameter.requires_grad for parameter in network.parameters()):
        raise UserError("network.frozen leaves nothing to train: name fewer modules")
