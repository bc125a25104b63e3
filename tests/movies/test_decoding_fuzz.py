"""Five hundred films with damage at seeded places: each ends in one typed outcome, and whoever asked lives on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from tests.movies.films import FilmForm, moving, write_film

from wildwear.movies.decoding import Unreadable, open_movie
from wildwear.movies.isolation import Send, run_isolated

MUTANTS = 500
FRAMES = 50
Mutation = Callable[[np.random.Generator, bytearray], None]


def flip_bytes(rng: np.random.Generator, film: bytearray) -> None:
    for at in rng.integers(0, len(film), int(2 ** rng.uniform(0, 7))):
        film[at] = int(rng.integers(256))


def flip_a_bit(rng: np.random.Generator, film: bytearray) -> None:
    film[int(rng.integers(len(film)))] ^= 1 << int(rng.integers(8))


def damage_the_description(rng: np.random.Generator, film: bytearray) -> None:
    begin = film.index(b"moov")
    for _ in range(int(rng.integers(1, 6))):
        at = int(rng.integers(begin, len(film) - 4))
        film[at : at + 4] = bytes(rng.choice([0, 1, 127, 128, 255], 4).astype(np.uint8))


def lie_about_a_size(rng: np.random.Generator, film: bytearray) -> None:
    box = [b"moov", b"trak", b"mdia", b"stbl", b"stsz", b"stco", b"stts", b"ctts", b"stsd", b"avcC", b"elst", b"mdat"]
    at = film.index(box[int(rng.integers(len(box)))]) - 4
    film[at : at + 4] = int(rng.choice([0, 1, 7, 8, 9, 100, 2**16, 2**31 - 1, 2**31, 2**32 - 1])).to_bytes(4, "big")


def lie_about_a_count(rng: np.random.Generator, film: bytearray) -> None:
    box = [b"stsz", b"stco", b"stts", b"ctts", b"stss", b"stsc", b"elst", b"mdhd", b"mvhd", b"tkhd"]
    at = film.index(box[int(rng.integers(len(box)))]) + 4 * int(rng.integers(1, 6))
    film[at : at + 4] = int(rng.choice([0, 1, 2**16, 2**28, 2**31 - 1, 2**32 - 1])).to_bytes(4, "big")


def cut_off(rng: np.random.Generator, film: bytearray) -> None:
    del film[int(rng.integers(1, len(film))) :]


def take_out(rng: np.random.Generator, film: bytearray) -> None:
    at = int(rng.integers(len(film)))
    del film[at : at + int(rng.integers(1, 2000))]


def repeat(rng: np.random.Generator, film: bytearray) -> None:
    at, length = int(rng.integers(len(film))), int(rng.integers(1, 2000))
    film[at:at] = film[at : at + length]


def blank(rng: np.random.Generator, film: bytearray) -> None:
    at, length = int(rng.integers(len(film))), int(rng.integers(1, 2000))
    film[at : at + length] = bytes(len(film[at : at + length]))


MUTATIONS: list[Mutation] = [
    flip_bytes,
    flip_a_bit,
    damage_the_description,
    lie_about_a_size,
    lie_about_a_count,
    cut_off,
    take_out,
    repeat,
    blank,
]


def mutant(film: bytes, number: int) -> bytes:
    rng, damaged = np.random.default_rng(number), bytearray(film)
    MUTATIONS[number % len(MUTATIONS)](rng, damaged)
    return bytes(damaged)


def look(path: Path) -> tuple[str, int]:
    """How it ended and how many frames there were, or what should not have happened."""
    try:
        with open_movie(path) as movie:
            times = [time for time, _, _ in movie.two_sizes(32)]
            if times != sorted(set(times)):
                return "times do not rise", len(times)
            return movie.status, len(times)
    except Unreadable as error:
        return error.reason, 0


def look_at_mutants(send: Send, film: str, first: int, folder: str) -> None:
    original, path = Path(film).read_bytes(), Path(folder) / "mutant.mp4"
    for number in range(first, MUTANTS):
        path.write_bytes(mutant(original, number))
        send(("begins", number))
        send(("ends", number, *look(path)))


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[int, tuple[str, int]]:
    """How each mutant ended; a process that dies or hangs is begun anew after the mutant it was at."""
    folder = tmp_path_factory.mktemp("mutants")
    form = FilmForm(width=64, height=48, sound=True, options={"g": "12"})
    film = write_film(folder / "film.mp4", [moving(1, Fraction(2))], Fraction(25), form)
    outcomes: dict[int, tuple[str, int]] = {}

    def listen(message: tuple[str, int, str, int]) -> None:
        outcomes[message[1]] = (message[2], message[3]) if message[0] == "ends" else ("unfinished", 0)

    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[2])
        while len(outcomes) < MUTANTS:
            before = len(outcomes)
            ended = run_isolated(
                look_at_mutants,
                [str(film.path), before, str(folder)],
                silence_seconds=60,
                on_message=listen,
                memory_bytes=2 * 10**9,
            )
            if ended.status != "ok":
                assert len(outcomes) > before, ended
                outcomes[len(outcomes) - 1] = (f"{ended.status}: {ended.detail}", 0)
    return outcomes


def test_five_hundred_mutants_each_end_in_one_typed_outcome(outcomes: dict[int, tuple[str, int]]) -> None:
    counts = Counter(status for status, _ in outcomes.values())
    known = {"ok", "partial", "truncated", "damaged", "not_a_movie", "no_video", "no_decoder", "too_large"}
    killed = {status for status in counts if status.startswith(("crashed", "hung", "no_memory"))}
    assert sum(counts.values()) == MUTANTS
    assert set(counts) <= known | killed, counts
    assert sum(counts[status] for status in killed) <= 5, counts


def test_the_mutants_are_worth_it(outcomes: dict[int, tuple[str, int]]) -> None:
    """Enough of them are refused, and enough of them are decoded in part."""
    counts = Counter(status for status, _ in outcomes.values())
    assert counts["partial"] > 80
    assert counts["ok"] > 50
    assert MUTANTS - counts["partial"] - counts["ok"] > 80


def test_h37_hardly_a_mutant_is_short_and_does_not_say_so(outcomes: dict[int, tuple[str, int]]) -> None:
    """Only one whose description itself was changed, to one that says as much."""
    short = [number for number, (status, frames) in outcomes.items() if status == "ok" and frames < FRAMES]
    assert len(short) <= 10, short
