"""Pictures that show no product: of one colour, or the one card that a shop shows where it has no picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wildwear.images.phash import FLAT


def placeholders(
    phash: NDArray[np.uint64], look_alike: NDArray[np.int64], shown: NDArray[np.int64], least: int = 20
) -> NDArray[np.bool_]:
    """Which of N pictures are placeholders.

    Those without structure (`phash` is `FLAT`); and those that at least `least` different products show, each product
    counted once, where look-alikes count as one picture: so a card is known that was compressed anew in every size.
    `look_alike` (N) is -1 for a picture alone; `shown` is M × 2: a picture's row, and the number of a product that
    shows it. Raises `ValueError` where `least` is below 2.

    >>> placeholders(np.array([0, 5, 6, 7], np.uint64), np.array([-1, 0, 0, -1]),
    ...              np.array([[1, 100], [2, 200], [3, 300], [3, 300]]), least=2)
    array([ True,  True,  True, False])
    """
    if least < 2:
        raise ValueError(f"a placeholder is shared by at least 2 products, and least is {least}")
    alone = np.arange(len(phash)) + look_alike.max(initial=-1) + 1
    picture = np.where(look_alike >= 0, look_alike, alone)
    uses = np.unique(np.stack([picture[shown[:, 0]], shown[:, 1]], axis=1), axis=0)
    products = np.bincount(uses[:, 0], minlength=int(picture.max(initial=-1)) + 1)
    return np.asarray((phash == FLAT) | (products[picture] >= least))
