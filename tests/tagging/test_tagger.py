"""The tagger in Python: pictures of any kind in, tags out."""

from __future__ import annotations

import io
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.models.tiny_model import write_tiny_model
from tests.tagging.pictures import jpeg, noise, write_photos

from wildwear import Tagger
from wildwear.errors import UnknownName, UnreadableInput, UserError
from wildwear.models.settings import RuntimeOptions
from wildwear.records import Box
from wildwear.tagging.photos import MOST_BOXES, GivenBox, Photo
from wildwear.tagging.settings import TaggerSettings
from wildwear.tagging.tags import FailedPhoto, Tags, outcome_from_json


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    write_tiny_model(folder)
    return folder


@pytest.fixture(scope="module")
def tagger(model: Path) -> Tagger:
    return Tagger(model, TaggerSettings(batch_size=4), RuntimeOptions(threads=2))


def boxed(path: Path, *boxes: tuple[float, float, float, float]) -> Photo:
    given = tuple(GivenBox(box=Box(x1=a, y1=b, x2=c, y2=d)) for a, b, c, d in boxes)
    return Photo(path=str(path), name=path.name, boxes=given)


def test_a_path_bytes_a_pillow_image_and_pixels_give_the_same_tags(tagger: Tagger, tmp_path: Path) -> None:
    picture = noise()
    stored = io.BytesIO()
    picture.save(stored, "PNG")
    path = tmp_path / "photo.png"
    path.write_bytes(stored.getvalue())
    scores = [tagger.tag(one).top for one in (path, str(path), stored.getvalue(), picture, np.asarray(picture))]
    assert all(one == scores[0] for one in scores)
    assert tagger.tag(path).path == str(path) and tagger.tag(picture).path == ""


@pytest.mark.parametrize("orientation", range(1, 9))
def test_h29_a_turned_picture_has_upright_size_and_the_tags_of_the_upright_one(
    orientation: int, tagger: Tagger
) -> None:
    turned = jpeg(noise(600, 900), orientation)
    tags = tagger.tag(turned)
    size = (900, 600) if orientation >= 5 else (600, 900)
    assert (tags.width, tags.height) == size
    in_memory = tagger.tag(Image.open(io.BytesIO(turned)))
    assert (in_memory.width, in_memory.height) == size
    assert in_memory.top[0].score == pytest.approx(tags.top[0].score, abs=0.05)


def test_a_file_that_cannot_be_decoded_raises_alone_and_is_a_row_among_many(tagger: Tagger, tmp_path: Path) -> None:
    good, bad = write_photos(tmp_path, 2)
    bad.write_bytes(bad.read_bytes()[:-200])
    with pytest.raises(UnreadableInput, match=r"0001\.jpg: truncated"):
        tagger.tag(bad)
    outcomes = list(tagger.tag_many([good, bad, tmp_path / "gone.jpg", tmp_path, good]))
    assert [type(one) for one in outcomes] == [Tags, FailedPhoto, FailedPhoto, FailedPhoto, Tags]
    reasons = [one.reason for one in outcomes if isinstance(one, FailedPhoto)]
    assert reasons == ["truncated_image", "missing_file", "not_a_file"]


def test_a_pipe_is_refused_rather_than_waited_for(tagger: Tagger, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (outcome,) = tagger.tag_many([tmp_path / "pipe.jpg"])
    assert isinstance(outcome, FailedPhoto) and outcome.reason == "not_a_file"


@pytest.mark.parametrize("batch_size", [1, 3, 16])
def test_batches_and_threads_change_neither_the_order_nor_the_tags(
    batch_size: int, model: Path, tagger: Tagger, tmp_path: Path
) -> None:
    paths = write_photos(tmp_path, 11)
    paths[5].write_bytes(b"nothing")
    other = Tagger(model, TaggerSettings(batch_size=batch_size), RuntimeOptions(threads=1))
    for path, one, two in zip(paths, other.tag_many(paths), tagger.tag_many(paths), strict=True):
        assert one.path == two.path == str(path)
        if isinstance(one, Tags) and isinstance(two, Tags):
            assert [score.category for score in one.top] == [score.category for score in two.top]
            assert one.top[0].score == pytest.approx(two.top[0].score, abs=1e-4)
        else:
            assert one == two


def test_pictures_are_asked_for_only_a_little_ahead(tagger: Tagger) -> None:
    asked = itertools.count()
    pictures = (noise(seed=next(asked)) for _ in range(1000))
    outcomes: Iterator[Tags | FailedPhoto] = tagger.tag_many(pictures)
    next(outcomes)
    assert next(asked) <= 4 * tagger.settings.batch_size


def test_each_box_is_tagged_as_its_crop_and_the_outfit_is_over_them(tagger: Tagger, tmp_path: Path) -> None:
    picture = noise(320, 480)
    path = tmp_path / "photo.png"
    picture.save(path)
    corners = [(0, 0, 100, 150), (50, 200, 300, 400), (-20, -20, 90, 90), (10, 10, 11, 11), (0, 0, 320, 480)]
    (tags,) = tagger.tag_many([boxed(path, *corners)])
    assert isinstance(tags, Tags)
    assert [box.box.as_tuple() for box in tags.boxes] == corners
    whole = tagger.tag(path)
    assert tags.boxes[-1].top[0].category == whole.top[0].category
    assert tags.boxes[-1].top[0].score == pytest.approx(whole.top[0].score, abs=1e-5)
    best = {score.category: score.score for box in tags.boxes for score in box.top}
    assert tags.top[0].score == pytest.approx(max(score.score for box in tags.boxes for score in box.top))
    assert set(best) >= {score.category for score in tags.outfit.garments}


def test_a_box_outside_the_picture_fails_its_photograph_with_both_sizes(tagger: Tagger, tmp_path: Path) -> None:
    path, _ = write_photos(tmp_path, 2)
    photos = [boxed(path, (1, 1, 20, 20), (60, 0, 90, 20)), boxed(path, *[(1, 1, 9, 9)] * (MOST_BOXES + 1))]
    outside, crowded = tagger.tag_many(photos)
    assert isinstance(outside, FailedPhoto) and outside.reason == "box_outside"
    assert outside.detail == "box 60, 0, 90, 20 lies outside the 60 × 90 picture"
    assert isinstance(crowded, FailedPhoto) and crowded.reason == "too_many_boxes"


def test_more_boxes_than_a_batch_holds_are_run_in_several(tagger: Tagger, tmp_path: Path) -> None:
    (path,) = write_photos(tmp_path, 1)
    (tags,) = tagger.tag_many([boxed(path, *[(1, 1, 30 + i, 40) for i in range(11)])])
    assert isinstance(tags, Tags) and len(tags.boxes) == 11


def test_the_tags_do_not_depend_on_who_else_looks(tagger: Tagger, tmp_path: Path) -> None:
    paths = write_photos(tmp_path, 2, width=900, height=1200)
    alone = list(tagger.tag_many(paths))
    with_views = list(tagger.tag_and_view(paths, view_side=600))
    assert [outcome for outcome, _ in with_views] == alone
    assert [view.shape for _, view in with_views if view is not None] == [(600, 450, 3)] * 2


@pytest.mark.parametrize("pixels", [np.zeros((9, 9), np.uint8), np.zeros((9, 9, 3)), np.zeros((0, 9, 3), np.uint8)])
def test_pixels_of_another_kind_are_an_error_that_states_both(pixels: np.ndarray, tagger: Tagger) -> None:
    with pytest.raises(ValueError, match=r"must be H × W × 3 uint8, and are \("):
        tagger.tag(pixels)


def test_transparent_pixels_lie_over_white(tagger: Tagger) -> None:
    clear = Image.new("RGBA", (40, 40), (200, 0, 0, 0))
    assert tagger.tag(clear).top == tagger.tag(Image.new("RGB", (40, 40), "white")).top


def test_tags_survive_json(tagger: Tagger, tmp_path: Path) -> None:
    path, bad = write_photos(tmp_path, 2)
    bad.write_bytes(b"")
    for outcome in tagger.tag_many([path, boxed(path, (1, 1, 30, 40), (2, 2, 9, 9)), bad]):
        written = outcome.to_json()
        assert outcome_from_json(written).to_json() == written


def test_an_unknown_model_and_impossible_settings_are_named() -> None:
    with pytest.raises(UnknownName, match="unknown model 'nope'"):
        Tagger("nope")
    with pytest.raises(UserError, match="--batch-size must be 1 or more, and is 0"):
        TaggerSettings(batch_size=0)
    with pytest.raises(UserError, match="--min-score must lie between 0 and 1, and is 50"):
        TaggerSettings(min_score=50)
