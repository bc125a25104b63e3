"""Drawn photographs and what becomes of them: small stand-ins for real ones, with detail, light and colour."""

from __future__ import annotations

import io
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from wildwear.images.decode import StoredPicture, store
from wildwear.inspection.look_alikes import LookAlikeSettings, look_alikes


def benchmark() -> ModuleType:
    """The benchmark, whose copies the tests share."""
    file = Path(__file__).parents[2] / "benchmarks" / "look_alikes.py"
    spec = spec_from_file_location("look_alikes_benchmark", file)
    assert spec
    assert spec.loader
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def jpeg(picture: Image.Image, quality: int = 90) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()


def photograph(
    seed: int, garment: tuple[int, int, int] | None = None, size: tuple[int, int] = (300, 400)
) -> Image.Image:
    """Folds, patterns and things of all sizes on an uneven ground, around a garment of one colour."""
    random = np.random.default_rng(seed)
    light = random.integers(90, 230, (4, 3, 3), dtype=np.uint8)
    picture = Image.fromarray(light).resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for number in range(90):
        x, y = random.integers(0, size[0]), random.integers(0, size[1])
        length = int(random.integers(4, 60 if number < 30 else 16))
        colour = tuple(int(level) for level in random.integers(0, 256, 3))
        shape = (draw.ellipse, draw.rectangle)[number % 2]
        shape((x, y, x + length, y + int(random.integers(4, 40))), fill=colour)
    middle = (size[0] // 3, size[1] // 3, size[0] * 2 // 3, size[1] * 2 // 3)
    draw.rectangle(middle, fill=garment or tuple(int(level) for level in random.integers(60, 200, 3)))
    for x in range(middle[0], middle[2], int(random.integers(9, 17))):
        draw.line((x, middle[1], x + int(random.integers(-9, 9)), middle[3]), fill=(40, 40, 44), width=2)
    return picture


def mirrored(picture: Image.Image) -> Image.Image:
    return ImageOps.mirror(picture)


def stored(pictures: list[Image.Image]) -> list[StoredPicture]:
    return [store(jpeg(picture, 95)) for picture in pictures]


def grouped(
    pictures: list[bytes], phash: list[int] | None = None, settings: LookAlikeSettings | None = None
) -> list[int]:
    """Groups by pixels alone: everything is everything's neighbour."""
    hashes = np.array(phash or [0] * len(pictures), np.uint64)
    everybody = LookAlikeSettings(neighbours=len(pictures))
    vectors = np.random.default_rng(0).standard_normal((len(pictures), 4)).astype(np.float32)

    def fetched(rows: NDArray[np.int64]) -> list[bytes]:
        return [pictures[row] for row in rows]

    return look_alikes(hashes, vectors, fetched, settings or everybody).tolist()
