"""Boxes as arrays: overlap and non-maximum suppression."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wildwear.movies.people.boxes import as_detections, corners, overlaps, suppress

sides = st.tuples(st.integers(0, 100), st.integers(0, 100), st.integers(0, 60), st.integers(0, 60))
several = st.lists(st.tuples(sides, st.integers(0, 20)), min_size=1, max_size=25)
thresholds = st.sampled_from([0.0, 0.3, 0.45, 0.7, 1.0])


def arrays(found: list[tuple[tuple[int, int, int, int], int]]) -> tuple[np.ndarray, np.ndarray]:
    boxes = np.array([[x, y, x + w, y + h] for (x, y, w, h), _ in found], np.float32)
    return boxes, np.array([score / 20 for _, score in found], np.float32)


def test_overlap_is_intersection_over_union() -> None:
    box = np.array([0, 0, 10, 10], np.float32)
    others = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [10, 0, 20, 10], [3, 3, 3, 3]], np.float32)
    assert overlaps(box, others) == pytest.approx([1, 1 / 3, 0, 0])
    assert overlaps(others[3], others[3:]) == pytest.approx([0])


def test_centres_and_sizes_become_corners() -> None:
    assert corners(np.array([[10, 20, 4, 6]], np.float32)).tolist() == [[8, 17, 12, 23]]


def test_of_two_boxes_of_one_person_the_surer_stays() -> None:
    boxes = np.array([[0, 0, 10, 20], [1, 0, 11, 20], [30, 0, 40, 20]], np.float32)
    assert suppress(boxes, np.array([0.6, 0.9, 0.5], np.float32), 0.45) == [1, 2]


@given(several, thresholds)
def test_no_two_boxes_that_are_kept_overlap_by_more(
    found: list[tuple[tuple[int, int, int, int], int]], most: float
) -> None:
    boxes, scores = arrays(found)
    kept = suppress(boxes, scores, most)
    for at, row in enumerate(kept):
        assert (overlaps(boxes[row], boxes[kept[at + 1 :]]) <= most).all()


@given(several, thresholds)
def test_each_box_that_goes_overlaps_one_at_least_as_sure_that_stays(
    found: list[tuple[tuple[int, int, int, int], int]], most: float
) -> None:
    boxes, scores = arrays(found)
    kept = suppress(boxes, scores, most)
    assert len(set(kept)) == len(kept)
    for row in set(range(len(boxes))) - set(kept):
        surer = [other for other in kept if scores[other] >= scores[row]]
        assert (overlaps(boxes[row], boxes[surer]) > most).any()


@given(several, thresholds)
def test_what_was_kept_is_kept_again(found: list[tuple[tuple[int, int, int, int], int]], most: float) -> None:
    boxes, scores = arrays(found)
    kept = suppress(boxes, scores, most)
    assert [scores[row] for row in kept] == sorted(scores[kept], reverse=True)
    assert suppress(boxes[kept], scores[kept], most) == list(range(len(kept)))


def test_boxes_end_at_the_frame_and_those_outside_it_are_none() -> None:
    boxes = np.array([[-5, -5, 5, 5], [90, 10, 200, 60], [120, 0, 140, 9], [3, 3, 3, 9], [np.nan] * 4], np.float32)
    found = as_detections(boxes, np.array([0.5, 0.9, 0.8, 0.7, 0.6], np.float32), 100, 50)
    assert [one.box.as_tuple() for one in found] == [(90, 10, 100, 50), (0, 0, 5, 5)]
    assert [one.score for one in found] == pytest.approx([0.9, 0.5])
