"""The weights of a model that training goes on from: looked at, and copied into a new network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wildwear.errors import UnsafeModel, UserError
from wildwear.models.card import WEIGHTS, ModelCard, read_card
from wildwear.models.checks import read_checked
from wildwear.models.safetensors import check_weights
from wildwear.training.export import architecture
from wildwear.training.recipe import NetworkSettings

if TYPE_CHECKING:
    from torch import Tensor


def card_to_go_on_from(folder: Path, settings: NetworkSettings) -> ModelCard:
    """The card of a model that a network of `settings` can go on from; raises `UserError` where it cannot."""
    card = read_card(folder)
    if not (folder / WEIGHTS).is_file():
        raise UserError(
            f"{card.name} in {folder} has no {WEIGHTS} to train on, only a network to run: name a model that "
            "'wildwear train' has made by a recipe other than probe, or --init imagenet"
        )
    if architecture(card.backbone) != architecture(settings.backbone):
        raise UserError(
            f"{card.name} in {folder} is a {card.backbone or 'network of unknown backbone'}, and the recipe trains "
            f"{settings.backbone}: set network.backbone to the model's, or start from another model"
        )
    return card


def carry_over(
    state: Mapping[str, Tensor], heads: tuple[str, ...], classes: Sequence[str], path: Path, card: ModelCard
) -> None:
    """Copies the weights of the file `path` into a network's own `state`.

    Tensors whose names begin as `heads` says belong to the last layer: of them come the rows of `classes` that the
    card names too. Raises `UnsafeModel` for a file that is not what its card says, before anything is copied.
    """
    tensors = _read_tensors(path, card)
    body = {name: tensor for name, tensor in tensors.items() if not name.startswith(heads)}
    _check_shapes(body, {name: value for name, value in state.items() if not name.startswith(heads)}, path)
    last = {name: value for name, value in state.items() if name.startswith(heads)}
    for name, value in last.items():
        _check_rows(tensors.get(name), (len(card.classes), *value.shape[1:]), f"{path}: refused: tensor {name!r}")
    for name, tensor in body.items():
        state[name].copy_(tensor)
    for name, value in last.items():
        for new, category in enumerate(classes):
            if category in card.classes:
                value[new] = tensors[name][card.classes.index(category)]


def _read_tensors(path: Path, card: ModelCard) -> dict[str, Tensor]:
    from safetensors.torch import load

    check_weights(path, card.classes)
    tensors: dict[str, Tensor] = load(
        read_checked(path, card.files[WEIGHTS]) if WEIGHTS in card.files else path.read_bytes()
    )
    return tensors


def _check_shapes(found: Mapping[str, Tensor], wanted: Mapping[str, Tensor], path: Path) -> None:
    # Batch norm that was frozen counts no batches, and need not.
    missing = {name for name in wanted if name not in found and not name.endswith("num_batches_tracked")}
    for names, problem in ((missing, "lacks"), (found.keys() - wanted.keys(), "has, beyond the backbone's,")):
        if names:
            raise UnsafeModel(f"{path}: refused: it {problem} tensor {min(names)!r} (of {len(names)} such)")
    for name, tensor in found.items():
        if tensor.shape != wanted[name].shape:
            shapes = f"{tuple(tensor.shape)}, and should be {tuple(wanted[name].shape)}"
            raise UnsafeModel(f"{path}: refused: tensor {name!r} is {shapes}")


def _check_rows(tensor: Tensor | None, wanted: tuple[int, ...], where: str) -> None:
    if tensor is None or tensor.shape != wanted:
        raise UnsafeModel(
            f"{where} is {'not there' if tensor is None else tuple(tensor.shape)}, and should be {wanted}"
        )
