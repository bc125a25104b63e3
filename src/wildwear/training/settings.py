"""The settings of `train`; light to import, since the command line takes its flags from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from cyclopts import Parameter

from wildwear.errors import UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSettings:
    """What only the probe knows."""

    l2: float | None = None
    """Weight of the squared norm (probe); chosen on a fifth of the training groups held aside unless it is given."""
    prior: Literal["none", "init"] = "none"
    """What a probe's weights are drawn to where samples are few: nothing, or the last layer of the model that it
    starts from, for the classes that both know."""

    def __post_init__(self) -> None:
        if self.l2 is not None and not 0 < self.l2 < 1e6:
            raise UserError(f"--l2 must be above 0, and is {self.l2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What may be said beside a recipe of networks without writing a file; None is as the recipe says."""

    epochs: int | None = None
    """How often the data are gone through."""
    batch_size: int | None = None
    """Samples a step, over all processes."""
    backbone: str | None = None
    """Any of timm's, by name."""
    size: int | None = None
    """Side of the square pictures while training, pixels; the recipe's other sizes change in proportion."""
    learning_rate: float | None = None
    """The highest; that of the last layer changes in proportion."""

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "size", "learning_rate"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise UserError(f"--{name.replace('_', '-')} must be above 0, and is {value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """Where and how a network is trained; what comes out is the same, but for rounding."""

    threads: int = 2
    """Threads of each process that decode and vary pictures."""
    precision: Literal["auto", "bf16", "float32"] = "auto"
    """What convolutions compute in; auto is bf16 on a GPU that has it, else float32."""
    compile: Literal["auto", "yes", "no"] = "auto"
    """Whether torch.compile makes the network faster, after some minutes; auto is yes on a GPU."""
    tracker: str = ""
    """Where curves go: tensorboard (the folder runs/ of the workspace), or another of accelerate's trackers."""
    checkpoint_minutes: float = 10.0
    """A checkpoint at least this often, and whenever the val sides have been measured."""
    resume: Annotated[bool, Parameter(negative="--no-resume")] = True
    """Go on where a run of the same settings and data was stopped."""
    accept_leaks: bool = False
    """Train although a val side shares pictures or groups with what is learned from."""
    process_timeout: int = 40
    """Seconds that processes wait for each other before the training is given up."""

    def __post_init__(self) -> None:
        if self.threads < 1:
            raise UserError(f"--threads must be at least 1, and is {self.threads}")
        if not self.checkpoint_minutes >= 0:
            raise UserError(f"--checkpoint-minutes must be at least 0, and is {self.checkpoint_minutes}")
        if self.process_timeout < 1:
            raise UserError(f"--process-timeout must be at least 1, and is {self.process_timeout}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSettings:
    """What every recipe knows."""

    on: tuple[str, ...]
    """Data to learn from, as DATASET[:split][@samples][*weight]; several may be named. Without a split it is train,
    and the same dataset's val is what the model is measured on."""
    recipe: str = "probe"
    """How: probe is a linear classifier on frozen features, seconds on a CPU. paper, modern or FILE.toml trains a
    whole network and needs the extra [train]: see 'wildwear recipes list'."""
    init: str = ""
    """Where to start. For the probe the model whose frozen features it learns on (wildwear-base unless told); for a
    network imagenet (unless told), scratch, or a model with a model.safetensors."""
    classes: str = "auto"
    """What is told apart: auto (every category that is some sample's whole label, and one for each label that would
    be left without), a selection such as deepfashion-46, or A,B,C."""
    balance: Literal["none", "sqrt", "balanced"] | None = None
    """How far rare classes are weighted up, or seen more often: not at all, by half on a logarithmic scale, or to
    equal shares. The probe takes sqrt unless told, a network what its recipe says."""
    seed: int = 0
    """Another seed draws other samples, views and weights."""
    licence: str = ""
    """What the model's card says of its licence."""
    probe: Annotated[ProbeSettings, Parameter(name="*", group="Recipe probe")] = ProbeSettings()
    overrides: Annotated[Overrides, Parameter(name="*", group="Recipes of networks")] = Overrides()
    run: Annotated[RunSettings, Parameter(name="*", group="Running a recipe of networks")] = RunSettings()

    def __post_init__(self) -> None:
        if not self.on:
            raise UserError("name what to learn from: --on DATASET")
