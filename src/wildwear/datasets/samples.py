"""What makes a sample: its identity, its region, and the hash that says which split a model was trained on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from wildwear.records import Region
from wildwear.table import Table
from wildwear.taxonomy import Taxonomy


def sample_id(image_id: str, box: Sequence[float] | None, region: str, listing: str = "") -> str:
    """First 32 hex digits of a SHA-256 over what is seen: the stored picture, the box in it, and where to look.

    The same content gives the same id in every dataset, whatever its labels: a second listing collapses into the
    first, and one with other labels is noticed. `listing` keeps them apart, for a benchmark whose every row counts.
    """
    place = "" if box is None else ",".join(f"{value:g}" for value in box)
    seen = f"{image_id}@{place}@{region}" + (listing and f"@{listing}")
    return hashlib.sha256(seen.encode()).hexdigest()[:32]


def region_of(labels: Iterable[str], taxonomy: Taxonomy) -> Region:
    """Where a set of categories is worn: the region of most of them (in a tie, the one that `Region` names first).

    >>> from wildwear.taxonomy import load_taxonomy
    >>> region_of({"Coat", "Jacket", "Parka"}, load_taxonomy())
    <Region.UPPER: 'upper'>
    """
    regions = [taxonomy.region(name) for name in labels]
    return max(Region, key=regions.count)


def by_region(sets: Iterable[frozenset[str]], taxonomy: Taxonomy) -> Mapping[Region, frozenset[str]]:
    """One set for each region of the body: the union of the sets that belong there.

    A photograph tagged `blouse|skirt|vest` shows something on the upper body that is a blouse or a vest, and
    something on the lower body that is a skirt.

    >>> from wildwear.taxonomy import load_taxonomy
    >>> tags = [frozenset({"Blouse"}), frozenset({"Skirt"}), frozenset({"Vest"})]
    >>> {str(region): sorted(labels) for region, labels in by_region(tags, load_taxonomy()).items()}
    {'upper': ['Blouse', 'Vest'], 'lower': ['Skirt']}
    """
    united: dict[Region, frozenset[str]] = {}
    for labels in sets:
        region = region_of(labels, taxonomy)
        united[region] = united.get(region, frozenset()) | labels
    return {region: united[region] for region in Region if region in united}


def split_hash(table: Table) -> str:
    """SHA-256 over the sorted sample ids with their sides: models record it, so that a result names its data."""
    rows = table.read(["sample_id", "split"])
    pairs = zip(rows["sample_id"].to_pylist(), rows["split"].to_pylist(), strict=True)
    lines = sorted(f"{one} {side}\n" for one, side in pairs)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
