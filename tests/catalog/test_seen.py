from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wildwear.catalog.seen import SeenNames


@given(st.lists(st.lists(st.text("abc", max_size=3), max_size=20), max_size=12))
def test_it_answers_as_a_set_would(batches: list[list[str]]) -> None:
    seen, names = SeenNames(), set()
    for batch in batches:
        expected = []
        for name in batch:
            expected.append(name in names)
            names.add(name)
        assert seen.add(batch).tolist() == expected
        assert len(seen) == len(names)


def test_many_small_batches_leave_few_runs() -> None:
    seen = SeenNames()
    for batch in range(200):
        seen.add([f"{batch}-{index}" for index in range(10)])
    assert len(seen) == 2000
    assert len(seen._runs) < 15
    assert seen.add(["0-0", "199-9", "200-0"]).tolist() == [True, True, False]
