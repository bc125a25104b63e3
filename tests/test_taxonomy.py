"""Categories, umbrellas, selections and the mappings that ship."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from wildwear.errors import UnknownName, UnreadableInput, UserError
from wildwear.records import Region
from wildwear.taxonomy import load_mapping, load_taxonomy

SHIPPED = ("wild-garments", "street", "street-tagged")


def test_deepfashion_has_fifty_categories_in_the_order_of_the_benchmark() -> None:
    names = load_taxonomy().selection("deepfashion")
    assert len(names) == 50
    assert (names[0], names[19], names[20], names[35], names[36], names[49]) == (
        "Anorak",
        "Turtleneck",
        "Capris",
        "Trunks",
        "Caftan",
        "Sundress",
    )


def test_the_fifty_stand_in_the_regions_of_the_benchmark() -> None:
    taxonomy = load_taxonomy("deepfashion")
    regions = [taxonomy.region(name) for name in taxonomy.names]
    assert regions == [Region.UPPER] * 20 + [Region.LOWER] * 16 + [Region.FULL] * 14


@pytest.mark.parametrize(("name", "count"), [("deepfashion-46", 46), ("deepfashion-43", 43)])
def test_selections_leave_out_what_they_say(name: str, count: int) -> None:
    taxonomy = load_taxonomy(name)
    assert len(taxonomy.names) == count
    assert "Sarong" in taxonomy.names
    assert not {"Cape", "Nightdress", "Shirtdress", "Sundress"} & set(taxonomy.names)


def test_a_restricted_taxonomy_restricts_its_umbrellas() -> None:
    assert "Jodhpurs" not in load_taxonomy("deepfashion-43").expand("Pants")


def test_names_are_found_whatever_their_case() -> None:
    assert load_taxonomy().expand("button-down") == {"Button-Down"}


def test_an_unknown_category_lists_near_names() -> None:
    with pytest.raises(UnknownName, match="did you mean Leggings"):
        load_taxonomy().expand("Leggins")


def test_umbrellas_stay_in_one_region_each() -> None:
    taxonomy = load_taxonomy()
    for name in ("Pants", "Knitwear"):
        assert len({taxonomy.region(member) for member in taxonomy.expand(name)}) == 1


def test_no_synonym_belongs_to_two_categories() -> None:
    synonyms = [word for category in load_taxonomy().categories.values() for word in category.synonyms]
    assert len(synonyms) == len(set(synonyms))


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_mappings_name_only_categories_that_exist(name: str) -> None:
    mapping, taxonomy = load_mapping(name), load_taxonomy()
    assert all(mapping.translate(label, taxonomy) for label in mapping.labels)


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "file", "column"),
    [
        ("wild-garments", "labels.csv", "label"),
        ("street", "boxes.csv", "category"),
        ("street-tagged", "tags.csv", "tags"),
    ],
)
def test_shipped_mappings_explain_every_label_of_their_source(data: Path, name: str, file: str, column: str) -> None:
    with (data / name / file).open(newline="") as handle:
        cells = {row[column] for row in csv.DictReader(handle)}
    labels = {label.strip() for cell in cells for label in cell.split("|")} - {""}
    for label in labels:
        load_mapping(name).translate(label, load_taxonomy())


def test_a_mapping_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('ignore = ["?"]\n[labels]\n"Beinkleid" = "Pants"\n')
    mapping = load_mapping(str(file))
    assert mapping.translate("Beinkleid", load_taxonomy()) == load_taxonomy().expand("Pants")
    assert mapping.translate("?", load_taxonomy()) is None
    assert mapping.translate("Dress", load_taxonomy()) == {"Dress"}


def test_an_unknown_mapping_lists_those_there_are() -> None:
    with pytest.raises(UnknownName, match="street"):
        load_mapping("strete")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[upper", "not TOML"),
        ("version = 1", "no categories"),
        ('[upper]\nTee = []\n[umbrellas]\nTops = ["Te"]', "did you mean Tee"),
    ],
)
def test_a_broken_taxonomy_is_refused_with_the_reason(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "broken.toml"
    file.write_text(text)
    with pytest.raises(UserError, match=problem):
        load_taxonomy(str(file))


def test_a_taxonomy_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="No such file"):
        load_taxonomy(str(tmp_path / "none.toml"))
