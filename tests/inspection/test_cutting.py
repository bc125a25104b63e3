"""Two boxes of one photograph are two pictures, and the same box of a copy is a copy."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from tests.inspection.copied import grouped, jpeg, mirrored, photograph

from wildwear.images.decode import store
from wildwear.inspection.cutting import cut

UPPER, LOWER = (10.0, 5.0, 250.0, 170.0), (20.0, 180.0, 240.4, 330.0)


def pictures_of(boxes: list[tuple[float, ...] | None], pictures: list[bytes]) -> list[bytes]:
    fetched = cut(lambda rows: [pictures[row] for row in rows], boxes)

    return fetched(np.arange(len(pictures)))


def test_boxes_of_one_photograph_are_no_copies_of_each_other_and_those_of_a_copy_are() -> None:
    photo = store(jpeg(photograph(1))).bytes
    again = store(jpeg(photograph(1), 40)).bytes
    shown = pictures_of([UPPER, LOWER, UPPER, LOWER], [photo, photo, again, again])
    assert grouped(shown) == [0, 1, 0, 1]


def test_without_a_box_a_picture_is_as_it_was() -> None:
    photo = store(jpeg(mirrored(photograph(2)))).bytes
    assert pictures_of([None], [photo]) == [photo]


def test_a_box_is_cut_to_the_picture_and_never_empty() -> None:
    photo = store(jpeg(photograph(3))).bytes
    boxes: list[tuple[float, ...] | None] = [
        (200.0, 300.0, 900.0, 900.0),
        (900.0, 900.0, 950.0, 990.0),
        (5.0, 5.0, 5.2, 5.1),
    ]
    sizes = [Image.open(io.BytesIO(one)).size for one in pictures_of(boxes, [photo] * 3)]
    assert sizes == [(56, 41), (1, 1), (1, 1)]


def test_what_cannot_be_decoded_is_handed_on() -> None:
    assert pictures_of([UPPER], [b"no picture"]) == [b"no picture"]
