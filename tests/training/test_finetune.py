"""The recipe `finetune`: its loss, its schedule, its draws, and that a small network learns something."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from wildwear.errors import UserError
from wildwear.images.preprocess import Preprocessing
from wildwear.progress import silent
from wildwear.records import Split
from wildwear.tables import SAMPLES
from wildwear.training.augment import Augmentation
from wildwear.training.batches import Source, Views, open_source, random_batches
from wildwear.training.data import Part
from wildwear.training.finetune_settings import FinetuneSettings
from wildwear.training.recipes import train
from wildwear.training.settings import TrainSettings
from wildwear.workspace import Workspace

COLOURS = {"Jeans": (20, 30, 160), "Tee": (220, 40, 30), "Dress": (30, 180, 60)}


def picture(colour: tuple[int, int, int], seed: int) -> bytes:
    noise = np.random.default_rng(seed).normal(0, 20, (40, 32, 3))
    buffer = io.BytesIO()
    Image.fromarray(np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture
def coloured(workspace: Workspace) -> Workspace:
    """A dataset `colours` in which the colour tells the category; every fourth label is a set of two."""
    rows = []
    for number in range(48):
        name = list(COLOURS)[number % 3]
        labels = [name, "Skirt"] if number % 4 == 0 else [name]
        side = "val" if number >= 36 else "train"
        data = picture(COLOURS[name], number)
        rows.append(
            {"sample_id": f"s{number:02}", "image_id": f"i{number:02}", "bytes": data, "width": 32, "height": 40}
            | {"labels": labels, "dataset": "colours", "split": side, "group": f"g{number}", "region": "upper"}
        )
    workspace.new_dataset("colours").upsert(pa.Table.from_pylist(rows, schema=SAMPLES.schema))
    return workspace


def source(workspace: Workspace, balance: float = 0.0) -> Source:
    part = Part(name="colours", side=Split.TRAIN, table=workspace.dataset("colours"))
    return open_source(part, tuple(COLOURS), balance)


def test_a_source_reads_one_side_and_keeps_sets(coloured: Workspace) -> None:
    found = source(coloured)
    assert len(found.rows) == 36
    assert found.members.any(axis=1).all()


def test_balance_evens_out_sets_and_keeps_the_whole_share(coloured: Workspace) -> None:
    found = source(coloured, balance=1.0)
    assert found.odds.sum() == pytest.approx(36)
    shares = [found.odds[(found.members == row).all(axis=1)].sum() for row in np.unique(found.members, axis=0)]
    assert np.ptp(shares) == pytest.approx(0)


def test_step_i_draws_the_same_batch_whenever_it_is_drawn(coloured: Workspace) -> None:
    views = Views(preprocessing=Preprocessing(size=16), augmentation=Augmentation(), batch_size=4)
    straight = list(random_batches([source(coloured)], views, range(6)))
    resumed = list(random_batches([source(coloured)], views, range(4, 6)))
    for (pixels, members), (pixels_again, members_again) in zip(straight[4:], resumed, strict=True):
        np.testing.assert_array_equal(pixels, pixels_again)
        np.testing.assert_array_equal(members, members_again)


def test_a_part_without_any_of_the_classes_is_refused(coloured: Workspace) -> None:
    part = Part(name="colours", side=Split.TRAIN, table=coloured.dataset("colours"))
    with pytest.raises(UserError, match="no sample shows any of the 1 classes"):
        open_source(part, ("Sarong",), 0.0)


def test_settings_of_another_recipe_are_refused(coloured: Workspace) -> None:
    settings = TrainSettings(on=("colours",), recipe="probe", finetune=FinetuneSettings(steps=3))
    with pytest.raises(UserError, match="belongs to --recipe finetune"):
        train(coloured, "mine", settings, silent)


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"size": -1}, {"threads": 0}])
def test_impossible_settings_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UserError, match="at least 1"):
        FinetuneSettings(**wrong)  # type: ignore[arg-type]


def test_a_missing_torch_is_one_plain_line(coloured: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from wildwear.training import finetune

    monkeypatch.setattr(finetune, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install 'wildwear\[train\]'"):
        train(coloured, "mine", TrainSettings(on=("colours",), recipe="finetune"), silent)


def test_the_loss_of_a_set_is_that_of_its_summed_probability() -> None:
    torch = pytest.importorskip("torch", reason="needs the extra [train]")
    from wildwear.losses import set_loss as reference
    from wildwear.training.finetune import set_loss

    rng = np.random.default_rng(0)
    logits, members = rng.normal(size=(9, 5)).astype(np.float32), rng.random((9, 5)) < 0.4
    members[:, 0] |= ~members.any(axis=1)
    found = set_loss(torch.from_numpy(logits), torch.from_numpy(members)).item()
    assert found == pytest.approx(reference(logits, members).mean(), rel=1e-5)


def test_an_unknown_backbone_names_near_ones() -> None:
    pytest.importorskip("timm", reason="needs the extra [train]")
    from wildwear.training.finetune import pretrained

    with pytest.raises(UserError, match="resnet50"):
        pretrained("resnet5", 3)


def test_training_learns_colours_and_writes_a_model_that_loads(coloured: Workspace, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="needs the extra [train]")
    from wildwear.models.registry import load_model

    how = FinetuneSettings(steps=30, batch_size=16, size=32, test_size=32, frozen=("conv_stem", "bn1"), precision="no")
    settings = TrainSettings(on=("colours",), recipe="finetune", classes="Jeans,Tee,Dress", finetune=how)
    report: Any = train(coloured, "mine", settings, silent)
    model = load_model("mine", coloured)
    assert model.classes == ("Tee", "Jeans", "Dress")
    assert model.preprocessing.size == 32
    assert report.details["val"]["colours"]["top1"] >= 0.75
