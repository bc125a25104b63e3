"""`evaluate`: models side by side, in a table, a JSON file and one page."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from tests.models.tiny_model import write_tiny_model
from tests.page_loads import Loads
from tests.pages.browsing import chromium
from tests.training.coloured import COLOURS, sample, samples, write_dataset

from wildwear.cli import main
from wildwear.errors import StorageError, UnknownName, UserError
from wildwear.evaluation.comparisons import Resampling, compare
from wildwear.evaluation.judging import Evaluator, Question
from wildwear.evaluation.places import read_places
from wildwear.evaluation.settings import EvaluateSettings
from wildwear.evaluation.stage import evaluate
from wildwear.images.decode import store
from wildwear.records import Report
from wildwear.taxonomy import load_taxonomy
from wildwear.training.probe import train_probe
from wildwear.training.settings import ProbeSettings, TrainSettings
from wildwear.workspace import Workspace


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A trained probe `good`, an untrained `tiny`, and a dataset of five colours."""
    workspace = Workspace.create(tmp_path_factory.mktemp("evaluate") / "shop")
    write_tiny_model(workspace.models / "tiny")
    write_dataset(workspace, "drawn", samples({"train": 60, "val": 40}))
    settings = TrainSettings(on=("drawn",), init="tiny", probe=ProbeSettings(l2=0.01))
    train_probe(workspace, "good", settings)
    return workspace


def measure(shop: Workspace, *models: str, on: str = "drawn:val", **settings: Any) -> Report:
    return evaluate(shop, models, EvaluateSettings(on=on, rounds=200, **settings))


def value(report: Report, figure: str, ranking: str = "all", model: int = 0) -> float:
    scores: Any = report.details["scores"]
    return float(scores[model]["rankings"][ranking][figure]["value"])


def page(report: Report) -> str:
    return Path(str(report.details["report"])).read_text(encoding="utf-8")


def test_a_model_that_knows_is_told_from_one_that_does_not(shop: Workspace) -> None:
    report = measure(shop, "good", "tiny", compare_to=None)
    assert value(report, "top1", model=0) > 0.9 > 0.5 > value(report, "top1", model=1)
    assert report.done == {"samples": 40}
    assert report.exit_status == 0


def test_a_comparison_says_whether_the_difference_is_more_than_chance(shop: Workspace) -> None:
    comparisons: Any = measure(shop, "good", compare_to="tiny").details["comparisons"]
    (found,) = comparisons
    assert (found["ours"], found["theirs"]) == ("good", "tiny")
    assert found["gains"]["top1"]["low"] > 0 and found["gains"]["top1"]["p"] < 0.05
    assert found["mcnemar"]["top1"]["p"] < 0.05
    assert found["gains"]["top1"]["value"] == pytest.approx(
        value(measure(shop, "good"), "top1") - value(measure(shop, "tiny"), "top1")
    )


def test_only_the_datasets_classes_or_the_right_regions_make_it_easier(shop: Workspace) -> None:
    write_dataset(shop, "lower", samples({"val": 20}, ["Jeans", "Skirt"], start=300))
    report = measure(shop, "tiny", on="lower")
    assert value(report, "top1") <= value(report, "top1", "dataset")
    assert value(report, "top1", "dataset") == value(report, "top1", "within-region")
    assert value(report, "top3", "within-region") == 1.0


def test_a_prediction_in_the_set_is_right_and_sets_are_reported_by_their_name(shop: Workspace) -> None:
    rows = samples({"val": 20}, ["Jeans", "Skirt"], start=300)
    for row in rows:
        row["labels"] = sorted(load_taxonomy().expand("Pants") | {"Skirt"}) if row["labels"] == ["Skirt"] else ["Jeans"]
    rows[0]["labels"] = sorted(load_taxonomy().expand("Pants"))
    write_dataset(shop, "sets", rows)
    report = measure(shop, "good", on="sets:val")
    assert value(report, "top1") == 1.0
    scores: Any = report.details["scores"]
    assert {part["name"] for part in scores[0]["categories"]} >= {"Jeans", "Pants"}


def test_a_label_that_the_model_does_not_know_counts_as_wrong_and_is_named(shop: Workspace) -> None:
    write_dataset(shop, "strange", samples({"val": 20}, ["Jeans", "Cape"], start=300))
    report = measure(shop, "good", on="strange:val")
    scores: Any = report.details["scores"]
    assert (scores[0]["samples"], scores[0]["expressible"]) == (20, 10)
    assert value(report, "top5") <= 0.5
    assert "has no right class for 10 samples" in page(report)


def test_a_box_is_what_is_looked_at_unless_boxes_are_ignored(shop: Workspace, tmp_path: Path) -> None:
    """A garment of one colour in a box, and the colour of another all around it."""
    rows = [boxed(number, *pair) for number, pair in enumerate([("Jeans", "Skirt"), ("Skirt", "Jeans")] * 10)]
    write_dataset(shop, "boxed", rows)
    report = measure(shop, "good", on="boxed:val", boxes="both", predictions=tmp_path / "p.parquet")
    assert value(report, "top1", model=0) > 0.9 > 0.1 > value(report, "top1", model=1)
    scores: Any = report.details["scores"]
    assert [(one["title"], one["boxes"]) for one in scores] == [("good", "given"), ("good (no boxes)", "ignored")]
    gains: Any = report.details["box_gains"]
    assert gains[0]["gains"]["top1"]["value"] > 0.8
    assert "a box takes 20.8\N{NO-BREAK SPACE}% of it" in page(report)
    assert value(measure(shop, "good", on="boxed:val", boxes="ignored"), "top1") == value(report, "top1", model=1)
    given, ignored = read_places(tmp_path / "p.parquet")
    assert (given.run.endswith(" without boxes"), ignored.run.endswith(" without boxes")) == (False, True)


def boxed(number: int, inside: str, around: str) -> dict[str, Any]:
    pixels = np.full((48, 40, 3), COLOURS[around], np.uint8)
    pixels[12:32, 10:30] = COLOURS[inside]
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=95)
    stored = store(out.getvalue())
    picture = {"bytes": stored.bytes, "image_id": stored.image_id, "box": [10.0, 12.0, 30.0, 32.0]}
    return sample(600 + number, [inside], "val", **picture)


def test_several_views_of_a_sample_are_averaged(shop: Workspace) -> None:
    once = page(measure(shop, "good"))
    often = measure(shop, "good", crops=10)
    assert value(often, "top1") > 0.9
    assert "Each sample is looked at once" in once
    assert "in 10 views (corners, centre and their mirror images)" in page(often)


def test_what_was_said_of_each_sample_is_written_as_parquet(shop: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "said.parquet"
    report = measure(shop, "good", compare_to="tiny", predictions=path)
    assert f"predictions: {path}" in report.notes
    rows = pq.read_table(path).to_pylist()
    assert len(rows) == 80
    first = rows[0]
    assert first["run"].startswith("good@") and first["labels"] == [first["name"]]
    assert len(first["classes"]) == len(first["probabilities"]) == 5
    assert first["probabilities"] == sorted(first["probabilities"], reverse=True)
    assert sum(first["probabilities"]) == pytest.approx(1, abs=1e-5)
    good, tiny = read_places(path)
    written = read_places(Path(str(report.details["report"])).with_suffix(".json"))
    assert [run.run for run in written] == [good.run, tiny.run]
    again = compare([good], [tiny], Resampling(rounds=200))
    comparisons: Any = report.details["comparisons"]
    assert again.gains["top1"].value == comparisons[0]["gains"]["top1"]["value"]


def test_models_joined_by_plus_are_seeds_of_one_recipe(shop: Workspace) -> None:
    for number in (1, 2):
        write_tiny_model(shop.models / f"random-{number}", seed=number)
    report = measure(shop, "random-1+random-2", compare_to="good")
    scores: Any = report.details["scores"]
    assert [one["title"] for one in scores] == ["random × 2 seeds", "good"]
    each = [one["top1"] for one in scores[0]["seeds"].values()]
    assert value(report, "top1") == pytest.approx(np.mean(each))
    comparisons: Any = report.details["comparisons"]
    assert comparisons[0]["seeds"] == (2, 1) and comparisons[0]["mcnemar"] == {}
    assert "The seeds of random × 2 seeds" in page(report)


def test_seeds_of_like_names_on_both_sides_are_told_apart(shop: Workspace) -> None:
    for number in range(3, 7):
        write_tiny_model(shop.models / f"run-{number}", seed=number)
    report = measure(shop, "run-3+run-4", compare_to="run-5+run-6")
    scores: Any = report.details["scores"]
    assert [one["title"] for one in scores] == ["run-3+run-4", "run-5+run-6"]


def test_a_model_under_two_names_is_no_comparison(shop: Workspace) -> None:
    with pytest.raises(UserError, match=r"good and .*good are the same model"):
        measure(shop, "good", compare_to=str(shop.models / "good"))


def test_a_split_that_leaks_is_called_out_on_the_page_and_in_the_report(shop: Workspace) -> None:
    rows = samples({"train": 20, "val": 10}, start=300)
    for row in rows:
        row["group"] = "one sender"
    write_dataset(shop, "leaky", rows)
    report = measure(shop, "good", on="leaky:val")
    warning = "leaky:val leaks: 10 of its 10 samples share a group with other sides of the split"
    assert report.notes[0] == warning
    assert warning in page(report)


def test_measuring_on_what_was_learned_from_is_called_out(shop: Workspace) -> None:
    report = measure(shop, "good", on="drawn:train")
    assert "share a picture" in report.notes[0]
    assert "drawn:train, which good has learned from" in report.notes[0]
    assert not any(" leaks: " in note for note in measure(shop, "good", on="drawn:val").notes)
    write_dataset(shop, "copy", samples({"val": 60}))
    assert "60 of its 60 samples share a picture" in measure(shop, "good", on="copy:val").notes[0]


def test_samples_that_cannot_be_read_are_counted_and_in_no_figure(shop: Workspace) -> None:
    rows = samples({"val": 20}, start=300)
    rows[5] |= {"bytes": b"GIF89a", "image_id": "broken"}
    write_dataset(shop, "broken", rows)
    report = measure(shop, "good", on="broken:val")
    assert (report.done, sum(report.failed.values()), report.exit_status) == ({"samples": 19}, 1, 3)
    assert "1 samples could not be read" in page(report)


def test_the_same_question_gives_the_same_files(shop: Workspace, tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        measure(shop, "good", "tiny", report=tmp_path / name)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    written = json.loads((tmp_path / "a.json").read_text())
    assert written["scores"][0]["rankings"]["all"].keys() == {"top1", "top3", "top5", "macro"}
    assert len(written["split_hash"]) == 64


def test_the_page_loads_nothing_and_runs_nothing(shop: Workspace) -> None:
    parser = Loads()
    text = page(measure(shop, "good", "tiny"))
    parser.feed(text)
    assert parser.found == []
    assert not re.findall(r"url\((?!#)", text)


def test_h44_names_out_of_a_model_or_a_dataset_are_shown_as_text(shop: Workspace) -> None:
    evil = "</title><script>alert(1)</script>"
    classes = ("Jacket", "Tee", "Jeans", "$\\frac{<b>}$", evil)
    from dataclasses import replace

    from tests.models.tiny_model import tiny_card, tiny_network

    from wildwear.models.write import write_model

    card = replace(tiny_card("evil"), classes=classes)
    write_model(shop.models / "evil", tiny_network().SerializeToString(), card)
    row = sample(400, ["Tee"], "val") | {"labels": [evil], "region": "<img onerror=x>"}
    write_dataset(shop, "evil", [row, sample(401, ["Tee"], "val")])
    text = page(measure(shop, "evil", on="evil:val"))
    parser = Loads()
    parser.feed(text)
    assert parser.found == []
    assert "&lt;script&gt;" in text


def test_the_page_is_drawn_by_a_browser_without_scrolling_sideways(shop: Workspace, tmp_path: Path) -> None:
    path = str(measure(shop, "good", "tiny", compare_to=None).details["report"])
    with chromium() as browser:
        problems: list[str] = []
        for width, media in ((1200, "screen"), (400, "screen"), (700, "print")):
            tab = browser.new_page(viewport={"width": width, "height": 900})
            tab.emulate_media(media=media)
            tab.on("console", lambda message: problems.append(message.text))
            tab.goto(f"file://{path}")
            overflow = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert overflow <= 0, f"{overflow} px too wide at {width} on {media}"
            assert tab.locator("svg[role=img]").count() == 5
        assert problems == []


@pytest.mark.parametrize(
    ("models", "settings", "problem"),
    [
        (["goood"], {}, "did you mean good"),
        (["good", "good"], {}, "named twice"),
        (["good"], {"compare_to": "good"}, "named twice"),
        ([], {}, "name a model"),
        (["good"], {"on": "drawn*2"}, "weight is for training"),
        (["good"], {"on": "drwn"}, "did you mean drawn"),
        (["good"], {"on": "drawn:test"}, "unknown split 'test'"),
        (["good"], {"on": "drawn:val@10"}, "so is a number of samples"),
        (["good"], {"boxes": "both"}, "--boxes both: drawn:val has no boxes"),
        (["good+tiny+good"], {}, "named twice"),
        (["good+tinny"], {}, "did you mean tiny"),
        (["good"], {"report": Path("x.pdf")}, r"name it FILE\.html"),
        (["good"], {"predictions": Path("x.csv")}, r"name it FILE\.parquet"),
        (["good"], {"rounds": 3}, "--rounds must be"),
    ],
)
def test_what_is_wrong_is_said_before_anything_slow(
    shop: Workspace, models: list[str], settings: dict[str, Any], problem: str
) -> None:
    with pytest.raises(UserError, match=problem):
        evaluate(shop, models, EvaluateSettings(**({"on": "drawn:val", "rounds": 200} | settings)))


def test_h65_a_report_that_cannot_be_written_is_an_error_with_its_name(shop: Workspace, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StorageError, match=r"cannot write the report .*file/x\.html"):
        measure(shop, "good", report=tmp_path / "file" / "x.html")


def test_the_verb_prints_a_table_and_a_machine_gets_one_object(
    shop: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["-w", str(shop.root), "evaluate", "good", "--on", "drawn:val", "--compare-to", "tiny", "--rounds", "100"]
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 0
    out = capsys.readouterr().out
    assert "the region's" in out
    assert "gain over another" in out
    with pytest.raises(SystemExit):
        main(["--json", *words])
    assert json.loads(capsys.readouterr().out)["details"]["samples"] == 40


def test_an_evaluator_refuses_probabilities_of_another_shape_and_starts_anew() -> None:
    taxonomy = load_taxonomy()
    question = Question(taxonomy=taxonomy, dataset_classes=frozenset({"Tee", "Jeans"}), rounds=100)
    evaluator = Evaluator("m", ("Tee", "Jeans"), ("upper", "lower"), question)
    rows = pa.table(
        {"sample_id": ["a"], "labels": [["Tee"]], "region": ["upper"], "dataset": ["d"], "group": ["g"]},
    )
    with pytest.raises(ValueError, match="probabilities for 1 × 2"):
        evaluator.process(np.ones((1, 3), np.float32), rows)
    evaluator.process(np.array([[0.1, 0.9]], np.float32), rows)
    evaluator.reset()
    evaluator.process(np.array([[0.9, 0.1]], np.float32), rows)
    assert evaluator.evaluate().places.right(1).tolist() == [True]


def test_evaluation_never_imports_training() -> None:
    code = "import sys, wildwear.evaluation.stage; print([m for m in sys.modules if 'wildwear.training' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_unknown_regions_are_no_reason_to_fail(shop: Workspace) -> None:
    write_dataset(shop, "nowhere", [sample(500, ["Tee"], "val", region=""), sample(501, ["Jeans"], "val")])
    assert value(measure(shop, "good", on="nowhere:val"), "top1", "within-region") == 0.5


def test_a_name_that_is_nowhere_lists_what_there_is(shop: Workspace) -> None:
    with pytest.raises(UnknownName, match="choose from"):
        measure(shop, "zzz")
