"""One class for each sample, where several categories may be right."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wildwear.datasets.exports.classes import Classes, SetRule, find_classes
from wildwear.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()
label_sets = st.sets(
    st.frozensets(st.sampled_from(TAXONOMY.names), max_size=4).map(lambda names: (tuple(sorted(names)), "upper")),
    max_size=20,
)
rules = st.sampled_from(["join", "first", "skip"])


def classes(*sets: tuple[str, ...], rule: SetRule = "join") -> Classes:
    return find_classes([(labels, "upper") for labels in sets], rule, TAXONOMY)


def test_categories_come_in_the_order_of_the_taxonomy_and_sets_after_them() -> None:
    found = classes(("Jeans",), ("Blouse", "Top"), ("Anorak",), ("Tee",))
    assert found.names == ["Anorak", "Tee", "Jeans", "Blouse or Top"]
    assert [one.region for one in found.listed] == ["upper", "upper", "lower", "upper"]


def test_a_set_that_is_an_umbrella_goes_by_its_name() -> None:
    assert classes(tuple(sorted(TAXONOMY.umbrellas["Pants"]))).names == ["Pants"]
    assert classes(("Cardigan", "Sweater")).names == ["Cardigan or Sweater"]


def test_first_counts_a_set_as_a_category_that_may_be_there_already() -> None:
    found = classes(("Blouse", "Top"), ("Blouse",), rule="first")
    assert found.names == ["Blouse"]
    assert found.of_set == {("Blouse", "Top"): 0, ("Blouse",): 0}


def test_skip_has_no_class_for_a_set() -> None:
    assert classes(("Blouse", "Top"), ("Tee",), rule="skip").of_set == {("Tee",): 0}


def test_a_category_that_the_taxonomy_does_not_know_keeps_the_region_of_its_samples() -> None:
    (one,) = find_classes([(("Toga",), "full")], "join", TAXONOMY).listed
    assert (one.name, one.region) == ("Toga", "full")


@given(label_sets, rules)
def test_every_class_has_a_sample_and_a_name_of_its_own(sets: set[tuple[tuple[str, ...], str]], rule: SetRule) -> None:
    found = find_classes(sets, rule, TAXONOMY)
    assert set(found.of_set.values()) == set(range(len(found.listed)))
    assert len(set(found.names)) == len(found.names)
    for labels, number in found.of_set.items():
        assert set(found.listed[number].members) <= set(labels)
        assert rule != "join" or found.listed[number].members == labels


@given(label_sets, rules)
def test_classes_do_not_depend_on_the_order_of_samples(sets: set[tuple[tuple[str, ...], str]], rule: SetRule) -> None:
    assert find_classes(sorted(sets), rule, TAXONOMY) == find_classes(sorted(sets, reverse=True), rule, TAXONOMY)
