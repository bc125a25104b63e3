"""Whatever colours a picture came in, as 8-bit sRGB."""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

BACKGROUND = (255, 255, 255)
"""What shows through transparent pixels: white, as in a shop's product photographs."""

MAX_PROFILE_BYTES = 4_000_000
"""Larger colour profiles are not read; the largest printing profiles in circulation have about 2 MB."""

_SPACES = {"RGB": "RGB ", "L": "GRAY", "CMYK": "CMYK"}


def flatten(picture: Image.Image) -> Image.Image:
    """Palette, alpha, 16-bit and bilevel pictures as RGB, L or CMYK of 8 bits: transparency over `BACKGROUND`,
    16 bits scaled to 8 rather than clipped."""
    if picture.mode.startswith("I"):
        return _eight_bits(picture)
    if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        opaque = Image.new("RGB", layered.size, BACKGROUND)
        opaque.paste(layered, mask=layered.getchannel("A"))
        return opaque
    if picture.mode in ("RGB", "L", "CMYK"):
        return picture
    return picture.convert("L" if picture.mode == "1" else "RGB")


def _eight_bits(picture: Image.Image) -> Image.Image:
    deep = np.asarray(picture).astype(np.float32)
    grey = np.clip(np.rint(deep * (255 / 65535)), 0, 255)
    transparent = picture.info.get("transparency")
    if isinstance(transparent, int):
        grey[deep == transparent] = BACKGROUND[0]
    return Image.fromarray(grey.astype(np.uint8))


def to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """An RGB, L or CMYK picture as RGB in sRGB, by its ICC profile (perceptual intent). A picture without a
    profile, or with one that is broken or not for its mode, is taken for sRGB, or for plain ink coverage."""
    if profile and len(profile) <= MAX_PROFILE_BYTES:
        transform = _transform(profile, picture.mode)
        if transform is not None:
            converted = ImageCms.applyTransform(picture, transform)
            if converted is not None:
                return converted
    return picture if picture.mode == "RGB" else picture.convert("RGB")


@lru_cache(maxsize=16)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """How to get from a profile to sRGB; None where nothing is to be done: it is sRGB, or cannot be used."""
    try:
        source = ImageCms.getOpenProfile(io.BytesIO(profile))
        if source.profile.xcolor_space != _SPACES[mode]:
            return None
        transform = ImageCms.buildTransform(source, _srgb(), mode, "RGB")
        return None if mode == "RGB" and _changes_nothing(transform) else transform
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


@lru_cache(maxsize=1)
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """Whether the profile is sRGB under whatever name: no colour of a 9 × 9 × 9 grid moves by more than 2 levels."""
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    grid = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(27, 27, 3)
    moved = ImageCms.applyTransform(Image.fromarray(grid), transform)
    return moved is not None and int(np.abs(np.asarray(moved, np.int16) - grid).max()) <= 2
