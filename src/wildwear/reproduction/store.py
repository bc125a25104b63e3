"""What is kept of an experiment between calls: how runs went, and where the right classes stood on what they were
measured on. Every file is named by a hash of what it depends on, and is there whole or not at all."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wildwear.datasets.reader import parse_on
from wildwear.errors import StorageError, UnreadableInput
from wildwear.files import write_durably
from wildwear.reproduction.experiment import Measure
from wildwear.reproduction.holdings import Holdings
from wildwear.workspace import Workspace

if TYPE_CHECKING:
    from wildwear.evaluation.places import Places


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A folder of the workspace; `wildwear reproduce` makes it again from nothing if it is removed."""

    folder: Path

    @classmethod
    def of(cls, workspace: Workspace, experiment: str) -> Store:
        return cls(folder=workspace.root / "reproductions" / experiment)

    def write(self, name: str, data: bytes) -> Path:
        """Writes a file whole; raises `StorageError` where it cannot."""
        path = self.folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_durably(path, data)
        except OSError as error:
            raise StorageError(f"cannot write {path}: {error.strerror or error}") from error
        return path

    def record(self, key: str, values: Mapping[str, Any]) -> None:
        """Keeps how a run went: seconds, notes, what failed."""
        text = json.dumps(values, indent=1, ensure_ascii=False, default=str)
        self.write(f"runs/{key[:16]}.json", text.encode())

    def recorded(self, key: str) -> dict[str, Any]:
        """How a run went, empty where nothing is known of it."""
        try:
            return dict(json.loads((self.folder / "runs" / f"{key[:16]}.json").read_bytes()))
        except (OSError, ValueError):
            return {}

    def keep(self, name: str, places: Places) -> None:
        """Keeps what was measured, as Parquet."""
        import pyarrow.parquet

        buffer = io.BytesIO()
        pyarrow.parquet.write_table(places.to_table(), buffer)
        self.write(name, buffer.getvalue())

    def kept(self, name: str) -> Places | None:
        """What was measured under that name; None where it was not, or cannot be read."""
        from wildwear.evaluation.places import read_places

        try:
            return read_places(self.folder / name)[0]
        except UnreadableInput:
            return None


def measured_name(holdings: Holdings, key: str, measure: Measure) -> str:
    """The file for what a run does on a measure: another run, dataset version or way to look has another."""
    told = [1, key, holdings.identity(parse_on(measure.on).name), asdict(measure) | {"among": ""}]
    return f"measured/{sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:20]}.parquet"
