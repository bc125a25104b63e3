"""Folding: a column at a time gives what one character at a time gives, and traces every position back."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wildwear.queries.fold import fold, fold_char, fold_column

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SHOP_TEXT = st.text("aZé ß™®–—’\u00ad\u200b\u0301İﬁⅣ牛дΩ-,/1😀", max_size=30)


@settings(deadline=None)
@given(st.lists(ANY_TEXT | SHOP_TEXT | st.none(), max_size=6))
def test_a_column_folds_to_what_each_text_folds_to(texts: list[str | None]) -> None:
    column = fold_column(pa.array(texts, pa.string()))
    rows = [fold(text or "") for text in texts]
    assert column.data.decode() == "  " + "".join(row + "  " for row in rows)
    assert all(column.data[start:].decode().startswith(row) for start, row in zip(column.starts, rows, strict=True))


@settings(deadline=None)
@given(st.lists(ANY_TEXT | SHOP_TEXT, min_size=1, max_size=6))
def test_every_folded_letter_is_traced_back_to_the_character_it_came_from(texts: list[str]) -> None:
    column = fold_column(pa.array(texts, pa.string()))
    for row, text in enumerate(texts):
        position = int(column.starts[row])
        for offset, char in enumerate(text):
            width = len(fold_char(char).encode())
            if width:
                found = column.offsets(np.array([position]), np.array([row]))
                assert found.tolist() == [offset]
            position += width


@settings(deadline=None)
@given(st.characters(exclude_categories=["Cs"]))
def test_folding_never_makes_a_character_longer(char: str) -> None:
    assert len(fold_char(char).encode()) <= len(char.encode())


@settings(deadline=None)
@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_folds_to_lower_case_and_separators(text: str) -> None:
    assert fold(text) == re.sub("[^a-z0-9]", " ", text.lower())


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("Café", "cafe"),
        ("Cafe\u0301", "cafe"),
        ("ＪＥＡＮＳ", "jeans"),
        ("𝗛𝗼𝗼𝗱𝗶𝗲", "hoodie"),
        ("ho\u200bod\u00adie", "hoodie"),
        ("\u202eeet\u202c", "eet"),
        ("Tee™", "tee "),
        ("Straße", "strasse"),
        ("a\x00b", "a b"),
        ("ДЖИНСЫ", "джинсы"),
    ],
)
def test_h47_odd_characters_neither_hide_nor_split_a_word(written: str, seen: str) -> None:
    assert fold(written) == seen


def test_slices_and_large_strings_fold_like_any_column() -> None:
    texts = pa.array(["zero", "One é", None, "two"]).slice(1)
    assert fold_column(texts).data == b"  one e    two  "
    assert fold_column(texts.cast(pa.large_string())).data == b"  one e    two  "
