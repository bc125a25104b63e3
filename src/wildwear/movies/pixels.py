"""A decoder's frame to upright 8-bit sRGB."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from wildwear.movies.high_dynamic_range import HYBRID_LOG_GAMMA, PERCEPTUAL_QUANTIZER, to_srgb

if TYPE_CHECKING:
    from av.filter import Graph
    from av.video.frame import VideoFrame

_UNSPECIFIED = 2
_FULL_RANGE = 2
_BT601, _BT709 = 5, 1
_FAST_BILINEAR, _BILINEAR, _AREA = 1, 2, 32


@dataclass(frozen=True, slots=True)
class Turn:
    """How a frame is turned to stand upright: axes swapped first, then mirrored."""

    swap: bool = False
    mirror_x: bool = False
    mirror_y: bool = False

    @classmethod
    def of(cls, frame: VideoFrame) -> Turn:
        """From the frame's display matrix, in which (x, y) goes to (a x + c y, b x + d y)."""
        matrix = _display_matrix(frame)
        if matrix is None:
            return cls()
        a, b, c, d = matrix[0], matrix[1], matrix[3], matrix[4]
        if abs(b) + abs(c) > abs(a) + abs(d):
            return cls(True, c < 0, b < 0)
        return cls(False, a < 0, d < 0)

    @property
    def degrees(self) -> int:
        """Clockwise; a mirror image counts as the turn that it comes nearest to."""
        if self.swap:
            return 90 if self.mirror_x else 270
        return 180 if self.mirror_y else 0

    def apply(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """H × W × 3 as decoded → upright, contiguous."""
        turned = pixels.swapaxes(0, 1) if self.swap else pixels
        turned = turned[:: -1 if self.mirror_y else 1, :: -1 if self.mirror_x else 1]
        return np.ascontiguousarray(turned)


@dataclass(frozen=True, slots=True)
class Shape:
    """What upright frames of one movie look like, whatever the decoder hands out."""

    width: int
    """Pixels, upright, square."""
    height: int
    turn: Turn
    stored: tuple[int, int]
    """Width and height as decoded."""

    @classmethod
    def of(cls, frame: VideoFrame, pixel_aspect: Fraction | None) -> Shape:
        """`pixel_aspect`: width over height of a stored pixel; widens frames whose pixels are not square."""
        turn = Turn.of(frame)
        width = frame.width
        if pixel_aspect and pixel_aspect != 1 and Fraction(1, 4) <= pixel_aspect <= 4:
            width = max(1, round(width * pixel_aspect))
        upright = (frame.height, width) if turn.swap else (width, frame.height)
        return cls(*upright, turn, (frame.width, frame.height))

    def scaled(self, side: int) -> tuple[int, int]:
        """Width and height, upright, with the longer one at most `side` (0: as it is)."""
        longer = max(self.width, self.height)
        if not side or side >= longer:
            return self.width, self.height
        return max(1, round(self.width * side / longer)), max(1, round(self.height * side / longer))


class Converter:
    """Turns frames into arrays of one size; one for each size, because it remembers how.

    `hurry` looks at few of the pixels that a smaller frame is made from.
    """

    def __init__(self, shape: Shape, side: int = 0, *, hurry: bool = False) -> None:
        from av.video.reformatter import VideoReformatter

        self.shape = shape
        self.width, self.height = shape.scaled(side)
        self._smoothing = _FAST_BILINEAR if hurry else _AREA
        self._reformatter = VideoReformatter()

    def __call__(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """H × W × 3, RGB in 0 to 255, upright."""
        turn = self.shape.turn
        width, height = (self.height, self.width) if turn.swap else (self.width, self.height)
        if (frame.width, frame.height) == self.shape.stored:
            return turn.apply(self._scaled(frame, width, height))
        # The size changed midway: within the size that the movie began with, on black.
        scale = min(width / frame.width, height / frame.height)
        inner = self._scaled(frame, max(1, int(frame.width * scale)), max(1, int(frame.height * scale)))
        pixels = np.zeros((height, width, 3), np.uint8)
        top, left = (height - inner.shape[0]) // 2, (width - inner.shape[1]) // 2
        pixels[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
        return turn.apply(pixels)

    def _scaled(self, frame: VideoFrame, width: int, height: int) -> NDArray[np.uint8]:
        bright = frame.color_trc in (PERCEPTUAL_QUANTIZER, HYBRID_LOG_GAMMA)
        picture = self._reformatter.reformat(
            frame,
            width=width,
            height=height,
            format="rgb48le" if bright else "rgb24",
            interpolation=self._smoothing if width < frame.width else _BILINEAR,
            dst_color_range=_FULL_RANGE,
            threads=1,
            **_colours(frame),
        )
        pixels = picture.to_ndarray()
        if bright:
            return to_srgb(cast(NDArray[np.uint16], pixels), frame.color_trc)
        return cast(NDArray[np.uint8], pixels)


def _colours(frame: VideoFrame) -> dict[str, Any]:
    colours: dict[str, Any] = {"src_color_range": frame.color_range}
    if frame.colorspace == _UNSPECIFIED:
        # What players do: high definition is BT.709 where nothing is said.
        colours["src_colorspace"] = _BT709 if frame.height >= 720 or frame.width >= 1280 else _BT601
    return colours


def _display_matrix(frame: VideoFrame) -> NDArray[np.int64] | None:
    from av.sidedata.sidedata import Type

    for data in cast(Any, frame.side_data):
        if data.type == Type.DISPLAYMATRIX:
            return np.frombuffer(bytes(data), np.int32).astype(np.int64)
    return None


def without_lines(frames: Iterable[tuple[Fraction, VideoFrame]]) -> Iterator[tuple[Fraction, VideoFrame]]:
    """Interlaced frames as whole ones, by BWDIF; others as they are. From the first interlaced one on, a frame is held
    back, because the filter looks at both neighbours."""
    graph: Graph | None = None
    form: tuple[int, int, str] | None = None
    times: deque[Fraction] = deque()
    for time, frame in frames:
        if graph is not None and form != _form(frame):
            yield from _flushed(graph, times)
            graph = None
        if graph is None and not frame.interlaced_frame:
            yield time, frame
            continue
        graph, form = graph or _deinterlacer(frame), _form(frame)
        times.append(time)
        graph.vpush(frame)
        yield from _pulled(graph, times)
    if graph is not None:
        yield from _flushed(graph, times)


def _form(frame: VideoFrame) -> tuple[int, int, str]:
    return frame.width, frame.height, frame.format.name


def _flushed(graph: Graph, times: deque[Fraction]) -> Iterator[tuple[Fraction, VideoFrame]]:
    graph.vpush(None)
    yield from _pulled(graph, times)


def _pulled(graph: Graph, times: deque[Fraction]) -> Iterator[tuple[Fraction, VideoFrame]]:
    from av.error import BlockingIOError as NotYet
    from av.error import EOFError as EndOfFile

    while times:
        try:
            frame = graph.vpull()
        except (NotYet, EndOfFile):
            return
        yield times.popleft(), frame


def _deinterlacer(frame: VideoFrame) -> Graph:
    from av.filter import Graph

    graph = Graph()
    graph.threads = 1
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base)
    graph.link_nodes(
        source, graph.add("bwdif", "mode=send_frame:deint=interlaced"), graph.add("buffersink")
    ).configure()
    return graph
