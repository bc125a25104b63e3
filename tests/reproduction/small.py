"""A workspace in which a whole experiment takes seconds: a tiny network, coloured pictures, the probe."""

from __future__ import annotations

from pathlib import Path

from tests.models.tiny_model import write_tiny_model
from tests.training.coloured import samples, write_dataset

from wildwear.workspace import Workspace

EXPERIMENT = """
version = 1
title = "What a shop is worth"
summary = "Two arms and what they share."
recipe = "probe"
seeds = [0, 1, 2]
classes = "Jacket,Tee,Jeans,Skirt,Dress"

[datasets.street]
what = "the target"
[datasets.shop]
what = "the catalogue"
[datasets.movies]
what = "what nobody has"
how = "ask for it"

[measures.street]
on = "street:val"
[measures.movies]
on = "movies:val"

[arms.target]
title = "street alone"
on = ["street@N"]
init = "tiny"
sizes = [10, "all"]

[arms.shop]
title = "shop alone"
on = ["shop"]
init = "tiny"
seeds = [0]

[arms.then]
title = "shop, then street"
init = "run:shop"
on = ["street@N"]
sizes = [10, "all"]

[arms.movies]
on = ["movies"]
init = "tiny"

[[tables]]
title = "Table 1"
measure = "street"
rows = [
  { title = "others", published = { top3 = 55.5 } },
  { title = "street", run = "target@10", published = { top3 = 60.0, top5 = 70.5 } },
  { title = "shop", run = "shop", against = "target@10" },
  { title = "shop, then street", run = "then@10", against = "target@10" },
]

[[tables]]
title = "Table 2"
measure = "movies"
rows = [{ title = "movies", run = "movies", published = { top3 = 43.1 } }]

[[figures]]
title = "A learning curve"
kind = "sizes"
measure = "street"
figure = "top1"
arms = ["target", "then", "shop"]

[[figures]]
title = "Category by category"
kind = "categories"
measure = "street"
run = "then@all"
against = "target@all"
"""


def make_shop(workspace: Workspace) -> Workspace:
    """A street of 40 training samples, a shop of 60, and a tiny model."""
    write_tiny_model(workspace.models / "tiny")
    write_dataset(workspace, "street", samples({"train": 40, "val": 30}))
    write_dataset(workspace, "shop", samples({"train": 60}, start=1000))
    return workspace


def write_experiment(folder: Path, text: str = EXPERIMENT, name: str = "small") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path
