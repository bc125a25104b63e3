"""Batches are the same however they are made: by how many threads or processes, at once or gone on with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.images.pictures import encoded
from tests.training.coloured import COLOURS, samples, write_dataset

from wildwear.errors import StorageError, UserError
from wildwear.images.decode import store
from wildwear.images.preprocess import Preprocessing
from wildwear.training.data import open_parts
from wildwear.training.order import Order
from wildwear.training.reader import Batch, read_batches
from wildwear.training.recipe import SamplingSettings
from wildwear.training.sources import Source, open_source
from wildwear.training.views import Views
from wildwear.workspace import Workspace

CLASSES = ("Jacket", "Tee", "Jeans", "Skirt", "Dress")
VIEWS = Views(size=16, short_side=20)
STILL = replace(VIEWS, brightness=0.0, contrast=0.0, saturation=0.0, erase=0.0)
PREPROCESSING = Preprocessing(size=16)


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What batches are read from."""

    sources: list[Source]

    def order(self, **changes: Any) -> Order:
        how = SamplingSettings(**({"batch_size": 7, "balance": 0.0} | changes))
        return Order(self.sources, how, seed=5)

    def read(self, order: Order, steps: range, views: Views = VIEWS, **changes: Any) -> list[Batch]:
        told: dict[str, Any] = {"seed": 5, "total_epochs": 4} | changes
        return list(read_batches(self.sources, order, views, PREPROCESSING, steps=steps, **told))


def opened(workspace: Workspace, *names: str) -> Setup:
    return Setup(sources=[open_source(part, CLASSES) for part in open_parts(workspace, names).learned])


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Setup:
    """Two datasets of 24 and 11 samples, each category in a colour of its own."""
    workspace = Workspace.create(tmp_path_factory.mktemp("reader") / "workspace")
    write_dataset(workspace, "shop", samples({"train": 24}, CLASSES))
    write_dataset(workspace, "street", samples({"train": 11}, CLASSES, start=100))
    return opened(workspace, "shop", "street")


def same(first: list[Batch], second: list[Batch]) -> None:
    assert [(batch.step, batch.epoch, batch.failed) for batch in first] == [
        (batch.step, batch.epoch, batch.failed) for batch in second
    ]
    for name in ("pixels", "members", "source"):
        for one, other in zip(first, second, strict=True):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_a_batch_is_contiguous_bytes_with_the_sets_they_belong_to(two: Setup) -> None:
    (batch,) = two.read(two.order(), range(1), STILL)
    assert batch.pixels.shape == (7, 16, 16, 3) and batch.pixels.dtype == np.uint8
    assert batch.pixels.flags.c_contiguous and batch.members.shape == (7, 5)
    assert (batch.epoch, batch.step, batch.failed) == (0, 0, 0) and batch.waited > 0
    for pixels, members in zip(batch.pixels, batch.members, strict=True):
        (name,) = (name for name, right in zip(CLASSES, members, strict=True) if right)
        assert np.abs(pixels.mean(axis=(0, 1)) - COLOURS[name]).max() < 90


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(
    batch_size=st.integers(2, 40),
    start=st.integers(0, 12),
    balance=st.sampled_from([0.0, 0.5]),
    per_source=st.booleans(),
)
def test_h74_a_run_that_is_gone_on_with_sees_the_same_next_batches(
    two: Setup, batch_size: int, start: int, balance: float, per_source: bool
) -> None:
    how = {"batch_size": batch_size, "balance": balance, "per_source": per_source}
    end = start + 3
    whole = two.read(two.order(**how), range(end))
    same(whole[start:], two.read(two.order(**how), range(start, end)))


@settings(max_examples=10)
@given(ranks=st.integers(1, 4), batch_size=st.integers(8, 40))
def test_processes_share_each_batch_without_a_gap_or_an_overlap(two: Setup, ranks: int, batch_size: int) -> None:
    order = two.order(batch_size=batch_size)
    whole = two.read(order, range(2))
    shares = [two.read(order, range(2), rank=rank, ranks=ranks) for rank in range(ranks)]
    for step, batch in enumerate(whole):
        assert sum(len(share[step].pixels) for share in shares) == len(batch.pixels)
        for rank, share in enumerate(shares):
            np.testing.assert_array_equal(share[step].pixels, batch.pixels[rank::ranks])
            np.testing.assert_array_equal(share[step].members, batch.members[rank::ranks])


def test_threads_make_no_difference(two: Setup) -> None:
    steps = range(two.order().steps_per_epoch + 2)
    same(two.read(two.order(), steps, threads=1), two.read(two.order(), steps, threads=4))


@given(batch_size=st.integers(1, 40))
@settings(max_examples=10)
def test_views_do_not_depend_on_the_batch_size(two: Setup, batch_size: int) -> None:
    small, whole = two.order(batch_size=batch_size), two.order(batch_size=64)
    cut = two.read(small, range(small.steps_per_epoch, 2 * small.steps_per_epoch))
    (all_,) = two.read(whole, range(1, 2))
    np.testing.assert_array_equal(np.concatenate([batch.pixels for batch in cut]), all_.pixels)


def test_a_sample_looks_different_in_the_next_epoch_and_by_another_seed(two: Setup) -> None:
    order = two.order(batch_size=64)
    first, second = two.read(order, range(2))
    (other,) = two.read(order, range(1), seed=6)
    assert not np.array_equal(np.sort(first.pixels.sum(axis=(1, 2, 3))), np.sort(second.pixels.sum(axis=(1, 2, 3))))
    assert not np.array_equal(first.pixels, other.pixels)


def test_sizes_rise_over_the_epochs(two: Setup) -> None:
    views = Views(size=80, first_size=16, short_side=100, crop="window")
    order = two.order(batch_size=64)
    assert [batch.pixels.shape[1] for batch in two.read(order, range(4), views)] == [16, 16, 48, 80]


def test_h73_a_sample_that_does_not_decode_is_left_out_and_counted(workspace: Workspace) -> None:
    rows = samples({"train": 10}, CLASSES)
    rows[3]["bytes"], rows[6]["bytes"] = bytes(rows[3]["bytes"])[:200], None  # type: ignore[call-overload]
    write_dataset(workspace, "broken", rows)
    setup = opened(workspace, "broken")
    batches = setup.read(setup.order(batch_size=5), range(2), STILL)
    assert sum(batch.failed for batch in batches) == 2
    seen = np.concatenate([batch.members for batch in batches]).sum(axis=0)
    assert seen.tolist() == [2, 1, 2, 1, 2]
    for batch in batches:
        assert len(batch.pixels) == len(batch.members) == len(batch.source) == 5 - batch.failed
        for pixels, members in zip(batch.pixels, batch.members, strict=True):
            colour = COLOURS[CLASSES[int(np.flatnonzero(members)[0])]]
            assert np.abs(pixels.mean(axis=(0, 1)) - colour).max() < 90


@pytest.mark.parametrize("crop", ["window", "area"])
def test_a_box_is_all_that_is_seen_of_a_photograph(workspace: Workspace, crop: Any) -> None:
    rgb = np.zeros((120, 200, 3), np.uint8)
    rgb[30:90, 100:180] = (250, 10, 10)
    stored = store(encoded(rgb, "PNG"))
    rows = samples({"train": 2}, ["Jacket"])
    for row in rows:
        row["bytes"], row["box"] = stored.bytes, [104.0, 34.0, 176.0, 86.0]
    write_dataset(workspace, "street", rows)
    setup = opened(workspace, "street")
    views = replace(STILL, crop=crop, area=(0.5, 1.0), aspect=0.0)
    for batch in setup.read(setup.order(), range(6), views):
        assert batch.pixels[..., 0].min() > 200 and batch.pixels[..., 1:].max() < 60


def test_a_batch_that_is_too_small_to_be_shared_is_refused(two: Setup) -> None:
    with pytest.raises(UserError, match=r"4 processes cannot share batches of 2: raise sampling.batch_size"):
        two.read(two.order(batch_size=3), range(1), ranks=4)


def test_memory_is_bounded_however_slow_the_consumer_is(two: Setup) -> None:
    made: list[NDArray[np.uint8]] = []

    def allocate(shape: tuple[int, ...]) -> NDArray[np.uint8]:
        made.append(np.empty(shape, np.uint8))
        return made[-1]

    batches: Iterator[Batch] = read_batches(
        two.sources, two.order(), VIEWS, PREPROCESSING,
        steps=range(40), seed=5, total_epochs=8, threads=2, allocate=allocate,
    )  # fmt: skip
    for taken in range(1, 6):
        batch = next(batches)
        assert len(made) <= taken + 2 + 2
        assert any(np.shares_memory(batch.pixels, one) for one in made)
    batches.close()  # type: ignore[attr-defined]
    assert len(made) < 12


def test_an_error_while_reading_reaches_the_consumer(workspace: Workspace) -> None:
    write_dataset(workspace, "shop", samples({"train": 4}, CLASSES))
    setup = opened(workspace, "shop")
    for file in (workspace.dataset("shop").path / "data").iterdir():
        file.unlink()
    with pytest.raises(StorageError, match="cannot read"):
        setup.read(setup.order(), range(1))
