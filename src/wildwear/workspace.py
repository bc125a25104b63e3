"""A workspace: a folder with a `wildwear.toml` (its settings), Lance tables and a folder of models."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from wildwear.errors import NotAWorkspace, SchemaError, StorageError, UnknownName, UserError
from wildwear.files import read_toml, write_durably
from wildwear.table import Table
from wildwear.tables import SAMPLES, TableSpec

MARKER = "wildwear.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A folder that holds everything about one catalogue."""

    root: Path
    taxonomy_name: str = "wildwear"
    notices: list[str] = field(default_factory=list, compare=False)
    """What a person should hear about: repairs, and what they lost."""

    @staticmethod
    def create(root: Path, taxonomy: str = "wildwear") -> Workspace:
        """Makes `root` a workspace; one that is a workspace already is opened as it is."""
        if (root / MARKER).exists():
            return Workspace.open(root)
        text = f'[workspace]\nschema = 1\ntaxonomy = "{taxonomy}"\n'
        try:
            root.mkdir(parents=True, exist_ok=True)
            write_durably(root / MARKER, text.encode())
        except OSError as error:
            raise StorageError(f"cannot make a workspace in {root}: {error.strerror or error}") from error
        return Workspace.open(root)

    @staticmethod
    def open(root: Path) -> Workspace:
        """Opens the workspace in `root`; raises `NotAWorkspace` where `init` has not been."""
        marker = root / MARKER
        if not marker.is_file():
            raise NotAWorkspace(f"{root} is not a workspace: make it one with 'wildwear -w {root} init'")
        head = read_toml(marker).get("workspace", {})
        if head.get("schema", 1) != 1:
            raise SchemaError(f"{root} was made by a newer wildwear (schema {head['schema']}): update wildwear")
        return Workspace(root=root, taxonomy_name=head.get("taxonomy", "wildwear"))

    def table(self, spec: TableSpec) -> Table:
        """The table of that kind, whether it has been written yet or not."""
        return Table(path=self.root / f"{spec.name}.lance", spec=spec, notices=self.notices)

    def dataset(self, name: str) -> Table:
        """The samples of dataset `name`, which exists (else `UnknownName`)."""
        if name not in self.dataset_names():
            raise UnknownName("dataset", name, self.dataset_names(), str(self.root))
        return self.new_dataset(name)

    def new_dataset(self, name: str) -> Table:
        """The samples of dataset `name`, there or not; raises `UserError` for a name that cannot be a folder's."""
        check_name("dataset", name)
        return Table(path=self.root / "datasets" / f"{name}.lance", spec=SAMPLES, notices=self.notices)

    def dataset_names(self) -> list[str]:
        return sorted(path.stem for path in (self.root / "datasets").glob("*.lance"))

    @property
    def models(self) -> Path:
        return self.root / "models"


def check_name(kind: str, name: str) -> None:
    """Raises `UserError` unless `name` is letters, digits, `.`, `_`, `-`, and starts with a letter or digit."""
    if not (name and name[0].isalnum() and all(char.isalnum() or char in "._-" for char in name)):
        raise UserError(f"{name!r} cannot name a {kind}: use letters, digits, '.', '_' and '-'")
