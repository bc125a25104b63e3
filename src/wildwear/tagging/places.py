"""Where outputs go: what `--to` and `--out` mean together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from wildwear.errors import UnknownName, UserError
from wildwear.tagging.outputs import OUTPUTS
from wildwear.tagging.settings import OutputSettings

_DEFAULT_FOLDER = Path("tags")


class Kind(Protocol):
    """What is to be known of an output to place it; `outputs.OutputKind` says what each means."""

    @property
    def default_name(self) -> str: ...
    @property
    def suffixes(self) -> tuple[str, ...]: ...
    @property
    def to_stdout(self) -> bool: ...


Kinds = Mapping[str, Kind]


def output_places(to: tuple[str, ...], out: Path | None, kinds: Kinds = OUTPUTS) -> dict[str, Path | None]:
    """The place of each output that is asked for, of the `kinds` there are; None is standard output.

    Raises `UnknownName` for an output there is not, and `UserError` where `out` does not fit.

    >>> output_places(("json,html",), Path("x"))
    {'json': PosixPath('x/tags.jsonl'), 'html': PosixPath('x/tags.html')}
    >>> output_places((), Path("x.csv"))
    {'csv': PosixPath('x.csv')}
    """
    names = output_names(to) or _implied_by(out, kinds)
    for name in names:
        if name not in kinds:
            raise UnknownName("output", name, kinds, "--to")
    if len(names) == 1:
        (name,) = names
        return {name: _only_place(name, out, kinds)}
    if out is not None and (out.is_file() or _implied_by_suffix(out, kinds)):
        raise UserError(f"--out {out}: {' and '.join(names)} need a folder")
    return {name: (out or _DEFAULT_FOLDER) / kinds[name].default_name for name in names}


def output_names(to: tuple[str, ...]) -> list[str]:
    """The names in `--to`, each once.

    >>> output_names(("json,html", "json"))
    ['json', 'html']
    """
    return list(dict.fromkeys(name.strip() for text in to for name in text.split(",") if name.strip()))


def _implied_by(out: Path | None, kinds: Kinds) -> list[str]:
    if out is None:
        return []
    name = _implied_by_suffix(out, kinds)
    if name is None:
        raise UserError(f"--out {out}: say --to {', '.join(kinds)}, or name a file .jsonl, .csv or .html")
    return [name]


def _implied_by_suffix(out: Path, kinds: Kinds) -> str | None:
    return next((name for name, kind in kinds.items() if out.suffix.lower() in kind.suffixes), None)


def _only_place(name: str, out: Path | None, kinds: Kinds) -> Path | None:
    kind = kinds[name]
    if out is None:
        return None if kind.to_stdout else _DEFAULT_FOLDER / kind.default_name
    implied = _implied_by_suffix(out, kinds)
    if implied is not None and implied != name and not out.is_dir():
        raise UserError(f"--out {out} is a file for {implied}, and --to says {name}")
    if not kind.suffixes:
        if out.exists() and not out.is_dir():
            raise UserError(f"--out {out}: {name} needs a folder")
        return out
    return out / kind.default_name if out.is_dir() or not out.suffix else out


def check_both(settings: OutputSettings) -> None:
    """Raises `UserError` unless tags of photographs and of movies, asked for together, find a place each."""
    if settings.out is not None and (settings.out.suffix or settings.out.is_file()):
        raise UserError(f"--out {settings.out}: photographs and movies are tagged together: name a folder")
