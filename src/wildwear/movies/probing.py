"""A file that is said to be a movie, opened without trusting it.

The format is decided by content, from a fixed list that holds no playlist, and the file is handed over as an open file:
nothing in it can make the library open another file or address.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn

from wildwear.errors import UnreadableInput

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

DEMUXERS = "mov,matroska,mpegts,mpeg,avi,flv,asf,ogg"
"""Formats that carry pictures themselves (`mov` is MP4 too, `matroska` WebM); none that names other files."""

_PLAYLISTS = (b"ffconcat", b"#EXTM3U", b"#EXT-X", b"<MPD", b"<SmoothStreamingMedia", b"<smil", b"[playlist]", b"v=0\n")
_ATTACHED_PICTURE = 1 << 10
_TRUNCATED = "it is cut off: what describes its frames is missing, or a part of it"


class Unreadable(UnreadableInput):
    """A movie that cannot be decoded at all.

    `reason` is short and countable: `missing`, `not_a_file`, `empty`, `not_a_movie`, `playlist`, `no_video`,
    `no_decoder`, `too_large`, `truncated` (cut off before its header ends), `damaged` (of a known format, and its
    header or every frame cannot be read), `past_the_end` (a time that the movie does not reach).
    """

    def __init__(self, reason: str, detail: str, path: str = "") -> None:
        self.reason, self.detail, self.path = reason, detail, path
        super().__init__(reason, detail, path)

    def __str__(self) -> str:
        return f"{self.path and self.path + ': '}{self.detail}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieLimits:
    """How much a movie may ask for."""

    pixels: int = 8192 * 4352
    """Of one frame; 8K fits."""
    threads: int = 2
    """Threads that decode."""
    streams: int = 64
    """Video, sound and subtitles together."""


def open_file(path: Path) -> BinaryIO:
    """The file at `path`, to read.

    Raises:
        Unreadable: there is no file, or nothing in it.
    """
    # By number, so that the name's ending has no say in what the format is.
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError as error:
        raise Unreadable("missing", "there is no such file", str(path)) from error
    except OSError as error:
        raise Unreadable("not_a_file", f"it cannot be opened: {error.strerror}", str(path)) from error
    status = os.fstat(number)
    if stat.S_ISREG(status.st_mode) and status.st_size:
        return os.fdopen(number, "rb", buffering=0)
    os.close(number)
    if stat.S_ISREG(status.st_mode):
        raise Unreadable("empty", "the file is empty", str(path))
    raise Unreadable("not_a_file", "it is no file but a folder, a pipe or a device", str(path))


def open_container(file: BinaryIO, path: Path, limits: MovieLimits) -> InputContainer:
    """The movie in `file`, which came from `path`, with its header read.

    Raises:
        Unreadable: it is no movie, names other files, or its header cannot be read.
    """
    import av

    start = file.read(4096)
    file.seek(0)
    _refuse_playlist(start, path)
    options = {
        "format_whitelist": DEMUXERS,
        "protocol_whitelist": "none",
        "max_streams": str(limits.streams),
        "max_pixels": str(limits.pixels),
    }
    try:
        return av.open(file, "r", options=options, metadata_errors="replace", io_open=_open_nothing)
    except (av.error.FFmpegError, ValueError, PermissionError) as error:
        reason, detail = _why_not(file, start)
        raise Unreadable(reason, detail, str(path)) from error


def video_stream(container: InputContainer, file: BinaryIO, path: Path, limits: MovieLimits) -> VideoStream:
    """The stream that a player would show, its decoder not yet begun.

    Raises:
        Unreadable: there is none, nothing here decodes it, or its frames are too large.
    """
    streams = [stream for stream in container.streams.video if not stream.disposition & _ATTACHED_PICTURE]
    best = max(streams, key=lambda stream: (bool(stream.disposition & 1), _pixels(stream), -stream.index), default=None)
    if (best is None or best.codec_context is None) and container.format.name.startswith("mov") and ends_early(file):
        raise Unreadable("truncated", _TRUNCATED, str(path))
    if best is None:
        raise Unreadable("no_video", "there is no video in it, only sound or text", str(path))
    if best.codec_context is None:
        raise Unreadable("no_decoder", "no decoder is here for its video", str(path))
    if _pixels(best) > limits.pixels:
        size = f"{best.codec_context.width} × {best.codec_context.height}"
        raise Unreadable("too_large", f"frames of {size} are over the limit of {limits.pixels:,} pixels", str(path))
    return best


def ends_early(file: BinaryIO) -> bool:
    """Whether the last box of an MP4 is said to reach past the end of the file (ISO/IEC 14496-12, 4.2)."""
    size = file.seek(0, os.SEEK_END)
    position = 0
    while position < size:
        file.seek(position)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length == 0:
            return False
        if length < 8:
            return True
        position += length
    return position > size


def _pixels(stream: VideoStream) -> int:
    return stream.codec_context.width * stream.codec_context.height if stream.codec_context else 0


def _refuse_playlist(start: bytes, path: Path) -> None:
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    named = text.startswith(_PLAYLISTS) or (text.startswith(b"<") and any(mark in text for mark in _PLAYLISTS))
    if named:
        raise Unreadable("playlist", "it is a list of other files or addresses, which are not opened", str(path))


def _open_nothing(*_: object) -> NoReturn:
    raise PermissionError("a movie may not open anything else")


def _why_not(file: BinaryIO, start: bytes) -> tuple[str, str]:
    if b"ftyp" in start[:64] or start[4:8] in (b"moov", b"mdat", b"wide", b"free"):
        if ends_early(file):
            return "truncated", _TRUNCATED
        return "damaged", "what describes its frames cannot be read"
    if start.startswith((b"\x1a\x45\xdf\xa3", b"RIFF", b"FLV", b"OggS", b"\x30\x26\xb2\x75")):
        return "damaged", "its header is cut off or cannot be read"
    return "not_a_movie", "its content is of no movie format that is read here"
