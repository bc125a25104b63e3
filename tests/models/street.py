"""A small dataset of noise, for exports that look at pictures."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
from PIL import Image
from tests.models.tiny_model import CLASSES, write_tiny_model

from wildwear.datasets.reader import STORED
from wildwear.tables import SAMPLES
from wildwear.workspace import Workspace


def picture(seed: int) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 255, (6, 6, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).resize((40, 40), Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def write_street(workspace: Workspace) -> None:
    """A model `mine`, and a dataset `street` of 40 train and 20 val samples, of which one is damaged.

    The model's first class is right for two of three.
    """
    model = write_tiny_model(workspace.models / "mine", width=64)
    rows = []
    for number in range(60):
        data = picture(number)
        pixels = model.preprocessing(model.preprocessing.decode(data, STORED).rgb)
        first = int(model.run(pixels[None]).logits.argmax())
        label = CLASSES[(first + (number % 3 == 0)) % len(CLASSES)]
        rows.append(
            {"sample_id": f"s{number:02}", "image_id": f"i{number:02}", "width": 40, "height": 40, "labels": [label]}
            | {"bytes": b"no picture" if number == 59 else data, "dataset": "street", "region": "upper"}
            | {"split": "train" if number < 40 else "val", "group": f"g{number}"}
        )
    workspace.new_dataset("street").upsert(pa.Table.from_pylist(rows, schema=SAMPLES.schema))
