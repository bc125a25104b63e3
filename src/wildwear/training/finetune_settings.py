"""The settings of the recipe `finetune`; light to import, since the command line takes its flags from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wildwear.errors import UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class FinetuneSettings:
    """How a network is trained."""

    backbone: str = "tf_efficientnet_lite0"
    """Any of timm's backbones, by name."""
    frozen: tuple[str, ...] = ()
    """Modules that stay as they are, such as conv_stem bn1 blocks.0 blocks.1: cheaper steps where there is no GPU."""
    steps: int = 3000
    """Batches in all."""
    batch_size: int = 32
    """Pictures a batch."""
    size: int = 160
    """Side of the square input while training, pixels."""
    test_size: int = 192
    """Side of the square input of the finished model (Touvron et al. 2019: larger than in training does better)."""
    resize: Literal["squash", "letterbox"] = "letterbox"
    """Whether the aspect ratio is kept."""
    margin: float = 0.0
    """What is added around a box on each side, as a fraction of its longer side."""
    learning_rate: float = 3e-4
    """AdamW's, for the backbone; warmed up over a twentieth of the steps, then along a cosine to zero."""
    head_learning_rate: float = 2e-3
    """AdamW's, for the last layer."""
    weight_decay: float = 0.05
    """For weights; not for biases and normalisation."""
    dropout: float = 0.2
    """Before the last layer."""
    label_smoothing: float = 0.05
    """How much of the target is spread over all classes."""
    ema: float = 0.998
    """Decay of the exponential moving average of the weights, which is what is kept."""
    precision: Literal["bf16", "no"] = "bf16"
    """bf16 computes convolutions in bfloat16."""
    threads: int = 2
    """Threads that decode and augment."""

    def __post_init__(self) -> None:
        for name in ("steps", "batch_size", "size", "test_size", "threads"):
            if getattr(self, name) < 1:
                raise UserError(f"--{name.replace('_', '-')} must be at least 1, and is {getattr(self, name)}")
