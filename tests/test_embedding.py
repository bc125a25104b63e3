"""Feature vectors: computed once, kept, and picked up again after a kill."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.datasets.drawn import fill_catalog, image_row
from tests.models.tiny_model import write_tiny_model
from tests.training.coloured import samples, write_dataset

import wildwear.embedding as embedding
from wildwear.cli import main
from wildwear.crops import crop_ids
from wildwear.datasets.reader import STORED
from wildwear.embedding import embed, embedded
from wildwear.errors import UnknownName
from wildwear.models.registry import load_model
from wildwear.models.settings import EmbedSettings
from wildwear.tables import EMBEDDINGS, IMAGES
from wildwear.workspace import Workspace


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    write_tiny_model(workspace.models / "tiny")
    write_dataset(workspace, "drawn", samples({"train": 30}))
    return workspace


DRAWN = EmbedSettings(model="tiny", dataset="drawn", batch_size=4)


def test_each_picture_gets_the_vector_that_the_network_gives_it(shop: Workspace) -> None:
    model = load_model("tiny", shop)
    found = embedded(shop, shop.dataset("drawn"), model, "sample_id < '00005'")
    assert found.vectors.shape == (5, 16)
    stored = shop.dataset("drawn").read(["bytes"]).to_pylist()
    pixels = np.stack([model.preprocessing(model.preprocessing.decode(row["bytes"], STORED).rgb) for row in stored[:5]])
    np.testing.assert_allclose(found.vectors, model.run(pixels).embedding, atol=1e-5)
    assert found.rows["sample_id"].to_pylist() == [f"{n:05}" for n in range(5)]


def test_what_is_there_is_not_computed_again(shop: Workspace) -> None:
    assert embed(shop, DRAWN).done == {"embedded": 30}
    again = embed(shop, DRAWN)
    assert (again.done, again.skipped) == ({"embedded": 0}, {"embedded before": 30})
    write_dataset(shop, "drawn", samples({"train": 33}))
    assert embed(shop, DRAWN).done == {"embedded": 3}


def test_another_model_has_vectors_of_its_own(shop: Workspace) -> None:
    embed(shop, DRAWN)
    write_tiny_model(shop.models / "tiny", seed=1)
    assert embed(shop, DRAWN).done == {"embedded": 30}
    assert shop.table(EMBEDDINGS).count() == 60


def test_normalised_vectors_have_length_one(shop: Workspace) -> None:
    found = embedded(shop, shop.dataset("drawn"), load_model("tiny", shop), normalise=True)
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-5)


def test_catalogue_pictures_are_embedded_once_however_many_products_show_them(workspace: Workspace) -> None:
    write_tiny_model(workspace.models / "tiny")
    fill_catalog(workspace, products=6, pictures=1)
    same = [image_row(f"again{n}", data=None) | {"image_id": "shared"} for n in range(3)]
    same = [row | {"bytes": same[0]["bytes"]} for row in same]
    failed = {"product_id": "none", "url": "none.jpg", "status": "failed", "reason": "http_404"}
    rows = [{field.name: row.get(field.name) for field in IMAGES.schema} for row in (*same, failed)]
    workspace.table(IMAGES).upsert(pa.Table.from_pylist(rows, IMAGES.schema))
    assert embed(workspace, EmbedSettings(model="tiny")).done == {"embedded": 7}


def test_a_box_has_a_vector_of_its_own(shop: Workspace) -> None:
    rows = samples({"train": 1})
    first = rows[0]
    boxed = first | {"sample_id": "boxed", "box": [1.0, 1.0, 20.5, 30.0]}
    table = write_dataset(shop, "boxes", [first, boxed])
    found = embedded(shop, table, load_model("tiny", shop))
    assert crop_ids(found.rows) == [first["image_id"], f"{first['image_id']}@1,1,20.5,30"]
    assert not np.allclose(found.vectors[0], found.vectors[1])


def test_a_picture_that_does_not_decode_has_no_vector_and_a_reason(shop: Workspace) -> None:
    rows = samples({"train": 6})
    rows[2] |= {"bytes": b"<html>", "image_id": "broken"}
    table = write_dataset(shop, "broken", rows)
    found = embedded(shop, table, load_model("tiny", shop))
    assert len(found.vectors) == found.rows.num_rows == 5
    assert sum(found.failed.values()) == 1
    assert embed(shop, EmbedSettings(model="tiny", dataset="broken")).exit_status == 3


def test_nothing_to_embed_says_so(workspace: Workspace) -> None:
    write_tiny_model(workspace.models / "tiny")
    report = embed(workspace, EmbedSettings(model="tiny"))
    assert report.notes == ("there are no pictures to embed yet",)
    with pytest.raises(UnknownName, match="dataset"):
        embed(workspace, DRAWN)


KILLED = """
import os, signal, sys
from contextlib import contextmanager
from pathlib import Path
import wildwear.embedding as embedding
from wildwear.models.settings import EmbedSettings
from wildwear.workspace import Workspace

embedding._COMMITTED_ROWS = 8

@contextmanager
def deadly(description, total):
    left = [20]
    def advance(count):
        left[0] -= count
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    yield advance

embedding.embed(
    Workspace.open(Path(sys.argv[1])), EmbedSettings(model="tiny", dataset="drawn", batch_size=4), progress=deadly
)
"""


def test_h62_killed_and_run_again_the_vectors_equal_an_uninterrupted_run(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(embedding, "_COMMITTED_ROWS", 8)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(shop.root)], timeout=120, check=False)
    assert killed.returncode == -9
    assert 0 < shop.table(EMBEDDINGS).count() < 30
    embed(shop, DRAWN)
    resumed = shop.table(EMBEDDINGS).read().sort_by("crop_id")
    shop.table(EMBEDDINGS).delete("true")
    embed(shop, DRAWN)
    assert resumed.equals(shop.table(EMBEDDINGS).read().sort_by("crop_id"))


def test_a_vector_that_is_not_a_number_is_a_failure_and_is_not_kept(shop: Workspace) -> None:
    model = load_model("tiny", shop)

    def now_and_then(batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        vectors, logits = model.network(batch)
        vectors[0] = np.nan
        return vectors, logits

    found = embedded(shop, shop.dataset("drawn"), replace(model, network=now_and_then), batch_size=10)
    assert found.failed == {"vector_not_finite": 3}
    assert len(found.vectors) == 27
    assert np.isfinite(found.vectors).all()


def test_the_verb_embeds_and_says_what_it_skipped(shop: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["-w", str(shop.root), "embed", "--dataset", "drawn", "--model", "tiny"]
    for expected in ("30  embedded", "30  skipped: embedded before"):
        with pytest.raises(SystemExit) as stopped:
            main(words)
        assert stopped.value.code == 0
        assert expected in capsys.readouterr().out
