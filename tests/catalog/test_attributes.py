from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wildwear.catalog.attributes import parse_attributes, parse_variations, unite, united_in_order

_NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
_VALUES = st.text(st.characters(exclude_characters="=", exclude_categories=["Cs"]), min_size=1).filter(
    lambda value: value == value.strip()
)


@given(st.dictionaries(_NAMES, _VALUES))
def test_what_is_joined_is_parsed_back_with_its_commas(attributes: dict[str, str]) -> None:
    assert parse_attributes(",".join(f"{name}={value}" for name, value in attributes.items())) == attributes


@given(st.text())
def test_any_cell_is_parsed_without_an_exception(cell: str) -> None:
    for name, value in parse_attributes(cell).items():
        assert name and value
    parse_variations(cell)


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.sampled_from(["x", "y", "x|z"])), max_size=4))
def test_uniting_keeps_each_value_once_and_loses_none(several: list[dict[str, str]]) -> None:
    united = unite(*several)
    for name, value in united.items():
        values = value.split("|")
        assert len(values) == len(set(values))
        assert set(values) == {one for each in several if name in each for one in each[name].split("|")}
    assert unite(united, *several) == united


def test_a_value_may_hold_commas_and_equals_signs() -> None:
    assert parse_attributes("junk,care=wash, dry,formula=a=b,blank=") == {"care": "wash, dry", "formula": "a=b"}


def test_variations_name_their_skus_even_with_commas_and_bars() -> None:
    assert parse_variations("sku=A,1,size=S|M|sku=B|,size=L|size=XL") == ["A,1", "B|"]
    assert parse_variations("") == []


def test_values_are_united_in_the_order_of_their_first_appearance() -> None:
    assert united_in_order("ba", "cab") == ("b", "a", "c")
