"""What a run is remembered by: the place of the right class of each sample, enough to compare it with any other."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wildwear.errors import UnreadableInput, UserError
from wildwear.evaluation.metrics import NEVER, RANKINGS

_TEXTS = ("sample_id", "group", "name", "region")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """Where the right class of each of N samples stood in one run."""

    run: str
    """What was run: the model's key, and how it looked where that was not the ordinary way."""
    sample_id: NDArray[np.str_]
    group: NDArray[np.str_]
    """What is resampled: dataset and group, `street/0504.jpg`."""
    name: NDArray[np.str_]
    """The name of the sample's label set."""
    region: NDArray[np.str_]
    places: Mapping[str, NDArray[np.int64]]
    """By ranking (`RANKINGS`): 0 for the first place, `NEVER` where no right class can be predicted."""

    def __len__(self) -> int:
        return len(self.sample_id)

    def right(self, k: int, ranking: str = "all") -> NDArray[np.bool_]:
        """Whether a right class is among the first k, N."""
        return np.asarray(self.places[ranking] < k)

    def take(self, rows: NDArray[np.integer]) -> Self:
        """The samples at these positions, in that order."""
        texts = {name: getattr(self, name)[rows] for name in _TEXTS}
        return replace(self, **texts, places={ranking: at[rows] for ranking, at in self.places.items()})

    def to_table(self) -> pa.Table:
        """Columns run, sample_id, group, name, region and `place_…` for each ranking, null for never."""
        columns: dict[str, Any] = {"run": [self.run] * len(self)}
        columns |= {name: pa.array(getattr(self, name).tolist(), pa.string()) for name in _TEXTS}
        for ranking, at in self.places.items():
            columns[_column(ranking)] = pa.array(at, pa.int64(), mask=at == NEVER).cast(pa.int32())
        return pa.table(columns)

    @classmethod
    def from_table(cls, rows: pa.Table) -> Self:
        """The inverse of `to_table`, whatever further columns there are; the rows are of one run."""
        texts = {name: np.array(rows[name].to_pylist(), dtype=np.str_) for name in _TEXTS}
        places = {
            ranking: rows[_column(ranking)].cast(pa.int64()).fill_null(NEVER).to_numpy().astype(np.int64)
            for ranking in RANKINGS
        }
        return cls(run=rows["run"][0].as_py(), **texts, places=places)


def read_places(path: Path) -> tuple[Places, ...]:
    """The runs in a file that `evaluate` wrote: the JSON beside its report, or the Parquet of `--predictions`.

    Raises `UnreadableInput` for any other file.
    """
    try:
        rows = _read_json(path) if path.suffix.lower() == ".json" else _read_parquet(path)
        return tuple(Places.from_table(rows.filter(pc.equal(rows["run"], run))) for run in rows["run"].unique())
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableInput(f"{path} holds no places of samples: name the file of an evaluation ({error})") from error


def to_columns(runs: Iterable[Places]) -> dict[str, list[Any]]:
    """All runs as columns of one table, for JSON."""
    return dict(pa.concat_tables(run.to_table() for run in runs).to_pydict())


def aligned(runs: Sequence[Places]) -> tuple[Places, ...]:
    """The same samples in the same order for every run: those that all of them hold, in the order of the first.

    Raises `UserError` where no sample is in all, and where labels of one sample differ, since then a comparison would
    be one of labels.
    """
    common = set(runs[0].sample_id.tolist()).intersection(*(run.sample_id.tolist() for run in runs[1:]))
    if not common:
        raise UserError(f"{runs[0].run} and {runs[-1].run} were measured on different samples")
    order = [one for one in runs[0].sample_id.tolist() if one in common]
    result = []
    for run in runs:
        at = {one: row for row, one in enumerate(run.sample_id.tolist())}
        result.append(run.take(np.array([at[one] for one in order], dtype=np.int64)))
    for run in result[1:]:
        if len(other := np.flatnonzero(run.name != result[0].name)):
            one, here, there = order[other[0]], result[0].name[other[0]], run.name[other[0]]
            raise UserError(
                f"sample {one} is {here} for {result[0].run} and {there} for {run.run}: "
                "its labels have changed; measure both anew"
            )
    return tuple(result)


def _read_json(path: Path) -> pa.Table:
    return pa.table(json.loads(path.read_bytes())["places"])


def _read_parquet(path: Path) -> pa.Table:
    import pyarrow.parquet

    return pyarrow.parquet.read_table(path)


def _column(ranking: str) -> str:
    return "place_" + ranking.replace("-", "_")
