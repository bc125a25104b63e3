from __future__ import annotations

from functools import reduce
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from wildwear.catalog.folding import contradictions, fold
from wildwear.records import Product, Variant

PARENT = Product(
    product_id="P",
    group_id="P",
    title="Hoodie",
    category_path=("Men/Hoodies",),
    attributes={"material": "Wool"},
    image_urls=("main.jpg", "back.jpg"),
    row=9,
)
SMALL = Product(
    product_id="P-S",
    group_id="P",
    title="Hoodie S",
    description="Warm.",
    attributes={"size": "S"},
    image_urls=("s.jpg", "main.jpg"),
    row=2,
)
LARGE = Product(product_id="P-L", group_id="P", title="Hoodie L", attributes={"size": "L"}, row=3)


def folded(*rows: Product) -> Product:
    product = reduce(fold, rows, None)
    assert product is not None
    return product


def test_variants_fold_into_their_parent() -> None:
    product = folded(SMALL, LARGE, PARENT)
    assert (product.product_id, product.group_id, product.title, product.row) == ("P", "P", "Hoodie", 9)
    assert product.description == "Warm."
    assert product.attributes == {"material": "Wool", "size": "S|L"}
    assert product.image_urls == ("main.jpg", "back.jpg", "s.jpg")
    assert [variant.product_id for variant in product.variants] == ["P-S", "P-L"]


def test_it_does_not_matter_where_the_parent_stands() -> None:
    for order in permutations([PARENT, SMALL, LARGE]):
        product = folded(*order)
        assert (product.title, product.image_urls[:2], product.row) == ("Hoodie", PARENT.image_urls, 9)
        assert product.attributes.keys() == {"material", "size"}
        assert {variant.product_id for variant in product.variants} == {"P-S", "P-L"}


def test_variants_without_a_parent_become_one_product_with_the_first_ones_texts() -> None:
    product = folded(LARGE, SMALL)
    assert (product.product_id, product.title, product.description, product.row) == ("P", "Hoodie L", "Warm.", 3)


@given(st.lists(st.sampled_from([PARENT, SMALL, LARGE]), min_size=1, max_size=8))
def test_folding_the_same_rows_again_changes_nothing(rows: list[Product]) -> None:
    once = folded(*rows)
    assert reduce(fold, rows, once).variants == once.variants
    assert set(reduce(fold, rows, once).image_urls) == set(once.image_urls)


def test_a_translation_fills_blanks_and_overrides_nothing() -> None:
    french = Product(
        product_id="P", group_id="P", title="Sweat", description="Chaud.", attributes={"material": "Laine", "col": "V"}
    )
    for product in (
        fold(folded(PARENT), french, supplement=True),
        fold(fold(None, french, supplement=True), PARENT),
    ):
        assert (product.title, product.description) == ("Hoodie", "Chaud.")
        assert product.attributes["col"] == "V"
        assert product.variants == ()
    assert fold(folded(PARENT), french, supplement=True).attributes["material"] == "Wool"


def test_a_translated_variant_keeps_its_own_title() -> None:
    french = Product(product_id="P-S", group_id="P", title="Sweat S", image_urls=("fr.jpg",))
    expected = (Variant(product_id="P-S", title="Hoodie S", image_urls=("s.jpg", "main.jpg", "fr.jpg")),)
    assert fold(folded(SMALL), french, supplement=True).variants == expected
    assert fold(fold(None, french, supplement=True), SMALL).variants == expected


def test_h48_a_repetition_is_told_apart_by_what_it_adds() -> None:
    stored = folded(PARENT, SMALL)
    assert contradictions(stored, PARENT) == []
    assert contradictions(stored, Product(product_id="P", group_id="P", title="")) == []
    other = Product(
        product_id="P",
        group_id="P",
        title="Jacket",
        brand="B",
        category_path=("Men/Jackets",),
        attributes={"material": "Silk"},
        image_urls=("x.jpg", "main.jpg"),
    )
    assert contradictions(stored, other) == [
        "title 'Hoodie' against 'Jacket'",
        "brand '' against 'B'",
        "category 'Men/Hoodies' against 'Men/Jackets'",
        "material 'Wool' against 'Silk'",
        "1 other picture",
    ]
    assert contradictions(stored, SMALL) == []
    assert contradictions(stored, LARGE) is None


def test_a_row_that_names_its_own_variant_keeps_the_product_s_pictures_apart_from_it() -> None:
    own = Variant(product_id="P/S", title="S", image_urls=("s.jpg",))
    row = Product(product_id="P/S", group_id="P", title="Hoodie", image_urls=("main.jpg", "s.jpg"), variants=(own,))
    product = folded(row)
    assert (product.title, product.image_urls, product.variants) == ("Hoodie", ("main.jpg", "s.jpg"), (own,))
    assert contradictions(product, row) == []
    jeans = Product(product_id="P/S", group_id="P", title="Jeans", variants=(own,))
    assert contradictions(product, jeans) == ["title 'Hoodie' against 'Jeans'"]
