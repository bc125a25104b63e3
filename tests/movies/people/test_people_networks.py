"""Networks that strangers made: hostile cases 57 to 61, for detectors of people."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from tests.movies.people.tiny_detectors import DETECTORS, detr, detr_in_pixels, yolox

from wildwear.errors import UnknownName, UnreadableInput, UnsafeModel, UserError
from wildwear.models.settings import RuntimeOptions
from wildwear.movies.people.base import PersonDetector
from wildwear.movies.people.registry import open_detector
from wildwear.movies.records import Frame

ONE_THREAD = RuntimeOptions(threads=1)


def opened(tmp_path: Path, network: onnx.ModelProto | bytes, name: str = "net.onnx") -> PersonDetector:
    data = network if isinstance(network, bytes) else network.SerializeToString()
    (tmp_path / name).write_bytes(data)
    return open_detector(str(tmp_path / name), "film.mp4", ONE_THREAD)


def refusal(tmp_path: Path, network: onnx.ModelProto | bytes) -> str:
    with pytest.raises(UnsafeModel) as caught:
        opened(tmp_path, network)
    assert "\n" not in str(caught.value)
    assert "net.onnx" in str(caught.value)
    return str(caught.value)


def test_h57_a_pickle_called_onnx_is_refused_and_not_run(tmp_path: Path) -> None:
    assert "it is a pickle; nothing in it was run" in refusal(tmp_path, pickle.dumps({"weights": 1}))


def test_h57_a_page_called_onnx_is_refused(tmp_path: Path) -> None:
    assert "not an ONNX file" in refusal(tmp_path, b"<!doctype html><title>Not found</title>")
    assert "not an ONNX file" in refusal(tmp_path, b"")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    family=st.sampled_from(["yolox", "rt-detr, one class", "d-fine"]),
    cut=st.integers(0, 900),
    flips=st.lists(st.tuples(st.integers(0, 900), st.integers(1, 255)), max_size=4),
)
def test_h58_a_damaged_network_is_refused_or_runs(
    tmp_path: Path, family: str, cut: int, flips: list[tuple[int, int]]
) -> None:
    damaged = bytearray(DETECTORS[family]().SerializeToString())
    for at, bits in flips:
        damaged[at % len(damaged)] ^= bits
    try:
        opened(tmp_path, bytes(damaged[: -cut or None]))
    except UserError as error:
        assert "\n" not in str(error)


def test_h58_a_file_larger_than_any_network_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "net.onnx").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(UnsafeModel, match="too many for a network"):
        open_detector(str(tmp_path / "net.onnx"), "film.mp4")


def test_h58_a_pipe_hangs_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "net.onnx")
    with pytest.raises(UnreadableInput, match="not there, or not a file"):
        open_detector(str(tmp_path / "net.onnx"), "film.mp4")


def test_h59_weights_in_another_file_are_refused(tmp_path: Path) -> None:
    network = yolox()
    tensor = network.graph.initializer[0]
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    assert "lie in another file" in refusal(tmp_path, network)


def test_h59_operators_of_others_and_loops_are_refused(tmp_path: Path) -> None:
    network = yolox()
    network.graph.node[0].domain = "evil.ops"
    assert "'evil.ops.ReduceMean' is not a standard" in refusal(tmp_path, network)
    network = yolox()
    body = helper.make_graph([helper.make_node("Identity", ["c"], ["d"])], "body", [], [])
    network.graph.node.append(helper.make_node("Loop", ["", ""], [], body=body))
    assert "runs a graph of its own" in refusal(tmp_path, network)


def test_h61_weights_that_are_not_numbers_are_refused_and_infinite_ones_are_masks(tmp_path: Path) -> None:
    network = detr(80)
    network.graph.initializer.append(numpy_helper.from_array(np.array([np.inf], np.float32), "anchors"))
    assert opened(tmp_path, network)
    network.graph.initializer.append(numpy_helper.from_array(np.array([np.nan], np.float32), "broken"))
    assert "'broken' hold NaN or infinity" in refusal(tmp_path, network)


def test_h61_another_kind_of_network_is_refused_with_what_it_takes_and_gives(tmp_path: Path) -> None:
    network = yolox()
    network.graph.output[0].type.tensor_type.shape.dim[2].dim_value = 4
    assert "images [1 × 3 × 64 × 64] in, output [1 × 84 × 4] out" in refusal(tmp_path, network)


def _without_scores(network: onnx.ModelProto) -> None:
    del network.graph.output[2]


def _grey(network: onnx.ModelProto) -> None:
    network.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 1


def _another_input(network: onnx.ModelProto) -> None:
    network.graph.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, [1]))


@pytest.mark.parametrize("spoil", [_without_scores, _grey, _another_input])
def test_h61_a_network_that_lacks_what_its_family_has_is_refused(
    tmp_path: Path, spoil: Callable[[onnx.ModelProto], None]
) -> None:
    network = detr_in_pixels()
    spoil(network)
    assert "is no detector of the YOLOX or DETR family" in refusal(tmp_path, network)


def test_h61_another_number_of_anchors_is_no_yolox(tmp_path: Path) -> None:
    network = yolox()
    for dim in network.graph.input[0].type.tensor_type.shape.dim[2:]:
        dim.dim_value = 128
    assert "336 rows are due of a YOLOX that takes 128 × 128, and it gives 84 × 7" in refusal(tmp_path, network)


def test_h61_a_number_of_classes_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    assert "7 classes; known of the DETR family: 1, 2, 80, 91, 92" in refusal(tmp_path, detr(7))


@pytest.mark.parametrize("value", [1e4, 3e38, -3e38])
@pytest.mark.parametrize("family", ["yolox", "yolox, decoded", "rt-detr", "d-fine"])
def test_h61_boxes_beyond_all_bounds_end_at_the_frame_or_are_none(tmp_path: Path, family: str, value: float) -> None:
    network = DETECTORS[family]()
    places = next(t for t in network.graph.initializer if t.name in ("places", "base" if "yolox" in family else ""))
    wild = numpy_helper.to_array(places).copy()
    wild[..., :4] = value
    places.CopyFrom(numpy_helper.from_array(wild, places.name))
    detector = opened(tmp_path, network)
    white = Frame(time=Fraction(0), pixels=np.full((72, 128, 3), 255, np.uint8))
    assert all(0 <= one.box.x1 < one.box.x2 <= 128 for one in detector.detect(white))


def test_an_input_without_end_is_refused_before_it_runs(tmp_path: Path) -> None:
    assert "an input of 100000 × 100000 is larger" in refusal(tmp_path, detr(80, side=100_000))


def test_a_fixed_number_of_pictures_other_than_one_is_refused_with_the_remedy(tmp_path: Path) -> None:
    assert "it takes 4 pictures at once; export it with one" in refusal(tmp_path, yolox(batch=4))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"nowhere.onnx is not there"):
        open_detector(str(tmp_path / "nowhere.onnx"), "film.mp4")


def test_a_name_that_nobody_knows_is_an_error_with_near_ones() -> None:
    with pytest.raises(UnknownName, match="did you mean yolox-nano or"):
        open_detector("yolox-nana", "film.mp4")


def test_a_known_name_that_is_not_here_says_how_to_fetch_it() -> None:
    with pytest.raises(UserError, match=r"'wildwear models get yolox-s' fetches it \(35.9 MB, Apache-2.0"):
        open_detector("yolox-s", "film.mp4")


def test_a_runtime_that_cannot_be_had_is_no_fault_of_the_network(tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes(yolox().SerializeToString())
    with pytest.raises(UserError, match="cannot use cuda") as caught:
        open_detector(str(tmp_path / "net.onnx"), "film.mp4", RuntimeOptions(runtime="onnxruntime", device="cuda"))
    assert not isinstance(caught.value, UnsafeModel)


def test_boxes_given_for_another_film_are_an_error_and_predicted_ones_are_said(tmp_path: Path) -> None:
    file = tmp_path / "ava.csv"
    file.write_text("film,0902,0.1,0.2,0.3,0.4,,0.835\nfilm,0902,broken\n")
    people = open_detector(f"ava:{file}", "folder/film.mkv")
    assert people.key.startswith("ava.csv@")
    assert "boxes that a detector predicted" in people.notes[0]
    assert "1 of 2 rows left out (1 columns); the first is row 2" in people.notes[1]
    with pytest.raises(UnreadableInput, match="no box of 'another'; it is about 'film'"):
        open_detector(f"ava:{file}", "another.mkv")


def test_a_box_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for form in ("ava", "coco"):
        with pytest.raises(UnreadableInput, match=r"nowhere is not there"):
            open_detector(f"{form}:{tmp_path / 'nowhere'}", "film.mp4")


@pytest.mark.data
@pytest.mark.parametrize(("clip", "people"), [("walking", 2), ("store-aisle", 2), ("classroom", 4)])
def test_people_of_the_real_clips_are_found_in_their_first_frame(data: Path, clip: str, people: int) -> None:
    detector = open_detector(str(data / "models" / "yolox_nano.onnx"), clip, ONE_THREAD)
    with av.open(data / "movies" / f"{clip}.mp4") as film:
        first = next(film.decode(video=0))
    found = detector.detect(Frame(time=first.time, pixels=first.to_ndarray(format="rgb24")))
    assert len(found) == people
