"""Titles and descriptions in bulk, as Arrow columns: several hundred thousand products a second and core."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wildwear.rendered.chance import choice, fraction, one_of
from wildwear.rendered.cloths import CLOTHS
from wildwear.rendered.truth import COLOUR_NAMES, PATTERN_NAMES, Looks, looks
from wildwear.rendered.wardrobe import KINDS
from wildwear.rendered.words import words
from wildwear.tables import PRODUCTS

SOURCE = "rendered"
_NOUNS = tuple(kind.nouns for kind in KINDS)
_SECTIONS = tuple(tuple(words().sections[kind.region.value]) for kind in KINDS)
_CLOTH_WORDS = tuple(CLOTHS[name].words for name in PATTERN_NAMES)


def product_batches(
    count: int, seed: int = 0, batch_rows: int = 65_536, base_url: str = ""
) -> Iterator[pa.RecordBatch]:
    """The first `count` products as rows of the `products` table, `batch_rows` at a time."""
    for start in range(0, count, batch_rows):
        yield product_rows(np.arange(start, min(count, start + batch_rows), dtype=np.int64), seed, base_url)


def product_rows(index: NDArray[np.int64], seed: int = 0, base_url: str = "") -> pa.RecordBatch:
    """The products of these numbers as rows of the `products` table."""
    look = looks(index, seed)
    ids = product_ids(index)
    columns = {
        "product_id": ids,
        "group_id": ids,
        "title": titles(look, seed),
        "description": _joined(sentences(look, seed), " "),
        "brand": _slot(look, seed, "brand", words().title["brands"]),
        "category_path": _lists(sections(look, seed)),
        "attributes": _attributes(look),
        "image_urls": image_urls(look, base_url),
        "variants": pa.nulls(len(index), PRODUCTS.schema.field("variants").type),
        "source": pa.repeat(SOURCE, len(index)),
        "row": pa.array(index + 2),
    }
    arrays = [columns[field.name].cast(field.type) for field in PRODUCTS.schema]
    return pa.RecordBatch.from_arrays(arrays, schema=PRODUCTS.schema)


def product_ids(index: NDArray[np.int64]) -> pa.Array:
    """`WW00000007` for product 7."""
    return pc.binary_join_element_wise("WW", pc.utf8_lpad(pa.array(index).cast(pa.string()), 8, "0"), "")


def titles(look: Looks, seed: int) -> pa.Array:
    """Brand, adjectives and noun in one of a few orders, with what shops add before and after."""
    of = words().title
    brand = _slot(look, seed, "brand", of["brands"])
    cloth = _taken(_flat(_CLOTH_WORDS), one_of(seed, "cloth", look.texts, _CLOTH_WORDS, look.pattern))
    cloth = pc.if_else(pc.equal(cloth, ""), "", pc.binary_join_element_wise(cloth, "", " "))
    colour = _taken(COLOUR_NAMES, look.colour)
    noun = nouns(look, seed)
    shout = pa.array(fraction(seed, "shout", look.texts) < 0.04)
    noun = pc.if_else(shout, pc.utf8_upper(noun), noun)
    named = _glued(
        _slot(look, seed, "name", of["names"]), _slot(look, seed, "adjective", of["adjectives"]), cloth, noun
    )
    audience = _slot(look, seed, "audience", of["audiences"])
    orders = (
        _glued(brand, " ", audience, named, " - ", colour),
        _glued(brand, " ", named, " in ", colour),
        _glued(audience, named, ", ", colour, " by ", brand),
        _glued(named, " (", colour, ")"),
    )
    order = pa.array(choice(seed, "order", look.texts, len(orders)))
    return _glued(
        _slot(look, seed, "prefix", of["prefixes"]),
        pc.choose(order, *orders),
        _slot(look, seed, "suffix", of["suffixes"]),
    )


def nouns(look: Looks, seed: int) -> pa.Array:
    """What each product claims to be, as its title says it."""
    return _taken(_flat(_NOUNS), one_of(seed, "noun", look.texts, _NOUNS, look.claimed))


def sentences(look: Looks, seed: int) -> list[pa.Array]:
    """The description, a column a sentence; the garment is named in the first, other garments in the third."""
    of = words().description
    opening = choice(seed, "opening", look.texts, len(of["openings"]))
    before, _, after = zip(*(text.partition("{}") for text in of["openings"]), strict=True)
    first = _glued(_taken(before, opening), pc.utf8_lower(nouns(look, seed)), _taken(after, opening))
    cloth = _taken([words().cloths[name] for name in PATTERN_NAMES], look.pattern)
    slots = (
        ("distractor", of["distractors"]),
        ("fit", of["fits"]),
        ("detail", of["details"]),
        ("care", of["cares"]),
        ("talk", of["shop_talk"]),
        ("more talk", of["shop_talk"]),
    )
    others = [_slot(look, seed, name, options) for name, options in slots]
    code = _glued("Style no. ", pa.array(look.texts * 7 + 100_003).cast(pa.string()), ".")
    return [first, cloth, *others, code]


def sections(look: Looks, seed: int) -> pa.Array:
    """The shop's own category of each product."""
    return _taken(_flat(_SECTIONS), one_of(seed, "section", look.texts, _SECTIONS, look.kind))


def image_urls(look: Looks, base_url: str) -> pa.ListArray:
    """`BASE/p/INDEX/0.jpg`, and for most products a second picture, of somebody who wears it."""
    stems = _glued(f"{base_url}/p/", pa.array(look.index).cast(pa.string()), "/")
    first, second = _glued(stems, "0.jpg"), _glued(stems, "1.jpg")
    counts = 1 + look.worn.astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    order = np.repeat(np.arange(len(counts)), counts)
    is_second = np.zeros(len(order), bool)
    is_second[offsets[1:][look.worn] - 1] = True
    values = pc.if_else(pa.array(is_second), second.take(pa.array(order)), first.take(pa.array(order)))
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def _attributes(look: Looks) -> pa.ListArray:
    values = _taken(COLOUR_NAMES, look.colour)
    pairs = pa.StructArray.from_arrays([pa.repeat("color", len(values)), values], names=["name", "value"])
    return pa.ListArray.from_arrays(pa.array(np.arange(len(values) + 1, dtype=np.int32)), pairs)


def _lists(values: pa.Array) -> pa.ListArray:
    return pa.ListArray.from_arrays(pa.array(np.arange(len(values) + 1, dtype=np.int32)), values)


def _slot(look: Looks, seed: int, purpose: str, options: Sequence[str]) -> pa.Array:
    return _taken(options, choice(seed, purpose, look.texts, len(options)))


def _taken(options: Sequence[str], positions: NDArray[np.int64]) -> pa.Array:
    return pa.array(list(options), pa.string()).take(pa.array(positions))


def _flat(choices: Sequence[Sequence[str]]) -> list[str]:
    return [one for options in choices for one in options]


def _glued(*parts: pa.Array | str) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def _joined(parts: list[pa.Array], separator: str) -> pa.Array:
    return pc.binary_join_element_wise(*parts, separator)
