"""The settings of stages that run a model; light to import, since the command line takes its flags from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wildwear.errors import UserError

DEFAULT_MODEL = "wildwear-base"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeOptions:
    """What runs a model, and on what."""

    runtime: Literal["auto", "onnxruntime", "openvino"] = "auto"
    """What runs the network; auto takes OpenVINO where it is installed and the device is the CPU."""
    device: Literal["cpu", "cuda"] = "cpu"
    """Where it runs; cuda needs onnxruntime-gpu."""
    threads: int = 0
    """Threads of the network; 0 takes all cores that this process may use."""

    def __post_init__(self) -> None:
        if self.threads < 0:
            raise UserError(f"--threads must be 0 or more, and is {self.threads}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedSettings:
    """What is embedded, and how."""

    model: str = DEFAULT_MODEL
    """A model's name (see 'wildwear models list'), or its folder."""
    dataset: str | None = None
    """Embed the samples of this dataset; without, the catalogue's stored pictures."""
    batch_size: int = 32
    """Pictures that run through the network at once."""

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise UserError(f"--batch-size must be at least 1, and is {self.batch_size}")
