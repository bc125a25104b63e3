"""`wildwear-base` beside the usual first try on the same photographs: frozen ImageNet features, logistic regression.

    WILDWEAR_DATA=… experiments/base/build.sh WORKSPACE     # the datasets, and the features `lite0-imagenet`
    python benchmarks/base_model.py -w WORKSPACE [--model wildwear-base]

The peer is scikit-learn's logistic regression on EfficientNet-Lite0 (224 × 224), trained on the train side of each
collection for the labels of its val side alone, its regularisation chosen by folds of groups. The model knows 29;
so that both choose among the same answers, it is asked for the likeliest of those labels (for a label that is a set of
categories, their summed probability). The second column of the model is its own choice among all its classes.
Intervals resample groups.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegressionCV
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from wildwear.datasets.reader import label_matrix, read_pixels
from wildwear.embedding import embedded
from wildwear.evaluation.bootstrap import Bootstrap
from wildwear.evaluation.metrics import TOP, ranks
from wildwear.models.package import Model
from wildwear.models.registry import load_model
from wildwear.table import Table
from wildwear.workspace import Workspace


def names(rows: pa.Table) -> NDArray[np.str_]:
    return np.array(["|".join(sorted(labels)) for labels in rows["labels"].to_pylist()])


def peer(workspace: Workspace, features: Model, table: Table) -> tuple[NDArray[np.floating], list[str]]:
    """N × L scores for the val side, and the L labels."""
    train, val = (embedded(workspace, table, features, f"split = '{side}'") for side in ("train", "val"))
    there = sorted(set(names(val.rows)))
    learned = np.isin(names(train.rows), there)
    groups = np.array(train.rows["group"].to_pylist())[learned]
    folds = list(GroupKFold(5).split(groups, groups=groups))
    strengths = {"Cs": [3e-4, 1e-3, 3e-3, 1e-2], "l1_ratios": (0,), "use_legacy_attributes": False}
    regression = LogisticRegressionCV(**strengths, cv=folds, max_iter=300, scoring="accuracy")
    model = make_pipeline(StandardScaler(), regression).fit(train.vectors[learned], names(train.rows)[learned])
    found = list(model.classes_)
    scores = np.full((len(val.vectors), len(there)), -np.inf)
    scores[:, [there.index(name) for name in found]] = model.predict_proba(val.vectors)
    return scores, there


def ours(model: Model, table: Table, there: list[str]) -> tuple[NDArray[np.floating], NDArray[np.intp]]:
    """N × L scores for the same labels, and the places of the right answer among all classes."""
    batches = list(read_pixels(table, model.preprocessing, where="split = 'val'", columns=["labels"]))
    logits = np.concatenate([model.run(batch.pixels).logits for batch in batches])
    members = np.concatenate([label_matrix(batch.rows["labels"], model.classes) for batch in batches])
    sets = label_matrix(pa.array([name.split("|") for name in there]), model.classes)
    return model.probabilities(logits) @ sets.T, ranks(logits, members)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-w", "--workspace", type=Path, required=True)
    parser.add_argument("--model", default="wildwear-base")
    parser.add_argument("--features", default="lite0-imagenet")
    given = parser.parse_args()
    workspace = Workspace.open(given.workspace)
    features, model = load_model(given.features, workspace), load_model(given.model, workspace)
    for collection in ("wild", "street"):
        table = workspace.dataset(collection)
        rows = table.read(["labels", "group"], "split = 'val'")
        theirs, there = peer(workspace, features, table)
        mine, among_all = ours(model, table, there)
        members = names(rows)[:, None] == np.array(there)
        bootstrap = Bootstrap(np.array(rows["group"].to_pylist()))
        print(f"{collection}: {len(members)} samples, {len(there)} labels")
        for k in TOP:
            pair = [ranks(scores, members) < k for scores in (theirs, mine)]
            gain = bootstrap.mean(pair[1].astype(float) - pair[0])
            print(
                f"  top-{k}  first try {bootstrap.mean(pair[0])}  {model.name} {bootstrap.mean(pair[1])}"
                f"  gain {gain}  among its {len(model.classes)} classes {bootstrap.mean(among_all < k)}"
            )


if __name__ == "__main__":
    main()
