"""Groups are stars: whoever is in one agrees with its middle, and a chain of links makes none."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from wildwear.inspection.grouping import stars

Rows = NDArray[np.int64]


def grouped(count: int, links: dict[tuple[int, int], int], also: set[tuple[int, int]] | None = None) -> list[int]:
    """Groups by the strengths of links; `also` are pairs that agree and that nobody had looked at."""
    agreeing = set(links) | (also or set())

    def agree(left: Rows, right: Rows) -> NDArray[np.bool_]:
        pairs = zip(left.tolist(), right.tolist(), strict=True)
        return np.array([a == b or (min(a, b), max(a, b)) in agreeing for a, b in pairs])

    ends = np.array(list(links), np.int64).reshape(-1, 2)
    return stars(count, ends[:, 0], ends[:, 1], np.array(list(links.values()), np.int64), agree).tolist()


def test_linked_pictures_are_together_and_others_alone() -> None:
    assert grouped(5, {(0, 3): 9, (1, 4): 8}) == [0, 1, -1, 0, 1]


def test_a_chain_is_cut() -> None:
    assert grouped(6, {(0, 1): 9, (1, 2): 9, (2, 3): 5, (3, 4): 9, (4, 5): 9}) == [1, 1, 1, 4, 4, 4]


def test_the_strongest_is_the_middle() -> None:
    assert grouped(4, {(0, 3): 7, (1, 3): 7, (2, 3): 7}) == [3, 3, 3, 3]


def test_groups_whose_members_agree_with_one_middle_are_one_though_nobody_had_compared_them() -> None:
    chain = {(0, 1): 9, (1, 2): 8, (2, 3): 7, (3, 4): 6}
    assert grouped(5, chain) == [1, 1, 1, 3, 3]
    assert grouped(5, chain, also={(1, 3), (1, 4)}) == [1, 1, 1, 1, 1]


def test_nothing_linked_is_nobody_together() -> None:
    assert grouped(3, {}) == [-1, -1, -1]


graphs = st.dictionaries(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] < pair[1]),
    st.integers(1, 5),
    max_size=25,
)


@given(graphs, st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda pair: (min(pair), max(pair)))))
def test_everybody_agrees_with_the_middle_of_their_group(
    links: dict[tuple[int, int], int], also: set[tuple[int, int]]
) -> None:
    middle = grouped(10, links, also)
    for row, of in enumerate(middle):
        assert of == row or of < 0 or (min(row, of), max(row, of)) in set(links) | also
        assert of < 0 or middle[of] == of


@given(graphs)
def test_whoever_has_a_link_has_a_group_or_lost_all_its_partners_to_others(links: dict[tuple[int, int], int]) -> None:
    middle = grouped(10, links)
    assert {row for row, of in enumerate(middle) if of >= 0} == {row for pair in links for row in pair}


@given(graphs)
def test_the_order_of_links_does_not_matter(links: dict[tuple[int, int], int]) -> None:
    assert grouped(10, links) == grouped(10, dict(reversed(links.items())))
