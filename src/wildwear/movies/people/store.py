"""Detectors that have a name: those that a workspace keeps, and those whose release is known.

A workspace keeps `detectors/NAME.json` (licence, origin, size and checksum) and the network as
`detectors/CHECKSUM.onnx`. Nothing is downloaded but on request.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from wildwear.errors import StorageError, UnreadableInput, UnsafeModel, UserError
from wildwear.files import write_durably
from wildwear.images.fetch_settings import DownloadSettings
from wildwear.models.checks import read_network
from wildwear.models.settings import RuntimeOptions
from wildwear.movies.people.opening import open_network
from wildwear.workspace import Workspace, check_name

_RELEASE = "https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0"
_LARGEST_CARD = 100_000  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorCard:
    """What is written down of a detector."""

    name: str
    licence: str
    """Of the weights, as an SPDX identifier or in words."""
    origin: str
    """The address or file that it came from."""
    size: int
    """Bytes."""
    sha256: str

    def __post_init__(self) -> None:
        texts = (self.name, self.licence, self.origin, self.sha256)
        if not all(isinstance(text, str) and text.isprintable() for text in texts) or not isinstance(self.size, int):
            raise ValueError("a detector's name, licence, origin and checksum are text, and its size is a number")
        if len(bytes.fromhex(self.sha256)) != 32:
            raise ValueError("a checksum has 64 digits")

    def __str__(self) -> str:
        return f"{self.size / 1e6:.1f} MB, {self.licence}, from {self.origin}, SHA-256 {self.sha256}"


KNOWN = {
    card.name: card
    for card in (
        DetectorCard(
            name="yolox-nano",
            licence="Apache-2.0",
            origin=f"{_RELEASE}/yolox_nano.onnx",
            size=3_659_407,
            sha256="c789161ed43c8269fcd4e67c67eeeb4e80c622da2eb296a20bc6007bd18a0b7d",
        ),
        DetectorCard(
            name="yolox-tiny",
            licence="Apache-2.0",
            origin=f"{_RELEASE}/yolox_tiny.onnx",
            size=20_219_662,
            sha256="427cc366d34e27ff7a03e2899b5e3671425c262ea2291f88bb942bc1cc70b0f7",
        ),
        DetectorCard(
            name="yolox-s",
            licence="Apache-2.0",
            origin=f"{_RELEASE}/yolox_s.onnx",
            size=35_858_002,
            sha256="c5c2d13e59ae883e6af3b45daea64af4833a4951c92d116ec270d9ddbe998063",
        ),
    )
}
"""Detectors that can be fetched by name; each checksum is the published one of that file."""


def kept(workspace: Workspace | None) -> tuple[dict[str, DetectorCard], dict[str, str]]:
    """The detectors of a workspace by name; and why others of them cannot be read."""
    cards: dict[str, DetectorCard] = {}
    broken: dict[str, str] = {}
    for path in sorted((workspace.root / "detectors").glob("*.json")) if workspace else ():
        try:
            cards[path.stem] = _read_card(path)
        except UnreadableInput as error:
            broken[path.stem] = str(error)
    return cards, broken


def read_kept(workspace: Workspace, card: DetectorCard) -> bytes:
    """The network of a detector that is kept; raises `UnsafeModel` where it is not what was registered."""
    path = _file(workspace, card)
    data = read_network(path)
    if hashlib.sha256(data).hexdigest() != card.sha256:
        raise UnsafeModel(f"{path} does not match its checksum: get {card.name} again")
    return data


def register(path: Path, name: str, licence: str, workspace: Workspace) -> DetectorCard:
    """Takes a file as `name` into the workspace, once it has been checked and has run.

    The licence of a known file is known. Raises `UserError` where the licence is not said, or the name is that of
    another known file, and `UnsafeModel` for a network that is refused; what was there of that name stays then.
    """
    check_name("detector", name)
    if not path.is_file():
        raise UnreadableInput(f"{path} is not there, or not a file")
    data = read_network(path)
    sha256 = hashlib.sha256(data).hexdigest()
    if name in KNOWN and sha256 != KNOWN[name].sha256:
        raise UserError(f"{path} is not the file known as {name} (SHA-256 {KNOWN[name].sha256}): give it another name")
    licence = licence or next((card.licence for card in KNOWN.values() if card.sha256 == sha256), "")
    if not licence.strip():
        raise UserError(f"say under which licence {path.name} may be used: --licence Apache-2.0")
    origin = str(path.resolve())
    return _keep(
        data, DetectorCard(name=name, licence=licence, origin=origin, size=len(data), sha256=sha256), workspace
    )


def fetch(card: DetectorCard, workspace: Workspace, settings: DownloadSettings | None = None) -> DetectorCard:
    """Downloads a known detector into the workspace; one that is there already is not asked for again.

    Raises `UserError` where it cannot be had, and `UnsafeModel` where it is not the file that is known.
    """
    if kept(workspace)[0].get(card.name) == card and _file(workspace, card).is_file():
        return card
    data = _download(card, settings or DownloadSettings(max_bytes=card.size, timeout=900, resolver_patience=5))
    if len(data) != card.size or hashlib.sha256(data).hexdigest() != card.sha256:
        raise UnsafeModel(f"{card.origin} gave another file than the one known as {card.name}: nothing was kept")
    return _keep(data, card, workspace)


def _download(card: DetectorCard, settings: DownloadSettings) -> bytes:
    from wildwear.images.download import Downloader, ResolverDown, Unfetchable

    async def ask() -> bytes:
        async with Downloader(settings) as downloader:
            return await downloader.download(card.origin)

    remedy = f"elsewhere, save it, and take it with 'wildwear models get FILE.onnx --as {card.name}'"
    try:
        return asyncio.run(ask())
    except ResolverDown as error:
        raise UserError(f"{card.origin} cannot be had, no name can be looked up: fetch it {remedy}") from error
    except Unfetchable as error:
        raise UserError(f"{card.origin} cannot be had ({error}): fetch it {remedy}") from error


def _keep(data: bytes, card: DetectorCard, workspace: Workspace) -> DetectorCard:
    """Checks and runs a network, writes it, and then what says that it is there: a kill leaves the old one."""
    open_network(data, card.origin, card.name, RuntimeOptions())
    place = workspace.root / "detectors"
    previous = kept(workspace)[0].get(card.name)
    try:
        place.mkdir(exist_ok=True)
        write_durably(_file(workspace, card), data)
        write_durably(place / f"{card.name}.json", json.dumps(asdict(card), indent=1).encode())
        if previous and all(other.sha256 != previous.sha256 for other in kept(workspace)[0].values()):
            _file(workspace, previous).unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"cannot keep a detector in {place}: {error.strerror or error}") from error
    return card


def _file(workspace: Workspace, card: DetectorCard) -> Path:
    return workspace.root / "detectors" / f"{card.sha256}.onnx"


def _read_card(path: Path) -> DetectorCard:
    try:
        with path.open("rb") as file:
            card = DetectorCard(**json.loads(file.read(_LARGEST_CARD)))
        if card.name != path.stem:
            raise ValueError(card.name)
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror or error}") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise UnreadableInput(f"{path} is not what 'wildwear models get' wrote: get {path.stem} again") from error
    return card
