"""A sampled audit: drawn without replacement, judged, and an interval that holds what it promises."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.review.serving import Served, fill, serving

from wildwear.review.audit import draw, wilson
from wildwear.workspace import Workspace


@pytest.fixture
def served(workspace: Workspace) -> Iterator[Served]:
    fill(workspace, ["Jeans"] * 30 + ["Dress"] * 5)
    with serving(workspace) as server:
        yield server


@given(st.lists(st.integers(0, 10_000), unique=True), st.integers(1, 300), st.integers(0, 2**63 - 1))
def test_a_sample_is_drawn_without_replacement_and_by_its_seed(items: list[int], size: int, seed: int) -> None:
    drawn = draw(np.array(items, np.int64), size, seed).tolist()
    assert len(drawn) == min(size, len(items)) == len(set(drawn))
    assert set(drawn) <= set(items)
    assert drawn == draw(np.array(items[::-1], np.int64), size, seed).tolist()


@given(st.integers(0, 500), st.integers(0, 500))
def test_wilsons_interval_holds_the_share_and_stays_within_bounds(right: int, wrong: int) -> None:
    low, high = wilson(right, right + wrong)
    assert 0 <= low <= high <= 1
    if right + wrong:
        assert low - 1e-9 <= right / (right + wrong) <= high + 1e-9


def test_wilsons_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    for share in (0.5, 0.9, 0.97):
        covered = [low <= share <= high for low, high in (wilson(int(n), 200) for n in rng.binomial(200, share, 2000))]
        assert 0.92 < np.mean(covered) < 0.975


def test_an_audit_is_judged_and_gives_the_precision(served: Served) -> None:
    audit = served.post("/api/audit", category="Jeans", size=20, seed=3)
    items = audit["items"]
    assert (audit["category"], len(items), len(set(items))) == ("Jeans", 20, 20)
    assert set(items) <= set(range(30))
    name = audit["audit"]
    assert served.get(f"/api/audit/{name}") == {
        "category": "Jeans",
        "items": items,
        "verdicts": [None] * 20,
        "size": 20,
        "judged": 0,
        "right": 0,
        "precision": None,
        "low": 0.0,
        "high": 1.0,
    }
    served.decide(*((item, "keep") for item in items[:8]), (items[8], "reject"), audit=name)
    served.decide((items[9], "relabel", "Chinos"), audit=name)
    served.decide((items[10], "reject"))
    result = served.get(f"/api/audit/{name}")
    assert (result["judged"], result["right"], result["precision"]) == (10, 8, 0.8)
    assert result["verdicts"] == ["keep"] * 8 + ["reject", "relabel"] + [None] * 10
    assert result["low"] == pytest.approx(0.4902, abs=1e-4)
    assert result["high"] == pytest.approx(0.9433, abs=1e-4)


def test_a_category_shows_what_its_last_audit_found(served: Served) -> None:
    for verdicts in (["reject"] * 4, ["keep"] * 3 + ["reject"], []):
        audit = served.post("/api/audit", category="Jeans", size=4)
        served.decide(*zip(audit["items"], verdicts, strict=False), audit=audit["audit"])
    audits = {one["name"]: one["audit"] for one in served.get("/api/collection")["categories"]}
    assert (audits["Jeans"]["judged"], audits["Jeans"]["precision"]) == (4, 0.75)
    assert audits["Dress"] is None


def test_undo_within_an_audit_counts(served: Served) -> None:
    audit = served.post("/api/audit", category="Jeans", size=5)
    name, (first, *_) = audit["audit"], audit["items"]
    served.decide((first, "reject"), audit=name)
    served.decide((first, "keep"), audit=name)
    assert served.get(f"/api/audit/{name}")["right"] == 1
    served.decide((first, "clear"), audit=name)
    assert served.get(f"/api/audit/{name}")["judged"] == 0


def test_a_sample_is_of_what_stands_now(served: Served) -> None:
    served.decide(*((item, "reject") for item in range(25)), (30, "relabel", "Jeans"), (26, "relabel", "Chinos"))
    items = served.post("/api/audit", category="Jeans", size=200)["items"]
    assert sorted(items) == [25, 27, 28, 29, 30]
    assert served.post("/api/audit", category="Chinos", size=200)["items"] == [26]


def test_an_audit_goes_on_after_a_restart(workspace: Workspace) -> None:
    fill(workspace, ["Jeans"] * 10)
    with serving(workspace) as served:
        audit = served.post("/api/audit", category="Jeans", size=4)
        served.decide((audit["items"][0], "keep"), audit=audit["audit"])
    with serving(workspace) as served:
        served.decide((audit["items"][1], "reject"), audit=audit["audit"])
        result = served.get(f"/api/audit/{audit['audit']}")
    assert (result["size"], result["judged"], result["right"]) == (4, 2, 1)


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b'{"category": "Jens"}', 404, "unknown_category"),
        (b'{"category": "Jeans", "size": 0}', 422, "malformed"),
        (b'{"category": "Jeans", "size": 1000000}', 422, "malformed"),
        (b'{"category": "Jeans", "seed": -1}', 422, "malformed"),
        (b'{"size": 5}', 422, "malformed"),
    ],
)
def test_an_audit_that_cannot_be_drawn_is_refused(served: Served, body: bytes, status: int, kind: str) -> None:
    answer = served.ask("POST", "/api/audit", body)
    assert (answer.status, answer.json["error"]["type"]) == (status, kind)


def test_h49_an_audit_has_an_opaque_name_and_no_path(served: Served) -> None:
    for name in ("..%2f..%2fwildwear", "%2e%2e", "a" * 16, "wildwear.toml"):
        answer = served.ask("GET", f"/api/audit/{name}")
        assert answer.status == 404, name
