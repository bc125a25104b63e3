"""A model's card as a page to read, for models that bring none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from wildwear.models.card import ModelCard, read_card

PAGE = "CARD.md"


def card_page(folder: Path) -> str:
    """The page that came with the model, or one made of its `model.json`; Markdown, without control characters."""
    own = folder / PAGE
    page = own.read_text(encoding="utf-8", errors="replace") if own.is_file() else written_from(read_card(folder))
    return "".join(char for char in page if char.isprintable() or char in "\n\t")


def written_from(card: ModelCard) -> str:
    """A page of what `model.json` says."""
    parts = [
        f"# {card.name}",
        f"{len(card.classes)} classes, pictures of {card.preprocessing.size} × {card.preprocessing.size} pixels, "
        f"recipe {card.recipe or 'unknown'}"
        + (f", starting from {card.init}" if card.init else "")
        + (f", a smaller form of {card.made_from}" if card.made_from else "")
        + (f", network {card.backbone}." if card.backbone else "."),
        f"Temperature: {card.temperature:.4g} (divides the logits, so that probabilities mean what they say).",
        f"Licence: {card.licence or 'not stated'}.",
        "## Classes\n\n" + _classes(card),
        "## Data\n\n" + _data(card),
        "## Metrics\n\n" + (_pairs(card.metrics) or "None were recorded."),
        "## Settings\n\n" + (_pairs(card.settings) or "None were recorded."),
        "## Files\n\n" + _table(("file", "bytes", "SHA-256"), [(n, f.size, f.sha256) for n, f in card.files.items()]),
    ]
    return "\n\n".join(parts) + "\n"


def _classes(card: ModelCard) -> str:
    by_region: dict[str, list[str]] = {}
    for category, region in zip(card.classes, card.regions, strict=True):
        by_region.setdefault(region, []).append(category)
    return "\n".join(f"- {region}: {', '.join(names)}" for region, names in by_region.items())


def _data(card: ModelCard) -> str:
    if not card.data:
        return "Not stated."
    columns = ("dataset", "split", "samples", "weight", "version", "split hash")
    rows = [(d.dataset, d.split, d.samples, d.weight, d.version, d.split_hash[:12]) for d in card.data]
    return _table(columns, rows)


def _pairs(values: Mapping[str, object], indent: str = "") -> str:
    lines = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            lines.append(f"{indent}- {name}:\n{_pairs(value, indent + '  ')}")
        else:
            lines.append(f"{indent}- {name}: {f'{value:.4g}' if isinstance(value, float) else value}")
    return "\n".join(lines)


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)
