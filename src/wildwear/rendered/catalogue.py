"""The rendered catalogue: products with their texts, pictures and truth; any number of them, one at a time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageEnhance

from wildwear.records import Product
from wildwear.rendered.product import on_white, placeholder, worn
from wildwear.rendered.texts import product_rows
from wildwear.rendered.truth import Truth, article, generator, truth

_CHUNK = 512
PAGE = b"<!doctype html><title>Session expired</title><p>Please sign in to see this picture.</p>"
"""What a shop sends as image/jpeg when its session has expired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A product as the shop writes it, and what it really is."""

    product: Product
    truth: Truth


def products(count: int, seed: int = 0, base_url: str = "") -> Iterator[Entry]:
    """The first `count` products; product i is the same whatever `count` is.

    >>> entry = next(products(1))
    >>> entry.product.product_id, entry.truth.index
    ('WW00000000', 0)
    """
    for start in range(0, count, _CHUNK):
        rows = product_rows(np.arange(start, min(count, start + _CHUNK), dtype=np.int64), seed, base_url)
        for index, row in enumerate(rows.to_pylist(), start=start):
            row["attributes"] = {pair["name"]: pair["value"] for pair in row["attributes"]}
            row |= {
                "category_path": tuple(row["category_path"]),
                "image_urls": tuple(row["image_urls"]),
                "variants": (),
            }
            yield Entry(product=Product(**row), truth=truth(index, seed))


def picture(index: int, position: int = 0, seed: int = 0, side: int = 512) -> Image.Image:
    """A product's picture as it was meant: 0 shows it alone, 1 on somebody.

    A lookalike is the other product's picture, a little brighter and cropped differently.
    """
    what = truth(index, seed)
    rng = generator(what.shows, position, seed)
    drawn = (on_white if position == 0 else worn)(article(what, seed), rng, side)
    return _copied(drawn) if what.lookalike_of is not None else drawn


def picture_bytes(index: int, position: int = 0, seed: int = 0, side: int = 512) -> bytes:
    """What is sent for a picture's address: a JPEG, or, as `truth(index).fate` says, half of one, a page or the
    placeholder."""
    fate = truth(index, seed).fate if position == 0 else "ok"
    if fate == "page":
        return PAGE
    data = jpeg(placeholder(side) if fate == "placeholder" else picture(index, position, seed, side))
    return data[: len(data) // 2] if fate == "truncated" else data


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    """The picture as the bytes of a JPEG file."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _copied(image: Image.Image) -> Image.Image:
    x, y = image.width // 64, image.height // 64
    cropped = image.crop((x, y, image.width - x, image.height - y)).resize(image.size, Image.Resampling.BICUBIC)
    return ImageEnhance.Brightness(cropped).enhance(1.03)
