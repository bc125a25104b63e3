"""What a recipe is: everything about how a network is trained, as one declarative value; light to import."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal

from wildwear.images.preprocess import Preprocessing
from wildwear.training.views import Views

_OFTEN = (0.0, 1.0)
_ANY = (0.0, math.inf)


def _check(settings: Any, **ranges: tuple[float, float]) -> None:
    """Raises `ValueError` for the first field outside its range, ends included."""
    for name, (lowest, highest) in ranges.items():
        if not lowest <= (value := getattr(settings, name)) <= highest:
            wanted = f"at least {lowest:g}" if highest == math.inf else f"{lowest:g} to {highest:g}"
            raise ValueError(f"{name} must be {wanted}, and is {value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    """Which network, and what of it is trained."""

    backbone: str = "tf_efficientnet_lite0"
    """Any of timm's backbones, by name."""
    dropout: float = 0.2
    """Before the last layer."""
    drop_path: float = 0.0
    """How often a residual branch is left out (Huang et al. 2016, stochastic depth)."""
    frozen: tuple[str, ...] = ()
    """Modules that stay as they are, such as conv_stem bn1 blocks.0: cheaper steps where there is no GPU."""

    def __post_init__(self) -> None:
        _check(self, dropout=(0.0, 0.99), drop_path=(0.0, 0.99))


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingSettings:
    """Which samples stand in which batch."""

    batch_size: int = 32
    """Samples a step, over all processes."""
    balance: float = 0.5
    """How far rare label sets are seen more often: 0 each sample once an epoch, 1 each set equally often, between
    them on a logarithmic scale."""
    per_source: bool = False
    """Whether each batch holds every dataset in proportion, rather than on average."""

    def __post_init__(self) -> None:
        _check(self, batch_size=(1, math.inf), balance=_OFTEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerSettings:
    """How weights move."""

    name: Literal["sgd", "adamw"] = "adamw"
    learning_rate: float = 3e-4
    """Of the network's last block; see `layer_decay`."""
    head_learning_rate: float = 2e-3
    """Of the last layer, which begins from nothing; 0 takes `learning_rate`."""
    layer_decay: float = 1.0
    """Each block's learning rate as a fraction of the next one's (Howard and Ruder 2018, discriminative rates)."""
    momentum: float = 0.9
    """SGD's."""
    weight_decay: float = 0.05
    """For weights; not for biases and normalisation."""
    clip: float = 5.0
    """The longest gradient; 0 does not clip."""

    def __post_init__(self) -> None:
        _check(self, learning_rate=(1e-12, math.inf), head_learning_rate=_ANY, layer_decay=(0.01, 1.0))
        _check(self, momentum=(0.0, 0.9999), weight_decay=_OFTEN, clip=_ANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSettings:
    """How long, and how the learning rate goes."""

    epochs: int = 20
    """How often the datasets are gone through."""
    kind: Literal["cosine", "step"] = "cosine"
    """`cosine` falls to zero at the end; `step` is multiplied by `gamma` every `step_epochs`."""
    warmup_epochs: float = 1.0
    """The learning rate rises from zero over these."""
    step_epochs: int = 25
    gamma: float = 0.1

    def __post_init__(self) -> None:
        _check(self, epochs=(1, math.inf), step_epochs=(1, math.inf), gamma=_OFTEN, warmup_epochs=(0.0, self.epochs))


@dataclass(frozen=True, slots=True, kw_only=True)
class LossSettings:
    """What is minimised: minus the logarithm of the summed probability of each sample's set."""

    label_smoothing: float = 0.05
    """How much of the target is spread over all classes."""
    mixup: float = 0.0
    """Alpha of the beta distribution from which two pictures' shares are drawn (Zhang et al. 2018); 0 mixes none."""
    cutmix: float = 0.0
    """Alpha for the area of a patch from another picture (Yun et al. 2019); 0 pastes none."""
    mix_probability: float = 0.5
    """How often a batch is mixed at all, where mixup or cutmix is on."""

    def __post_init__(self) -> None:
        _check(self, label_smoothing=(0.0, 0.99), mixup=_ANY, cutmix=_ANY, mix_probability=_OFTEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class BagSettings:
    """What becomes of samples that are several boxes of which one shows the label (`dataset localise --boxes all`)."""

    rounds: int = 0
    """How often, evenly over the training, the network looks anew which box of each bag shows the label; 0 takes every
    box as a sample of its own."""
    sharpness: float = 2.0
    """A box is drawn by its probability to the power of this: 1 as likely as believed, large always the best one."""

    def __post_init__(self) -> None:
        _check(self, rounds=(0, math.inf), sharpness=_ANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a network is trained."""

    name: str
    version: int
    summary: str = ""
    """One line, for a list of recipes."""
    network: NetworkSettings = field(default_factory=NetworkSettings)
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    """How the finished model wants its pictures."""
    views: Views = field(default_factory=Views)
    """How pictures are varied while training; mean and std are those of `preprocessing`."""
    boxes: Literal["given", "ignored"] = "given"
    """Whether a sample's box is what is looked at, or its whole picture: a box is costly, a label of a picture less."""
    sampling: SamplingSettings = field(default_factory=SamplingSettings)
    bags: BagSettings = field(default_factory=BagSettings)
    optimizer: OptimizerSettings = field(default_factory=OptimizerSettings)
    schedule: ScheduleSettings = field(default_factory=ScheduleSettings)
    loss: LossSettings = field(default_factory=LossSettings)
    ema: float = 0.0
    """Decay of the exponential moving average of the weights, which is then what is kept; 0 keeps the last weights."""

    def __post_init__(self) -> None:
        _check(self, version=(1, math.inf), ema=(0.0, 0.99999))
        seen = self.preprocessing
        if not 8 <= seen.size <= 2048 or not 0 <= seen.margin <= 10 or not 0 <= seen.fill <= 255 or min(seen.std) <= 0:
            raise ValueError("[preprocessing] needs size 8 to 2048, margin 0 to 10, fill 0 to 255 and std above 0")
