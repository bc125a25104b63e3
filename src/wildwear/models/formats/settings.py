"""What can be set about exports of a model; light to import, since the command line takes its flags from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wildwear.errors import UserError

FormatName = Literal["folder", "onnx", "onnx-half", "onnx-int8", "safetensors", "timm", "hub"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSettings:
    """What a model is exported as."""

    to: FormatName = "folder"
    """folder: the model as it is. onnx: one file for any ONNX runtime, which gives calibrated probabilities besides;
    onnx-half: the same at half the size. onnx-int8: a model in whole numbers, of a quarter of the size. safetensors:
    the weights under timm's names; timm: a folder that timm loads. hub: a folder as the Hugging Face hub wants it."""
    temperature_from: str | None = None
    """Fits the temperature anew, for probabilities that suit this dataset, as NAME[:split]; without a split, val."""
    calibrate: str | None = None
    """onnx-int8: the dataset whose pictures show how large activations get, as NAME[:split]; without a split, train."""
    measure: str | None = None
    """onnx-int8: the dataset on which the loss of accuracy is measured, as NAME[:split]; without, the val side of
    what --calibrate names."""
    pictures: int = 256
    """onnx-int8: how many pictures are looked at to calibrate."""

    def __post_init__(self) -> None:
        if self.pictures < 1:
            raise UserError(f"--pictures must be at least 1, and is {self.pictures}")
        if self.to == "onnx-int8" and self.calibrate is None:
            raise UserError("--to onnx-int8 looks at pictures first: name a dataset, as in --calibrate street:train")
        if self.to == "safetensors" and self.temperature_from:
            raise UserError("--to safetensors holds weights and no temperature: leave --temperature-from out")
        if self.to != "onnx-int8" and (self.calibrate or self.measure):
            raise UserError(f"--calibrate and --measure are for --to onnx-int8, and not for {self.to}")
