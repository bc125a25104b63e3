"""Makes src/wildwear/weights/modes.safetensors: the head for photo modes on the packaged model's features.

Teachers look at whole photographs, the head learns from parts of them too, which inherit what is known of the whole:

- somebody: a detector is sure of a person at least twice as high as wide. It takes garments on hangers for people, but
  they are hardly ever of that shape. Nobody: it does not even suspect one. What is in between teaches nothing at first;
  then the head's own sure answers do.
- a place: near the edges of a photograph of somebody whole even the plainest parts have texture. Plain: half of them
  have none. (Where a garment fills the photograph its edges are no ground.)

No teacher knows which collection a photograph is from.

    WILDWEAR_DATA=folder-of-collections python experiments/modes/build.py --cache DIR
"""

from __future__ import annotations

import argparse
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from detector import PersonDetector
from numpy.typing import NDArray
from pictures import Picture, pictures_in

from wildwear.images.decode import decode_upright
from wildwear.inspection.ground import ground_features
from wildwear.inspection.modes import ModeHead
from wildwear.linear import Examples, fit_head
from wildwear.models.package import Model
from wildwear.models.registry import load_model

WEIGHTS = Path(__file__).parents[2] / "src" / "wildwear" / "weights" / "modes.safetensors"
SEEN_SIDE = 512
"""The short side that photographs are decoded to, pixels: twice what tables keep, so that parts are not blurred."""

SURE, UPRIGHT, TALL, UNSUSPECTED = 0.85, 2.0, 0.5, 0.1
"""Least score, height over width and height over the photograph's of somebody; the score that is no suspicion."""
INSIDE, OUTSIDE = 0.2, 0.02
"""Share of a part that a person must cover, or at most may."""
PLAIN, TEXTURED = (1.0, 2.0), (2.0, 4.0)
"""Texture of the frame, grey levels at the lower quartile and the median: at most, and at least."""
SELF_SURE, ROUNDS = 1.5, 3
L2 = 3e-2
COPIES = 100
"""Of the ground's few numbers beside thousands of features, so that what regularises these hardly touches those."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """Parts of photographs: V rows."""

    features: NDArray[np.float32]
    ground: NDArray[np.float32]
    """Of the part itself."""
    somebody: NDArray[np.int8]
    """1, 0, or -1 where the teacher does not know."""
    place: NDArray[np.int8]
    photograph: NDArray[np.int64]


def parts_of(number: int, count: int) -> NDArray[np.float64]:
    """The whole and `count` random parts of photograph `number`, corners as fractions."""
    chance = np.random.default_rng(number)
    parts = [(0.0, 0.0, 1.0, 1.0)]
    for _ in range(count):
        size, shape = chance.uniform(0.2, 0.95), np.exp(chance.uniform(-0.4, 0.4))
        wide, high = min(1, size * shape), min(1, size / shape)
        x, y = chance.uniform(0, 1 - wide), chance.uniform(0, 1 - high)
        parts.append((x, y, x + wide, y + high))
    return np.array(parts)


def covered(parts: NDArray[np.float64], boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """P × B: the share of each part that lies in each box."""
    low = np.maximum(parts[:, None, :2], boxes[None, :, :2])
    high = np.minimum(parts[:, None, 2:], boxes[None, :, 2:])
    area = np.prod(parts[:, 2:] - parts[:, :2], axis=1)
    return np.prod(np.clip(high - low, 0, None), axis=2) / area[:, None]


def taught_somebody(parts: NDArray[np.float64], people: NDArray[np.float64], aspect: float) -> NDArray[np.int8]:
    """What the detector says of each part; `aspect` is the photograph's height over its width."""
    scores, boxes = people[:, 0], people[:, 1:]
    wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    whole = (scores >= SURE) & (high * aspect >= UPRIGHT * wide) & (high >= TALL)
    middle = boxes[whole] + 0.2 * wide[whole, None] * np.array([1, 0, -1, 0])
    taught = np.full(len(parts), -1, np.int8)
    taught[covered(parts, middle).max(axis=1, initial=0) >= INSIDE] = 1
    taught[covered(parts, boxes[scores >= UNSUSPECTED]).max(axis=1, initial=0) < OUTSIDE] = 0
    return taught


def taught_place(ground: NDArray[np.float32]) -> int:
    """What the edges of a whole photograph say."""
    quartile, median = np.exp(ground[1:3]) - 0.5
    if quartile <= PLAIN[0] and median <= PLAIN[1]:
        return 0
    return 1 if quartile >= TEXTURED[0] and median >= TEXTURED[1] else -1


def look(pictures: list[Picture], model: Model, detector: PersonDetector, parts: int) -> Views:
    """Shows each photograph to the teachers, and its parts to the model."""
    features, grounds, somebody, place, photograph = [], [], [], [], []
    for number, picture in enumerate(pictures):
        rgb = decode_upright(picture.path.read_bytes(), short_side=SEEN_SIDE)
        height, width = rgb.shape[:2]
        views = parts_of(number, parts)
        corners = (views * [width, height, width, height]).round().astype(int)
        cut = [rgb[y1:y2, x1:x2] for x1, y1, x2, y2 in corners]
        features.append(model.run(np.stack([model.preprocessing(part) for part in cut])).embedding)
        grounds.append(np.stack([ground_features(part) for part in cut]))
        somebody.append(taught_somebody(views, detector(rgb), height / width))
        known = taught_place(grounds[-1][0]) if somebody[-1][0] == 1 else -1
        place.append(np.full(len(views), known, np.int8))
        photograph.append(np.full(len(views), number))
        if number % 250 == 0:
            print(f"{number:,} of {len(pictures):,} photographs", flush=True)
    return Views(
        features=np.concatenate(features),
        ground=np.concatenate(grounds),
        somebody=np.concatenate(somebody),
        place=np.concatenate(place),
        photograph=np.concatenate(photograph),
    )


def fit(inputs: NDArray[np.float32], taught: NDArray[np.int8], photograph: NDArray[np.int64]) -> NDArray[np.float32]:
    """Weights and bias of one logistic question, both answers weighing the same, with rounds of self-training."""
    known = taught
    for _ in range(1 + ROUNDS):
        rows = known >= 0
        share = known[rows].mean()
        weights = np.where(known[rows] == 1, 0.5 / share, 0.5 / (1 - share)).astype(np.float32)
        members = np.stack([known[rows] == 0, known[rows] == 1], axis=1)
        head = fit_head(Examples(features=inputs[rows], members=members, weights=weights, groups=photograph[rows]), L2)
        line = np.append(head.weight[1] - head.weight[0], head.bias[1] - head.bias[0])
        logits = inputs @ line[:-1] + line[-1]
        said = np.where(logits > SELF_SURE, 1, np.where(logits < -SELF_SURE, 0, -1))
        known = np.where(taught >= 0, taught, said).astype(np.int8)
        print(f"{rows.sum():,} parts, {share:.0%} of them yes", flush=True)
    return line


def build(views: Views, key: str) -> ModeHead:
    """Fits both questions; whether it is a place is learned from parts that show somebody."""
    somebody = fit(views.features, views.somebody, views.photograph)
    shown = views.features @ somebody[:-1] + somebody[-1] > 0
    seen = np.concatenate([views.features, np.tile(views.ground, COPIES)], axis=1)[shown]
    place = fit(seen, views.place[shown], views.photograph[shown])
    width = views.features.shape[1]
    return ModeHead(
        model=key,
        features=np.stack([somebody[:-1], place[:width]]),
        ground=place[width:-1].reshape(COPIES, -1).sum(axis=0),
        bias=np.array([somebody[-1], place[-1]]),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("WILDWEAR_DATA"), help="the collections' folder")
    parser.add_argument("--parts", type=int, default=3, help="random parts of each photograph, beside the whole")
    parser.add_argument("--most", type=int, default=700, help="photographs of each collection")
    parser.add_argument("--cache", type=Path, help="a folder that keeps what the model saw, to fit again")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    model = load_model()
    detector_file = arguments.data / "models" / "yolox_nano.onnx"
    cached = arguments.cache and arguments.cache / f"{model.key}-{arguments.parts}-{arguments.most}.npz"
    if cached and cached.exists():
        with np.load(cached) as stored:
            views = Views(**stored)
    else:
        learned = [picture for picture in pictures_in(arguments.data) if not picture.held_aside]
        learned.sort(key=lambda picture: hashlib.sha256(picture.path.name.encode()).digest())
        some = [
            picture
            for collection in sorted({picture.collection for picture in learned})
            for picture in [one for one in learned if one.collection == collection][: arguments.most]
        ]
        views = look(some, model, PersonDetector(detector_file), arguments.parts)
        if cached:
            cached.parent.mkdir(parents=True, exist_ok=True)
            np.savez(cached, **{name: getattr(views, name) for name in Views.__slots__})
    build(views, model.key).save(arguments.out)
    print(f"{arguments.out}: {arguments.out.stat().st_size:,} bytes, reads {model.key}")


if __name__ == "__main__":
    main()
