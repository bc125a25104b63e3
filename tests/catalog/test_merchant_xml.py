"""How XML is read: tolerant of what feeds look like, deaf to what traps ask for."""

from __future__ import annotations

import gzip
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wildwear.catalog import merchant_xml
from wildwear.catalog.reading import open_rows
from wildwear.catalog.rows import AnyRow, BadRow, Row
from wildwear.catalog.settings import ImportSettings
from wildwear.catalog.sources import find_sources
from wildwear.errors import MissingColumn, UnreadableInput, UserError
from wildwear.tables import PRODUCTS

from .conftest import Shop
from .exports import atom, rss


def rows_of(shop: Shop, content: bytes, **settings: str) -> list[AnyRow]:
    given_settings = ImportSettings(files=(shop.write("feed.xml", content),), **settings)
    (source,) = find_sources(given_settings)
    with open_rows(source, given_settings) as reading:
        return list(reading.rows)


def cells_of(shop: Shop, content: bytes) -> list[object]:
    return [row.cells if isinstance(row, Row) else row.reason for row in rows_of(shop, content)]


def test_elements_become_cells_and_repeated_ones_lists(shop: Shop) -> None:
    item = "<item><g:id> 1 </g:id><g:a>x</g:a><g:a>y</g:a><g:b><g:c>d</g:c><g:e>f</g:e></g:b><g:empty/></item>"
    assert cells_of(shop, rss([item])) == [{"id": "1", "a": ["x", "y"], "b": {"c": "d", "e": "f"}}]


def test_google_s_elements_go_before_those_of_rss_and_atom(shop: Shop) -> None:
    item = "<item><title>plain</title><g:title>Google's</g:title><description>only</description></item>"
    assert cells_of(shop, rss([item])) == [{"title": "Google's", "description": "only"}]
    entry = (
        '<entry><id>tag:1</id><g:id>7</g:id><link href="http://x/1"/><title>T</title><content type="xhtml">'
        '<div xmlns="http://www.w3.org/1999/xhtml">Soft <b>tee</b></div></content></entry>'
    )
    assert cells_of(shop, atom([entry])) == [
        {"id": "7", "link": "http://x/1", "title": "T", "description": "Soft tee"}
    ]  # fmt: skip


@pytest.mark.parametrize(
    "root",
    [
        "<rss>",
        '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">',
        "<rss xmlns:g='https://base.google.com/ns/1.0/' xmlns:c = 'http://base.google.com/cns/1.0'>",
        '<?xml-stylesheet href="a<item>.xsl"?><rss\n  xmlns:g="http://base.google.com/ns/1.0"\n>',
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">',
    ],
)
def test_feeds_declare_google_s_names_in_many_ways_or_forget_to(shop: Shop, root: str) -> None:
    tag = root[root.rindex("<") + 1 :].replace(">", " ").split()[0]
    body = f"{root}<channel><items/><item rdf='x'><g:id>1</g:id><!-- </item> --></item></channel></{tag}>"
    assert cells_of(shop, body.encode()) == [{"id": "1"}]


def test_a_prefix_of_any_name_stands_for_google(shop: Shop) -> None:
    feed = '<rss xmlns:shop="http://base.google.com/ns/1.0"><item><shop:id>1</shop:id><id>2</id></item></rss>'
    assert cells_of(shop, feed.encode()) == [{"id": "1"}]


def test_an_end_tag_within_cdata_or_a_comment_ends_nothing(shop: Shop) -> None:
    item = "<item><title><![CDATA[a </item> <item> & b]]></title><!-- </item> --><?p </item>?><g:id>1</g:id></item>"
    assert cells_of(shop, rss([item, "<item/>", "<item ><g:id>2</g:id></item >"])) == [
        {"title": "a </item> <item> & b", "id": "1"}, {}, {"id": "2"},
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
def test_the_declared_encoding_holds(shop: Shop, encoding: str) -> None:
    feed = f'<?xml version="1.0" encoding="{encoding}"?><rss><item><title>Größe</title></item></rss>'
    assert cells_of(shop, feed.encode(encoding)) == [{"title": "Größe"}]


@pytest.mark.parametrize("encoding", ["klingon", "hex", "zip", "undefined"])
def test_an_encoding_that_is_none_is_said(shop: Shop, encoding: str) -> None:
    with pytest.raises(UserError, match=rf"feed\.xml declares the encoding {encoding}: there is no such encoding"):
        rows_of(shop, f'<?xml version="1.0" encoding="{encoding}"?><rss><item/></rss>'.encode())


def test_h46_very_many_namespaces_cost_each_item_little(shop: Shop) -> None:
    declared = " ".join(f'xmlns:n{number}="http://x/{number}"' for number in range(50_000))
    items = "<item><title>x</title></item>" * 2000
    began = time.monotonic()
    assert len(rows_of(shop, f"<rss {declared}>{items}</rss>".encode())) == 2000
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("<item><title>a & b</title></item>", "bad_xml"),
        ("<item><title>&nbsp;</title></item>", "bad_xml"),
        ("<item><title>a</titel></item>", "bad_xml"),
        ("<item><q:title>a</q:title></item>", "bad_xml"),
        ("<item><title>\x00</title></item>", "bad_xml"),
        ("<item><title>caf\udce9</title></item>", "bad_encoding"),
        ("<item><!DOCTYPE a><title>x</title></item>", "bad_xml"),
    ],
)
def test_h47_a_damaged_item_costs_itself_alone_and_is_numbered(shop: Shop, broken: str, reason: str) -> None:
    good = "<item><g:id>{}</g:id></item>"
    rows = rows_of(shop, rss([good.format(1), broken, good.format(3)]))
    assert [(row.number, row.reason if isinstance(row, BadRow) else row.cells["id"]) for row in rows] == [
        (1, "1"), (2, reason), (3, "3"),
    ]  # fmt: skip


def test_a_feed_that_is_cut_off_says_so_in_its_last_row(shop: Shop) -> None:
    whole = rss(["<item><g:id>1</g:id></item>", "<item><g:id>2</g:id></item>"])
    assert cells_of(shop, whole[: whole.rindex(b"</g:id>")]) == [{"id": "1"}, "cut_off"]
    assert cells_of(shop, whole[: whole.rindex(b"</channel>")]) == [{"id": "1"}, {"id": "2"}, "cut_off"]


BILLION_LAUGHS = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><rss><item><title>&c;</title></item></rss>"""
EXTERNAL = """<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><item><title>&x;</title></item></rss>"""
REMOTE_DTD = """<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/evil.dtd"><rss><item><title>x</title></item></rss>"""
LATE = "<rss><item><title>x</title></item><!ENTITY x 'y'><item><title>&x;</title></item></rss>"


@pytest.mark.parametrize("bomb", [BILLION_LAUGHS, EXTERNAL, REMOTE_DTD, LATE])
def test_h46_document_types_and_entities_are_refused_before_anything_is_written(shop: Shop, bomb: str) -> None:
    file = shop.write("feed.xml", bomb)
    with pytest.raises(UnreadableInput, match=r"feed\.xml declares a document type or an entity.*take the line"):
        shop.take(file)
    assert not shop.workspace.table(PRODUCTS).exists


def test_h46_an_external_entity_without_a_declaration_is_a_bad_row(shop: Shop) -> None:
    assert cells_of(shop, rss(["<item><g:id>1</g:id></item>", "<item><title>&xxe;</title></item>"]))[1] == "bad_xml"


def test_h46_an_item_without_end_is_passed_over_in_bounded_memory(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merchant_xml, "_LONGEST_ITEM", 2**20)
    monkeypatch.setattr(merchant_xml, "_CHUNK", 2**16)
    endless = "<item><title><![CDATA[" + "<item><![CDATA[" * 2_000_000
    feed = rss(["<item><g:id>1</g:id></item>", endless, "]]></title></item>", "<item><g:id>2</g:id></item>"])
    file = shop.write("feed.xml.gz", gzip.compress(feed))
    settings = ImportSettings(files=(file,))
    (source,) = find_sources(settings)
    tracemalloc.start()
    began = time.monotonic()
    with open_rows(source, settings) as reading:
        reasons = [row.reason if isinstance(row, BadRow) else row.cells["id"] for row in reading.rows]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (reasons[0], reasons[1]) == ("1", "item_too_long")
    assert peak < 30 * 2**20
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    "inside", ["<a>" * 200_000, "<!--" * 200_000, "<![CDATA[" * 100_000, "<" * 300_000, "<a:" * 99_999]
)
def test_h46_markup_that_never_ends_takes_linear_time(shop: Shop, inside: str) -> None:
    began = time.monotonic()
    rows = rows_of(shop, rss(["<item><g:id>1</g:id></item>", f"<item>{inside}</item>"]))
    assert isinstance(rows[1], BadRow)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("<rss><channel><title>x</title></channel></rss>", "XML without an <item> or <entry>"),
        ("<yml_catalog><offers/></yml_catalog>", "of XML, RSS and Atom feeds are read"),
        ("<rss><item><title>&a;</title></item></rss>", "none of its items can be read; the first: bad_xml: undefined"),
    ],
)
def test_xml_that_is_no_feed_is_said_in_one_line(shop: Shop, content: str, says: str) -> None:
    with pytest.raises(UnreadableInput, match=says):
        shop.take(shop.write("feed.xml", content))


def test_a_feed_without_products_lists_the_formats(shop: Shop) -> None:
    news = rss(["<item><title>News</title><link>http://x/1</link><pubDate>today</pubDate></item>"])
    with pytest.raises(
        MissingColumn, match=r"no column 'id'; there are title, link, pubdate.*--format magento, shopify"
    ):
        shop.take(shop.write("feed.xml", news))


@given(
    items=st.lists(
        st.dictionaries(st.sampled_from("abc"), st.text("xy &<>]-é\n", max_size=9).map(str.strip), max_size=3),
        max_size=6,
    ),
    chunk=st.integers(1, 40),
)
def test_any_texts_come_back_whatever_the_size_of_the_chunks(items: list[dict[str, str]], chunk: int) -> None:
    import io
    from unittest.mock import patch
    from xml.sax.saxutils import escape

    body = [
        f"<item>{''.join(f'<g:{name}>{escape(text)}</g:{name}>' for name, text in one.items())}</item>" for one in items
    ]
    with patch.object(merchant_xml, "_CHUNK", chunk):
        feed = merchant_xml._Feed(io.TextIOWrapper(io.BytesIO(rss(body)), "utf-8", newline=""), "feed")
        rows = list(merchant_xml._rows(feed))
    assert [row.cells for row in rows if isinstance(row, Row)] == [
        {name: text for name, text in one.items() if text} for one in items
    ]
