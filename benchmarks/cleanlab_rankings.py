"""Rankings of cleanlab, for benchmarks/suspicion.py, which runs this in an environment that has it.

    PYTHON benchmarks/cleanlab_rankings.py IN.npz OUT.npz

IN holds `given` (N, class numbers) and `probabilities` (N × C). OUT gets a score for each row by each ranking, higher =
more suspect. A filter decides which rows are issues: these come first, by self-confidence, and then the rest by it.
"""

from __future__ import annotations

import sys

import numpy as np
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores

FILTERS = ("prune_by_noise_rate", "confident_learning", "both")


def main(source: str, target: str) -> None:
    with np.load(source) as held:
        given, probabilities = held["given"], held["probabilities"]
    scores = {
        method: 1 - get_label_quality_scores(given, probabilities, method=method)
        for method in ("self_confidence", "normalized_margin")
    }
    for name in FILTERS:
        issues = find_label_issues(given, probabilities, filter_by=name, n_jobs=1)
        scores[f"filter {name}"] = issues + scores["self_confidence"]
    np.savez(target, **scores)


if __name__ == "__main__":
    main(*sys.argv[1:])
