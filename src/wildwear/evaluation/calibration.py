"""Is a model right as often as it says? Reliability, calibration errors, and what chance alone would show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BINS = 15
_SMALLEST = 1e-12
_ROUNDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """Predictions of similar confidence: are they right as often as they say?"""

    confidence: float
    """Mean probability of the predictions."""
    accuracy: float
    samples: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Said:
    """What a model says of N samples, and whether it holds."""

    confidence: NDArray[np.floating]
    """Probability of the first class, N."""
    right: NDArray[np.bool_]
    """Whether that class is right, N."""
    mass: NDArray[np.floating]
    """Summed probability of the right classes, N; NaN where none can be predicted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How far confidence and accuracy lie apart, as shares from 0 to 1."""

    bins: tuple[ReliabilityBin, ...]
    """Equally wide, without the empty ones."""
    error: float
    """Expected calibration error over equally wide bins (Guo et al. 2017)."""
    adaptive_error: float
    """The same over bins of equally many predictions (Nguyen and O'Connor 2015)."""
    by_chance: float
    """Below this lie 95 of 100 errors that a perfectly calibrated model would show on as many independent samples."""
    overconfidence: float
    """Mean confidence less accuracy; negative for a model that is too modest."""
    log_loss: float | None
    """Mean of minus the logarithm of the right classes' summed probability; None where no sample has one."""


def reliability(
    confidence: NDArray[np.floating], right: NDArray[np.bool_], bins: int = _BINS
) -> tuple[ReliabilityBin, ...]:
    """N predictions in `bins` equally wide bins of confidence, without the empty ones."""
    return _gathered(confidence, right, _wide(confidence, bins))


def adaptive_reliability(
    confidence: NDArray[np.floating], right: NDArray[np.bool_], bins: int = _BINS
) -> tuple[ReliabilityBin, ...]:
    """N predictions in `bins` bins of equally many, from the least to the most confident."""
    index = np.empty(len(confidence), dtype=np.intp)
    index[np.argsort(confidence, kind="stable")] = np.arange(len(confidence)) * bins // len(confidence)
    return _gathered(confidence, right, index)


def expected_calibration_error(bins: Sequence[ReliabilityBin]) -> float:
    """Mean distance of confidence and accuracy over bins, weighted by their samples, 0 to 1."""
    samples = sum(entry.samples for entry in bins)
    return sum(abs(entry.confidence - entry.accuracy) * entry.samples for entry in bins) / samples


def error_by_chance(confidence: NDArray[np.floating], seed: int = 0, bins: int = _BINS) -> float:
    """The 95th percentile of the calibration error where N predictions are right exactly as often as they say.

    With few samples it is large: the consistency resampling of Bröcker and Smith (2007). Samples count as
    independent, so that where they hang together it is too low.
    """
    random = np.random.default_rng(seed)
    index = _wide(confidence, bins)
    errors = []
    for _ in range(_ROUNDS):
        gap = confidence - (random.random(len(confidence)) < confidence)
        errors.append(np.abs(np.bincount(index, gap)).sum() / len(confidence))
    return float(np.percentile(errors, 95))


def calibration(said: Said, seed: int = 0) -> Calibration:
    """All that is told of how honest a model is."""
    bins = reliability(said.confidence, said.right)
    known = said.mass[~np.isnan(said.mass)].astype(np.float64)
    return Calibration(
        bins=bins,
        error=expected_calibration_error(bins),
        adaptive_error=expected_calibration_error(adaptive_reliability(said.confidence, said.right)),
        by_chance=error_by_chance(said.confidence, seed),
        overconfidence=float(said.confidence.mean() - said.right.mean()),
        log_loss=float(-np.log(np.clip(known, _SMALLEST, 1)).mean()) if len(known) else None,
    )


def _wide(confidence: NDArray[np.floating], bins: int) -> NDArray[np.intp]:
    return np.minimum((confidence * bins).astype(np.intp), bins - 1)


def _gathered(
    confidence: NDArray[np.floating], right: NDArray[np.bool_], index: NDArray[np.intp]
) -> tuple[ReliabilityBin, ...]:
    return tuple(
        ReliabilityBin(
            confidence=float(confidence[held].mean()), accuracy=float(right[held].mean()), samples=int(held.sum())
        )
        for held in (index == number for number in np.unique(index))
    )
