"""The settings of `train`; light to import, since the command line takes its flags from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from cyclopts import Parameter

from wildwear.errors import UserError
from wildwear.models.settings import DEFAULT_MODEL
from wildwear.training.finetune_settings import FinetuneSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSettings:
    """What only the probe knows."""

    l2: float | None = None
    """Weight of the squared norm (probe); chosen on a fifth of the training groups held aside unless it is given."""

    def __post_init__(self) -> None:
        if self.l2 is not None and not 0 < self.l2 < 1e6:
            raise UserError(f"--l2 must be above 0, and is {self.l2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSettings:
    """What every recipe knows."""

    on: tuple[str, ...]
    """Data to learn from, as DATASET[:split][*weight]; several may be named. Without a split it is train, and the
    same dataset's val is what the model is measured on."""
    recipe: str = "probe"
    """How: probe is a linear classifier on frozen features, seconds on a CPU; finetune trains the whole network and
    needs the extra [train]."""
    init: str = DEFAULT_MODEL
    """The model whose frozen features the probe learns on; finetune starts from ImageNet weights instead."""
    classes: str = "auto"
    """What is told apart: auto (every category that is some sample's whole label, and one for each label that would
    be left without), a selection such as deepfashion-46, or A,B,C."""
    balance: Literal["none", "sqrt", "balanced"] = "sqrt"
    """How far rare classes are weighted up: not at all, by half on a logarithmic scale, or to equal shares."""
    seed: int = 0
    """Another seed draws other groups aside."""
    licence: str = ""
    """What the model's card says of its licence."""
    probe: Annotated[ProbeSettings, Parameter(name="*", group="Recipe probe")] = ProbeSettings()
    finetune: Annotated[FinetuneSettings, Parameter(name="*", group="Recipe finetune")] = FinetuneSettings()  # noqa: RUF009

    def __post_init__(self) -> None:
        if not self.on:
            raise UserError("name what to learn from: --on DATASET")
