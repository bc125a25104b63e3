from __future__ import annotations

import html
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wildwear.catalog.text import holds_controls, html_to_text, is_undecoded, plain_text

_WORDS = st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="\ufffd"), min_size=1).filter(
    lambda word: plain_text(html.escape(word)) == word and "&" not in word
)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Warm.</p>\n<p>&bull; Two-tone.<br />&bull; Hooded.</p>", "Warm. • Two-tone. • Hooded."),
        ("<ul><li>Zip</li><li>Pockets</li></ul>", "Zip Pockets"),
        ("a<br>b<BR/>c", "a b c"),
        ("wa<b>ter</b>-<i class='x'>proof</i>", "water-proof"),
        ("Caf&eacute; &amp; Co &#233;&#xe9; &nbsp; &copy", "Café & Co éé ©"),
        ("<script>alert('<p>')</script>Tee<style>p{}</style>", "Tee"),
        ("Tee<!-- <b>not</b> seen -->shirt", "Teeshirt"),
        ("<a href=\"x>y\" title='>'>link</a>", "link"),
        ("size < 10 and > 5, 3<4", "size < 10 and > 5, 3<4"),
        ("I <3 denim", "I <3 denim"),
        ('<!DOCTYPE html><?xml version="1.0"?><![CDATA[x]]>Tee', "Tee"),
        ("Waist <M and more", "Waist <M and more"),
        ("<script>never closed", ""),
        ('<p title="5" wide">cup</p> <p title=\'x\'>b</p>', "cup b"),
        ("cafe\u0301", "café"),
        ("jack\u00adet \ufeffdenim\u200b", "jacket denim"),
        ("  a \t\r\n\v b\u00a0c\u2003d ", "a b c d"),
    ],
)
def test_markup_becomes_what_a_reader_would_see(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@given(st.text())
def test_any_text_becomes_single_spaced_text_without_controls(text: str) -> None:
    plain = plain_text(text)
    assert plain == " ".join(plain.split())
    assert not holds_controls(plain)


@given(st.text("<>&;!-/?[]ap'\"= x#19scrit", max_size=300))
def test_any_broken_markup_is_read_without_an_exception(markup: str) -> None:
    assert isinstance(html_to_text(markup), str)


@given(st.text())
def test_escaped_text_comes_back(text: str) -> None:
    assert html_to_text(html.escape(text)) == text


@given(st.lists(_WORDS, min_size=1, max_size=5), st.sampled_from(["p", "li", "div", "td", "h2"]))
def test_blocks_part_words(words: list[str], tag: str) -> None:
    markup = "".join(f"<{tag}>{html.escape(word)}</{tag}>" for word in words)
    assert plain_text(markup) == " ".join(words)


@pytest.mark.parametrize(
    "unit",
    [
        "<a ",
        "<",
        "<!--",
        "<![",
        "</",
        "<a b='",
        '<a b="',
        "&",
        "&#",
        "<a>",
        "<script>",
        "</script ",
        "<!",
        "<a =",
        '="',
    ],
)
def test_a_megabyte_of_hostile_markup_takes_less_than_a_second(unit: str) -> None:
    begun = time.process_time()
    html_to_text("<p " + unit * (1_000_000 // len(unit)))
    html_to_text(unit * (1_000_000 // len(unit)))
    assert time.process_time() - begun < 2


def test_nesting_of_any_depth_is_read() -> None:
    assert plain_text("<div>" * 200_000 + "Tee" + "</div>" * 200_000) == "Tee"


def test_a_character_reference_of_absurd_length_is_no_exception() -> None:
    assert plain_text(f"&#{'9' * 5000};") == "\ufffd"
    assert plain_text("&#x" + "f" * 5000 + ";") == "\ufffd"


def test_h47_controls_hidden_in_character_references_go_too() -> None:
    assert plain_text("a&#x202e;b&#8238;c&#x0;") == "abc\ufffd"


def test_h47_control_characters_and_undecoded_bytes_are_told_apart() -> None:
    assert holds_controls("a\x00b") and holds_controls("a\u202eb") and not holds_controls("a\tb\n")
    assert is_undecoded(b"\xff".decode("utf-8", "surrogateescape")) and not is_undecoded("ü")
