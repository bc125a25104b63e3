"""The stage behind `models export`: a checked model in one of several forms."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wildwear.errors import UserError
from wildwear.models.card import read_card
from wildwear.models.formats.base import Format, Job
from wildwear.models.formats.recalibrating import in_words, recalibrated
from wildwear.models.formats.settings import ExportSettings, FormatName
from wildwear.models.formats.smaller import as_int8
from wildwear.models.formats.writers import as_folder, as_half_onnx, as_hub, as_onnx, as_safetensors, as_timm
from wildwear.models.manage import check
from wildwear.models.registry import find_model
from wildwear.progress import Progress, silent
from wildwear.records import Report
from wildwear.workspace import Workspace

FORMATS: Mapping[FormatName, Format] = {
    "folder": as_folder,
    "onnx": as_onnx,
    "onnx-half": as_half_onnx,
    "onnx-int8": as_int8,
    "safetensors": as_safetensors,
    "timm": as_timm,
    "hub": as_hub,
}


def export(
    name: str,
    target: Path,
    workspace: Workspace | None = None,
    settings: ExportSettings = ExportSettings(),
    progress: Progress = silent,
) -> Report:
    """Writes the model `name` to `target`, where nothing is yet, as `settings.to` says; the model is checked first.

    Raises `UserError` for a place that is taken and for what the model cannot become, `UnsafeModel` for a model that
    is damaged, `StorageError` for what the disk refuses; nothing is left at `target` then.
    """
    folder = find_model(name, workspace)
    if target.exists():
        raise UserError(f"{target} is there already: name a place where nothing is")
    check(name, workspace)
    job = Job(
        folder=folder,
        card=read_card(folder),
        target=target,
        settings=settings,
        workspace=workspace,
        progress=progress,
    )
    notes: tuple[str, ...] = ()
    if settings.temperature_from is not None:
        job = recalibrated(job, settings.temperature_from)
        notes = (in_words(job.card.metrics["calibration"]),)
    written = FORMATS[settings.to](job)
    return Report(
        verb="models export",
        done={"files": written.files},
        notes=(*notes, *written.notes, f"{settings.to}: {target.resolve()}"),
        details={"target": str(target.resolve()), "to": settings.to} | dict(written.details),
    )
