"""Which categories a model tells apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wildwear.errors import UnknownName, UserError
from wildwear.taxonomy import load_taxonomy
from wildwear.training.classes import choose_classes

TAXONOMY = load_taxonomy()
SETS = st.frozensets(st.sampled_from(TAXONOMY.names[:8]), min_size=1, max_size=4)


def choose(*labels: set[str], wanted: str = "auto") -> tuple[str, ...]:
    return choose_classes(wanted, map(frozenset, labels), TAXONOMY)


def test_a_category_that_never_stands_alone_is_no_class() -> None:
    assert choose({"Jeans"}, {"Jeans", "Chinos"}, {"Tee"}) == ("Tee", "Jeans")


def test_a_label_without_any_class_gets_one_member_as_its_stand_in() -> None:
    trousers = {"Chinos", "Capris", "Culottes", "Gauchos", "Joggers", "Sweatpants"}
    assert choose({"Jeans"}, trousers) == ("Chinos", "Jeans")


def test_the_stand_in_is_the_member_that_most_labels_hold() -> None:
    assert choose({"Tee"}, {"Cape", "Poncho"}, {"Poncho", "Kimono"}) == ("Poncho", "Tee")


@settings(deadline=None)
@given(st.lists(SETS, min_size=1, max_size=20))
def test_every_label_has_a_class_and_the_order_is_the_taxonomys(labels: list[frozenset[str]]) -> None:
    always = [*labels, frozenset({"Jeans"}), frozenset({"Dress"})]
    classes = choose_classes("auto", always, TAXONOMY)
    assert all(names & set(classes) for names in always)
    assert list(classes) == sorted(classes, key=TAXONOMY.names.index)
    assert classes == choose_classes("auto", reversed(always), TAXONOMY)


def test_a_selection_or_a_list_is_taken_as_it_is() -> None:
    assert choose({"Tee"}, wanted="deepfashion-43") == tuple(
        name for name in TAXONOMY.names if name in TAXONOMY.selection("deepfashion-43")
    )
    assert choose({"Tee"}, wanted="jeans, Tee") == ("Tee", "Jeans")


def test_what_is_not_in_the_taxonomy_is_said_with_near_names() -> None:
    with pytest.raises(UnknownName, match="did you mean Jeans"):
        choose({"Tee"}, wanted="Jean,Tee")


def test_one_class_is_not_enough() -> None:
    with pytest.raises(UserError, match="at least two classes apart, and there is Tee"):
        choose({"Tee"})
