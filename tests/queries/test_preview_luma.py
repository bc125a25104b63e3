"""A preview on a real catalogue, against what label then does."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.queries.shop import winners

from wildwear.catalog.importing import import_catalog
from wildwear.catalog.settings import ImportSettings
from wildwear.queries.load import load_queries
from wildwear.queries.own import own_queries, save
from wildwear.queries.preview import Previewer
from wildwear.queries.settings import LabelSettings
from wildwear.queries.stage import label
from wildwear.taxonomy import load_taxonomy
from wildwear.workspace import Workspace

pytestmark = pytest.mark.data

SETTINGS = LabelSettings()
HOODIE = load_queries(None, load_taxonomy()).block("Hoodie").text
EDITS = [
    ("Hoodie", 'hoodie | "hooded sweatshirt" | title:(pullover | sweatshirt)'),
    ("Tee", "title:tee & !(performance | description:organic)"),
    ("Pants", "title:(yoga & pant)"),
    ("Shorts", "short & !stretch"),
]


@pytest.fixture
def luma(workspace: Workspace, data: Path) -> Workspace:
    import_catalog(workspace, ImportSettings(files=(str(data / "luma" / "products.csv"),)))
    label(workspace, SETTINGS)
    return workspace


@pytest.mark.parametrize(("category", "text"), EDITS)
def test_what_a_preview_says_comes_true(luma: Workspace, category: str, text: str) -> None:
    previewer = Previewer(luma, SETTINGS)
    found = previewer.preview(category, text)
    before = {product for product, name in winners(luma).items() if name == category}
    own = own_queries(luma, SETTINGS)
    save(own.edited(category, text, previewer.taxonomy), own.version, luma, SETTINGS)
    label(luma, SETTINGS)
    after = {product for product, name in winners(luma).items() if name == category}
    assert before != after
    assert (found.before, found.after) == (len(before), len(after))
    assert {one.product_id for one in found.comes_in.products if one.wins} == after - before
    assert {one.product_id for one in found.falls_out.products if one.wins} == before - after
    for one in found.comes_in.products:
        assert one.wins or winners(luma)[one.product_id] == one.other != category
    for one in found.falls_out.products:
        assert winners(luma).get(one.product_id, "") == one.other


def test_words_are_marked_where_they_stand(luma: Workspace) -> None:
    (mona,) = (
        one
        for one in Previewer(luma, SETTINGS).preview("Hoodie", HOODIE).holds.products
        if one.title.startswith("Mona")
    )
    marked = [mona.excerpt[start:end].lower() for start, end in mona.highlights]
    assert marked and set(marked) == {"hoodie"}
