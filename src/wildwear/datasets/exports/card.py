"""The dataset card, `README.md`, by which Hugging Face `datasets` and its hub know which files are which side."""

from __future__ import annotations

import json
from collections.abc import Mapping

from wildwear.datasets.exports.base import Job
from wildwear.records import Split

HUB_SPLITS = {Split.VAL.value: "validation"}
"""What others call our sides, where they do so differently."""

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def hub_split(split: str) -> str:
    return HUB_SPLITS.get(split, split)


def write_card(job: Job, samples: Mapping[str, int], files: Mapping[str, str]) -> None:
    """Writes the card of an export with so many samples on each side, in files of these patterns."""
    total = sum(samples.values())
    size = next((name for limit, name in _SIZES if total < limit), "n>1M")
    lines = ["---", f"pretty_name: {json.dumps(job.name)}", "task_categories:", "- image-classification"]
    lines += ["size_categories:", f"- {size}", "configs:", "- config_name: default", "  data_files:"]
    for split, pattern in files.items():
        lines += [f"  - split: {hub_split(split)}", f"    path: {json.dumps(pattern)}"]
    lines += ["---", "", f"# {job.name}", "", "Photographs of garments, exported by wildwear.", ""]
    lines += ["| split | samples |", "|---|---:|", *(f"| {hub_split(s)} | {n:,} |" for s, n in samples.items()), ""]
    lines += ["| class | name | region | any of these is right |", "|---:|---|---|---|"]
    for number, one in enumerate(job.classes.listed):
        lines.append(f"| {number} | {_cell(one.name)} | {_cell(one.region)} | {_cell(', '.join(one.members))} |")
    (job.folder / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8", errors="backslashreplace")


def _cell(text: str) -> str:
    """Text in a table of Markdown: nothing in it is markup."""
    line = " ".join(text.split())
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>#|!~$" else char for char in line)
