"""Which categories a model tells apart, given labels that may be sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from wildwear.errors import UserError
from wildwear.taxonomy import Taxonomy


def choose_classes(wanted: str, labels: Iterable[frozenset[str]], taxonomy: Taxonomy) -> tuple[str, ...]:
    """The classes, in the taxonomy's order: a selection, a list `A,B,C`, or `auto`.

    `auto` takes each category that is some sample's whole label. A category that occurs only beside others has
    nothing that tells it from them, and would take probability away from them: it is left out. Where that leaves a
    label without any class, one member stands for it: the one that most labels hold, and among equals the one with
    most synonyms, as the broadest word.

    >>> from wildwear.taxonomy import load_taxonomy
    >>> seen = [frozenset({"Jeans"}), frozenset({"Jeans", "Jeggings"}), frozenset({"Capris", "Chinos"})]
    >>> choose_classes("auto", seen, load_taxonomy())
    ('Chinos', 'Jeans')
    """
    counts = Counter(labels)
    if wanted == "auto":
        chosen = _evident(counts, taxonomy)
    elif wanted in ("all", *taxonomy.selections):
        chosen = set(taxonomy.selection(wanted))
    else:
        chosen = {taxonomy.category(name.strip(), "--classes").name for name in wanted.split(",") if name.strip()}
    known = [name for name in taxonomy.names if name in chosen]
    classes = (*known, *sorted(chosen.difference(known)))
    if len(classes) < 2:
        raise UserError(f"a classifier tells at least two classes apart, and there is {', '.join(classes) or 'none'}")
    return classes


def _evident(counts: Counter[frozenset[str]], taxonomy: Taxonomy) -> set[str]:
    chosen = {name for labels in counts if len(labels) == 1 for name in labels}
    held = Counter({name: 0 for labels in counts for name in labels})
    for labels, count in counts.items():
        held.update(dict.fromkeys(labels, count))
    place = {name: number for number, name in enumerate(taxonomy.names)}

    def breadth(name: str) -> tuple[int, int, int]:
        synonyms = len(taxonomy.categories[name].synonyms) if name in taxonomy.categories else 0
        return held[name], synonyms, -place.get(name, len(place))

    for labels, _ in sorted(counts.items(), key=lambda item: (-item[1], sorted(item[0]))):
        if labels and not labels & chosen:
            chosen.add(max(sorted(labels), key=breadth))
    return chosen
