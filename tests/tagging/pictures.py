"""Photographs that the tagging tests draw for themselves."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image


def noise(width: int = 60, height: int = 90, seed: int = 0) -> Image.Image:
    """Smooth noise, so that JPEG keeps it and every seed looks different to a network."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 5, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


def jpeg(picture: Image.Image, orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()


def write_photos(folder: Path, count: int, *, width: int = 60, height: int = 90) -> list[Path]:
    """`count` different JPEGs, named in order."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{index:04}.jpg" for index in range(count)]
    for seed, path in enumerate(paths):
        path.write_bytes(jpeg(noise(width, height, seed)))
    return paths
