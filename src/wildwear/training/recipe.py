"""What a recipe is: everything about how a network is trained, as one declarative value; light to import."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from wildwear.images.preprocess import Preprocessing
from wildwear.training.views import Views


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
    sampling: SamplingSettings = field(default_factory=SamplingSettings)
    optimizer: OptimizerSettings = field(default_factory=OptimizerSettings)
    schedule: ScheduleSettings = field(default_factory=ScheduleSettings)
    loss: LossSettings = field(default_factory=LossSettings)
    ema: float = 0.0
    """Decay of the exponential moving average of the weights, which is then what is kept; 0 keeps the last weights."""
