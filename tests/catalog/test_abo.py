"""Amazon Berkeley Objects: languages, pictures by number, groups by what is shared."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wildwear.catalog.abo_groups import MOST_LISTINGS, ListingGroups
from wildwear.catalog.fields import UNKNOWN_PICTURE
from wildwear.catalog.packed import HashIndex, PackedTexts
from wildwear.errors import UserError
from wildwear.records import Product

from .conftest import Shop
from .exports import Goods, abo_listing, abo_pictures, json_lines, picture_id

ALL_PICTURES = ("a/1.jpg", "b/2.jpg", "c/3.jpg", "d/4.jpg")


def tagged(*pairs: tuple[str | None, str]) -> list[dict[str, Any]]:
    return [{"value": text} | ({"language_tag": tag} if tag else {}) for tag, text in pairs]


def take(shop: Shop, *listings: dict[str, Any], paths: tuple[str, ...] = ALL_PICTURES) -> tuple[str, Any]:
    file = shop.write("listings_0.json.gz", gzip.compress(json_lines(listings)))
    return file, shop.take(file, shop.write("images.csv.gz", abo_pictures(paths)))


def only(shop: Shop, **more: Any) -> Product:
    take(shop, abo_listing(Goods(id="A"), **more))
    return shop.products["A"]


@pytest.mark.parametrize(
    ("names", "title"),
    [
        ([("de_DE", "Hemd"), ("en_GB", "Shirt GB"), ("en_US", "Shirt US")], "Shirt US"),
        ([("de_DE", "Hemd"), ("en_IN", "Shirt IN"), ("en_GB", "Shirt GB")], "Shirt IN"),
        ([("de_DE", "Hemd"), ("fr_FR", "Chemise")], "Hemd"),
        ([("de_DE", "Hemd"), (None, "Shirt")], "Shirt"),
        ([("en_US", " "), ("ja_JP", "シャツ")], "シャツ"),
    ],
)
def test_english_is_preferred_then_what_is_there(shop: Shop, names: list[tuple[str | None, str]], title: str) -> None:
    assert only(shop, item_name=tagged(*names)).title == title


def test_other_texts_follow_the_language_of_the_name_and_never_mix(shop: Shop) -> None:
    product = only(
        shop,
        item_name=tagged(("it_IT", "Camicia"), ("es_ES", "Camisa")),
        bullet_point=tagged(("de_DE", "Weich"), ("it_IT", "Morbida"), ("it_IT", "Calda"), ("es_ES", "Suave")),
        product_description=tagged(("es_ES", "De lino"), ("en_AU", "Of <b>linen</b>")),
        brand=tagged(("nl_NL", "Merk")),
        color=[{"language_tag": "it_IT", "value": "Blu mare", "standardized_values": ["Blue"]}],
        fabric_type=tagged(("en_US", "Linen")),
        item_keywords=tagged(("it_IT", "camicia"), ("it_IT", "lino"), ("de_DE", "hemd")),
        product_type=[{"value": "SHIRT"}],
    )
    assert (product.title, product.brand, product.description) == ("Camicia", "Merk", "Morbida Calda Of linen")
    assert product.attributes == {"color": "Blu mare|Blue", "fabric_type": "Linen", "keywords": "camicia|lino"}
    assert product.category_path == ("Clothing/Shirts", "SHIRT")


def test_pictures_are_found_by_number_below_the_images_folder(shop: Shop) -> None:
    listing = abo_listing(Goods(id="A", pictures=("a/1.jpg", "b/2.jpg", "z/9.jpg")))
    file, report = take(shop, listing)
    assert shop.products["A"].image_urls == ("a/1.jpg", "b/2.jpg")
    assert report.skipped[UNKNOWN_PICTURE] == 1
    assert any(picture_id("z/9.jpg") in note for note in report.notes)
    shop.take(file, str(shop.folder / "images.csv.gz"), images="https://x.org/images/small")
    assert shop.products["A"].image_urls == ("https://x.org/images/small/a/1.jpg", "https://x.org/images/small/b/2.jpg")


def test_h08_a_path_that_leads_out_of_the_folder_is_left_out(shop: Shop) -> None:
    _, report = take(shop, abo_listing(Goods(id="A", pictures=("../1.jpg",))), paths=("../1.jpg",))
    assert shop.products["A"].image_urls == ()
    assert any("it leads out of the pictures' folder" in note for note in report.notes)


def test_listings_that_share_a_picture_are_one_product_over_all_files(shop: Shop) -> None:
    one = json_lines([abo_listing(Goods(id="A", title="Tee", pictures=("a/1.jpg",)))])
    two = json_lines([
        abo_listing(Goods(id="B", title="Tee M", pictures=("b/2.jpg", "a/1.jpg"))),
        abo_listing(Goods(id="X", title="Cap", pictures=("d/4.jpg",))),
    ])  # fmt: skip
    three = json_lines([abo_listing(Goods(id="C", title="Tee L", pictures=("c/3.jpg", "b/2.jpg")))])
    files = [shop.write(f"listings_{number}.json", content) for number, content in enumerate((one, two, three))]
    report = shop.take(shop.write("images.csv.gz", abo_pictures(ALL_PICTURES)), *reversed(files))
    assert shop.products.keys() == {"C", "X"}, "the first listing leads"
    assert shop.products["C"].title == "Tee L"
    assert [one.product_id for one in shop.products["C"].variants] == ["B", "A"]
    assert shop.products["C"].image_urls == ("c/3.jpg", "b/2.jpg", "a/1.jpg")
    assert (report.exit_status, report.done["variants folded"]) == (0, 2)


def test_an_english_listing_leads_its_group(shop: Shop) -> None:
    take(
        shop,
        abo_listing(Goods(id="A"), item_name=tagged(("de_DE", "Hemd"))),
        abo_listing(Goods(id="B", title="Shirt")),
    )
    assert shop.products.keys() == {"B"}
    assert (shop.products["B"].title, shop.products["B"].variants[0].title) == ("Shirt", "Hemd")


def test_the_same_item_at_another_marketplace_fills_blanks(shop: Shop) -> None:
    german = abo_listing(
        Goods(id="A"),
        domain_name="amazon.de",
        item_name=tagged(("de_DE", "Hemd")),
        material=tagged(("de_DE", "Leinen")),
    )
    english = abo_listing(Goods(id="A", title="Shirt"))
    french = abo_listing(Goods(id="A"), domain_name="amazon.fr", item_name=tagged(("fr_FR", "Chemise")))
    _, report = take(shop, german, english, french)
    assert (shop.products["A"].title, shop.products["A"].variants) == ("Shirt", ())
    assert shop.products["A"].attributes == {"material": "Leinen"}
    assert (report.failed, report.done["products"]) == ({}, 1)


def test_a_picture_on_very_many_listings_joins_none_and_is_said(shop: Shop) -> None:
    chart = "d/4.jpg"
    listings = [abo_listing(Goods(id=f"A{number}", pictures=(chart,))) for number in range(MOST_LISTINGS + 1)]
    _, report = take(shop, *listings)
    assert len(shop.products) == MOST_LISTINGS + 1
    assert any(f"pictures on more than {MOST_LISTINGS} listings" in note for note in report.notes)


def test_each_half_asks_for_the_other(shop: Shop) -> None:
    listings = shop.write("listings_0.json", json_lines([abo_listing(Goods(id="A"))]))
    pictures = shop.write("images.csv.gz", abo_pictures(ALL_PICTURES))
    with pytest.raises(UserError, match=r"listings_0\.json names pictures by number: give images\.csv\.gz"):
        shop.take(listings)
    with pytest.raises(UserError, match=r"images\.csv\.gz lists pictures and no products"):
        shop.take(pictures)


def test_rows_of_either_file_that_say_nothing_are_counted(shop: Shop) -> None:
    listings = shop.write(
        "l.json", json_lines([{"item_id": "", "item_name": [], "main_image_id": 7}, abo_listing(Goods(id="B"))])
    )
    pictures = shop.write("i.csv", "image_id,height,width,path\n71+a,1,1,\n,1,1,a/1.jpg\n71+b,1\n71+c,1,1,c.jpg\n")
    report = shop.take(listings, pictures)
    assert shop.rejections(listings) == [(1, "no_id")]
    assert shop.rejections(pictures) == [(2, "no_path"), (3, "no_picture"), (4, "ragged_row")]
    assert report.done["products"] == 1


def test_h47_any_nonsense_in_a_listing_costs_its_row_alone(shop: Shop) -> None:
    nonsense: list[Any] = [
        None,
        7,
        "x",
        [],
        {},
        [[]],
        [{}],
        [{"value": None}],
        [{"value": {"value": 1}}],
        [{"language_tag": 7, "value": "y"}],
    ]
    columns = (
        "item_id",
        "item_name",
        "main_image_id",
        "other_image_id",
        "bullet_point",
        "color",
        "node",
        "domain_name",
    )
    listings = [
        abo_listing(Goods(id=f"A{column}{at}", pictures=())) | {column: value}
        for column in columns
        for at, value in enumerate(nonsense)
    ]
    deep: Any = []
    for _ in range(700):
        deep = [deep]
    listings += [abo_listing(Goods(id=f"D{column}", pictures=())) | {column: deep} for column in columns]
    file, _ = take(shop, abo_listing(Goods(id="good")), *listings)
    assert "good" in shop.products
    reasons = {reason for _, reason in shop.rejections(file)}
    assert reasons <= {"no_id", "no_title", "duplicate_product", "unreadable_row", "bad_json"}
    assert len(listings) == 88


LISTINGS = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 5), st.lists(st.integers(0, 12), max_size=3)), max_size=14
)


@given(LISTINGS)
def test_groups_are_the_connected_components(listings: list[tuple[str, int, list[int]]]) -> None:
    groups = ListingGroups()
    component: dict[str, set[str]] = {item: {item} for item, _, _ in listings}
    for item, rank, pictures in listings:
        groups.add(item, "place", rank, map(str, pictures))
    for one, _, mine in listings:
        for other, _, theirs in listings:
            if set(mine) & set(theirs) and component[one] is not component[other]:
                component[one] |= component[other]
                for member in component[one]:
                    component[member] = component[one]
    found = groups.found()
    for item, members in component.items():
        ranked = [(rank, at, one) for at, (one, rank, _) in enumerate(listings) if one in members]
        assert found.group_of(item) == min(ranked)[2]
    assert found.group_of("unheard of") == "unheard of"


@given(st.lists(st.text(st.characters(), max_size=4)))
def test_packed_texts_are_a_list_and_their_index_finds_the_first(texts: list[str]) -> None:
    from array import array

    from wildwear.catalog.seen import name_hash

    packed, hashes = PackedTexts(), array("Q")
    for text in texts:
        packed.append(text)
        hashes.append(name_hash(text))
    assert [packed[at] for at in range(len(packed))] == texts
    index = HashIndex(hashes)
    assert [index.find(text) for text in texts] == [texts.index(text) for text in texts]
    assert index.find("longer than any") is None
