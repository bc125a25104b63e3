"""Where DeepFashion's lists and pictures lie in a folder, in the layouts that it is unpacked to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from wildwear.datasets.entries import is_file
from wildwear.errors import UnreadableInput

_LISTS = ("Anno", "Anno_coarse")
_PLACES = {"list_category_cloth.txt": (*_LISTS, "Anno_fine"), "list_eval_partition.txt": ("Eval", *_LISTS)}
"""The folders of a list, where they are not `_LISTS`: `Anno` up to 2016, later `Anno_coarse`. The `Anno_fine` beside
it is about a smaller set of pictures, and has the same categories."""
_LONG_SIDE = 300  # of the pictures that the boxes are for, pixels
_LOOKED_AT, _MEASURED = 1000, 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """A folder of pictures, and which beginning of their names it stands for."""

    root: Path
    beginning: str = ""

    def file(self, name: str) -> Path:
        return self.root / name.removeprefix(self.beginning)


def find_list(folder: Path, name: str) -> Path:
    """The list of that name; raises `UnreadableInput` that says where it is looked for."""
    if not folder.is_dir():
        raise UnreadableInput(f"{folder} is not a folder")
    parts = _PLACES.get(name, _LISTS)
    inside = {sub.name.casefold(): sub for sub in _folders(folder)}
    places = [inside[part.casefold()] for part in parts if part.casefold() in inside]
    for place in (*places, *(place / place.name for place in places), folder):
        if is_file(place / name):
            return place / name
    deeper = next((path for depth in ("*/", "*/*/") for path in sorted(folder.glob(f"{depth}*/{name}"))), None)
    hint = f"; there is {deeper}: name the folder above it" if deeper else _unpack(folder, "anno", "eval")
    raise UnreadableInput(f"{folder}: no {name} in {' or '.join(parts)}{hint}")


def find_pictures(folder: Path, names: Sequence[str], *, sized: bool) -> Pictures:
    """Where the pictures lie: the place that has most of a sample of `names`.

    Raises `UnreadableInput` where none has any, and with `sized` where they are not of the size that boxes are for.
    """
    sample = names[:: max(1, len(names) // _LOOKED_AT)]
    places = [Pictures(root=root.resolve(), beginning=start) for root in _roots(folder) for start in ("", "img/")]
    there = {place: [file for file in map(place.file, sample) if is_file(file)] for place in places}
    best = max(places, key=lambda place: len(there[place]))
    if not there[best]:
        shown = f"such as {sample[0]} " if sample else ""
        hint = _unpack(folder, "img") or ": it is unpacked to Img/img"
        raise UnreadableInput(f"{folder}: no picture {shown}lies in it or in its folder Img{hint}")
    if sized:
        _check_size(best.root, there[best])
    return best


def _roots(folder: Path) -> Iterator[Path]:
    yield folder
    for sub in _folders(folder):
        if sub.name.casefold() in ("img", "images"):
            yield sub
            yield from (inner for inner in _folders(sub) if inner.name.casefold() == "img")


def _check_size(root: Path, files: Sequence[Path]) -> None:
    sides = [side for file in files[:: max(1, len(files) // _MEASURED)] if (side := _long_side(file))]
    if sides and abs(median(sides) - _LONG_SIDE) > _LONG_SIDE / 20:
        raise UnreadableInput(
            f"{root}: the longer side of these pictures is {median(sides):g} pixels, and boxes are for the pictures of "
            f"img.zip, where it is {_LONG_SIDE}: unpack these, or leave the boxes out with --boxes drop"
        )


def _long_side(file: Path) -> int:
    """In pixels; 0 for what is no JPEG, of which its own row will say so."""
    import simplejpeg

    try:
        with file.open("rb") as opened:
            height, width, _, _ = simplejpeg.decode_jpeg_header(opened.read(1 << 16), strict=False)
    except (OSError, ValueError):
        return 0
    return max(int(height), int(width))


def _unpack(folder: Path, *stems: str) -> str:
    """What to do about an archive that lies where files are looked for."""
    archives = sorted({*folder.glob("*.zip"), *folder.glob("*/*.zip")})
    meant = [path for path in archives if path.name.casefold().startswith(stems)]
    if not meant:
        return ""
    return f": unpack {meant[0]} there first, as in 'unzip -q {meant[0].name}'; archives are not opened"


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir())
