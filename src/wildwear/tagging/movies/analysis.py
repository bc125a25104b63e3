"""One movie from its first frame to its tags: one pass of decoding, in a process of its own.

Frames are decoded once. Each is reduced for the cuts; those that are due are searched for people, and whoever is well
seen is cut out of the frame at full size. When a shot ends, the best looks at each of its tracks go through the network
and what was found goes into the log; the next shot begins with nothing but the frames since the cut.

Three threads share the work: one decodes a few frames ahead, one looks for cuts and people, one says what people wear
in the shots that have ended. Each hands on in order, so that what is found does not depend on which of them is fast.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from wildwear.datasets.ahead import read_ahead
from wildwear.models.activation import Activation, open_activation
from wildwear.models.settings import RuntimeOptions
from wildwear.movies.decoding import Movie, MovieLimits, PixelsAt, open_movie
from wildwear.movies.isolation import Send
from wildwear.movies.people.nobody import WholeFrames
from wildwear.movies.shots import SIDE, ShotSettings
from wildwear.movies.tracks import TrackSettings
from wildwear.tagging.movies.appearances import join
from wildwear.tagging.movies.json_form import appearance_to_json, info_to_json, seconds
from wildwear.tagging.movies.kept import track_to_log, worn_in
from wildwear.tagging.movies.progress_log import ProgressLog
from wildwear.tagging.movies.searching import Schedule, Search
from wildwear.tagging.movies.segment import EndedShot, Moment, Segment
from wildwear.tagging.movies.settings import MovieSettings
from wildwear.tagging.movies.wearing import Wearing
from wildwear.tagging.settings import TaggerSettings

if TYPE_CHECKING:
    from wildwear.models.package import Model
    from wildwear.movies.people.base import PersonDetector

_WHOLE_FRAMES_EVERY = 1.0  # seconds, where nobody looks for people
_FRAMES_BETWEEN_SIGNS = 10
_FRAMES_AHEAD = 6  # decoded and not looked at yet
_SHOTS_AHEAD = 2  # ended and not in the log yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be done with one movie; all of it can be sent to another process."""

    movie: str
    log: str
    """Where the log is written."""
    model: str
    """The model's folder."""
    workspace: str = ""
    """The workspace whose detectors have names; empty for none."""
    settings: MovieSettings = field(default_factory=MovieSettings)
    tagger: TaggerSettings = field(default_factory=TaggerSettings)
    shots: ShotSettings = field(default_factory=ShotSettings)
    tracks: TrackSettings = field(default_factory=TrackSettings)
    options: RuntimeOptions = field(default_factory=RuntimeOptions)
    limits: MovieLimits = field(default_factory=MovieLimits)


@dataclass(frozen=True, slots=True)
class Progressed:
    """How far a movie is, in seconds of it."""

    until: float
    duration: float


def tag_movie(send: Send, job: Job) -> None:
    """Tags one movie into its log; the top of a process of its own (see `movies.isolation.run_isolated`).

    Sends `Progressed` while frames are decoded, and None as a sign of life. Raises `Unreadable` for a movie that
    cannot be decoded, and `UserError` for boxes that are not there.
    """

    with open_movie(job.movie, job.limits) as movie:
        tools = _Tools.of(job)
        send(None)
        with closing(ProgressLog(Path(job.log), _header(job, tools))) as log:
            if log.recorded.end is None:
                _Analysis(job, tools, movie, log, send).run()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tools:
    """The networks that look at a movie."""

    model: Model
    detector: PersonDetector
    activation: Activation | None
    """Where nobody looks for people and the model can say which part of a frame it means."""

    @classmethod
    def of(cls, job: Job) -> Self:
        from wildwear.models.registry import load_model
        from wildwear.movies.people.registry import open_detector
        from wildwear.workspace import Workspace

        model = load_model(job.model, None, job.options)
        workspace = Workspace.open(Path(job.workspace)) if job.workspace else None
        detector = open_detector(job.settings.people, job.movie, job.options, workspace)
        whole_frames = detector.key == WholeFrames.key
        activation = open_activation(model, job.options) if whole_frames else None
        return cls(model=model, detector=detector, activation=activation)

    @property
    def people(self) -> str:
        """Who says where people are."""
        return self.detector.key + (" (class activation)" if self.activation else "")


def _header(job: Job, tools: _Tools) -> dict[str, Any]:
    """What the log is about: another file, model or setting makes it worthless."""
    status = Path(job.movie).stat()
    ours = {name: value for name, value in asdict(job.settings).items() if name not in _BESIDE_THE_POINT}
    return {
        "movie": job.movie,
        "bytes": status.st_size,
        "changed": status.st_mtime_ns,
        "model": tools.model.key,
        "people": tools.people,
        "settings": [ours, asdict(job.tagger), asdict(job.shots), asdict(job.tracks)],
    }


_BESIDE_THE_POINT = frozenset({"people", "silence", "films_at_once", "runner"})


class _Analysis:
    """The pass over one movie, from where its log ends."""

    def __init__(self, job: Job, tools: _Tools, movie: Movie, log: ProgressLog, send: Send) -> None:
        self._job, self._tools, self._movie, self._log, self._send = job, tools, movie, log, send
        if not all(shot["clean"] for shot in log.recorded.shots):
            log.begin_anew()
        model, detector = tools.model, tools.detector
        self._search = Search(detector, movie.info, job.settings.min_person, model.preprocessing)
        self._wearing = Wearing(
            model, job.tagger, job.settings.min_seconds, lambda: send(None), activation=tools.activation
        )
        self._period = 1 / movie.info.rate if movie.info.rate else Fraction(1, 25)
        every = job.settings.detect_every
        if self._search.whole_frames:
            every = max(every, _WHOLE_FRAMES_EVERY)
        self._before = _Before.of(log.recorded.shots)
        self._schedule = Schedule(every, detector.times, self._period, self._before.last_frame)
        self._segment = self._new_segment()
        self._frames = 0
        self._counted = _Counted()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="wearing")
        self._recording: deque[Future[None]] = deque()

    def run(self) -> None:
        with self._pool:
            self._look_through()
            while self._recording:
                self._recording.popleft().result()
        self._finish()

    def _look_through(self) -> None:
        for moment in self._moments():
            self._feed(moment)
        if self._before.end > 0:
            before = self._before
            self._movie.judge_end(before.frames + self._frames, before.discarded + self._movie.discarded)
        ended = self._segment.finish(max(self._movie.decoded_until, self._before.end))
        if ended is not None:
            self._record(ended)

    def _new_segment(self) -> Segment:
        job = self._job
        return Segment(job.shots, job.tracks, job.settings.frames_per_track, self._search.look)

    def _moments(self) -> Iterator[Moment]:
        duration = float(self._movie.info.duration)
        with closing(read_ahead(self._decoded(), _FRAMES_AHEAD)) as frames:  # type: ignore[type-var]
            for time, small, pixels_at, self._counted in frames:
                if self._frames % _FRAMES_BETWEEN_SIGNS == 0:
                    self._send(Progressed(float(time), duration))
                self._frames += 1
                people = self._search.people(time, pixels_at) if self._schedule.due(time) else None
                yield Moment(time=time, small=small, people=people)
        self._counted = _Counted.of(self._movie)

    def _decoded(self) -> Generator[tuple[Fraction, NDArray[np.uint8], PixelsAt, _Counted]]:
        for time, small, pixels_at in self._movie.two_sizes(SIDE, start=self._before.end):
            yield time, small, pixels_at, _Counted.of(self._movie)

    def _feed(self, moment: Moment) -> None:
        """Hands a moment to the segment; what came since a cut goes to the next one."""
        waiting = deque([moment])
        while waiting:
            ended = self._segment.add(waiting.popleft())
            if ended is None:
                continue
            waiting.extendleft(reversed(self._segment.rest(ended.shot.end)))
            self._segment = self._new_segment()
            self._record(ended)

    def _glanced(self, ended: EndedShot) -> EndedShot:
        """A shot that went by between two searches, searched once, in its middle."""
        if ended.looked or self._tools.detector.times is not None:
            return ended
        middle = (ended.shot.start + ended.shot.end) / 2
        with open_movie(self._job.movie, self._job.limits) as again:
            time, small, pixels_at = next(again.two_sizes(SIDE, start=min(middle, ended.last_frame)))
            segment = self._new_segment()
            segment.add(Moment(time=time, small=small, people=self._search.people(time, pixels_at)))
        glanced = segment.finish(ended.shot.end)
        assert glanced is not None
        return replace(glanced, shot=ended.shot, frames=ended.frames, last_frame=ended.last_frame)

    def _record(self, ended: EndedShot) -> None:
        """Has what is worn in a shot found out and put into the log, in order of the shots."""
        before = self._recording[-1] if self._recording else None
        self._recording.append(self._pool.submit(self._recorded, self._glanced(ended), self._counted, before))
        while len(self._recording) > _SHOTS_AHEAD:
            self._recording.popleft().result()

    def _recorded(self, ended: EndedShot, counted: _Counted, before: Future[None] | None) -> None:
        if before is not None:
            before.result()  # a shot that failed leaves no gap: none after it is recorded
        shots = self._log.recorded.shots
        first = sum(len(one["tracks"]) for one in shots)
        tracks = [replace(track, number=first + track.number, shot=len(shots)) for track in ended.tracks]
        dressed = self._wearing.dressed(replace(ended, tracks=tracks), self._period)
        self._log.shot(
            {
                "start": str(ended.shot.start),
                "end": str(ended.shot.end),
                "last_frame": str(ended.last_frame),
                "frames": ended.frames,
                "discarded": self._before.discarded + counted.discarded,
                "clean": counted.clean,
                "unsure": ended.unsure,
                "tracks": [track_to_log(one) for one in dressed],
            }
        )

    def _finish(self) -> None:
        movie, recorded = self._movie, self._log.recorded
        tracks = [track for shot in recorded.shots for track in shot["tracks"]]
        worn = [one for one in map(worn_in, tracks) if one is not None]
        groups = join(worn, self._job.settings.join_gap, self._job.settings.join_likeness)
        appearances = [self._wearing.appearance(number, group) for number, group in enumerate(groups)]
        reasons = Counter(reason for track in tracks if (reason := track["tags"].get("left_out")))
        self._log.end(
            {
                "status": movie.status,
                "detail": movie.detail,
                "decoded_until": seconds(max(movie.decoded_until, self._before.end)),
                "info": info_to_json(movie.info),
                "appearances": [appearance_to_json(one) for one in appearances],
                "left_out": dict(sorted(reasons.items())),
                "notes": list(self._tools.detector.notes),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """What had been counted when a frame was decoded: decoding is ahead of those who look."""

    discarded: int = 0
    clean: bool = True
    """Whether nothing had to be mended, and nothing was damaged."""

    @classmethod
    def of(cls, movie: Movie) -> Self:
        return cls(discarded=movie.discarded, clean=not (movie.mended or movie.damaged))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """What an earlier run has done."""

    end: Fraction = Fraction(0)
    """Where its last shot ends."""
    last_frame: Fraction | None = None
    """When the last frame of that shot is shown."""
    frames: int = 0
    discarded: int = 0

    @classmethod
    def of(cls, shots: Sequence[Mapping[str, Any]]) -> Self:
        if not shots:
            return cls()
        return cls(
            end=Fraction(shots[-1]["end"]),
            last_frame=Fraction(shots[-1]["last_frame"]),
            frames=sum(shot["frames"] for shot in shots),
            discarded=shots[-1]["discarded"],
        )
