"""Who wins where several categories claim a product, and what the claims say of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.queries.shop import batch, label_titles

from wildwear.errors import UnknownName
from wildwear.queries.evaluate import Matcher
from wildwear.queries.resolve import POLICIES, Resolver
from wildwear.queries.syntax import Text
from wildwear.taxonomy import load_taxonomy

NAMES = ["Jacket", "Jeans", "Tee", "Button-Down", "Dress", "Leggings", "Pants"]
WORDS = ["jacket", "denim", "tee", "shirt", "dress", "leggings", "pants"]
UMBRELLAS = {"Pants": frozenset({"Jeans", "Leggings"})}


def claims(title: str, description: str = "", policy: str = "head-noun") -> list[dict[str, object]]:
    matcher = Matcher([Text(word) for word in WORDS])
    rows = batch(title, descriptions=[description])
    found = Resolver(NAMES, UMBRELLAS, policy).resolve(matcher, matcher.words(matcher.match(rows)))
    result: list[dict[str, object]] = found.by_row(1, NAMES).to_pylist()[0]
    return result


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("Denim Jacket", "Jacket"),
        ("Jean Jacket", "Jacket"),
        ("Denim Jacket with Hood", "Jacket"),
        ("Jacket with Fleece Vest Lining", "Jacket"),
        ("Jacket for Men", "Jacket"),
        ("Shirt Dress", "Shirtdress"),
        ("T-Shirt Dress", "Dress"),
        ("Sweater Dress", "Dress"),
        ("Dress Shirt", "Button-Down"),
        ("Dress Pants", "Chinos"),
        ("T-Shirt", "Tee"),
        ("Polo Shirt", "Polo"),
        ("Tank Top", "Tank"),
        ("Hoodie-XS-Black", "Hoodie"),
        ("Tee (Crew-Neck)", "Tee"),
        ("Tee (Shirt Fit) - Jacket Blue", "Tee"),
        ("Black & White Dress", "Dress"),
        ("Pack of 3 Tees", "Tee"),
        ("Women's - Leggings", "Leggings"),
        ("Hooded Sweatshirt", "Hoodie"),
        ("Cardigan Sweater", "Cardigan"),
        ("Bomber Jacket", "Bomber"),
        ("Denim Shorts", "Cutoffs"),
        ("Sweat Shorts", "Sweatshorts"),
        ("Swim Trunks", "Trunks"),
        ("Running Short", "Shorts"),
        ("Short-Sleeve Tee", "Tee"),
        ("Yoga Pant", "Pants"),
        ("Skinny Jeans Pants", "Jeans"),
        ("Jogger Pants", "Joggers"),
        ("Sports Bra", "Bra"),
        ("Pullover Hoodie", "Hoodie"),
        ("Merino Pullover", "Sweater"),
        ("High-Top Sneakers", "Shoes"),
        ("Suit Jacket", "Blazer"),
        ("Swim Suit", None),
        ("HOODIE", "Hoodie"),
        ("Ｈｏｏｄｉｅ", "Hoodie"),
        ("Phone Case Denim Jeans Look", None),
        ("Sewing Pattern: Summer Dress", None),
        ("Coat Hanger", None),
        ("Dog Sweater", None),
        ("Doll Dress", None),
        ("Dress Poster", None),
        ("Baby Doll Dress", "Dress"),
        ("Leggings with Phone Pocket", "Leggings"),
        ("Cat Print T-Shirt", "Tee"),
        ("Dog Mom Sweatshirt", "Sweatshirt"),
        ("Rain Jacket for Dogs", None),
        ("Leather Belt for Jeans", None),
        ("Shell Necklace", None),
        ("Top Grain Leather Wallet", None),
        ("Jogging Suit", None),
        ("Crop Top and Leggings Set", "Top"),
        ("Hooded Coat", "Coat"),
        ("", None),
        ("—", None),
    ],
)
def test_the_head_noun_of_a_title_names_the_garment(title: str, category: str | None) -> None:
    assert label_titles(title) == [category]


def test_every_name_and_synonym_of_a_category_is_claimed_by_it() -> None:
    taxonomy = load_taxonomy()
    names = {word: name for name, category in taxonomy.categories.items() for word in (name, *category.synonyms)}
    names |= {umbrella: umbrella for umbrella in taxonomy.umbrellas}
    assert dict(zip(names, label_titles(*names), strict=True)) == names


def test_what_is_said_of_anything_claims_nothing() -> None:
    assert label_titles("Silk Scarf", descriptions=["Dress it up, top it off: it suits you. Cotton jersey."]) == [None]


def test_the_title_comes_before_the_description() -> None:
    assert label_titles("Layla Tee", descriptions=["Wear it under a jacket, with jeans"]) == ["Tee"]


def test_the_description_speaks_where_the_title_says_nothing() -> None:
    assert label_titles("Autumn Breeze", descriptions=["A roll-neck sweatshirt"]) == ["Sweatshirt"]


def test_a_category_wins_over_the_umbrella_that_contains_it() -> None:
    won, lost = claims("Yoga Pant", "black leggings")
    assert (won["category"], won["wins"]) == ("Leggings", True)
    assert won["resolution"] == "narrower 'leggings' at description:6 beats 'pant' at title:5 (Pants)"
    assert (lost["category"], lost["wins"]) == ("Pants", False)


def test_an_umbrella_wins_over_a_category_that_it_does_not_contain() -> None:
    assert [claim["category"] for claim in claims("Yoga Pant", "goes with any tee")] == ["Pants", "Tee"]


def test_each_claim_says_why() -> None:
    won, lost = claims("Denim Jacket", "A jacket.")
    assert won["resolution"] == "head noun 'jacket' at title:6 beats 'denim' at title:0 (Jeans)"
    assert lost["resolution"] == "loses to Jacket: head noun 'jacket' at title:6 beats 'denim' at title:0"
    assert won["words"] == [
        {"word": "jacket", "field": "title", "offset": 6},
        {"word": "jacket", "field": "description", "offset": 2},
    ]
    assert claims("Tee")[0]["resolution"] == "the only claim: 'tee' at title:0"


def test_policies_differ() -> None:
    title, description = "Leggings Shirt", "jacket, a jacket and a jacket"
    won = {policy: claims(title, description, policy)[0]["category"] for policy in POLICIES}
    assert won == {"head-noun": "Button-Down", "title-first": "Leggings", "most-matches": "Jacket"}


def test_an_unknown_policy_lists_those_there_are() -> None:
    with pytest.raises(UnknownName, match="did you mean head-noun"):
        Resolver(NAMES, UMBRELLAS, "headnoun")


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([*WORDS, "with", "-", "(", ", ", "blue"]), max_size=7).map(" ".join),
    st.lists(st.sampled_from([*WORDS, "and"]), max_size=5).map(" ".join),
    st.sampled_from(sorted(POLICIES)),
)
def test_one_claim_wins_and_every_claim_has_words(title: str, description: str, policy: str) -> None:
    found = claims(title, description, policy)
    assert [claim["wins"] for claim in found] == [True, *[False] * (len(found) - 1)][: len(found)]
    assert len({claim["category"] for claim in found}) == len(found)
    for claim in found:
        assert claim["words"]
        assert claim["resolution"]
    if found and found[0]["category"] == "Pants":
        assert not {"Jeans", "Leggings"} & {claim["category"] for claim in found}


@settings(deadline=None)
@given(st.text(max_size=60))
def test_h47_any_title_gets_one_answer(title: str) -> None:
    assert len(label_titles(title.encode("utf-8", "replace").decode())) == 1
