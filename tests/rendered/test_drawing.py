"""Pictures: deterministic, of the size asked for, and their truth is where it says it is."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from wildwear.records import Region
from wildwear.rendered.body import stand
from wildwear.rendered.catalogue import picture
from wildwear.rendered.cloths import CLOTHS, COLOURS, fabric
from wildwear.rendered.fabric import PATTERNS
from wildwear.rendered.geometry import View, curve, ellipse, lengths, line_to, mirrored, point_at, tube
from wildwear.rendered.paint import Canvas, Piece, blur
from wildwear.rendered.product import on_white, placeholder, worn
from wildwear.rendered.street import street_scene
from wildwear.rendered.truth import truth
from wildwear.rendered.wardrobe import KINDS, Kind, some
from wildwear.taxonomy import load_taxonomy

RNG = np.random.default_rng


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB"), np.int16)


def test_every_kind_is_a_category_of_the_taxonomy_in_its_region() -> None:
    taxonomy = load_taxonomy()
    assert len(KINDS) >= 12
    for kind in KINDS:
        assert taxonomy.region(kind.category) is kind.region
        assert set(kind.patterns) <= set(CLOTHS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.category)
def test_a_product_picture_shows_a_garment_on_white_and_nothing_at_its_edges(kind: Kind) -> None:
    shown = pixels(on_white(some(kind, RNG(3)), RNG(4), side=160))
    drawn = (np.abs(shown - shown[0, 0]).max(axis=2) > 30).mean()
    assert shown.shape == (160, 160, 3)
    assert 0.04 < drawn < 0.75
    assert shown[:2].min() > 200 and shown[-2:].min() > 200


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind.region is not Region.ACCESSORY], ids=lambda k: k.category
)
def test_somebody_wears_it_in_a_taller_picture(kind: Kind) -> None:
    assert worn(some(kind, RNG(5)), RNG(6), side=120).size == (120, 150)


def test_the_same_number_and_seed_draw_the_same_picture_and_another_seed_another_one() -> None:
    once, twice, other = (picture(11, 0, seed, side=128).tobytes() for seed in (1, 1, 2))
    assert once == twice
    assert once != other


def test_both_pictures_of_a_product_show_the_same_cloth() -> None:
    index = next(
        i for i in range(200) if truth(i).pictures == 2 and truth(i).category == "Hoodie" and truth(i).shows == i
    )
    alone, on_somebody = (pixels(picture(index, position, side=200)) for position in (0, 1))
    cloth = np.median(alone[80:130, 70:130].reshape(-1, 3), axis=0)
    distance = np.abs(on_somebody - cloth).max(axis=2)
    assert (distance < 45).mean() > 0.1


def test_a_lookalike_is_nearly_the_other_products_picture_and_a_duplicate_is_exactly_it() -> None:
    lookalike = next(what for i in range(2000) if (what := truth(i, 1)).lookalike_of is not None)
    duplicate = next(what for i in range(2000) if (what := truth(i, 1)).duplicate_of is not None)
    near = [pixels(picture(i, 0, 1, side=128)) for i in (lookalike.index, lookalike.shows)]
    same = [picture(i, 0, 1, side=128).tobytes() for i in (duplicate.index, duplicate.shows)]
    assert same[0] == same[1]
    hashes = [difference_hash(shown) for shown in near]
    assert not np.array_equal(*near)
    assert (hashes[0] != hashes[1]).sum() <= 6


def difference_hash(shown: np.ndarray) -> np.ndarray:
    grey = Image.fromarray(shown.astype(np.uint8)).convert("L").resize((9, 8), Image.Resampling.BOX)
    values = np.asarray(grey, np.int16)
    return values[:, 1:] > values[:, :-1] + 2


def test_a_scenes_boxes_are_tight_around_the_pixels_of_their_garments() -> None:
    for index in range(4):
        scene = street_scene(index, seed=5, width=384, height=320)
        assert scene.garments
        for number, garment in enumerate(scene.garments, start=1):
            rows, columns = np.nonzero(scene.owners == number)
            assert garment.box.as_tuple() == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
            assert garment.region is load_taxonomy().region(garment.category)


def test_each_person_in_a_scene_wears_at_most_one_garment_a_region_and_nothing_below_a_full_one() -> None:
    for index in range(6):
        garments = street_scene(index, width=300, height=250).garments
        for person in {garment.person for garment in garments}:
            regions = sorted(one.region for one in garments if one.person == person)
            assert regions in ([Region.FULL], [Region.LOWER], [Region.UPPER], [Region.LOWER, Region.UPPER])


def test_a_scene_is_the_same_for_its_number_and_seed() -> None:
    once, twice, other = (street_scene(2, seed, width=240, height=200) for seed in (1, 1, 2))
    assert once.garments == twice.garments
    assert once.picture.tobytes() == twice.picture.tobytes()
    assert once.picture.tobytes() != other.picture.tobytes()


def test_the_placeholder_is_always_the_same_picture() -> None:
    assert placeholder(128).tobytes() == placeholder(128).tobytes()


@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_gives_colours_from_0_to_1_at_any_scale(name: str) -> None:
    cloth = next(fabric(key, "Teal", RNG(1)) for key, one in CLOTHS.items() if one.kind == name)
    for unit in (6.0, 40.0):
        canvas = Canvas.blank(96, 96)
        canvas.paint(Piece(outline=ellipse(0, 0, 1, 1), fabric=cloth), View(unit=unit, x=48, y=48), garment=3)
        assert np.isfinite(canvas.rgb).all()
        assert canvas.rgb[48, 48].min() >= 0
        assert canvas.garments[48, 48] == 3 and canvas.garments[0, 0] == 0


def test_what_lies_outside_the_picture_is_not_drawn() -> None:
    canvas = Canvas.blank(32, 32)
    cloth = fabric("plain", "Red", RNG(0))
    canvas.paint(Piece(outline=ellipse(0, 0, 1, 1), fabric=cloth), View(unit=10, x=900, y=-400), garment=1)
    canvas.paint(Piece(outline=ellipse(0, 0, 1, 1), fabric=cloth), View(unit=10, x=31, y=31), garment=1)
    assert (canvas.rgb[:8, :8] == 1).all()
    assert canvas.garments[31, 31] == 1


def test_cloth_is_lit_from_the_side_where_the_lamp_is() -> None:
    canvas = Canvas.blank(100, 100)
    grey = fabric("plain", "Grey", RNG(0))
    canvas.paint(Piece(outline=ellipse(0, 0, 1, 1), fabric=grey), View(unit=45, x=50, y=50))
    assert canvas.rgb[40:60, 12:22].mean() > canvas.rgb[40:60, 78:88].mean() + 0.05


def test_blur_keeps_the_sum_and_takes_the_peak_down() -> None:
    plane = np.zeros((41, 37), np.float32)
    plane[20, 18] = 1
    soft = blur(plane, 3)
    assert soft.sum() == pytest.approx(1, abs=1e-3)
    assert soft.max() < 0.05 and soft.argmax() == plane.argmax()


def test_a_curve_goes_through_its_points() -> None:
    points = [(0.0, 0.0), (1.0, 2.0), (3.0, 1.0), (4.0, 4.0)]
    assert np.allclose(curve(points, steps=5)[::5], points)


def test_a_tube_is_as_wide_as_its_radii_and_lines_are_measured_along() -> None:
    around = tube([(0.0, 0.0), (0.0, 1.0)], [0.5, 0.5])
    assert np.ptp(around[:, 0]) == pytest.approx(1.0)
    line = np.array([(0.0, 0.0), (3.0, 4.0), (3.0, 9.0)])
    assert lengths(line).tolist() == [0, 5, 10]
    assert point_at(line, 7).tolist() == [3, 6]
    assert line_to(line, 0.5).tolist() == [[0, 0], [3, 4]]
    assert mirrored([(1.0, 2.0), (3.0, 4.0)]).tolist() == [[-3, 4], [-1, 2]]


def test_bodies_have_two_arms_and_legs_that_differ_in_side() -> None:
    for mannequin in (True, False):
        body = stand(RNG(9), mannequin=mannequin)
        assert body.arms[0][0, 0] < 0 < body.arms[1][0, 0]
        assert body.legs[0][2, 0] < 0 < body.legs[1][2, 0]


def test_cloth_of_a_dark_colour_gets_a_light_second_colour_and_seams_that_show() -> None:
    dark, light = fabric("stripes", "Black", RNG(2)), fabric("stripes", "White", RNG(2))
    assert sum(dark.second) > 380 > sum(light.second)
    assert sum(dark.trim) > sum(dark.base) and sum(light.trim) < sum(light.base)
    assert len(COLOURS) >= 20
