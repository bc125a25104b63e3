"""Thumbnails: whole, in their place, and never an error where a picture is broken."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import numpy as np
import pytest
import simplejpeg
from numpy.typing import NDArray
from PIL import Image
from tests.review.serving import fill, fill_dataset, image_id, serving, write

from wildwear.review.collection import open_collection
from wildwear.review.settings import ReviewSettings
from wildwear.review.sprites import GROUND, TILE, Sprites, draw
from wildwear.tables import IMAGES
from wildwear.workspace import Workspace


def tiles(sprite: bytes) -> NDArray[np.uint8]:
    """64 × 128 × 128 × 3, in order."""
    pixels = np.asarray(Image.open(BytesIO(sprite)))
    assert pixels.shape == (8 * TILE, 8 * TILE, 3)
    return pixels.reshape(8, TILE, 8, TILE, 3).swapaxes(1, 2).reshape(64, TILE, TILE, 3)


def store(workspace: Workspace, pictures: list[bytes]) -> None:
    fill(workspace, ["Jeans"] * len(pictures))
    rows = workspace.table(IMAGES).read().to_pylist()
    for row, data in zip(rows, pictures, strict=True):
        row |= {"bytes": data, "image_id": image_id(data)}
    write(workspace, IMAGES, rows)


def encoded(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    return bytes(simplejpeg.encode_jpeg(np.full((height, width, 3), colour, np.uint8), quality=95))


@pytest.mark.parametrize(("width", "height"), [(256, 341), (341, 256), (256, 2560), (60, 40), (1, 1), (256, 256)])
def test_a_picture_is_seen_whole_in_the_middle_of_its_tile(workspace: Workspace, width: int, height: int) -> None:
    store(workspace, [encoded(width, height, (200, 60, 60))])
    tile = tiles(draw(open_collection(workspace, None), np.array([0])))[0].astype(int)
    red = np.argwhere(tile[..., 0] > 120)
    top, left = red.min(axis=0)
    bottom, right = red.max(axis=0) + 1
    scale = TILE / max(width, height)
    assert abs((bottom - top) - max(height * scale, 1)) <= 2
    assert abs((right - left) - max(width * scale, 1)) <= 2
    assert abs((top + bottom) / 2 - TILE / 2) <= 2 and abs((left + right) / 2 - TILE / 2) <= 2


def test_tiles_stand_in_the_order_of_the_items_and_the_rest_is_ground(workspace: Workspace) -> None:
    store(workspace, [encoded(64, 64, (shade, shade, shade)) for shade in range(60, 250, 10)])
    items = np.random.default_rng(0).permutation(19)
    seen = tiles(draw(open_collection(workspace, None), items))[:, 40:90, 40:90].mean(axis=(1, 2, 3))
    assert np.abs(seen[:19] - (60 + 10 * items)).max() < 3
    assert np.abs(seen[19:] - GROUND).max() < 3


def test_h24_broken_and_missing_pictures_are_plain_tiles(workspace: Workspace) -> None:
    good = encoded(64, 64, (250, 250, 250))
    store(workspace, [b"", b"no picture", good[: len(good) // 2], b"\x89PNG\r\n\x1a\n" + b"0" * 50, good])
    with serving(workspace) as served:
        sheet = served.get("/api/sheet?order=newest")["sheet"]
        answer = served.ask("GET", f"/sprite/{sheet}/0.jpg")
    assert (answer.status, answer.headers["content-type"]) == (200, "image/jpeg")
    means = tiles(answer.body)[:5].mean(axis=(1, 2, 3))
    assert means[0] > 200
    assert np.abs(means[[1, 3, 4]] - GROUND).max() < 3


def test_a_table_that_cannot_be_read_is_a_sheet_of_plain_tiles(workspace: Workspace) -> None:
    store(workspace, [encoded(64, 64, (250, 250, 250))])
    collection = open_collection(workspace, None)
    for file in workspace.table(IMAGES).path.rglob("*.lance"):
        file.unlink()
    assert tiles(draw(collection, np.array([0]))).max() < GROUND + 5


def test_a_box_is_shown_with_a_margin_around_it(workspace: Workspace) -> None:
    fill_dataset(workspace, "street", [([100.0, 100.0, 200.0, 150.0], ["Coat"]), ([0.0, 0.0, 400.0, 300.0], ["Coat"])])
    tile = tiles(draw(open_collection(workspace, "street"), np.array([0, 1])))
    white = tile[0].mean(axis=2) > 128
    assert white[:, TILE // 2].sum() / white[TILE // 2].sum() == pytest.approx(0.5, abs=0.05)
    assert white[TILE // 2].sum() / TILE == pytest.approx(1 / 1.3, abs=0.05)
    assert (tile[1].mean(axis=2) > 128)[TILE // 2].sum() > TILE - 3


def test_sprites_are_drawn_once_and_kept_within_their_budget(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(workspace, [encoded(64, 64, (90, 90, 90))])
    collection = open_collection(workspace, None)
    drawn: list[int] = []

    def noisy(_: object, items: NDArray[np.int64]) -> bytes:
        drawn.append(int(items[0]))
        return bytes(300_000)

    monkeypatch.setattr("wildwear.review.sprites.draw", noisy)
    sprites = Sprites(collection, megabytes=1)
    with ThreadPoolExecutor(8) as browsers:
        list(browsers.map(lambda _: sprites.get("a", 0, np.array([0])).result(), range(50)))
    assert drawn == [0]
    for number in range(1, 5):
        sprites.get("a", number, np.array([number])).result()
    assert sprites.held <= 1 << 20
    sprites.get("a", 0, np.array([0])).result()
    assert drawn == [0, 1, 2, 3, 4, 0]
    sprites.close()


def test_h54_more_sprites_than_the_queue_holds_are_refused(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(workspace, [encoded(64, 64, (90, 90, 90))])
    monkeypatch.setattr("wildwear.review.sprites._WAITING", 0)
    with serving(workspace, ReviewSettings(who="t")) as served:
        sheet = served.get("/api/sheet")["sheet"]
        answer = served.ask("GET", f"/sprite/{sheet}/0.jpg")
    assert (answer.status, answer.json["error"]["type"]) == (503, "busy")
    assert answer.headers["retry-after"] == "1"
