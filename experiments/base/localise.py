"""Gives tags of whole photographs a box each: the likeliest among boxes where such garments are on boxed photographs.

The street photographs with tags and those with boxes are framed alike, so that where a skirt is on one is a fair guess
for where it is on another. A first model picks, for each tag, the guess that shows the tag's categories best
(multiple-instance selection, as in Andrews et al. 2002). Writes a table that `wildwear dataset import table` reads.

    python experiments/base/localise.py -w WORKSPACE --model first --boxes street --tags tags.csv --out weak.csv
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wildwear.images.decode import decode_upright
from wildwear.models.package import Model
from wildwear.models.registry import load_model
from wildwear.records import Box
from wildwear.taxonomy import Taxonomy, load_mapping, load_taxonomy
from wildwear.workspace import Workspace

ENOUGH = 8  # boxes of a category; below, those of its whole region are guessed from
Corners = tuple[float, float, float, float]


def boxes_by_tag(file: Path, taxonomy: Taxonomy, mapping: str) -> dict[str, list[Corners]]:
    """Corners as fractions of the photograph, by category and by region, from the train side of a table of boxes."""
    found: dict[str, list[Corners]] = defaultdict(list)
    with file.open(newline="") as handle:
        for row in csv.DictReader(handle):
            if row["split"] != "train":
                continue
            width, height = float(row["width"]), float(row["height"])
            corners = (
                float(row["x1"]) / width,
                float(row["y1"]) / height,
                float(row["x2"]) / width,
                float(row["y2"]) / height,
            )
            for name in load_mapping(mapping).translate(row["category"], taxonomy) or ():
                found[name].append(corners)
            found[taxonomy.region(row["category"]).value].append(corners)
    return found


def guesses(names: frozenset[str], where: dict[str, list[Corners]], region: str, rng: np.random.Generator, count: int):
    """At most `count` boxes where garments of these categories, or of their region, have been seen."""
    pool = [corners for name in sorted(names) for corners in where.get(name, ())]
    pool = pool if len(pool) >= ENOUGH else where.get(region, [])
    drawn = rng.choice(len(pool), min(count, len(pool)), replace=False) if pool else []
    return [pool[number] for number in drawn]


def best_box(
    rgb: NDArray[np.uint8], boxes: list[Corners], names: frozenset[str], model: Model
) -> tuple[float, Corners] | None:
    """The box that shows `names` with the highest summed probability, in pixels, and that probability."""
    height, width = rgb.shape[:2]
    pixels = [(x1 * width, y1 * height, x2 * width, y2 * height) for x1, y1, x2, y2 in boxes]
    inputs = [model.preprocessing(rgb, Box(x1=x1, y1=y1, x2=x2, y2=y2)) for x1, y1, x2, y2 in pixels]
    members = [column for column, name in enumerate(model.classes) if name in names]
    if not inputs or not members:
        return None
    scores = model.probabilities(model.run(np.stack(inputs)).logits)[:, members].sum(axis=1)
    return float(scores.max()), pixels[int(scores.argmax())]


def localised(arguments: argparse.Namespace) -> Iterator[tuple[str, str, float, Corners]]:
    """(photo, tag, score, corners) for each tag that some box shows at least at `--score`."""
    taxonomy, mapping = load_taxonomy(), load_mapping(arguments.labels)
    where = boxes_by_tag(arguments.boxes, taxonomy, "street")
    model = load_model(arguments.model, Workspace.open(arguments.workspace))
    rng = np.random.default_rng(arguments.seed)
    with arguments.tags.open(newline="") as handle:
        rows = sorted(csv.DictReader(handle), key=lambda row: row["photo"])
    for row in rows:
        rgb = decode_upright((arguments.tags.parent / "photos" / row["photo"]).read_bytes())
        for tag in sorted({tag.strip() for tag in row["tags"].split("|")} - {""}):
            names = mapping.translate(tag, taxonomy)
            region = taxonomy.region(min(names)).value if names else "accessory"
            if region == "accessory" or not names:
                continue
            found = best_box(rgb, guesses(names, where, region, rng, arguments.guesses), names, model)
            if found and found[0] >= arguments.score:
                yield row["photo"], tag, *found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-w", "--workspace", type=Path, default=Path())
    parser.add_argument("--model", default="wildwear-base", help="the first model")
    parser.add_argument("--boxes", type=Path, required=True, help="boxes.csv of the photographs with boxes")
    parser.add_argument("--tags", type=Path, required=True, help="tags.csv of the photographs with tags")
    parser.add_argument("--labels", default="street-tagged", help="the label mapping of the tags")
    parser.add_argument("--guesses", type=int, default=8, help="boxes that are tried for a tag")
    parser.add_argument("--score", type=float, default=0.15, help="the least summed probability of a box that is kept")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    kept = 0
    with arguments.out.open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["photo", "category", "x1", "y1", "x2", "y2", "score"])
        for photo, tag, score, corners in localised(arguments):
            writer.writerow([photo, tag, *(round(corner, 1) for corner in corners), round(score, 3)])
            kept += 1
    print(f"{kept} boxes in {arguments.out}")


if __name__ == "__main__":
    main()
