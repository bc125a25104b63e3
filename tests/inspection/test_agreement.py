"""Two pictures are laid on each other as they lie, and what differs then is seen."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from tests.inspection.copied import jpeg, mirrored, photograph

from wildwear.images.decode import store
from wildwear.inspection.agreement import Agreement, agreement
from wildwear.inspection.glances import SIDE, Glances, glance_at, glance_of, inside
from wildwear.inspection.look_alikes import LookAlikeSettings
from wildwear.inspection.scrutiny import Scrutiny, scrutinise


def looked_at(pictures: list[Image.Image]) -> tuple[list[bytes], Glances]:
    stored = [store(jpeg(picture, 95)).bytes for picture in pictures]
    return stored, glance_at(len(stored), lambda rows: [stored[row] for row in rows])


def compared(a: Image.Image, b: Image.Image) -> tuple[Agreement, Scrutiny]:
    stored, glances = looked_at([a, b])
    left, right = np.array([0]), np.array([1])
    seen = agreement(glances, left, right)
    return seen, scrutinise(glances, lambda rows: [stored[row] for row in rows], left, right, seen)


@pytest.mark.parametrize("part", [0.03, 0.06])
@pytest.mark.parametrize("turned", [False, True])
def test_the_place_of_a_crop_is_found(part: float, turned: bool) -> None:
    whole = photograph(0, size=(300, 300))
    edge = round(300 * part)
    crop = whole.crop((edge, 2 * edge, 300 - edge, 300))
    seen, closer = compared(whole, mirrored(crop) if turned else crop)
    assert seen.mirrored[0] == turned
    assert seen.place[0, :2] == pytest.approx([1 - 2 * part] * 2, abs=0.02)
    assert seen.place[0, 2:] == pytest.approx([SIDE * part, 0], abs=0.7)
    assert seen.detail[0] > 0.8
    assert closer.detail[0] > 0.8
    assert closer.difference[0] < 6
    assert seen.overlap[0] > 0.85


def test_the_order_of_two_pictures_hardly_matters() -> None:
    whole = photograph(1)
    crop = whole.crop((20, 20, 290, 380))
    (one, closer), (other, other_closer) = compared(whole, crop), compared(crop, whole)
    assert one.detail[0] == pytest.approx(other.detail[0], abs=0.05)
    assert closer.difference[0] == pytest.approx(other_closer.difference[0], abs=2)


def test_strangers_do_not_agree() -> None:
    pictures = [photograph(seed) for seed in range(12)]
    _, glances = looked_at(pictures)
    left, right = np.triu_indices(len(pictures), 1)
    assert agreement(glances, left, right).detail.max() < 0.55


@pytest.mark.parametrize("factor", [0.6, 1.3, 1.4])
def test_light_is_no_difference_even_where_it_is_clipped(factor: float) -> None:
    picture = photograph(3)
    _, closer = compared(picture, Image.eval(picture, lambda level: min(255, round(level * factor))))
    assert closer.difference[0] < LookAlikeSettings().difference


def test_a_small_place_in_another_colour_is_a_difference() -> None:
    changed = photograph(4).copy()
    changed.paste((230, 40, 160), (100, 20, 190, 90))
    _, closer = compared(photograph(4), changed)
    assert closer.difference[0] > 20


def test_no_pairs_are_compared_with_nothing() -> None:
    stored, glances = looked_at([photograph(0)])
    none = np.zeros(0, np.int64)
    seen = agreement(glances, none, none)
    assert len(seen.detail) == 0
    assert len(scrutinise(glances, lambda rows: [stored[row] for row in rows], none, none, seen).detail) == 0


@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (200, 30, 90)])
def test_a_border_is_not_looked_at(colour: tuple[int, int, int]) -> None:
    picture = photograph(5)
    bordered = Image.new("RGB", (420, 480), colour)
    bordered.paste(picture, (50, 40))
    plain, framed = (glance_of(store(jpeg(one, 60)).bytes) for one in (picture, bordered))
    assert (int(plain["hash"]) ^ int(framed["hash"])).bit_count() <= 8
    assert abs(int(plain["width"]) - int(framed["width"])) <= 1


def test_pictures_of_one_colour_have_no_inside_and_keep_all() -> None:
    flat = np.full((50, 70, 3), 9, np.uint8)
    assert inside(flat) == (0, 0, 70, 50)
    flat[20:24, :, :] = 200
    assert inside(flat) == (0, 0, 70, 50)


def test_what_cannot_be_decoded_is_not_there() -> None:
    assert glance_of(b"no picture")["height"] == 0
    assert glance_of(b"no picture")["digest"] != glance_of(b"none either")["digest"]
