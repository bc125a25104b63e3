"""`reproduce`, from a file to tables, figures and a report."""

from __future__ import annotations

import csv
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.conftest import skip
from tests.reproduction.small import EXPERIMENT, make_shop, write_experiment
from tests.training.coloured import samples, write_dataset

from wildwear.cli import main
from wildwear.errors import StorageError, UserError
from wildwear.evaluation.comparisons import Resampling, accuracies, compare
from wildwear.evaluation.places import read_places
from wildwear.models.registry import load_model
from wildwear.records import Report
from wildwear.reproduction.settings import ReproduceSettings
from wildwear.reproduction.stage import reproduce
from wildwear.workspace import Workspace


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    return make_shop(workspace)


def run(shop: Workspace, folder: Path, text: str = EXPERIMENT, **settings: object) -> Report:
    given = ReproduceSettings(**{"rounds": 200} | settings)  # type: ignore[arg-type]
    return reproduce(shop, write_experiment(folder, text), given)


def table(report: Report, number: int = 0) -> dict[str, Any]:
    tables: Any = report.details["tables"]
    return dict(tables[number])


def models(shop: Workspace) -> dict[str, bytes]:
    return {path.name: (path / "model.onnx").read_bytes() for path in shop.models.iterdir()}


def test_runs_are_trained_and_measured_and_set_side_by_side(shop: Workspace, tmp_path: Path) -> None:
    report = run(shop, tmp_path)
    assert report.done == {"runs trained": 13, "measurements": 13}
    assert report.skipped == {"done before": 0, "needs movies": 3}
    assert "dataset movies is not there: ask for it" in report.notes
    others, street, catalogue, then = table(report)["rows"]
    assert others["ours"] == {}
    assert (street["seeds"], catalogue["seeds"], then["against"]) == (3, 1, "street")
    assert street["ours"]["top3"]["low"] <= street["ours"]["top3"]["value"] <= street["ours"]["top3"]["high"]
    assert 0 < then["gains"]["top3"]["p"] <= 1
    assert table(report, 1)["rows"][0]["state"] == "needs movies"


def test_a_figure_is_that_of_evaluations_own_functions(shop: Workspace, tmp_path: Path) -> None:
    report = run(shop, tmp_path)
    kept = [read_places(path)[0] for path in (shop.root / "reproductions" / "small" / "measured").iterdir()]
    by_arm = {
        arm: sorted((one for one in kept if one.run.startswith(f"small.{arm}")), key=lambda one: one.run)
        for arm in ("target.10", "then.10")
    }
    how = Resampling(rounds=200)
    rows = table(report)["rows"]
    assert rows[1]["ours"]["top5"]["value"] == pytest.approx(accuracies(by_arm["target.10"], how)["top5"].value)
    gains = compare(by_arm["then.10"], by_arm["target.10"], how).gains
    assert rows[3]["gains"]["top5"]["value"] == pytest.approx(gains["top5"].value)
    assert rows[3]["gains"]["top5"]["p"] == pytest.approx(gains["top5"].p)


def test_what_is_done_is_not_done_again_and_the_report_is_the_same(shop: Workspace, tmp_path: Path) -> None:
    run(shop, tmp_path)
    folder = shop.root / "reports" / "small"
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    report = run(shop, tmp_path)
    assert report.done == {"runs trained": 0, "measurements": 0}
    assert report.skipped["done before"] == 13
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first


def test_a_few_runs_first_and_the_others_later_are_the_same_as_all_at_once(shop: Workspace, tmp_path: Path) -> None:
    report = run(shop, tmp_path, only=("then@10.s1",))
    assert report.done == {"runs trained": 2, "measurements": 2}
    assert table(report)["rows"][3]["state"] == "2 of 3 runs to do"
    run(shop, tmp_path)
    some = models(shop)
    again = make_shop(Workspace.create(tmp_path / "other"))
    run(again, tmp_path)
    assert models(again) == some


def test_seeds_are_other_subsets_and_a_smaller_one_lies_in_the_larger(shop: Workspace, tmp_path: Path) -> None:
    run(shop, tmp_path)
    cards = [load_model(name, shop).metadata for name in models(shop) if name.startswith("small.target.10")]
    assert sorted(card.settings["seed"] for card in cards) == [0, 1, 2]
    assert {card.settings["on"][0] for card in cards} == {"street@10"}
    assert len({model for name, model in models(shop).items() if name.startswith("small.target.10")}) == 3


def test_a_run_that_starts_from_another_says_so_in_its_card(shop: Workspace, tmp_path: Path) -> None:
    run(shop, tmp_path, only=("then@10.s0",))
    (name,) = [name for name in models(shop) if name.startswith("small.then")]
    card = load_model(name, shop).metadata
    assert card.init.startswith("small.shop.s0.")
    assert [one.dataset for one in card.data] == ["street", "shop"]


def test_measurements_are_taken_anew_where_the_measured_side_changed(shop: Workspace, tmp_path: Path) -> None:
    text = EXPERIMENT.replace('on = "street:val"', 'on = "wild:val"').replace(
        "[datasets.shop]", "[datasets.wild]\n[datasets.shop]"
    )
    write_dataset(shop, "wild", samples({"val": 20}, start=2000))
    assert run(shop, tmp_path, text, only=("shop",)).done == {"runs trained": 1, "measurements": 1}
    write_dataset(shop, "wild", samples({"val": 21}, start=2000))
    assert run(shop, tmp_path, text, only=("shop",)).done == {"runs trained": 0, "measurements": 1}


def test_a_run_that_fails_is_counted_and_those_that_do_not_stand_on_it_go_on(shop: Workspace, tmp_path: Path) -> None:
    rows = samples({"train": 6}, start=3000)
    for row in rows:
        row |= {"bytes": b"no picture", "image_id": f"broken{row['sample_id']}"}
    write_dataset(shop, "shop", rows)
    report = run(shop, tmp_path, only=("shop", "then@10.s0", "target@10.s0"))
    assert report.failed == {"runs": 2}
    assert report.exit_status == 3
    assert report.done["runs trained"] == 1
    assert any(note.startswith("then@10.s0: starts from shop.s0, which failed") for note in report.notes)
    assert "<b>shop.s0 failed:</b>" in Path(str(report.details["report"])).read_text()


def test_a_dry_run_says_what_is_left_and_does_nothing(shop: Workspace, tmp_path: Path) -> None:
    before = sorted(path.name for path in shop.root.iterdir())
    report = run(shop, tmp_path, dry_run=True)
    assert report.done == {"runs to do": 13}
    assert report.details["seconds_left"] is None
    assert sorted(path.name for path in shop.root.iterdir()) == before
    run(shop, tmp_path, only=("target@10.s0",))
    later = run(shop, tmp_path, dry_run=True)
    assert later.done["runs to do"] == 12
    assert later.details["seconds_left"] > 0  # type: ignore[operator]


def test_tables_are_written_for_people_and_for_scripts(shop: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(shop, tmp_path, out=out)
    with (out / "table-1.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["figure"] for row in rows] == ["top3", "top5"] * 4
    assert (rows[0]["ours"], rows[0]["published"], rows[2]["published"]) == ("", "55.5", "60.0")
    assert 0 <= float(rows[2]["low"]) <= float(rows[2]["ours"]) <= float(rows[2]["high"]) <= 100
    markdown = (out / "table-1.md").read_text()
    assert "| others | – | 55.5 |" in markdown
    assert "- shop, then street is compared with street" in markdown
    values = json.loads((out / "report.json").read_text())
    assert values["absent"] == {"movies": "ask for it"}
    assert len(values["runs"]) == 16
    sizes = [[point["size"] for point in curve["points"]] for curve in values["figures"][0]["curves"]]
    assert sizes == [[10, 40], [10, 40], [0]]
    assert {one["name"] for one in values["figures"][1]["changes"]["categories"]} == {
        "Jacket",
        "Tee",
        "Jeans",
        "Skirt",
        "Dress",
    }


@pytest.mark.timeout(900)
def test_a_network_is_trained_at_the_budget_and_left_as_it_is_afterwards(shop: Workspace, tmp_path: Path) -> None:
    if not find_spec("torch"):
        skip("torch is not installed: pip install 'wildwear[train]'")
    (tmp_path / "mine.toml").write_text(
        'version = 1\n[network]\nbackbone = "test_efficientnet"\n[preprocessing]\nsize = 32\n'
        "[views]\nsize = 32\nfirst_size = 0\n[sampling]\nbatch_size = 20\n[schedule]\nepochs = 1\n"
    )
    text = EXPERIMENT.replace('recipe = "probe"', 'recipe = "mine.toml"\nsamples_seen = 120')
    text = text.replace('init = "tiny"', 'init = "scratch"')
    assert run(shop, tmp_path, text, only=("shop",)).done == {"runs trained": 1, "measurements": 1}
    (name,) = [name for name in models(shop) if name.startswith("small.shop")]
    card = load_model(name, shop).metadata
    assert (card.classes, card.data[0].dataset) == (("Jacket", "Tee", "Jeans", "Skirt", "Dress"), "shop")
    values = json.loads((shop.root / "reports" / "small" / "report.json").read_text())
    work = {one["id"]: one["work"] for one in values["runs"]}
    assert (work["shop.s0"]["epochs"], work["shop.s0"]["steps"], work["shop.s0"]["seen"]) == (2, 6, 120)
    assert (work["then@10.s0"]["epochs"], work["then@10.s0"]["before"]) == (12, 120)
    assert run(shop, tmp_path, text, only=("shop",)).done == {"runs trained": 0, "measurements": 0}


def test_h65_a_report_that_cannot_be_written_is_an_error_with_its_place(shop: Workspace, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StorageError, match="cannot write the report"):
        run(shop, tmp_path, only=("shop",), out=tmp_path / "file" / "x")


def test_h65_a_disk_that_cannot_be_written_to_ends_it(shop: Workspace, tmp_path: Path) -> None:
    (shop.root / "reproductions").write_text("no folder")
    with pytest.raises(StorageError, match="cannot write"):
        run(shop, tmp_path, only=("shop",))


@pytest.mark.parametrize("settings", [{"rounds": 3}, {"seeds": 0}])
def test_settings_out_of_range_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(UserError, match="--"):
        ReproduceSettings(**settings)


def test_the_verb_prints_tables_and_a_machine_gets_one_object(
    shop: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_experiment(tmp_path)
    words = ["-w", str(shop.root), "reproduce", str(path), "--only", "target@10", "--rounds", "100", "--seeds", "1"]
    with pytest.raises(SystemExit) as stopped:
        main([*words, "--dry-run"])
    assert stopped.value.code == 0
    assert "target@10" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(words)
    out = capsys.readouterr().out
    assert "Table 1" in out
    assert "published" in out
    with pytest.raises(SystemExit):
        main(["--json", *words])
    report = json.loads(capsys.readouterr().out)
    assert report["details"]["tables"][0]["rows"][1]["seeds"] == 1
    assert np.isfinite(report["details"]["tables"][0]["rows"][1]["ours"]["top3"]["value"])
