"""How often the photo mode is right on photographs that nothing was fitted to, beside a detector and a threshold.

    WILDWEAR_DATA=folder-of-collections python benchmarks/modes.py [--most 400] [--drawn 300] [--sheet FILE.png]

luma is worn, wild-garments is product only, street is in the wild; of each the held-out products, senders and
photographs are judged (experiments/modes/pictures.py), stored as `fetch` does it. The peer is what one would try first:
the COCO person detector that the head has learned from, at a score of 0.5 and 5 % of the picture, and a place where
the edges have texture. Drawn pictures of a rendered shop, of which nothing was learned either, show what happens far
from photographs. Intervals are Wilson's, 95 %.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

sys.path.insert(0, str(Path(__file__).parents[1] / "experiments" / "modes"))
from detector import PersonDetector
from pictures import pictures_in

from wildwear.images.decode import decode_upright, store
from wildwear.inspection.ground import ground_features
from wildwear.inspection.modes import load_mode_head, modes
from wildwear.records import Mode
from wildwear.rendered.catalogue import jpeg, picture, products
from wildwear.review.audit import wilson

TRUTH = {"luma": Mode.WORN, "wild-garments": Mode.PRODUCT, "street": Mode.WILD}
SCORE, AREA, TEXTURE = 0.5, 0.05, np.log(4.5)
_AT_ONCE, _CELL, _ACROSS = 32, 120, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A stored picture with what it shows."""

    name: str
    jpeg: bytes
    truth: Mode


def photographs(data: Path, most: int) -> Iterator[Case]:
    """The held-out photographs, at most `most` of a collection, evenly drawn from all."""
    aside = [one for one in pictures_in(data) if one.held_aside]
    for collection, truth in TRUTH.items():
        there = [one for one in aside if one.collection == collection]
        for one in there[:: max(1, len(there) // most)][:most]:
            yield Case(name=collection, jpeg=store(one.path.read_bytes()).bytes, truth=truth)


def drawn(count: int) -> Iterator[Case]:
    """Pictures of a rendered shop: the first of a product is a garment on white, the second somebody who wears it."""
    shop = [(entry.truth, position) for entry in products(count) for position in range(entry.truth.pictures)]
    for truth, position in shop[:count]:
        if truth.category in ("Hat", "Shoes"):
            continue
        shown = Mode.WORN if position else Mode.PRODUCT
        yield Case(name=f"drawn, {shown}", jpeg=store(jpeg(picture(truth.index, position))).bytes, truth=shown)


def by_head(cases: Sequence[Case]) -> list[str]:
    """What `inspect` says."""
    head, model = load_mode_head()
    said: list[str] = []
    for start in range(0, len(cases), _AT_ONCE):
        rgb = [decode_upright(case.jpeg) for case in cases[start : start + _AT_ONCE]]
        vectors = model.run(np.stack([model.preprocessing(one) for one in rgb])).embedding
        logits = head.logits(head.of_vectors(vectors), np.stack([ground_features(one) for one in rgb]))
        said += modes(logits)[0].tolist()
    return said


def by_detector(cases: Sequence[Case], detector: PersonDetector) -> list[str]:
    """What a detector and a threshold say."""
    said: list[str] = []
    for case in cases:
        rgb = decode_upright(case.jpeg)
        people = detector(rgb)
        area = (people[:, 3] - people[:, 1]) * (people[:, 4] - people[:, 2])
        somebody = ((people[:, 0] >= SCORE) & (area >= AREA)).any()
        textured = ground_features(rgb)[2] >= TEXTURE
        said.append(Mode.PRODUCT if not somebody else Mode.WILD if textured else Mode.WORN)
    return said


def print_confusion(title: str, cases: Sequence[Case], said: Sequence[str]) -> None:
    print(f"\n{title}\n{'':<16}{'pictures':>9}{'product':>9}{'worn':>7}{'wild':>7}   right, %")
    for name in dict.fromkeys(case.name for case in cases):
        rows = [row for row, case in enumerate(cases) if case.name == name]
        counts = Counter(said[row] for row in rows)
        right = counts[cases[rows[0]].truth]
        low, high = wilson(right, len(rows))
        figures = f"{100 * right / len(rows):.1f} ({100 * low:.1f} to {100 * high:.1f})"
        print(f"{name:<16}{len(rows):>9}{counts['product']:>9}{counts['worn']:>7}{counts['wild']:>7}   {figures}")


def save_mistakes(file: Path, cases: Sequence[Case], said: Sequence[str]) -> None:
    """A contact sheet of what the head gets wrong."""
    wrong = [case for case, mode in zip(cases, said, strict=True) if mode != case.truth]
    sheet = Image.new("RGB", (_ACROSS * _CELL, -(-len(wrong) // _ACROSS) * _CELL), "#333")
    for place, case in enumerate(wrong):
        shown = ImageOps.contain(Image.fromarray(decode_upright(case.jpeg)), (_CELL - 4, _CELL - 4))
        sheet.paste(shown, (place % _ACROSS * _CELL + 2, place // _ACROSS * _CELL + 2))
    sheet.save(file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("WILDWEAR_DATA"), help="the collections' folder")
    parser.add_argument("--most", type=int, default=400, help="photographs of each collection")
    parser.add_argument("--drawn", type=int, default=300, help="pictures of a rendered shop")
    parser.add_argument("--sheet", type=Path, help="writes the mistakes as a contact sheet")
    arguments = parser.parse_args()
    cases = [*photographs(arguments.data, arguments.most), *drawn(arguments.drawn)]
    said = by_head(cases)
    print_confusion("wildwear inspect", cases, said)
    detector = PersonDetector(arguments.data / "models" / "yolox_nano.onnx")
    print_confusion("a person detector, and a threshold on the edges", cases, by_detector(cases, detector))
    if arguments.sheet:
        save_mistakes(arguments.sheet, cases, said)


if __name__ == "__main__":
    main()
