"""The folder of a model as the Hugging Face hub wants it: what wildwear reads, what timm reads, a page to read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wildwear.models.card import CARD, ModelCard
from wildwear.models.formats.timm import CONFIG, config, has_weights
from wildwear.models.page import PAGE, card_page, written_from

README = "README.md"
_LICENCES = ("apache-2.0", "mit", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "bsd-3-clause", "gpl-3.0")
"""Those that the hub knows under these names and that models tend to have."""
_NAMES = {"top1": "top-1 accuracy", "top3": "top-3 accuracy", "top5": "top-5 accuracy"}
_WITH_WILDWEAR = """## Use

With wildwear, calibrated and with its own preprocessing:

```
wildwear models pull hf://OWNER/NAME --name mine
wildwear tag photo.jpg --model mine
```
"""
_WITH_TIMM = """
With timm:

```python
import timm

network = timm.create_model("hf-hub:OWNER/NAME", pretrained=True).eval()
transform = timm.data.create_transform(**timm.data.resolve_model_data_config(network))
probabilities = (network(transform(picture)[None]) / TEMPERATURE).softmax(dim=1)
```

TEMPERATURE is the temperature that was fitted on pictures that the network has not learned from, so that probabilities
mean what they say. `network.pretrained_cfg["label_names"]` has the classes in the order of the logits.
"""


def write_hub_folder(folder: Path, card: ModelCard, target: Path) -> tuple[str, ...]:
    """Writes the layout into the empty folder `target`, and gives the names of its files."""
    (target / CARD).write_text(card.to_json(), encoding="utf-8")
    for name in card.files:
        shutil.copyfile(folder / name, target / name)
    if has_weights(card):
        (target / CONFIG).write_bytes(config(card, folder))
    page = card_page(folder) if PAGE in card.files else written_from(card)
    (target / README).write_text(readme(card, page), encoding="utf-8")
    return tuple(sorted(file.name for file in target.iterdir()))


def readme(card: ModelCard, page: str) -> str:
    """The model's page with a head that the hub sorts and shows models by, and how it is used."""
    head = "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in _head(card).items())
    return f"---\n{head}---\n\n{page.strip()}\n\n{_usage(card)}"


def _head(card: ModelCard) -> dict[str, Any]:
    """Keys and values; JSON values are YAML, too."""
    licence = card.licence.lower()
    known = licence in _LICENCES
    values: dict[str, Any] = {"license": licence if known else "other"}
    if not known:
        values["license_name"] = card.licence or "not stated"
    return values | {
        "library_name": "timm" if has_weights(card) else "onnx",
        "pipeline_tag": "image-classification",
        "tags": ["wildwear", "fashion", "clothing", "image-classification", "onnx"]
        + (["timm"] if has_weights(card) else []),
        "metrics": ["accuracy"],
        "model-index": [{"name": card.name, "results": list(_results(card))}],
    }


def _results(card: ModelCard) -> Iterator[dict[str, Any]]:
    for side, datasets in card.metrics.items():
        for dataset, figures in datasets.items() if isinstance(datasets, Mapping) else ():
            if not isinstance(figures, Mapping):
                continue
            measured = [
                {"type": "accuracy", "name": _NAMES[name], "value": round(float(figures[name]), 4)}
                for name in _NAMES
                if isinstance(figures.get(name), int | float)
            ]
            if measured:
                yield {
                    "task": {"type": "image-classification"},
                    "dataset": {"name": dataset, "type": dataset, "split": side},
                    "metrics": measured,
                }


def _usage(card: ModelCard) -> str:
    used = _WITH_WILDWEAR + (_WITH_TIMM if has_weights(card) else "")
    return used.replace("TEMPERATURE", f"{card.temperature:.4g}")
