"""The formats that are written from a model alone."""

from __future__ import annotations

import shutil
from pathlib import Path

from wildwear.errors import StorageError
from wildwear.files import write_durably
from wildwear.models.card import CARD, NETWORK, WEIGHTS
from wildwear.models.formats.base import Job, Written, new_folder, require_suffix
from wildwear.models.formats.hub_folder import write_hub_folder
from wildwear.models.formats.plain import self_explaining
from wildwear.models.formats.timm import CONFIG, config, require_weights


def as_folder(job: Job) -> Written:
    """The model as it is."""
    with new_folder(job.target) as draft:
        for name in job.card.files:
            shutil.copyfile(job.folder / name, draft / name)
        (draft / CARD).write_text(job.card.to_json(), encoding="utf-8")
    return Written(files=1 + len(job.card.files), notes=(f"use it anywhere with --model {job.target}",))


def as_onnx(job: Job, *, half: bool = False) -> Written:
    """One file with calibrated probabilities."""
    require_suffix(job.target, ".onnx", job.settings.to)
    data = self_explaining((job.folder / NETWORK).read_bytes(), job.card, half=half)
    _write_file(job.target, data)
    note = f"pixels in; probabilities (at temperature {job.card.temperature:.2f}), logits and embedding out"
    return Written(files=1, notes=(note,), details={"bytes": len(data)})


def as_half_onnx(job: Job) -> Written:
    """The same with its weights stored as float16."""
    return as_onnx(job, half=True)


def as_safetensors(job: Job) -> Written:
    """The weights under timm's names."""
    require_suffix(job.target, ".safetensors", job.settings.to)
    require_weights(job.card)
    _write_file(job.target, (job.folder / WEIGHTS).read_bytes())
    note = f"timm.create_model({job.card.backbone!r}, num_classes={len(job.card.classes)}, checkpoint_path=…)"
    return Written(files=1, notes=(note,))


def as_timm(job: Job) -> Written:
    """A folder that timm loads."""
    require_weights(job.card)
    with new_folder(job.target) as draft:
        shutil.copyfile(job.folder / WEIGHTS, draft / WEIGHTS)
        (draft / CONFIG).write_bytes(config(job.card, job.folder))
    note = f'timm.create_model("local-dir:{job.target}", pretrained=True)'
    return Written(files=2, notes=(note, f"divide its logits by {job.card.temperature:.4g} before the softmax"))


def as_hub(job: Job) -> Written:
    """A folder as the Hugging Face hub wants it."""
    with new_folder(job.target) as draft:
        files = write_hub_folder(job.folder, job.card, draft)
    return Written(files=len(files), details={"files": list(files)})


def _write_file(target: Path, data: bytes) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_durably(target, data)
    except OSError as error:
        raise StorageError(f"cannot write {target}: {error.strerror or error}") from error
