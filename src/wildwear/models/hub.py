"""Models to and from others: a folder, or a repository of the Hugging Face hub."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wildwear.errors import StorageError, UnsafeModel, UserError
from wildwear.models.card import CARD, NETWORK, WEIGHTS, ModelCard, read_card
from wildwear.models.checks import read_checked
from wildwear.models.formats.base import new_folder
from wildwear.models.formats.hub_folder import README, write_hub_folder
from wildwear.models.formats.timm import CONFIG
from wildwear.models.manage import check
from wildwear.models.page import PAGE
from wildwear.models.registry import find_model
from wildwear.models.safetensors import check_weights
from wildwear.models.write import restore, swap, write_model
from wildwear.records import Report
from wildwear.workspace import Workspace, check_name

if TYPE_CHECKING:
    from huggingface_hub import HfApi

SCHEME = "hf://"
_TAKEN = (NETWORK, WEIGHTS, PAGE)
"""What a model is made of; whatever else lies beside it stays there."""
_LARGEST = 8 << 30  # bytes of one file that is fetched


def push(name: str, destination: str, workspace: Workspace | None = None, *, private: bool = False) -> Report:
    """Writes the model `name`, checked first, to a folder, or uploads it to `hf://owner/name`, in the hub's layout.

    A folder that holds such a model already is replaced whole. Raises `UserError` where the folder holds anything
    else, or the hub cannot be reached or refuses.
    """
    folder = find_model(name, workspace)
    check(name, workspace)
    card = read_card(folder)
    if destination.startswith(SCHEME):
        repository, revision = _repository(destination)
        with tempfile.TemporaryDirectory() as draft, _asking(destination) as api:
            files = write_hub_folder(folder, card, Path(draft))
            api.create_repo(repository, private=private, exist_ok=True)
            api.upload_folder(
                repo_id=repository, folder_path=draft, revision=revision, commit_message=f"Model {card.key}"
            )
        where = f"https://huggingface.co/{repository}"
    else:
        target = Path(destination).resolve()
        files, where = _to_folder(folder, card, target), str(target)
    return Report(
        verb="models push",
        done={"files": len(files)},
        notes=(f"{card.key} in {where}",),
        details={"key": card.key, "files": list(files), "where": where},
    )


def pull(source: str, name: str, workspace: Workspace) -> Report:
    """Takes a model from a folder, or from `hf://owner/name[@revision]`, as `name` into the workspace.

    Whatever it is made of is checked as a stranger's before a model of that name is replaced: raises `UnsafeModel`
    with the file and the reason, and `UserError` where the hub cannot be reached or has no such model.
    """
    check_name("model", name)
    with _fetched(source) as folder:
        card = read_card(folder)
        parts = {file: read_checked(folder / file, card.files[file]) for file in _TAKEN if file in card.files}
        if WEIGHTS in parts:
            check_weights(folder / WEIGHTS, card.classes)
        if NETWORK not in parts:
            raise UnsafeModel(f"{source}: {CARD} records no checksum of {NETWORK}")
        network, page = parts.pop(NETWORK), parts.pop(PAGE, b"").decode("utf-8", "replace")
        model = write_model(workspace.models / name, network, replace(card, name=name), page=page, extra=parts)
    left = sorted(set(card.files) - set(_TAKEN))
    return Report(
        verb="models pull",
        done={"files": len(model.metadata.files), "classes": len(model.classes)},
        skipped={"files that no model is made of": len(left)},
        notes=(f"{model.key} in {model.folder}", f"licence: {card.licence or 'not stated'}"),
        details={"key": model.key, "folder": str(model.folder), "source": source, "skipped": left},
    )


def _to_folder(folder: Path, card: ModelCard, target: Path) -> tuple[str, ...]:
    restore(target)
    if target.exists():
        _check_replaceable(target)
    fresh = target.with_name(f".{target.name}.pushed")
    shutil.rmtree(fresh, ignore_errors=True)
    with new_folder(fresh) as draft:
        files = write_hub_folder(folder, card, draft)
    try:
        swap(fresh, target)
    except OSError as error:
        raise StorageError(f"cannot write {target}: {error.strerror or error}") from error
    return files


def _check_replaceable(target: Path) -> None:
    if not target.is_dir():
        raise UserError(f"{target} is a file: a model is pushed to a folder")
    there = {file.name for file in target.iterdir()}
    known = {CARD, README, CONFIG, *_TAKEN}
    if (target / CARD).is_file():
        known |= set(read_card(target).files)
    if there - known or (there and CARD not in there):
        raise UserError(f"{target} holds other things than a model: name another folder, or an empty one")


@contextmanager
def _fetched(source: str) -> Iterator[Path]:
    """The folder of a model that somebody else has made."""
    if not source.startswith(SCHEME):
        yield Path(source)
        return
    repository, revision = _repository(source)
    with tempfile.TemporaryDirectory() as folder:
        with _asking(source) as api:
            _download(api, repository, revision, Path(folder))
        yield Path(folder)


def _download(api: HfApi, repository: str, revision: str | None, folder: Path) -> None:
    info = api.model_info(repository, revision=revision, files_metadata=True)
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or ()}
    if CARD not in sizes:
        raise UserError(f"{SCHEME}{repository} is no model of wildwear: there is no {CARD} in it")
    for name in (CARD, *_TAKEN):
        if sizes.get(name, 0) > _LARGEST:
            raise UnsafeModel(f"{SCHEME}{repository}: {name} has {sizes[name]:,} bytes, more than a model has")
        if name in sizes:
            api.hf_hub_download(repository, name, revision=info.sha, local_dir=folder)


def _repository(address: str) -> tuple[str, str | None]:
    """Repository and revision.

    >>> _repository("hf://owner/name@v1")
    ('owner/name', 'v1')
    """
    repository, _, revision = address.removeprefix(SCHEME).partition("@")
    if repository.count("/") != 1 or not all(repository.split("/")):
        raise UserError(f"{address!r} names no repository: write hf://OWNER/NAME or hf://OWNER/NAME@REVISION")
    return repository, revision or None


@contextmanager
def _asking(address: str) -> Iterator[HfApi]:
    """The hub's own client; its errors become one plain line in which no token stands.

    The token comes from HF_TOKEN alone, and no file of other tools is looked at for one.
    """
    if not find_spec("huggingface_hub"):
        raise UserError(f"{address} needs the hub's client: pip install 'wildwear[hub]'")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    from huggingface_hub import HfApi, constants

    constants.HF_HUB_DISABLE_TELEMETRY = True  # in case it was imported before
    token = os.environ.get("HF_TOKEN", "").strip()
    try:
        yield HfApi(token=token or False, library_name="wildwear")
    except (UserError, StorageError):
        raise
    except Exception as error:  # of several families: its own, httpx's, the system's
        raise UserError(f"{address}: {_plain(error, token)}") from None


def _plain(error: Exception, token: str) -> str:
    status: Any = getattr(getattr(error, "response", None), "status_code", None)
    known = {401: "the hub wants a token: set HF_TOKEN", 403: "HF_TOKEN does not allow this", 404: "no such repository"}
    if status in known:
        return known[status] + (", or it is private: set HF_TOKEN" if status == 404 and not token else "")
    line = " ".join(str(error).split())[:200] or type(error).__name__
    return f"the hub cannot be asked: {line.replace(token, '…') if token else line}"
