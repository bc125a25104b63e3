"""A preview says what labelling would do, without labelling everything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.queries.shop import fill, winners, write

from wildwear.errors import EditConflict, QuerySyntaxError, StorageError, UnknownName, UnreadableInput, UserError
from wildwear.queries.evaluate import Matcher
from wildwear.queries.load import load_queries
from wildwear.queries.own import label_settings, own_queries, save
from wildwear.queries.postings import Postings, Superseded
from wildwear.queries.preview import LONGEST, Previewer
from wildwear.queries.settings import LabelSettings
from wildwear.queries.stage import label
from wildwear.tables import PRODUCTS
from wildwear.taxonomy import load_taxonomy
from wildwear.workspace import Workspace

TITLES = ["Blue Jeans", "Denim Jacket", "Linen Trousers", "Slim Linen Jeans", "Jeans Phone Case", "Linen Sheet", "Gift"]
DESCRIPTIONS = ["", "looks good with jeans", "", "a jacket for summer", "", "linen from Flanders", None]
TAXONOMY = load_taxonomy()

words = st.sampled_from(
    ["jeans", "linen", "jacket", "coat", "denim", "phone case", "pants", "wool", "jean", "blue coat"]
)
queries = st.recursive(
    words.map(lambda word: f'"{word}"') | words.map(lambda word: f'title:"{word}"'),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("({0[0]} | {0[1]})".format),
        st.tuples(inner, inner).map("({0[0]} & {0[1]})".format),
        st.tuples(inner, inner).map("({0[0]} & !{0[1]})".format),
        st.tuples(inner, inner).map("description:({0[0]} | {0[1]})".format),
    ),
    max_leaves=6,
)
texts = st.lists(words, max_size=4).map(" ".join)


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    fill(workspace, TITLES, DESCRIPTIONS)
    return workspace


@pytest.fixture
def previewer(shop: Workspace) -> Previewer:
    return Previewer(shop, LabelSettings())


def saved(workspace: Workspace, category: str, text: str) -> None:
    own = own_queries(workspace, LabelSettings())
    save(own.edited(category, text, TAXONOMY), own.version, workspace, LabelSettings())


def ids(products: object) -> list[str]:
    assert isinstance(products, list)
    return [product.product_id for product in products]


def test_what_comes_in_and_what_only_matches_are_told_apart(previewer: Previewer) -> None:
    found = previewer.preview("Jeans", "jeans | linen")
    assert (found.before, found.after) == (2, 3)
    assert (found.matched_before, found.matched_after) == (3, 5)
    assert (found.comes_in.count, found.comes_in.only_match, found.falls_out.count) == (1, 1, 0)
    sheet, trousers = found.comes_in.products
    assert (sheet.product_id, sheet.wins, sheet.other) == ("P5", True, "")
    assert (trousers.product_id, trousers.wins, trousers.other) == ("P2", False, "Chinos")
    assert sheet.words[0] == {"word": "linen", "field": "title", "offset": 0}
    assert (sheet.excerpt, sheet.highlights) == ("Linen Sheet", [(0, 5)])
    assert trousers.why.startswith("loses to Chinos")


def test_what_falls_out_says_who_has_it_then(previewer: Previewer) -> None:
    found = previewer.preview("Jacket", "jacket & !denim")
    assert (found.before, found.after, found.falls_out.count) == (1, 0, 1)
    (jacket,) = found.falls_out.products
    assert (jacket.product_id, jacket.wins, jacket.other) == ("P1", True, "Jeans")
    assert found.holds.products == []


def test_where_nothing_changes_the_category_is_shown_as_it_is(previewer: Previewer) -> None:
    text = load_queries(None, TAXONOMY).block("Jeans").text
    found = previewer.preview("Jeans", text)
    assert found.comes_in.count == found.falls_out.count == 0
    assert (found.holds.count, found.holds.only_match) == (2, 1)
    assert ids(found.holds.products) == ["P0", "P3", "P1"]
    assert found.holds.products[-1].other == "Jacket"
    assert "[description]" in found.holds.products[-1].excerpt


def test_near_misses_say_by_what_a_hair(previewer: Previewer) -> None:
    found = previewer.preview("Jeans", "title:(linen & slim)")
    assert found.near == {
        "held off by a minus-term": 0,
        "has the words, but not in the field asked for": 0,
        "has one side of an &": 2,
    }
    assert [one.why for one in found.near_products] == ["only 'linen' at title:0"] * 2
    held_off = previewer.preview("Jeans", "jeans")
    assert held_off.near["held off by a minus-term"] == 1
    assert held_off.near_products[0].why == "but for 'phone case' at title:6"


def test_a_category_without_a_query_can_get_one(shop: Workspace) -> None:
    write(shop.root / "queries.toml", "[Jeans]\nmatch = 'jeans'\n")
    found = Previewer(shop, LabelSettings()).preview("Hat", "gift")
    assert (found.before, found.after) == (0, 1)


def test_what_label_diff_will_say_is_said(previewer: Previewer, shop: Workspace) -> None:
    label(shop, LabelSettings())
    told = previewer.preview("Jeans", "linen").labels
    saved(shop, "Jeans", "linen")
    changes = label(shop, LabelSettings(diff=True)).details["changes"]
    assert isinstance(changes, list)
    (row,) = (change for change in changes if change[0] == "Jeans")
    assert row == ["Jeans", told.before, told.after, told.gained, told.lost]


def test_labels_of_products_that_are_gone_count_as_lost(shop: Workspace) -> None:
    label(shop, LabelSettings())
    fill(shop, TITLES[1:3])
    told = Previewer(shop, LabelSettings()).preview("Jeans", "trousers").labels
    assert (told.before, told.after, told.gained, told.lost) == (2, 0, 0, 2)


@hypothesis_settings(max_examples=60)
@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=8), queries, queries, st.sampled_from(["Jeans", "Pants"]))
def test_a_preview_equals_labelling_before_and_after(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], old: str, new: str, category: str
) -> None:
    shop = Workspace.create(tmp_path_factory.mktemp("shop"))
    fill(shop, [title for title, _ in rows], [description for _, description in rows])
    write(shop.root / "queries.toml", "[Coat]\nmatch = 'coat | wool'\n[Jacket]\nmatch = 'jacket | title:wool'\n")
    saved(shop, category, old)
    found = Previewer(shop, LabelSettings()).preview(category, new)
    label(shop, LabelSettings())
    before = {product for product, name in winners(shop).items() if name == category}
    saved(shop, category, new)
    label(shop, LabelSettings())
    after = {product for product, name in winners(shop).items() if name == category}
    assert (found.before, found.after) == (len(before), len(after))
    assert {one.product_id for one in found.comes_in.products if one.wins} == after - before
    assert {one.product_id for one in found.falls_out.products if one.wins} == before - after


@pytest.mark.parametrize("held_bytes", [0, 1 << 20])
@pytest.mark.parametrize("chunk_rows", [1, 3, 8192])
def test_postings_find_what_a_matcher_finds_held_or_streamed(
    shop: Workspace, held_bytes: int, chunk_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wildwear.queries.postings._CHUNK_ROWS", chunk_rows)
    few = Matcher([block.query for block in load_queries(None, TAXONOMY).blocks[:3]])
    many = Matcher([block.query for block in load_queries(None, TAXONOMY).blocks])
    postings = Postings(shop.table(PRODUCTS).snapshot(), held_bytes)
    (batch,) = shop.table(PRODUCTS).batches()
    for matcher in (few, many, few):
        found = postings.find(frozenset().union(*matcher.groups))
        groups = np.zeros((len(matcher.groups), batch.num_rows), bool)
        for number, places in enumerate(matcher.groups):
            for place in places:
                groups[number, found[place]] = True
        assert np.array_equal(groups, matcher.match(batch).groups)


def test_the_texts_are_read_once_and_searched_from_memory(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    previewer = Previewer(shop, LabelSettings())
    previewer.prepare()
    read: list[str] = []
    original = Postings._read

    def counted(self: Postings, field: str) -> Iterator[object]:
        read.append(field)
        return original(self, field)

    monkeypatch.setattr(Postings, "_read", counted)
    previewer.preview("Jeans", "jeans | linen")
    previewer.preview("Jeans", "jeans | linen | brand:acme")
    previewer.preview("Jeans", "jeans | wool | brand:acme")
    assert read == ["brand"]


def test_memory_for_what_was_searched_is_bounded(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wildwear.queries.postings._HELD_POSTINGS", 4)
    postings = Postings(shop.table(PRODUCTS).snapshot())
    for word in ("jeans", "linen", "jacket", "phone"):
        postings.find([("title", word)])
    assert sum(map(len, postings._known.values())) <= 4
    assert postings.find([("title", "jeans")])["title", "jeans"].tolist() == [0, 3, 4]


def test_a_preview_stops_when_nobody_waits(previewer: Previewer) -> None:
    with pytest.raises(Superseded):
        previewer.preview("Jeans", "jeans", stop=lambda: True)
    assert previewer.preview("Jeans", "jeans").after == 2


def test_new_products_labels_and_queries_are_noticed(previewer: Previewer, shop: Workspace) -> None:
    assert previewer.preview("Jeans", "jeans").labels.before == 0
    label(shop, LabelSettings())
    assert previewer.preview("Jeans", "jeans").labels.before == 2
    fill(shop, [*TITLES, "Black Jeans"])
    assert previewer.preview("Jeans", "jeans").before == 3
    saved(shop, "Jeans", "linen")
    assert previewer.preview("Jeans", "jeans").before == 2


@pytest.mark.parametrize(
    ("text", "position"),
    [("", 0), ("jeans &", 7), ("a |\n (b", 5), ("!jeans", 0), ("x" * (LONGEST + 1), LONGEST), ("\U0001f456 (", 0)],
)
def test_a_broken_query_is_said_with_its_place(previewer: Previewer, text: str, position: int) -> None:
    with pytest.raises(QuerySyntaxError) as raised:
        previewer.preview("Jeans", text)
    assert raised.value.position == position
    assert raised.value.problem


def test_an_unknown_category_and_an_empty_catalogue_are_refused(previewer: Previewer, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="Jeans"):
        previewer.preview("Jenas", "jeans")
    with pytest.raises(UserError, match="run 'wildwear import FILE' first"):
        Previewer(Workspace.create(tmp_path / "empty"), LabelSettings()).preview("Jeans", "jeans")


def test_the_first_edit_makes_a_file_that_label_reads(shop: Workspace) -> None:
    assert own_queries(shop, LabelSettings()).version == "none"
    saved(shop, "Hat", "gift")
    text = (shop.root / "queries.toml").read_text()
    assert text.endswith('extends = "shipped"\n\n[Hat]\nextends = "shipped"\nmatch = \'gift\'\n')
    label(shop, LabelSettings())
    assert winners(shop)["P6"] == "Hat"
    assert winners(shop)["P0"] == "Jeans"
    assert "P4" not in winners(shop)


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(shop: Workspace) -> None:
    saved(shop, "Hat", "gift")
    mine = own_queries(shop, LabelSettings())
    saved(shop, "Hat", "gift | cap")
    with pytest.raises(EditConflict, match="changed by someone else"):
        save(mine.edited("Hat", "beret", TAXONOMY), mine.version, shop, LabelSettings())
    assert "cap" in (shop.root / "queries.toml").read_text()


def test_a_file_that_is_a_link_stays_one_and_keeps_its_ends_of_lines(shop: Workspace, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere.toml"
    real.write_bytes(b"# mine\r\n[Hat]\r\nmatch = 'cap' # hat\r\n")
    (shop.root / "queries.toml").symlink_to(real)
    saved(shop, "Hat", "cap |\n gift")
    assert (shop.root / "queries.toml").is_symlink()
    assert real.read_bytes() == b"# mine\r\n[Hat]\r\nmatch = '''cap |\r\n gift''' # hat\r\n"


def test_label_and_the_view_read_the_same_file(
    shop: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = write(tmp_path / "named.toml", "[Hat]\nmatch = 'gift'\n")
    marker = shop.root / "wildwear.toml"
    marker.write_text(
        marker.read_text() + f"\n[label]\nqueries = '{named}'\npolicy = 'title-first'\nfields = ['title']\n"
    )
    settings = label_settings(shop)
    assert settings == LabelSettings(queries=named, policy="title-first", fields=("title",))
    assert own_queries(shop, settings).path == named
    monkeypatch.setenv("WILDWEAR_LABEL_FIELDS", "title brand")
    monkeypatch.setenv("WILDWEAR_LABEL_QUERIES", str(tmp_path / "gone.toml"))
    assert label_settings(shop).fields == ("title", "brand")
    with pytest.raises(UnreadableInput, match=r"gone\.toml"):
        own_queries(shop, label_settings(shop))


@pytest.mark.parametrize("content", [b"[Hat", b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_said(shop: Workspace, content: bytes) -> None:
    (shop.root / "queries.toml").write_bytes(content)
    with pytest.raises(UnreadableInput):
        Previewer(shop, LabelSettings()).preview("Hat", "cap")


def test_h65_a_folder_that_cannot_be_written_is_no_success(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    own = own_queries(shop, LabelSettings())

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("wildwear.queries.own.write_durably", full)
    with pytest.raises(StorageError, match="No space left"):
        save(own.edited("Hat", "cap", TAXONOMY), own.version, shop, LabelSettings())
    assert not (shop.root / "queries.toml").exists()
