"""Photo modes: what the edges say, what the head is, and how right it is on photographs that it has not seen."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from wildwear.errors import UnsafeModel
from wildwear.images.decode import store
from wildwear.inspection import modes as module
from wildwear.inspection.ground import FEATURES, ground_features
from wildwear.inspection.modes import ModeHead, grounds, load_mode_head, modes
from wildwear.models.registry import load_model
from wildwear.records import Mode

HEAD = Path(str(files("wildwear"))) / "weights" / "modes.safetensors"
EXPERIMENTS = Path(__file__).parents[2] / "experiments" / "modes"
SHOWN = {"luma": Mode.WORN, "wild-garments": Mode.PRODUCT, "street": Mode.WILD}
SIDE = 128


def wall(grey: int = 235) -> np.ndarray:
    return np.full((SIDE, SIDE, 3), grey, np.uint8)


def with_garment(ground: np.ndarray) -> np.ndarray:
    """Something with texture in the middle, that reaches the lower edge."""
    shown = ground.copy()
    shown[30:, 45:85] = np.random.default_rng(0).integers(0, 256, (SIDE - 30, 40, 3))
    return shown


def street() -> np.ndarray:
    coarse = np.random.default_rng(1).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    return np.repeat(np.repeat(coarse, 4, axis=0), 4, axis=1)


def test_a_wall_is_plainer_than_a_street_whatever_stands_before_it() -> None:
    plain, place = ground_features(with_garment(wall())), ground_features(with_garment(street()))
    assert (plain < place).all()
    np.testing.assert_allclose(plain[:3], ground_features(wall())[:3])


def test_a_vignette_has_no_texture() -> None:
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    vignette = (235 * (1 - 0.15 * (x**2 + y**2)))[..., None].repeat(3, axis=2).astype(np.uint8)
    assert np.exp(ground_features(vignette))[:4].max() < 1.5


@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 60), st.integers(1, 60), st.just(3))))
def test_any_picture_has_a_ground_of_five_finite_numbers(rgb: np.ndarray) -> None:
    found = ground_features(rgb)
    assert found.shape == (FEATURES,) and np.isfinite(found).all()


def test_the_ground_of_a_picture_that_does_not_decode_is_unknown() -> None:
    jpegs = [store(_png(with_garment(wall()))).bytes, b"broken", store(_png(street())).bytes]
    found = grounds(lambda rows: [jpegs[row] for row in rows], np.array([2, 0, 1]))
    assert np.isnan(found).any(axis=1).tolist() == [False, True, False]
    assert found[0, 0] < found[2, 0]


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=20))
def test_the_confidence_is_that_of_the_mode_which_is_named(logits: list[tuple[float, float]]) -> None:
    names, confidence = modes(np.array(logits, np.float32))
    assert set(names) <= set(Mode)
    assert ((confidence >= 0.25 - 1e-6) & (confidence <= 1)).all()
    assert ((names == Mode.PRODUCT) == (np.float32(logits)[:, 0] < 0)).all()


def test_a_head_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    head = ModeHead(
        model="tiny@0123456789ab",
        features=chance.normal(size=(2, 16)).astype(np.float16).astype(np.float32),
        ground=np.float32([1, 2, 3, 4, 5]),
        bias=np.float32([0.5, -0.5]),
    )
    head.save(tmp_path / "modes.safetensors")
    again = ModeHead.open(tmp_path / "modes.safetensors")
    assert again.model == head.model
    for name in ("features", "ground", "bias"):
        np.testing.assert_array_equal(getattr(again, name), getattr(head, name))


@pytest.mark.parametrize("content", [b"", b"\x80\x02pickle", (2).to_bytes(8, "little") + b"{}"])
def test_h57_another_file_is_no_head(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "modes.safetensors").write_bytes(content)
    with pytest.raises(UnsafeModel):
        ModeHead.open(tmp_path / "modes.safetensors")


def test_a_head_of_other_shapes_is_refused(tmp_path: Path) -> None:
    head = ModeHead.open(HEAD)
    ModeHead(model=head.model, features=head.features, ground=head.ground[:3], bias=head.bias).save(tmp_path / "m")
    with pytest.raises(UnsafeModel, match="shapes"):
        ModeHead.open(tmp_path / "m")


def test_the_packaged_head_reads_the_packaged_model() -> None:
    head, model = load_mode_head()
    assert head.model == model.key == load_model().key
    assert head.features.shape[1] == model.run(np.zeros((1, 3, *[model.preprocessing.size] * 2))).embedding.shape[1]


def test_a_head_of_another_model_is_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    head = ModeHead.open(HEAD)
    (tmp_path / "weights").mkdir()
    other = ModeHead(model="wildwear-base@000000000000", features=head.features, ground=head.ground, bias=head.bias)
    other.save(tmp_path / "weights" / "modes.safetensors")
    monkeypatch.setattr(module, "files", lambda package: tmp_path)
    with pytest.raises(UnsafeModel, match=r"experiments/modes/build\.py"):
        load_mode_head()


@pytest.mark.data
@pytest.mark.parametrize("collection", SHOWN)
def test_at_least_97_in_100_are_right_on_photographs_that_nothing_was_fitted_to(collection: str, data: Path) -> None:
    sys.path.insert(0, str(EXPERIMENTS))
    try:
        from pictures import pictures_in
    finally:
        sys.path.remove(str(EXPERIMENTS))
    aside = [one for one in pictures_in(data) if one.collection == collection and one.held_aside]
    stored = [store(one.path.read_bytes()).bytes for one in aside[:: len(aside) // 70][:70]]
    head, model = load_mode_head()
    pixels = [model.preprocessing(module.decode_upright(jpeg)) for jpeg in stored]
    vectors = np.concatenate([model.run(np.stack(pixels[at : at + 35])).embedding for at in range(0, len(pixels), 35)])
    ground = grounds(lambda rows: [stored[row] for row in rows], np.arange(len(stored)))
    names, _ = modes(head.logits(head.of_vectors(vectors), ground))
    assert (names == SHOWN[collection]).mean() >= 0.97


def _png(rgb: np.ndarray) -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(rgb).save(out, "PNG")
    return out.getvalue()
