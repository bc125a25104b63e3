"""Where outputs go: what `--to` and `--out` mean together."""

from __future__ import annotations

from pathlib import Path

from wildwear.errors import UserError
from wildwear.tagging.outputs import OUTPUTS, output_kind

_DEFAULT_FOLDER = Path("tags")


def output_places(to: tuple[str, ...], out: Path | None) -> dict[str, Path | None]:
    """The place of each output that is asked for; None is standard output.

    Raises `UnknownName` for an output there is not, and `UserError` where `out` does not fit.

    >>> output_places(("json,html",), Path("x"))
    {'json': PosixPath('x/tags.jsonl'), 'html': PosixPath('x/tags.html')}
    >>> output_places((), Path("x.csv"))
    {'csv': PosixPath('x.csv')}
    """
    names = list(dict.fromkeys(name.strip() for text in to for name in text.split(",") if name.strip()))
    names = names or _implied_by(out)
    kinds = {name: output_kind(name) for name in names}
    if len(names) == 1:
        (name,) = names
        return {name: _only_place(name, out)}
    if out is not None and (out.is_file() or _implied_by_suffix(out)):
        raise UserError(f"--out {out}: {' and '.join(names)} need a folder")
    return {name: (out or _DEFAULT_FOLDER) / kind.default_name for name, kind in kinds.items()}


def _implied_by(out: Path | None) -> list[str]:
    if out is None:
        return []
    name = _implied_by_suffix(out)
    if name is None:
        raise UserError(f"--out {out}: say --to {', '.join(OUTPUTS)}, or name a file .jsonl, .csv or .html")
    return [name]


def _implied_by_suffix(out: Path) -> str | None:
    return next((name for name, kind in OUTPUTS.items() if out.suffix.lower() in kind.suffixes), None)


def _only_place(name: str, out: Path | None) -> Path | None:
    kind = OUTPUTS[name]
    if out is None:
        return None if kind.to_stdout else _DEFAULT_FOLDER / kind.default_name
    implied = _implied_by_suffix(out)
    if implied is not None and implied != name and not out.is_dir():
        raise UserError(f"--out {out} is a file for {implied}, and --to says {name}")
    if not kind.suffixes:
        if out.exists() and not out.is_dir():
            raise UserError(f"--out {out}: {name} needs a folder")
        return out
    return out / kind.default_name if out.is_dir() or not out.suffix else out
