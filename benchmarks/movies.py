"""Tagging a 1080p film beside what decoding and the networks cost by themselves, and beside a loop over its frames.

    python benchmarks/movies.py [--seconds 180] [--rounds 3] [--peer-seconds 10] [--json FILE]
    python benchmarks/movies.py --memory [--hours 3]

The film is made from the real clips below WILDWEAR_DATA, 5 Mbit/s H.264. All use the same detector (YOLOX nano, once a
second), the same model, the same runtime and as many threads, in turns:

- `tag`: `wildwear tag FILM --people yolox_nano.onnx --detect-every 1`, as a process of its own, start and all.
- bare: PyAV decodes every frame and does nothing with it; the detector runs as often as `tag` ran it, the classifier
  on as many pictures, both on numbers that are there already, the way that is fastest here: one batch a thread.
- peer: what one would try first. OpenCV reads frame by frame, each is searched for people, each person is classified;
  measured on the film's first seconds.

The claims: `tag` is at least 8 times as fast as the film plays on two cores, and bare ÷ `tag` is at least 0.85. With
`--memory` the film is three hours long, and the memory of all processes of `tag` together stays below 1 GB.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
import onnxruntime
import psutil

sys.path.insert(0, str(Path(__file__).parent))
from long_films import SIZE, loop, write_film

from wildwear.models.registry import find_model
from wildwear.models.runtimes import open_runner
from wildwear.models.settings import RuntimeOptions
from wildwear.records import Box
from wildwear.tagging.movies.outfits import view_boxes

DATA = Path(os.environ.get("WILDWEAR_DATA", Path(__file__).parents[2] / "shared" / "data"))
DETECTOR = DATA / "models" / "yolox_nano.onnx"
MODEL = "wildwear-base"
SIDE, INPUT = 416, 192
VIEWS = len(view_boxes(Box(x1=0, y1=0, x2=1, y2=2)))
"""Pictures that the classifier sees of one look at a person."""
_SCORE, _OVERLAP, _BATCH = 0.35, 0.45, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of `tag`."""

    seconds: float
    processor: float
    """Seconds of all cores together."""
    memory: float
    """The most that all its processes had at once, MB."""
    searched: int
    """Frames in which people were looked for."""
    views: int
    """Pictures that the classifier saw."""
    people: int
    shots: int


def tag(film: Path, folder: Path) -> Run:
    """Runs `wildwear tag` over a film, and watches its processes."""
    out = folder / "tags"
    command = [sys.executable, "-m", "wildwear", "tag", str(film), "--people", str(DETECTOR), "--detect-every", "1"]
    before, began = _spent(), time.perf_counter()
    process = subprocess.Popen([*command, "--to", "json", "--out", str(out)], stdout=subprocess.DEVNULL)
    most = [0.0]
    watching = threading.Thread(target=_watch, args=(process, most))
    watching.start()
    if process.wait():
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    took, spent = time.perf_counter() - began, _spent() - before
    watching.join()
    tags = json.loads(next(out.rglob("*.json*")).read_text().splitlines()[0])
    return Run(
        seconds=took,
        processor=spent,
        memory=most[0],
        searched=int(tags["decoded_until"]) + 1,
        views=VIEWS * sum(track["frames"] for track in tags["tracks"]),
        people=sum(track["frames"] > 0 for track in tags["tracks"]),
        shots=len(tags["shots"]),
    )


def _spent() -> float:
    """Processor seconds of all children that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def _watch(process: subprocess.Popen[bytes], most: list[float]) -> None:
    while process.poll() is None:
        total = 0
        try:
            one = psutil.Process(process.pid)
            for each in (one, *one.children(recursive=True)):
                total += each.memory_info().rss
        except psutil.NoSuchProcess:
            continue
        most[0] = max(most[0], total / 1e6)
        time.sleep(0.2)


def decode(film: Path, threads: int) -> float:
    """Seconds to decode every frame."""
    began = time.perf_counter()
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count, stream.codec_context.thread_type = threads, "FRAME"
        for _ in container.decode(stream):
            pass
    return time.perf_counter() - began


class Networks:
    """The detector and the classifier by themselves, one batch a thread."""

    def __init__(self, threads: int) -> None:
        options = RuntimeOptions(threads=threads)
        self._threads = threads
        self._detector = open_runner(DETECTOR.read_bytes(), ("output",), options, callers=threads)
        data = (find_model(MODEL) / "model.onnx").read_bytes()
        self._model = open_runner(data, ("embedding", "logits"), options, callers=threads)

    def detect(self, frames: int) -> float:
        """Seconds for that many frames."""
        picture = np.full((1, 3, SIDE, SIDE), 114, np.float32)
        return self._seconds(lambda _: self._detector({"images": picture}), frames)

    def classify(self, views: int) -> float:
        """Seconds for that many pictures."""
        batch = np.zeros((_BATCH, 3, INPUT, INPUT), np.float32)
        return self._seconds(lambda _: self._model({"pixels": batch}), -(-views // _BATCH))

    def _seconds(self, work: object, times: int) -> float:
        assert callable(work)
        with ThreadPoolExecutor(self._threads) as pool:
            began = time.perf_counter()
            for _ in pool.map(work, range(times)):
                pass
            return time.perf_counter() - began


def naive(film: Path, seconds: float) -> float:
    """Seconds that OpenCV, the detector and the classifier take for a second of the film, frame by frame."""
    detector = onnxruntime.InferenceSession(DETECTOR.read_bytes())
    model = onnxruntime.InferenceSession((find_model(MODEL) / "model.onnx").read_bytes())
    capture = cv2.VideoCapture(str(film))
    count = int(seconds * capture.get(cv2.CAP_PROP_FPS))
    began = time.perf_counter()
    for _ in range(count):
        _, frame = capture.read()
        people = _people(detector, frame)
        if people:
            crops = [cv2.resize(frame[y : y + h, x : x + w], (INPUT, INPUT)) for x, y, w, h in people]
            batch = np.stack(crops)[..., ::-1].transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1
            model.run(["logits"], {"pixels": np.ascontiguousarray(batch)})
    return (time.perf_counter() - began) / seconds


def _people(detector: onnxruntime.InferenceSession, frame: np.ndarray) -> list[tuple[int, int, int, int]]:
    """Column, row, width and height of each person, as YOLOX's own demonstration finds them."""
    scale = SIDE / max(frame.shape[:2])
    small = cv2.resize(frame, None, fx=scale, fy=scale)
    picture = np.full((SIDE, SIDE, 3), 114, np.uint8)
    picture[: small.shape[0], : small.shape[1]] = small
    (rows,) = detector.run(None, {"images": picture.transpose(2, 0, 1)[None].astype(np.float32)})
    grids = [np.stack(np.meshgrid(np.arange(SIDE // s), np.arange(SIDE // s)), 2).reshape(-1, 2) for s in (8, 16, 32)]
    strides = np.concatenate([np.full((len(grid), 1), s) for grid, s in zip(grids, (8, 16, 32), strict=True)])
    middles, sizes = (rows[0, :, :2] + np.concatenate(grids)) * strides, np.exp(rows[0, :, 2:4]) * strides
    scores = rows[0, :, 4] * rows[0, :, 5]
    boxes = np.concatenate([middles - sizes / 2, sizes], 1) / scale
    kept = cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), _SCORE, _OVERLAP)
    found = []
    for x, y, w, h in boxes[np.asarray(kept, int).ravel()].astype(int).tolist():
        left, top = max(0, x), max(0, y)
        right, bottom = min(frame.shape[1], x + w), min(frame.shape[0], y + h)
        if right > left and bottom > top:
            found.append((left, top, right - left, bottom - top))
    return found


def measure(film: Path, folder: Path, given: argparse.Namespace) -> dict[str, list[float]]:
    """Seconds for the film of each way, and what `tag` used besides, round by round."""
    networks = Networks(given.threads)
    rounds: dict[str, list[float]] = {}
    for _ in range(given.rounds):
        run = tag(film, folder)
        times = {
            "tag": run.seconds,
            "decoding": decode(film, given.threads),
            "detector": networks.detect(run.searched),
            "classifier": networks.classify(run.views),
            "peer": naive(film, given.peer_seconds) * given.seconds,
        }
        times["bare"] = times["decoding"] + times["detector"] + times["classifier"]
        rest = {"processor": run.processor, "memory": run.memory, "people": run.people, "shots": run.shots}
        for name, value in {**times, **rest, "searched": run.searched, "views": run.views}.items():
            rounds.setdefault(name, []).append(float(value))
    return rounds


def tell(rounds: dict[str, list[float]], seconds: float) -> dict[str, float]:
    """Prints medians and ratios."""
    middle = {name: statistics.median(values) for name, values in rounds.items()}
    print(
        f"{middle['shots']:.0f} shots, {middle['people']:.0f} people, {middle['searched']:.0f} frames searched, ",
        end="",
    )
    print(f"{middle['views']:.0f} pictures classified")
    for name in ("tag", "bare", "decoding", "detector", "classifier", "peer"):
        print(f"{middle[name]:9.1f} s  {seconds / middle[name]:7.2f} × real time  {name}")
    print(f"{middle['processor']:9.1f} s  of processor time, tag;  {middle['memory']:.0f} MB at most")
    ratios = [bare / whole for bare, whole in zip(rounds["bare"], rounds["tag"], strict=True)]
    print(f"{statistics.median(ratios):9.2f} of bare; round by round {min(ratios):.2f} to {max(ratios):.2f}")
    print(f"{middle['peer'] / middle['tag']:9.1f} times as fast as the peer")
    return middle


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peer-seconds", type=float, default=10)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--memory", action="store_true", help="one run over a long film, for its memory")
    parser.add_argument("--hours", type=float, default=3)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if not DETECTOR.is_file():
        sys.exit(f"no {DETECTOR}: set WILDWEAR_DATA")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        part, film = folder / "part.mp4", folder / "film.mp4"
        write_film(part, DATA / "movies", min(60, given.seconds))
        wanted = given.hours * 3600 if given.memory else given.seconds
        loop(film, part, max(1, round(wanted / 60)))
        rate = film.stat().st_size * 8 / wanted / 1e6
        print(f"{wanted:.0f} s of {SIZE[0]} × {SIZE[1]}, {rate:.1f} Mbit/s, {given.threads} threads")
        if given.memory:
            run = tag(film, folder)
            print(f"{run.memory:.0f} MB at most, {wanted / run.seconds:.1f} × real time")
            return
        middle = tell(measure(film, folder, given), given.seconds)
    if given.json:
        given.json.write_text(json.dumps(middle, indent=1) + "\n")


if __name__ == "__main__":
    main()
