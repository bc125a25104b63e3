"""From the looks at the tracks of a shot to what each of them wears."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wildwear.models.activation import Activation, region
from wildwear.movies.records import Track, TrackPoint
from wildwear.records import Region
from wildwear.tagging.movies.appearances import Worn
from wildwear.tagging.movies.looks import Look, Seen
from wildwear.tagging.movies.outfits import Probabilities, best_of_each_region, merged, own_pixels, weighted_mean
from wildwear.tagging.movies.quality import TOO_SHORT
from wildwear.tagging.movies.segment import EndedShot
from wildwear.tagging.movies.tags import Appearance, TrackTags
from wildwear.tagging.outfit import Scorer
from wildwear.tagging.settings import TaggerSettings

if TYPE_CHECKING:
    from wildwear.models.package import Model


_TOP = 3  # categories of a region at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the network says of one look."""

    probabilities: NDArray[np.float32]
    """V × C, a row a view."""
    embedding: NDArray[np.float32]
    """The features of the first view."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dressed:
    """One track with what it wears."""

    tags: TrackTags
    worn: Worn | None
    """What joining needs; None for a track that is left out."""
    thumbnail: NDArray[np.uint8] | None
    """The person at the best moment."""


class Wearing:
    """Says what people wear; the network sees looks in batches, and `alive` is called between them.

    With `activation`, looks are whole frames, and a track has the regions that its likeliest category comes from.
    """

    def __init__(
        self,
        model: Model,
        settings: TaggerSettings,
        min_seconds: float,
        alive: Callable[[], None] = lambda: None,
        activation: Activation | None = None,
    ) -> None:
        self._activation = activation
        self._model, self._settings, self._min_seconds, self._alive = model, settings, min_seconds, alive
        self._regions = [Region(name) for name in model.regions]
        self._scorer = Scorer(model.classes, self._regions, settings.min_region)

    def dressed(self, ended: EndedShot, shown_for: Fraction) -> list[Dressed]:
        """Every track of a shot; `shown_for` is how long a frame is shown, in seconds."""
        spans = [_span(track, ended, shown_for) for track in ended.tracks]
        reasons = [self._why_not(span, seen) for span, seen in zip(spans, ended.seen, strict=True)]
        looks = [[] if reason else seen.looks for reason, seen in zip(reasons, ended.seen, strict=True)]
        answers = iter(self._asked([look for several in looks for look in several]))
        return [
            self._dressed(track, span, reason, several, [next(answers) for _ in several])
            for track, span, reason, several in zip(ended.tracks, spans, reasons, looks, strict=True)
        ]

    def appearance(self, number: int, group: Sequence[Worn]) -> Appearance:
        """What the tracks of one appearance say together, each with the weight of its looks."""
        probabilities = np.average([one.probabilities for one in group], axis=0, weights=[one.weight for one in group])
        return Appearance(
            number=number,
            start=group[0].start,
            end=group[-1].end,
            tracks=tuple(one.number for one in group),
            best=max(group, key=lambda one: one.best_weight).best,
            **self._said(probabilities),
        )

    def _dressed(
        self,
        track: Track,
        span: tuple[Fraction, Fraction],
        reason: str,
        looks: Sequence[Look],
        answers: Sequence[Answer],
    ) -> Dressed:
        worn = self._worn(track, span, looks, answers) if looks else None
        thumbnail = max(looks, key=lambda look: look.weight).thumbnail if looks else None
        if worn is not None and self._activation is not None:
            track = replace(track, points=self._places(looks, int(worn.probabilities.argmax())))
        return Dressed(tags=self._tags(track, span, reason, worn, len(looks)), worn=worn, thumbnail=thumbnail)

    def _places(self, looks: Sequence[Look], category: int) -> tuple[TrackPoint, ...]:
        """Where in whole frames the likeliest category is seen."""
        assert self._activation is not None
        points = []
        for look in looks:
            (activation,) = self._activation.maps(look.inputs.astype(np.float32), [category])
            frame = look.box
            box = region(activation, self._model.preprocessing, round(frame.x2), round(frame.y2)) or frame
            points.append(TrackPoint(time=look.time, box=box, score=1.0))
        return tuple(points)

    def _why_not(self, span: tuple[Fraction, Fraction], seen: Seen) -> str:
        if float(span[1] - span[0]) < self._min_seconds:
            return TOO_SHORT
        if seen.looks:
            return ""
        return Counter(seen.reasons).most_common(1)[0][0] if seen.reasons else TOO_SHORT

    def _asked(self, looks: Sequence[Look]) -> list[Answer]:
        """What the network says of each look."""
        inputs = [view for look in looks for view in look.inputs]
        size = self._settings.batch_size
        rows: list[NDArray[np.float32]] = []
        features: list[NDArray[np.float32]] = []
        for start in range(0, len(inputs), size):
            outputs = self._model.run(np.stack(inputs[start : start + size]).astype(np.float32))
            rows.extend(self._model.probabilities(outputs.logits))
            features.extend(outputs.embedding)
            self._alive()
        answers, first = [], 0
        for look in looks:
            after = first + len(look.inputs)
            answers.append(Answer(probabilities=np.stack(rows[first:after]), embedding=features[first]))
            first = after
        return answers

    def _tags(
        self, track: Track, span: tuple[Fraction, Fraction], reason: str, worn: Worn | None, frames: int
    ) -> TrackTags:
        said = {} if worn is None else {"best": worn.best, **self._said(worn.probabilities)}
        return TrackTags(
            number=track.number,
            shot=track.shot,
            start=span[0],
            end=span[1],
            points=track.points,
            frames=frames,
            left_out=reason,
            **said,
        )

    def _said(self, probabilities: Probabilities) -> dict[str, Any]:
        count = min(self._settings.top, _TOP)
        return {
            "top": best_of_each_region(probabilities, self._regions, self._scorer, count, self._settings.min_score),
            "outfit": self._scorer.outfit(probabilities),
        }

    def _worn(
        self, track: Track, span: tuple[Fraction, Fraction], looks: Sequence[Look], answers: Sequence[Answer]
    ) -> Worn:
        weights = [look.weight for look in looks]
        best = looks[int(np.argmax(weights))]
        size = self._model.preprocessing.size
        trust = float(np.average([own_pixels(look.box, size) for look in looks], weights=weights))
        views = weighted_mean([answer.probabilities for answer in answers], weights)
        return Worn(
            number=track.number,
            start=span[0],
            end=span[1],
            probabilities=merged(views, self._regions, trust),
            embedding=_unit(np.average([answer.embedding for answer in answers], axis=0, weights=weights)),
            colours=_unit(np.average([look.colours for look in looks], axis=0, weights=weights)),
            weight=sum(weights),
            best=best.time,
            best_weight=best.weight,
        )


def _span(track: Track, ended: EndedShot, shown_for: Fraction) -> tuple[Fraction, Fraction]:
    """From when to when a track is seen.

    Who is there when a shot is first searched was there at its beginning, who is there at the last search stays to
    its end; else it is the frames in which the person was found.
    """
    first, last = track.points[0].time, track.points[-1].time
    start = ended.shot.start if ended.looked and first <= ended.looked[0] else first
    end = ended.shot.end if ended.looked and last >= ended.looked[-1] else min(last + shown_for, ended.shot.end)
    return start, end


def _unit(vector: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), np.float64)
