"""Amazon Berkeley Objects: listings in many languages, whose pictures `images.csv.gz` gives paths to."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from wildwear.catalog.abo_groups import MOST_LISTINGS, FoundGroups, ListingGroups
from wildwear.catalog.attributes import SEPARATOR
from wildwear.catalog.fields import ATTRIBUTE, UNKNOWN_PICTURE, Fields, Remark, RowRejected, flat
from wildwear.catalog.importer import CatalogFile, Converted, Importer
from wildwear.catalog.packed import HashIndex, PackedTexts
from wildwear.catalog.seen import name_hash
from wildwear.catalog.text import plain_text
from wildwear.errors import UserError
from wildwear.records import Product

_ATTRIBUTES = ("color", "material", "style", "fabric_type", "pattern")
_ROLES = {
    "id": ("item_id",),
    "place": ("domain_name",),
    "title": ("item_name",),
    "description": ("bullet_point", "product_description"),
    "brand": ("brand",),
    "category": ("node", "product_type"),
    "images": ("main_image_id", "other_image_id"),
    "keywords": ("item_keywords",),
    **{f"{ATTRIBUTE}{name}": (name,) for name in _ATTRIBUTES},
}
_PICTURE_ROLES = {"picture": ("image_id",), "path": ("path",)}
_OWN_COLUMNS = frozenset({"item_id", "item_name", "main_image_id"})
_OWN_PICTURE_COLUMNS = frozenset({"image_id", "height", "width", "path"})
_COMMON = f"pictures on more than {MOST_LISTINGS} listings, which group nothing"
_NO_TITLE = 255
"""The rank of a listing without any."""


class Abo(Importer):
    """`listings_*.json.gz` together with `images.csv.gz`."""

    name = "abo"

    def __init__(self, paths: PicturePaths | None = None, groups: FoundGroups | None = None) -> None:
        self._paths, self._groups = paths or PicturePaths(()), groups or ListingGroups().found()

    def recognises(self, columns: Collection[str]) -> bool:
        return _OWN_COLUMNS.issubset(columns) or self.is_companion(columns)

    def is_companion(self, columns: Collection[str]) -> bool:
        return _OWN_PICTURE_COLUMNS.issubset(columns)

    def guess(self, columns: Collection[str]) -> dict[str, tuple[str, ...]]:
        roles = _PICTURE_ROLES if self.is_companion(columns) else _ROLES
        there = {role: tuple(name for name in names if name in columns) for role, names in roles.items()}
        return {role: names for role, names in there.items() if names}

    def check_companion(self, fields: Fields) -> None:
        for role in _PICTURE_ROLES:
            if not fields.raw(role).strip():
                raise RowRejected(f"no_{role}", f"the {_PICTURE_ROLES[role][0]} is blank")

    def prepared(self, files: Sequence[CatalogFile]) -> Abo:
        listings = [file for file in files if not file.is_companion]
        pictures = [file for file in files if file.is_companion]
        if not pictures:
            raise UserError(
                f"{listings[0].name} names pictures by number: give images.csv.gz, which has their paths, too"
            )
        if not listings:
            raise UserError(f"{pictures[0].name} lists pictures and no products: give listings_*.json.gz, too")
        groups = ListingGroups()
        for file in listings:
            for row in file.rows():
                with suppress(ValueError, TypeError, RecursionError):  # refused when it is converted
                    _add(groups, row.cells, file.columns)
        return Abo(PicturePaths(pictures), groups.found())

    def convert(self, fields: Fields) -> Converted:
        item_id = fields.text("id")
        if not item_id:
            raise RowRejected("no_id", "the item_id is blank")
        language = _language(fields.values("title"))
        title = next(iter(_texts(fields, "title", language)), "")
        if not title:
            raise RowRejected("no_title", "there is no item_name")
        product = Product(
            product_id=item_id,
            group_id=self._groups.group_of(item_id),
            title=title,
            description=" ".join(_texts(fields, "description", language)),
            brand=next(iter(_texts(fields, "brand", language)), ""),
            category_path=_categories(fields),
            attributes=_attributes(fields, language),
            image_urls=fields.resolved(self._found(fields)),
        )
        place = plain_text(fields.raw("place"))
        return Converted(product=product, supplement=not self._groups.is_main(item_id, place))

    def _found(self, fields: Fields) -> Iterator[str]:
        for value in fields.values("images"):
            for picture in flat(value):
                if self._groups.is_common(picture):
                    fields.remarks.append(Remark(kind=_COMMON, detail=picture))
                path = self._paths.get(picture)
                if path is None:
                    fields.remarks.append(Remark(kind=UNKNOWN_PICTURE, detail=picture))
                else:
                    yield path


class PicturePaths:
    """The path of each picture, in some forty bytes a picture."""

    def __init__(self, files: Iterable[CatalogFile]) -> None:
        hashes, self._paths = array("Q"), PackedTexts()
        for file in files:
            for row in file.rows():
                picture, path = (str(row.cells[file.columns[role][0]] or "").strip() for role in _PICTURE_ROLES)
                if picture and path:
                    hashes.append(name_hash(picture))
                    self._paths.append(path)
        self._index = HashIndex(hashes)

    def get(self, picture: str) -> str | None:
        """The path of a picture below `images/small` or `images/original`; None for one that no row has."""
        at = self._index.find(picture)
        return None if at is None else self._paths[at]


def _add(groups: ListingGroups, cells: Mapping[str, Any], columns: Mapping[str, tuple[str, ...]]) -> None:
    def texts(role: str) -> Iterator[str]:
        return (text for column in columns.get(role, ()) for text in flat(cells.get(column)))

    names = [cells.get(column) for column in columns["title"]]
    rank = min((_rank(tag) for tag, _ in _tagged(names)), default=_NO_TITLE)
    groups.add(
        plain_text(next(texts("id"), "")), plain_text(next(texts("place"), "")), rank, dict.fromkeys(texts("images"))
    )


def _tagged(values: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Texts with their languages, of `[{"language_tag": "en_US", "value": "…"}, …]`; blank where there is no tag."""
    for value in values:
        for one in value if isinstance(value, list) else [value]:
            tag = str(one.get("language_tag") or "") if isinstance(one, dict) else ""
            yield from ((tag, text) for text in flat(one) if text.strip())


def _rank(tag: str, otherwise: str = "") -> int:
    """American English, any other, `otherwise`, unknown, foreign."""
    ranks = (tag == "en_US", tag.startswith("en"), bool(tag) and tag == otherwise, not tag, True)
    return ranks.index(True)


def _language(values: Iterable[Any]) -> str:
    """The language of a listing's name."""
    return min((tag for tag, _ in _tagged(values)), key=_rank, default="")


def _texts(fields: Fields, role: str, language: str) -> list[str]:
    """The role's texts in one language, of each column the one that is best: English, else that of the listing's name,
    else the first that is there."""
    texts: list[str] = []
    for column in fields.columns.get(role, ()):
        tagged = list(_tagged([fields.cells.get(column)]))
        best = min((tag for tag, _ in tagged), key=lambda tag: _rank(tag, language), default="")
        texts += [fields.plain(text, role) for tag, text in tagged if tag == best]
    return [text for text in dict.fromkeys(texts) if text]


def _attributes(fields: Fields, language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in _ATTRIBUTES:
        texts = _texts(fields, f"{ATTRIBUTE}{name}", language) + _standardised(fields, f"{ATTRIBUTE}{name}")
        if texts:
            found[name] = SEPARATOR.join(dict.fromkeys(texts))
    keywords = _texts(fields, "keywords", language)
    return found | ({"keywords": SEPARATOR.join(keywords)} if keywords else {})


def _standardised(fields: Fields, role: str) -> list[str]:
    """The plain names that stand beside a colour's own (`standardized_values`), which are English throughout."""
    entries = (
        one for value in fields.values(role) if isinstance(value, list) for one in value if isinstance(one, dict)
    )
    return [fields.plain(text, role) for one in entries for text in flat(one.get("standardized_values"))]


def _categories(fields: Fields) -> tuple[str, ...]:
    """`/Categories/Shoes` of the shop's tree, then product types such as `SHOES`."""
    paths: list[str] = []
    for value in fields.values("category"):
        for one in value if isinstance(value, list) else [value]:
            named = one.get("node_name", one.get("value")) if isinstance(one, dict) else one
            paths += [fields.plain(text, "category").strip("/ ") for text in flat(named)]
    return tuple(path for path in dict.fromkeys(paths) if path)
