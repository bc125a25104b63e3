"""How garments are cut: each kind keeps to its shape, whoever wears it."""

from __future__ import annotations

import numpy as np
import pytest

from wildwear.records import Region
from wildwear.rendered import cuts
from wildwear.rendered.body import ANKLE, KNEE, NECK, SOLE, WAIST, Body, stand
from wildwear.rendered.cloths import CLOTHS, COLOURS, DENIM, fabric
from wildwear.rendered.collars import collar, hood_behind
from wildwear.rendered.cut import Cut, Neck, neckline, side_seam
from wildwear.rendered.fabric import Fabric, Swatch, grain
from wildwear.rendered.figure import behind, head, shoes, somebody, trunk
from wildwear.rendered.paint import Patch, Piece, Stroke
from wildwear.rendered.people import complement
from wildwear.rendered.skirts import SkirtCut, skirt
from wildwear.rendered.sleeves import sleeve
from wildwear.rendered.tops import top
from wildwear.rendered.trims import opening_marks, pocket_marks
from wildwear.rendered.trousers import LegCut, trousers
from wildwear.rendered.wardrobe import BY_CATEGORY, KINDS, Kind, some

RNG = np.random.default_rng
CLOTH = Fabric(kind="plain", base=(60, 90, 160))


def body(seed: int = 0) -> Body:
    return stand(RNG(seed), mannequin=True)


def extent(pieces: list[Piece] | tuple[Piece, ...]) -> tuple[float, float, float, float]:
    points = np.vstack([piece.outline for piece in pieces])
    return (*points.min(0), *points.max(0))


def all_pieces(kind: Kind, seed: int) -> tuple[Piece, ...]:
    layers = some(kind, RNG(seed)).layers(body(seed))
    return (*layers.behind, *layers.front)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.category)
def test_every_outline_is_finite_and_closed_around_some_area(kind: Kind) -> None:
    for seed in range(5):
        for piece in all_pieces(kind, seed):
            x, y = piece.outline.T
            area = abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
            assert np.isfinite(piece.outline).all()
            assert area > 1e-3


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.category)
def test_a_garment_stays_where_its_region_is_worn(kind: Kind) -> None:
    for seed in range(5):
        left, high, right, low = extent(all_pieces(kind, seed))
        if kind.region is Region.ACCESSORY:
            continue
        assert -2.1 < left < -0.5 and 0.5 < right < 2.1
        assert low < SOLE
        if kind.region is Region.LOWER:
            assert high > WAIST - 0.1
        else:
            assert high < NECK + 0.3
        if kind.region is Region.FULL:
            assert low > 4.6


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.category)
def test_its_product_picture_shows_all_of_it(kind: Kind) -> None:
    for seed in range(5):
        _, high, _, low = extent(all_pieces(kind, seed))
        middle = sum(kind.span) / 2
        half = max(kind.span[1] - kind.span[0], 2.3 if kind.region is Region.ACCESSORY else 3.35) / 2 * 1.03
        assert middle - half - 0.05 < high and low < middle + half + 0.05


def test_a_garment_is_cut_in_the_same_way_for_whoever_wears_it() -> None:
    shirt = some(BY_CATEGORY["Button-Down"], RNG(1))
    first, second = (shirt.layers(body(seed)).front[0] for seed in (1, 2))
    assert first.fabric == second.fabric
    assert not np.allclose(first.outline, second.outline)
    assert np.allclose(first.outline, shirt.layers(body(1)).front[0].outline)


@pytest.mark.parametrize(
    ("longer", "shorter"), [("jeans", "shorts"), ("coat", "jacket"), ("shirt", "vest"), ("joggers", "shorts")]
)
def test_a_coat_is_longer_than_a_jacket_and_jeans_than_shorts(longer: str, shorter: str) -> None:
    def length(name: str) -> float:
        cut = getattr(cuts, name)(RNG(3))
        return float(cut.length if isinstance(cut, LegCut) else cut.hem)

    assert length(longer) > length(shorter)


def test_sleeves_end_at_the_part_of_the_arm_that_they_cover() -> None:
    one = body()
    long, short = (sleeve(Cut(sleeve=part), CLOTH, one, 0, RNG(0)) for part in (1.0, 0.3))
    assert sleeve(Cut(sleeve=0), CLOTH, one, 0, RNG(0)) == []
    assert extent(long)[3] > one.arms[0][2, 1] - 0.2 > extent(short)[3]
    assert len(sleeve(Cut(ribbed=True), CLOTH, one, 1, RNG(0))) == 2


def test_left_and_right_sleeves_are_on_their_sides() -> None:
    left, right = (extent(sleeve(Cut(), CLOTH, body(), side, RNG(0))) for side in (0, 1))
    assert left[2] < 0 < right[0]


@pytest.mark.parametrize("neck", ["crew", "v", "scoop", "wide", "high", "collar", "lapel", "stand", "hood"])
def test_a_neckline_runs_from_left_to_right_and_deeper_ones_go_lower(neck: Neck) -> None:
    shallow, deep = (neckline(Cut(neck=neck, depth=depth), body()) for depth in (0.2, 0.6))
    assert shallow[0, 0] < 0 < shallow[-1, 0]
    assert shallow[0, 0] == pytest.approx(-shallow[-1, 0])
    assert deep[:, 1].max() > shallow[:, 1].max() or neck == "high"


def test_only_collars_lapels_and_hoods_add_pieces_at_the_neck() -> None:
    counts = {
        neck: len(collar(Cut(neck=neck), CLOTH, body()))
        for neck in ("crew", "v", "collar", "lapel", "stand", "high", "hood")
    }
    assert counts == {"crew": 0, "v": 0, "collar": 2, "lapel": 4, "stand": 2, "high": 1, "hood": 2}
    up, down = (extent(hood_behind(Cut(neck="hood", hood_up=up), CLOTH, body())) for up in (True, False))
    assert up[1] < down[1]


def test_a_flared_hem_is_wider_and_a_tapered_waist_narrower() -> None:
    plain, flared = (side_seam(Cut(flare=flare), body()) for flare in (0.0, 0.3))
    loose, close = (side_seam(Cut(taper=taper), body()) for taper in (0.0, 1.0))
    assert flared[-1][0] == pytest.approx(plain[-1][0] - 0.3)
    assert close[2][0] > loose[2][0]


def test_buttons_zips_and_pockets_are_drawn_where_the_cut_asks_for_them() -> None:
    def patches(opening: str) -> int:
        return sum(isinstance(mark, Patch) for mark in opening_marks(opening, CLOTH, 1.5, 3.8))  # type: ignore[arg-type]

    assert patches("none") == 0
    assert patches("zip") == 1
    assert patches("placket") == 3 * 3
    assert patches("double") == 6 * 3
    assert patches("buttons") > patches("placket") > patches("single") > 0
    assert pocket_marks(Cut(pockets="none"), CLOTH) == []
    assert all(isinstance(mark, Stroke) for mark in pocket_marks(Cut(pockets="welt"), CLOTH))


def test_quilted_cloth_makes_quilted_torso_and_sleeves_and_printed_cloth_a_print() -> None:
    down = fabric("nylon", "Red", RNG(0))
    pieces = top(Cut(neck="stand"), down, body(), RNG(0)).front
    assert [piece.quilting > 0 for piece in pieces[:3]] == [True, True, True]
    plain, printed = (top(Cut(), fabric(name, "White", RNG(0)), body(), RNG(0)).front[0] for name in ("plain", "print"))
    assert len(printed.marks) > len(plain.marks)


def test_legs_never_cross_the_middle_below_the_crotch() -> None:
    for seed in range(6):
        for name in ("jeans", "shorts", "leggings", "joggers", "wide_legs"):
            whole = trousers(getattr(cuts, name)(RNG(seed)), CLOTH, body(seed), RNG(seed))[0].outline
            below = whole[whole[:, 1] > 4.6]
            assert (np.abs(below[:, 0]) > 0.02).all()


def test_trousers_reach_the_ankle_and_turn_ups_are_pieces_of_their_own() -> None:
    assert extent(trousers(LegCut(), CLOTH, body(), RNG(0)))[3] == pytest.approx(ANKLE, abs=0.1)
    assert extent(trousers(LegCut(length=0.4), CLOTH, body(), RNG(0)))[3] < KNEE
    assert len(trousers(LegCut(turn_up=True), CLOTH, body(), RNG(0))) == 2 + len(
        trousers(LegCut(), CLOTH, body(), RNG(0))
    )


def test_a_skirt_ends_at_its_hem_and_opens_by_its_flare() -> None:
    narrow, wide = (skirt(SkirtCut(flare=flare, hem=5.5), CLOTH, body(), RNG(0)) for flare in (-0.06, 0.6))
    assert extent(narrow)[3] == pytest.approx(5.6, abs=0.1)
    assert extent(wide)[2] > extent(narrow)[2] + 0.4
    assert len(skirt(SkirtCut(waistband=False), CLOTH, body(), RNG(0))) == 1


def test_denim_is_dyed_as_denim_only_for_jeans_colours() -> None:
    assert set(DENIM) - set(COLOURS) == {"Indigo", "Stonewash", "Bleached"}
    for name in DENIM:
        assert np.abs(np.array(fabric("jeans", name, RNG(0)).base) - DENIM[name]).max() <= 8


@pytest.mark.parametrize("name", CLOTHS)
def test_stripes_and_checks_change_across_the_cloth_and_plain_cloth_does_not(name: str) -> None:
    axis = np.linspace(0, 4, 200, dtype=np.float32)
    u, v = np.meshgrid(axis, axis)
    cloth = fabric(name, "Teal", RNG(5))
    shown = cloth.albedo(Swatch(u=u, v=v, relief=np.full_like(u, 0.5), unit=50.0))
    busy = cloth.kind not in ("plain", "heather", "rib", "denim", "knit", "cable")
    assert shown.shape == (200, 200, 3)
    assert (shown.std(axis=(0, 1)).max() > 0.1) == busy


def test_grain_is_given_for_pictures_of_any_size() -> None:
    assert grain((10, 20), 5).shape == (10, 20)
    assert grain((2100, 30)).shape == (2100, 30)
    assert grain((2048, 2048), 9).shape == (2048, 2048)


def test_people_differ_and_are_whole() -> None:
    people = [somebody(RNG(seed), body(seed)) for seed in range(12)]
    assert len({(person.skin, person.hair, person.style) for person in people}) > 6
    for person in people:
        assert extent(head(person))[1] < 0.1 and extent(head(person))[3] > 1.0
        assert extent(trunk(person))[3] == pytest.approx(ANKLE, abs=0.4)
        assert bool(behind(person)) == (person.style in ("long", "bob", "bun"))
        for kind in ("sneaker", "boot", "pump"):
            assert len(shoes(person, (90, 60, 40), kind)) == 4


@pytest.mark.parametrize(
    ("category", "others"),
    [("Tee", 1), ("Blazer", 2), ("Coat", 2), ("Dress", 0), ("Jumpsuit", 0), ("Jeans", 1), ("Vest", 2)],
)
def test_somebody_wears_what_belongs_to_a_garment(category: str, others: int) -> None:
    assert len(complement(BY_CATEGORY[category], body(), RNG(0))) == others
