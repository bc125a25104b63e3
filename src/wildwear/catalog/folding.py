"""How rows become one product: a variant folds into its parent, a translation fills blanks, a repetition is judged.

Every step takes what is stored and one more row, and the outcome does not depend on whether the parent came first, so
that a catalogue of any size folds as a stream.
"""

from __future__ import annotations

from dataclasses import replace

from wildwear.catalog.attributes import SEPARATOR, unite, united_in_order
from wildwear.records import Product, Variant


def fold(stored: Product | None, row: Product, *, supplement: bool = False) -> Product:
    """The product `row.group_id` with `row` in it.

    A row whose id is the group's is the parent: its own texts hold, and its pictures come first. Any other row is a
    variant: listed in `variants`, its texts used where the parent has none, its attributes and pictures added. Where
    the row lists variants of its own, these are taken instead.
    """
    is_parent = row.product_id == row.group_id
    variants = row.variants if is_parent else (_as_variant(row),)
    alone = replace(row, product_id=row.group_id, variants=variants)
    if stored is None:
        return alone
    if supplement:
        alone = replace(alone, attributes=_missing_in(stored, alone))
    first, second = (alone, stored) if is_parent and not supplement else (stored, alone)
    return Product(
        product_id=row.group_id,
        group_id=row.group_id,
        title=first.title or second.title,
        description=first.description or second.description,
        brand=first.brand or second.brand,
        category_path=first.category_path or second.category_path,
        attributes=unite(first.attributes, second.attributes),
        image_urls=united_in_order(first.image_urls, second.image_urls),
        variants=_with_variants(stored.variants, variants, supplement=supplement),
        source=first.source,
        row=first.row,
    )


def _as_variant(row: Product) -> Variant:
    if row.variants:
        return row.variants[0]
    return Variant(product_id=row.product_id, title=row.title, image_urls=row.image_urls)


def _missing_in(stored: Product, row: Product) -> dict[str, str]:
    return {name: value for name, value in row.attributes.items() if name not in stored.attributes}


def _with_variants(stored: tuple[Variant, ...], more: tuple[Variant, ...], *, supplement: bool) -> tuple[Variant, ...]:
    by_id = {variant.product_id: variant for variant in stored}
    for variant in more:
        there = by_id.get(variant.product_id, variant)
        first, second = (there, variant) if supplement else (variant, there)
        images = united_in_order(first.image_urls, second.image_urls)
        by_id[variant.product_id] = replace(first, title=first.title or second.title, image_urls=images)
    return tuple(by_id.values())


def contradictions(stored: Product, row: Product) -> list[str] | None:
    """What a repetition of a row says that the first one did not, as readable clauses; None where `stored` holds no
    row of that id at all. A repetition that only leaves things out contradicts nothing."""
    if row.product_id == row.group_id:
        return [
            *_differing("title", stored.title, row.title),
            *_differing("description", stored.description, row.description),
            *_differing("brand", stored.brand, row.brand),
            *_differing("category", ", ".join(stored.category_path), ", ".join(row.category_path)),
            *_further_attributes(stored, row),
            *_further_pictures(stored.image_urls, row.image_urls),
        ]
    variant = next((one for one in stored.variants if one.product_id == row.product_id), None)
    if variant is None:
        return None
    again = _as_variant(row)
    return [
        *_differing("title", variant.title, again.title),
        *(_differing("title", stored.title, row.title) if row.variants else []),
        *_further_pictures(variant.image_urls, again.image_urls),
    ]


def _differing(name: str, first: str, second: str) -> list[str]:
    if not second or first == second:
        return []
    return [f"{name} {_short(first)} against {_short(second)}"]


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:57]}...")


def _further_attributes(stored: Product, row: Product) -> list[str]:
    clauses = []
    for name, value in row.attributes.items():
        there = stored.attributes.get(name, "").split(SEPARATOR)
        if not set(value.split(SEPARATOR)) <= set(there):
            clauses += _differing(name, stored.attributes.get(name, ""), value)
    return clauses


def _further_pictures(first: tuple[str, ...], second: tuple[str, ...]) -> list[str]:
    further = [url for url in second if url not in first]
    return [f"{len(further)} other picture{'s' if len(further) > 1 else ''}"] if further else []
