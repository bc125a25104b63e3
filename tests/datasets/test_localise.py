"""Labels of whole photographs get the box that shows them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.models.tiny_model import write_tiny_model
from tests.training.coloured import COLOURS, sample, samples, write_dataset

from wildwear.datasets.localise import WORN_AT, localise
from wildwear.datasets.settings import LocaliseSettings
from wildwear.errors import UserError
from wildwear.images.decode import store
from wildwear.records import Region
from wildwear.training.probe import train_probe
from wildwear.training.settings import TrainSettings
from wildwear.workspace import Workspace

SIZE = 200, 300


def person(upper: str, lower: str, seed: int) -> bytes:
    """A photograph of one garment above another before grey."""
    width, height = SIZE
    pixels = np.full((height, width, 3), 128.0)
    for name, (y1, y2) in ((upper, (0.18, 0.46)), (lower, (0.46, 0.90))):
        pixels[int(y1 * height) : int(y2 * height), int(0.28 * width) : int(0.65 * width)] = COLOURS[name]
    pixels += np.random.default_rng(seed).normal(0, 8, pixels.shape)
    out = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=92)
    return out.getvalue()


def tagged(number: int, label: str, photograph: bytes, **changes: Any) -> dict[str, object]:
    stored = store(photograph)
    seen = {"image_id": stored.image_id, "bytes": stored.bytes, "width": stored.width, "height": stored.height}
    return sample(number, [label], "train", **seen | changes)


@pytest.fixture
def coloured(workspace: Workspace) -> Workspace:
    """A model `knows` that tells colours apart, and photographs of people with tags."""
    write_tiny_model(workspace.models / "tiny")
    write_dataset(workspace, "plain", samples({"train": 40, "val": 10}))
    train_probe(workspace, "knows", TrainSettings(on=("plain",), init="tiny"))
    photographs = [person("Tee", "Jeans", 0), person("Jacket", "Jeans", 1), person("Jeans", "Tee", 2)]
    rows = [tagged(2 * n, "Jeans", photograph) for n, photograph in enumerate(photographs)]
    rows += [tagged(2 * n + 1, label, photographs[n]) for n, label in enumerate(("Tee", "Jacket"))]
    rows.append(tagged(20, "Cape", photographs[0]))
    write_dataset(workspace, "tagged", rows)
    return workspace


def test_each_label_gets_a_box_that_shows_it(coloured: Workspace) -> None:
    report = localise(coloured, "tagged", "weak", LocaliseSettings(model="knows", min_score=0.3))
    found = coloured.dataset("weak").read(["sample_id", "labels", "box", "region", "width", "height", "dataset"])
    assert report.done["samples"] == found.num_rows == 4
    for row in found.to_pylist():
        x1, y1, x2, y2 = np.array(row["box"]) / np.array([row["width"], row["height"]] * 2)
        assert row["dataset"] == "weak"
        assert (x1, x2) == pytest.approx((0.31, 0.60), abs=0.08)
        assert (y2 <= 0.56) if row["region"] == Region.UPPER else (y1 >= 0.38)


def test_what_is_left_out_is_counted_with_its_reason(coloured: Workspace) -> None:
    report = localise(coloured, "tagged", "weak", LocaliseSettings(model="knows", min_score=0.3))
    assert report.skipped["their labels are no classes of the model"] == 1
    assert report.skipped["shown nowhere with enough certainty"] == 1
    with pytest.raises(UserError, match=r"nothing to localise is left: 4 have a box already"):
        localise(coloured, "weak", "weaker", LocaliseSettings(model="knows"))


def test_further_boxes_are_kept_where_they_are_nearly_as_likely(coloured: Workspace) -> None:
    localise(coloured, "tagged", "weak", LocaliseSettings(model="knows", min_score=0))
    localise(coloured, "tagged", "more", LocaliseSettings(model="knows", min_score=0, boxes=3))
    best, more = (set(coloured.dataset(name).read(["sample_id"])["sample_id"].to_pylist()) for name in ("weak", "more"))
    assert best < more and len(more) <= 3 * len(best)


def test_the_same_run_gives_the_same_samples(coloured: Workspace) -> None:
    settings = LocaliseSettings(model="knows", min_score=0)
    localise(coloured, "tagged", "weak", settings)
    first = coloured.dataset("weak").read()
    localise(coloured, "tagged", "weak", settings)
    assert coloured.dataset("weak").read() == first


def test_the_photographs_own_dataset_stays(coloured: Workspace) -> None:
    with pytest.raises(UserError, match="another name than tagged"):
        localise(coloured, "tagged", "tagged", LocaliseSettings(model="knows"))


def test_boxes_lie_in_the_photograph() -> None:
    for boxes in WORN_AT.values():
        assert all(0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1 for x1, y1, x2, y2 in boxes)
