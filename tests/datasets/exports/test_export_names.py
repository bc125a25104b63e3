"""Texts of strangers as file names and cells."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wildwear.datasets.exports.names import safe_cell, safe_name

anything = st.text(alphabet=st.characters(exclude_categories=()), max_size=300)


@given(anything)
def test_a_safe_name_is_one_part_of_a_path_on_any_system(text: str) -> None:
    name = safe_name(text)
    assert PurePosixPath(name).parts == (name,) == PureWindowsPath(name).parts
    assert name not in (".", "..")
    assert not set(name) & set('/\\:*?"<>|\0\n\r\t')
    assert name[0] not in "=+-@. "
    assert name[-1] not in ". "
    assert len(name.encode()) <= 200
    assert name.isprintable()


@given(anything, anything)
def test_different_texts_have_different_names(one: str, other: str) -> None:
    assert (safe_name(one) == safe_name(other)) == (one == other)


@pytest.mark.parametrize("name", ["Jeans", "Button-Down", "T-Shirt (long)", "Blouse or Top", "Jupe évasée", "裙子"])
def test_the_name_of_a_category_stays_as_it_is(name: str) -> None:
    assert safe_name(name) == name


@pytest.mark.parametrize("name", ["CON", "nul", "aux.jpg", "LPT1"])
def test_names_of_devices_are_no_names_of_files(name: str) -> None:
    assert safe_name(name).startswith("%")


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    for text in ("x" * 10_000, "裙" * 10_000, "/" * 10_000):
        (tmp_path / f"{safe_name(text)}.jpg").write_bytes(b"")
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("start", list("=+-@\t\r"))
def test_h45_a_cell_that_a_spreadsheet_would_run_is_text(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"
    assert safe_cell(f"1{start}1") == f"1{start}1"
    assert safe_cell(-3.5) == -3.5
