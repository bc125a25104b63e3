"""Which spellings a word or phrase of a query stands for: plural, British and American, joined, hyphenated."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product
from math import prod

from wildwear.queries.fold import fold_words

_FAMILIES = (
    ("tee", "t shirt", "tshirt", "tee shirt", "teeshirt"),
    ("hoodie", "hoody"),
    ("pullover", "pull over"),
    ("tank top", "tanktop"),
    ("pajama", "pyjama"),
    ("gray", "grey"),
    ("color", "colour"),
    ("colored", "coloured"),
    ("jewelry", "jewellery"),
    ("woolen", "woollen"),
    ("fiber", "fibre"),
    ("checkered", "chequered"),
    ("cozy", "cosy"),
    ("mom", "mum"),
    ("organizer", "organiser"),
    ("customized", "customised"),
    ("personalized", "personalised"),
)
"""Spellings of one thing. Any of them in a query stands for all."""

_MOST_SPELLINGS = 1000

_PLURAL_ONLY = """shorts trunks tights overalls heels flats pumps slacks khakis sweats briefs boxers denims trainers
wedges mules slides glasses cutoffs separates bottoms"""
"""Plurals that name a garment where the singular is something else ("short sleeve", "tight fit", "trunk")."""
_FIXED = frozenset(form for word in _PLURAL_ONLY.split() for form in (word, word[:-1]))
_IRREGULAR = {"woman": "women", "child": "children", "foot": "feet", "person": "people", "mouse": "mice"}
_IRREGULAR |= {plural: singular for singular, plural in _IRREGULAR.items()}
_SIBILANT = ("s", "x", "z", "ch", "sh")


@cache
def spellings(text: str, exact: bool = False) -> tuple[str, ...]:
    """All folded spellings of a word or phrase, words divided by one space; only its own when `exact`.

    >>> spellings("t-shirt")[:4]
    ('t shirt', 't shirts', 'tee', 'tee shirt')
    >>> spellings("robe")
    ('robe', 'robes')
    >>> spellings("robe", exact=True)
    ('robe',)
    """
    words = fold_words(text)
    if exact:
        return (" ".join(words),)
    found = {" ".join(words)}
    for respelled in _respelled(words):
        for last in numbers(respelled[-1]):
            whole = (*respelled[:-1], last)
            found.add(" ".join(whole))
            if len(whole) == 2:
                found.add("".join(whole))
    return tuple(sorted(found))


def has_few_spellings(text: str) -> bool:
    """Whether all spellings of a phrase can be looked for; they multiply with each word that has several.

    >>> has_few_spellings("grey tee shirt"), has_few_spellings("tee " * 50)
    (True, False)
    """
    return prod(len(choice) for choice in _choices(fold_words(text))) <= _MOST_SPELLINGS


def numbers(word: str) -> tuple[str, ...]:
    """A word in singular and plural, whichever it is in; some harmless non-words are among them.

    >>> numbers("dress"), numbers("jersey"), numbers("bodies"), numbers("shorts")
    (('dress', 'dresses'), ('jersey', 'jerseys'), ('bodies', 'bodie', 'body'), ('shorts',))
    """
    if word in _IRREGULAR:
        return (word, _IRREGULAR[word])
    if word in _FIXED or len(word) < 2 or not word.isalpha():
        return (word,)
    return (word, *(_singulars(word) if _is_plural(word) else _plurals(word)))


def _is_plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us"))


def _singulars(word: str) -> Iterator[str]:
    yield word[:-1]
    if word.endswith("ies"):
        yield word[:-3] + "y"
    elif word.endswith("ves"):
        yield word[:-3] + "f"
    elif word.endswith("es") and word[:-2].endswith((*_SIBILANT, "o")):
        yield word[:-2]


def _plurals(word: str) -> Iterator[str]:
    if word.endswith(_SIBILANT):
        yield word + "es"
    elif word.endswith("y") and word[-2] not in "aeiou":
        yield word[:-1] + "ies"
    else:
        yield word + "s"
        if word.endswith("o"):
            yield word + "es"
        elif word.endswith("f"):
            yield word[:-1] + "ves"


_FAMILY_OF = {
    tuple(member.split()): tuple(tuple(other.split()) for other in family) for family in _FAMILIES for member in family
}


def _respelled(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The words with each part that has other spellings in each of them."""
    for chosen in product(*_choices(words)):
        yield tuple(word for part in chosen for word in part)


def _choices(words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], ...]]:
    at = 0
    while at < len(words):
        for length in (2, 1):
            family = next(
                (
                    _FAMILY_OF[form]
                    for form in product(*map(numbers, words[at : at + length]))
                    if len(form) == length and form in _FAMILY_OF
                ),
                None,
            )
            if family:
                break
        yield family or (words[at : at + 1],)
        at += length if family else 1
