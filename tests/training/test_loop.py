"""The loop: a step depends on its number alone, a run that was stopped goes on, and what is wrong is said early."""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.training.coloured import CLASSES, sample, samples, write_dataset
from tests.training.tiny_training import drawn_workspace, model_files, needs_torch, write_recipe

from wildwear.errors import TrainingStopped
from wildwear.progress import silent, unheard
from wildwear.training.recipes import train
from wildwear.training.settings import Overrides, RunSettings, TrainSettings
from wildwear.workspace import Workspace


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    needs_torch()
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def drawn(tmp_path: Path) -> Workspace:
    return drawn_workspace(tmp_path / "one")


def settings(
    folder: Path, run: RunSettings | None = None, epochs: int | None = None, **recipe: object
) -> TrainSettings:
    return TrainSettings(
        on=("drawn",),
        recipe=str(write_recipe(folder, **recipe)),
        init="scratch",
        run=run or RunSettings(checkpoint_minutes=0),
        overrides=Overrides(epochs=epochs),
    )


class Watched:
    """The loop's own step, with what each step saw and said; may do something before one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, before: Callable[[int], None] = lambda step: None) -> None:
        from wildwear.training import loop

        self.steps: list[tuple[int, str, float]] = []
        learn = loop.learn

        def watched(live: Any, batch: Any) -> None:
            before(live.step)
            learn(live, batch)
            seen = hashlib.sha256(batch.pixels.tobytes() + batch.members.tobytes()).hexdigest()
            self.steps.append((live.step, seen, float(live.counted[0])))

        monkeypatch.setattr(loop, "learn", watched)


def stop_at(wanted: int) -> Callable[[int], None]:
    def stop(step: int) -> None:
        if step == wanted:
            os.kill(os.getpid(), signal.SIGTERM)

    return stop


@pytest.mark.parametrize("moment", [0, 2, 3, 6])
def test_h74_a_run_that_was_stopped_takes_the_same_steps_to_the_same_model(
    drawn: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    how = settings(tmp_path)
    with monkeypatch.context() as patch:
        whole = Watched(patch)
        train(drawn, "whole", how, silent)
    with monkeypatch.context() as patch:
        first = Watched(patch, stop_at(moment))
        with pytest.raises(TrainingStopped, match=f"stopped at step {moment + 1} of 12; the same command goes on"):
            train(drawn, "net", how, silent)
    with monkeypatch.context() as patch:
        rest = Watched(patch)
        said: list[str] = []
        train(drawn, "net", how, silent, said.append)
    assert first.steps + rest.steps == whole.steps
    assert f"goes on at step {moment + 1} of 12, where it was stopped" in said
    there, here = model_files(drawn, "whole"), model_files(drawn)
    assert here["model.safetensors"] == there["model.safetensors"]
    assert here["model.onnx"] == there["model.onnx"]
    assert here["model.json"] == there["model.json"].replace(b'"whole"', b'"net"')
    assert not list(drawn.models.glob(".net*"))


@pytest.fixture
def bagged(workspace: Workspace) -> Workspace:
    """Pictures of one garment above another; of the two boxes of each bag, one shows the label."""
    bags = []
    for number in range(16):
        label = CLASSES[number % 2]
        for box, shown in enumerate((label, CLASSES[2])):
            one = sample(2 * number + box, [shown], "train")
            bags.append(one | {"labels": [label], "group": f"g{number}", "bag": f"bag {number}"})
    write_dataset(workspace, "drawn", [*samples({"train": 12, "val": 10}, start=100), *bags])
    return workspace


@pytest.mark.parametrize("moment", [0, 4, 5, 10])
def test_h74_bags_are_drawn_after_a_stop_as_they_would_have_been(
    bagged: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    how = settings(tmp_path, rounds=2, mixup=0)
    with monkeypatch.context() as patch:
        whole = Watched(patch)
        report = train(bagged, "whole", how, silent)
    with monkeypatch.context() as patch:
        first = Watched(patch, stop_at(moment))
        with pytest.raises(TrainingStopped):
            train(bagged, "net", how, silent)
    with monkeypatch.context() as patch:
        rest = Watched(patch)
        train(bagged, "net", how, silent)
    assert report.done["samples"] == 12 + 16
    assert not any(report.skipped.values())
    assert first.steps + rest.steps == whole.steps
    assert model_files(bagged)["model.safetensors"] == model_files(bagged, "whole")["model.safetensors"]


def test_the_box_that_shows_the_label_is_found_while_learning(
    bagged: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wildwear.training.bags import Bags

    weighed: list[Any] = []
    weigh = Bags.weigh

    def watched(bags: Bags, shown: Any, sharpness: float) -> None:
        weigh(bags, shown, sharpness)
        weighed.append(shown[-32:].reshape(16, 2))  # stored after the samples that are their own

    monkeypatch.setattr(Bags, "weigh", watched)
    train(bagged, "net", settings(tmp_path, epochs=10, rounds=4, mixup=0), silent)
    assert len(weighed) == 4
    right = weighed[-1]
    assert (right[:, 0] > right[:, 1]).mean() > 0.9


def test_a_network_learns_colours_and_its_card_says_how(drawn: Workspace, tmp_path: Path) -> None:
    from wildwear.models.registry import load_model

    report = train(drawn, "net", settings(tmp_path, epochs=6), silent)
    model = load_model("net", drawn)
    card = model.metadata
    assert report.done == {"samples": 26, "classes": 5, "steps": 24}
    assert card.metrics["val"]["drawn"]["top1"] >= 0.8
    assert card.metrics["val"] == report.details["val"] == {"drawn": card.settings["history"][-1]["val"]["drawn"]}
    assert card.settings["recipe"]["network"]["backbone"] == card.backbone == "test_resnet"
    assert card.settings["recipe"]["schedule"]["epochs"] == 6
    assert [one["samples"] for one in card.settings["history"]] == [26] * 6
    assert card.settings["history"][-1]["loss"] < card.settings["history"][0]["loss"]
    assert card.init == "test_resnet (random)"


def test_what_is_said_on_the_way(drawn: Workspace, tmp_path: Path) -> None:
    said: list[str] = []
    train(drawn, "net", settings(tmp_path), silent, said.append)
    assert len([line for line in said if line.startswith("epoch ")]) == 3
    assert said[-1].startswith("epoch 3/3 · loss ")
    assert " · drawn " in said[-1]


@pytest.mark.parametrize("change", ["epochs", "seed", "data"])
def test_another_training_does_not_go_on_from_a_checkpoint_and_says_what_differs(
    drawn: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    from tests.training.coloured import samples, write_dataset

    from wildwear.errors import UserError

    how = settings(tmp_path)
    with monkeypatch.context() as patch:
        Watched(patch, stop_at(1))
        with pytest.raises(TrainingStopped):
            train(drawn, "net", how, silent)
    told = {"epochs": "recipe.schedule.epochs was 3 and is 4", "seed": "seed was 0 and is 1", "data": "version was"}
    changed = {"epochs": replace(how, overrides=Overrides(epochs=4)), "seed": replace(how, seed=1), "data": how}[change]
    if change == "data":
        write_dataset(drawn, "drawn", samples({"train": 28, "val": 10}))
    with pytest.raises(UserError, match=f"stopped at step 2, and it was another one: .*{told[change]}.*--no-resume"):
        train(drawn, "net", changed, silent)
    report = train(drawn, "net", replace(changed, run=RunSettings(resume=False)), silent)
    assert report.details["model"]


def test_a_loss_that_is_no_number_stops_and_leaves_the_last_checkpoint(drawn: Workspace, tmp_path: Path) -> None:
    how = settings(tmp_path, optimizer="sgd", learning_rate="1e30", ema="0.0", mixup="0.0")
    with pytest.raises(
        TrainingStopped, match=r"the loss is no number by step \d of 12 \(learning rate \S+\): try a lo"
    ):
        train(drawn, "net", how, silent)
    assert list((drawn.models / ".net.training").glob("checkpoint*.pt"))
    assert not (drawn.models / "net").exists()


def test_a_third_signal_ends_at_once() -> None:
    from wildwear.training.processes import StopRequests

    stops = StopRequests()
    with stops.noted():
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        assert stops.count == 2
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            signal.pause()


def test_a_run_stopped_while_it_is_measured_goes_on_with_measuring(
    drawn: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wildwear.training.measuring import Measuring

    how, measured = settings(tmp_path), Measuring.__call__

    def told_to_stop(*args: Any) -> Any:
        os.kill(os.getpid(), signal.SIGTERM)
        return measured(*args)

    whole = train(drawn, "whole", how, silent)
    with monkeypatch.context() as patch:
        patch.setattr(Measuring, "__call__", told_to_stop)
        with pytest.raises(TrainingStopped, match="stopped at step 4 of 12"):
            train(drawn, "net", how, silent)
    rest = train(drawn, "net", how, silent)
    assert rest.details["history"] == whole.details["history"]
    assert model_files(drawn)["model.onnx"] == model_files(drawn, "whole")["model.onnx"]


def test_bfloat16_trains_and_is_part_of_what_a_checkpoint_is_of(drawn: Workspace, tmp_path: Path) -> None:
    how = settings(tmp_path, RunSettings(precision="bf16"), epochs=1, backbone="test_efficientnet")
    report = train(drawn, "net", how, silent)
    assert report.details["history"][0]["loss"] < 3  # type: ignore[index]
    assert "bf16" in model_files(drawn)["model.json"].decode()


def test_a_picture_that_does_not_decode_is_left_out_and_counted(tmp_path: Path) -> None:
    from tests.training.coloured import samples, write_dataset

    workspace = Workspace.create(tmp_path / "one")
    rows = samples({"train": 16, "val": 4})
    rows[3]["bytes"] = rows[17]["bytes"] = b"no picture"
    write_dataset(workspace, "drawn", rows)
    report = train(workspace, "net", replace(settings(tmp_path, epochs=2), balance="none"), silent, unheard)
    assert report.failed == {"does not decode": 2}
    assert report.exit_status == 3
    assert [(one["samples"], one["failed"]) for one in report.details["history"]] == [(15, 1), (15, 1)]  # type: ignore[attr-defined]
