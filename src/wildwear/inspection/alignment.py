"""Where one picture lies on another: mirrored or not, at which size, moved how far."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from wildwear.inspection.details import Details, Floats

Spectra = NDArray[np.complex64]

_SCALES = np.exp(np.linspace(-0.15, 0.15, 7)).astype(np.float32)
"""Sizes that are tried: a crop by 6 % on each side makes a picture larger by 14 %."""
_SIZES_EACH_WAY = 2
"""How many of them are fitted, mirrored and not."""
_STEPS = 4
_LONGEST_STEP: Floats = np.array([0.05, 0.05, 2, 2], np.float32)
"""Of the two scales, and of the two moves in pixels."""
_DAMPING = 2.5e-4
WHOLLY = 0.98
"""A pixel is compared where at least this part of it is picture on both sides."""


def lay(names: NDArray[np.uint64], left: Floats, right: Floats) -> tuple[Floats, NDArray[np.bool_], Floats]:
    """The most promising places of P × S × S details `right` on `left`: H of them for each pair, the best first.

    P × H correlations; whether mirrored, P × H; and the places, P × H × 4: two scales about the middle of the canvas,
    then two moves in pixels (vertical, horizontal). By cross-correlation at several sizes, to a pixel; both ways
    round, for people and garments are nearly symmetric. Equal `names` mean equal pictures in `left`.
    """
    count, side = len(left), left.shape[-1]
    _, first, inverse = np.unique(names, return_index=True, return_inverse=True)
    spectra = _scaled_spectra(left[first])
    plain = _spectra(right)
    others = np.conj(plain), plain[:, -np.arange(side)]  # the mirror image's: reversed, and not conjugated
    scores = np.empty((count, 2, len(_SCALES)), np.float32)
    peaks = np.empty(scores.shape, np.int64)
    for number in range(len(_SCALES)):
        for turned, other in enumerate(others):
            correlation = fft.irfft2(spectra[inverse, number] * other, s=(side, side)).reshape(count, -1)
            peaks[:, turned, number] = correlation.argmax(axis=1)
            scores[:, turned, number] = correlation[np.arange(count), peaks[:, turned, number]]
    sizes = np.argsort(-scores, axis=2, kind="stable")[:, :, :_SIZES_EACH_WAY]
    scores, peaks = np.take_along_axis(scores, sizes, axis=2), np.take_along_axis(peaks, sizes, axis=2)
    order = np.argsort(-scores.reshape(count, -1), axis=1, kind="stable")
    mirrored = np.broadcast_to(np.array([False, True])[None, :, None], scores.shape)
    scores, mirrored, sizes, peaks = (
        np.take_along_axis(one.reshape(count, -1), order, axis=1) for one in (scores, mirrored, sizes, peaks)
    )
    return scores, mirrored, _places(mirrored, sizes, peaks, side)


def _places(mirrored: NDArray[np.bool_], sizes: NDArray[np.int64], peaks: NDArray[np.int64], side: int) -> Floats:
    scale = 1 / _SCALES[sizes]
    down, across = np.divmod(peaks, side)
    moves = [(move + side // 2) % side - side // 2 for move in (down, across + mirrored)]
    place = np.stack([scale, scale, *(move * scale for move in moves)], axis=-1)
    return place.astype(np.float32)


def fit(left: Details, right: Details, place: Floats) -> tuple[Floats, Floats, Floats]:
    """Gauss-Newton steps (Lucas and Kanade 1981) from `place` on, to fractions of a pixel.

    Returns the normalised correlation of what lies on each other, -1 to 1; the part of the smaller picture that does,
    0 to 1; and the place, each the best of all steps.
    """
    count = len(place)
    best, overlap, fitted = np.full(count, -1, np.float32), np.zeros(count, np.float32), place.copy()
    for step in range(_STEPS + 1):
        down, across = sampling(place, left.side)
        there = down @ right.mask @ across
        mask = left.mask * (there > WHOLLY)
        laid = down @ right.detail @ across
        score, gain = _correlation(left.detail * mask, laid * mask)
        smaller = np.minimum(left.mask.sum(axis=(1, 2)), there.sum(axis=(1, 2)))
        better = score > best
        best[better], fitted[better] = score[better], place[better]
        overlap[better] = (mask.sum(axis=(1, 2)) / np.maximum(smaller, 1))[better]
        if step < _STEPS:
            place = place + _step(left.detail, laid * gain[:, None, None], mask, place)
    return best, overlap, fitted


def enlarged(place: Floats, factor: float) -> Floats:
    """Places for canvases of another size."""
    return np.concatenate([place[:, :2], place[:, 2:] * np.float32(factor)], axis=1)


def sampling(place: Floats, side: int) -> tuple[Floats, Floats]:
    """P × S × S matrices that lay a canvas of side S, multiplied from the left and from the right."""
    down = _interpolation(place[:, 0:1], place[:, 2:3], side)
    across = _interpolation(place[:, 1:2], place[:, 3:4], side)
    return down, across.transpose(0, 2, 1)


def _interpolation(scale: Floats, move: Floats, side: int) -> Floats:
    pixels = np.arange(side, dtype=np.float32)
    middle = (side - 1) / 2
    sources = middle + (pixels - middle - move) / scale
    return np.asarray(np.maximum(0, 1 - np.abs(sources[..., None] - pixels)), np.float32)


def _scaled_spectra(detail: Floats) -> Spectra:
    """U × scales × frequencies."""
    matrices = _interpolation(_SCALES[:, None], np.zeros((1, 1), np.float32), detail.shape[-1])
    return _spectra(matrices @ detail[:, None] @ matrices.transpose(0, 2, 1))


def _spectra(detail: Floats) -> Spectra:
    """Of pictures brought to length 1, so that products are correlations."""
    length = np.sqrt(np.square(detail).sum(axis=(-2, -1), keepdims=True))
    return np.asarray(fft.rfft2(detail / np.maximum(length, 1e-6)))


def _correlation(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """The normalised correlation of P pictures, and the factor that brings b nearest to a."""
    both, of_a, of_b = ((x * y).sum(axis=(1, 2)) for x, y in ((a, b), (a, a), (b, b)))
    return both / np.sqrt(np.maximum(of_a * of_b, 1e-6)), np.clip(both / np.maximum(of_b, 1e-6), 0.3, 3)


def _step(target: Floats, laid: Floats, mask: Floats, place: Floats) -> Floats:
    """What to add to the places so that squared differences shrink."""
    count, side = len(place), target.shape[-1]
    from_middle = np.arange(side, dtype=np.float32) - (side - 1) / 2
    down, across = (-slope * mask for slope in np.gradient(laid, axis=(1, 2)))
    scale_y, scale_x, move_y, move_x = place.T[:, :, None, None]
    grow_y = down * (from_middle[:, None] - move_y) / scale_y
    grow_x = across * (from_middle[None, :] - move_x) / scale_x
    slopes = np.stack([grow_y, grow_x, down, across], axis=1).reshape(count, 4, -1)
    normal = slopes @ slopes.transpose(0, 2, 1)
    damping = _DAMPING * (np.trace(normal, axis1=1, axis2=2) + 1)
    normal += damping[:, None, None] * np.eye(4, dtype=np.float32)
    wanted = slopes @ ((target - laid) * mask).reshape(count, -1, 1)
    return np.asarray(np.clip(np.linalg.solve(normal, wanted)[..., 0], -_LONGEST_STEP, _LONGEST_STEP))
