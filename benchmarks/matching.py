"""Matching the shipped queries in one pass, beside DuckDB with one regular expression a category.

    python benchmarks/matching.py --rows 200000 --repeat 3 [--processes 2] [--json FILE]

Both get the same Arrow table with one text column and give a boolean a row and category. The queries are those that
ship, less scopes and minus-terms: for each category a list of words and phrases in all their spellings, found whole
and whatever their case. For DuckDB that is `regexp_matches(text, '(?i)\\b(?:...)\\b')`, compiled once a category, on
two threads. They run in turns; results must be equal, row for row.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wildwear.queries.evaluate import Matcher
from wildwear.queries.load import load_queries
from wildwear.queries.syntax import And, Not, Or, Query, Scope, Text
from wildwear.queries.variants import spellings
from wildwear.taxonomy import load_taxonomy

BATCH_ROWS = 8192
TEXT_LENGTH = 490
PROSE = """the and with for a of this our in is it you your to made from soft relaxed ribbed classic everyday comfort
cotton blend machine wash cold tumble dry light layer weekend morning coastal modern button pocket sleeve collar
neckline waist regular fit size model wears true midweight brushed durable garment designed season wardrobe staple
pairs easily over under keeps warm cool breathable stretch panel seam hem cuff drawstring zip lined side back front
features finished detail colour navy black ivory olive heather sand rust teal washed recycled organic wool linen
polyester elastane imported style look feel weight smooth texture crafted timeless layering versatile"""


def products(rows: int, seed: int = 1) -> pa.Table:
    """Shop prose of about 490 characters: a title, then sentences that mention five garments or other literals."""
    rng = random.Random(seed)
    literals = sorted(set().union(*words_of_categories().values()))
    common = [name.lower() for name in load_taxonomy().names]
    return pa.table({"text": pa.array((_prose(rng, literals, common) for _ in range(rows)), pa.string())})


def _prose(rng: random.Random, literals: list[str], common: list[str]) -> str:
    words = rng.choices(PROSE.split(), k=90)
    for _ in range(5):
        words[rng.randrange(90)] = rng.choice(common if rng.random() < 0.8 else literals)
    words[3] = words[3].title()
    words[12] += rng.choice([".", ",", "!", " -", " (new)", "™"])
    text = " ".join(words)[:TEXT_LENGTH]
    return text.upper() if rng.random() < 0.02 else text


def words_of_categories() -> dict[str, list[str]]:
    """What each shipped query looks for, in all spellings."""
    blocks = load_queries(None, load_taxonomy()).blocks
    return {block.category: sorted(set(_literals(block.match))) for block in blocks}


def _literals(query: Query) -> Iterator[str]:
    match query:
        case Text():
            yield from spellings(query.text, query.exact)
        case Scope(_, inner):
            yield from _literals(inner)
        case And(parts) | Or(parts):
            for part in parts:
                if not isinstance(part, Not):
                    yield from _literals(part)


def with_wildwear(table: pa.Table, queries: list[Query]) -> NDArray[np.bool_]:
    """Categories × rows."""
    matcher = Matcher(queries, ["title"])
    batches = table.rename_columns(["title"]).to_batches(BATCH_ROWS)
    return np.concatenate([matcher.match(batch).holds for batch in batches], axis=1)


def with_duckdb(table: pa.Table, words: dict[str, list[str]]) -> NDArray[np.bool_]:
    """Categories × rows."""
    connection = duckdb.connect(config={"threads": 2})
    connection.register("products", table)
    columns = ", ".join(
        f"regexp_matches(text, '(?i)\\b(?:{'|'.join(literals).replace(' ', '[^a-z0-9]')})\\b') AS c{number}"
        for number, literals in enumerate(words.values())
    )
    result = connection.sql(f"SELECT {columns} FROM products").to_arrow_table()
    return np.stack([column.to_numpy() for column in result.columns])


def in_processes(pool: ProcessPoolExecutor, parts: list[pa.Table], queries: list[Query]) -> float:
    """Seconds that as many processes as parts take, tables handed over included."""
    start = time.perf_counter()
    list(pool.map(with_wildwear, parts, [queries] * len(parts)))
    return time.perf_counter() - start


def measure(rows: int, repeat: int, processes: int) -> dict[str, object]:
    """Runs both in turns, checks that they agree, and takes each one's median seconds."""
    table, words = products(rows), words_of_categories()
    queries: list[Query] = [Or(tuple(Text(word, exact=True) for word in some)) for some in words.values()]
    times: dict[str, list[float]] = {"wildwear": [], "duckdb": []}
    for _ in range(repeat):
        start = time.perf_counter()
        ours = with_wildwear(table, queries)
        middle = time.perf_counter()
        theirs = with_duckdb(table, words)
        times["duckdb"].append(time.perf_counter() - middle)
        times["wildwear"].append(middle - start)
        if not np.array_equal(ours, theirs):
            sys.exit(f"the results differ in {np.count_nonzero(ours != theirs)} of {ours.size} places")
    if processes > 1:
        cuts = np.linspace(0, rows, processes + 1).astype(int)
        parts = [table.slice(a, b - a) for a, b in pairwise(cuts)]
        with ProcessPoolExecutor(processes) as pool:
            in_processes(pool, [part.slice(0, 1) for part in parts], queries)
            times[f"wildwear, {processes} processes"] = [in_processes(pool, parts, queries) for _ in range(repeat)]
    seconds = {name: float(np.median(taken)) for name, taken in times.items()}
    return {
        "rows": rows,
        "characters_a_row": round(table["text"].nbytes / rows),
        "categories": len(words),
        "literals": sum(map(len, words.values())),
        "matches": int(np.count_nonzero(ours)),
        "seconds": seconds,
        "products_a_second": {name: round(rows / taken) for name, taken in seconds.items()},
        "times_duckdb": {name: round(seconds["duckdb"] / taken, 1) for name, taken in seconds.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = measure(options.rows, options.repeat, options.processes)
    print("{rows:,} rows of {characters_a_row} bytes, {categories} categories, {literals:,} literals".format(**figures))
    print(f"{'':26}{'seconds':>9}{'products/s':>13}{'× DuckDB':>10}")
    for name, seconds in figures["seconds"].items():  # type: ignore[attr-defined]
        rate, ratio = figures["products_a_second"][name], figures["times_duckdb"][name]  # type: ignore[index]
        print(f"{name:26}{seconds:9.2f}{rate:13,}{ratio:10.1f}")
    print(json.dumps(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
