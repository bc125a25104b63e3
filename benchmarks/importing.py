"""Importing a million rows of each format in bounded memory.

    python benchmarks/importing.py                          # about 4 GB of disk, below --folder
    python benchmarks/importing.py --rows 200000 --only merchant-xml

Writes an export of drawn products (`wildwear.rendered`: about 490 characters each) as each platform would, with
variants and further pictures where the format has rows for them; imports each by `wildwear import` in a process of its
own, and prints rows a second and the most memory that it held (proportional set size, as `label_scale.py` does). Exits
with 1 if that is above --limit-gb, or if a row was rejected.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TextIO
from xml.sax.saxutils import escape

import psutil
from label_scale import SAMPLE_SECONDS, memory_of

from wildwear.rendered.texts import product_batches
from wildwear.workspace import Workspace

CDN = "https://cdn.example.com"
Products = Iterator[dict[str, Any]]
Write = Callable[[Path, Products, int], list[Path]]


def drawn() -> Products:
    """Products without end, with their pictures' paths as `images` and their colour."""
    for batch in product_batches(2**40, batch_rows=8192):
        for row in batch.to_pylist():
            pictures = [path.lstrip("/") for path in row["image_urls"]]
            yield row | {
                "images": pictures,
                "color": row["attributes"][0]["value"],
                "category": row["category_path"][0],
            }


def write_csv(
    path: Path, columns: list[str], rows: Iterable[dict[str, str]], count: int, delimiter: str = ","
) -> list[Path]:
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, columns, restval="", delimiter=delimiter)
        writer.writeheader()
        writer.writerows(islice(rows, count))
    return [path]


def write_lines(path: Path, items: Iterable[dict[str, Any]], count: int) -> list[Path]:
    with opened(path) as handle:
        handle.writelines(json.dumps(item, ensure_ascii=False) + "\n" for item in islice(items, count))
    return [path]


def opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "wt", encoding="utf-8", compresslevel=1)
    return path.open("w", encoding="utf-8")


def magento_rows(products: Products) -> Iterator[dict[str, str]]:
    """A configurable product and its two sizes."""
    for one in products:
        shared = {"attribute_set_code": "Top", "categories": one["category"], "base_image": f"/{one['images'][0]}"}
        skus = [f"{one['product_id']}-{size}" for size in "SM"]
        for sku in skus:
            size = {"additional_attributes": f"color={one['color']},size={sku[-1]}"}
            yield shared | size | {"sku": sku, "product_type": "simple", "name": one["title"]}
        yield shared | {
            "sku": one["product_id"], "product_type": "configurable", "name": one["title"],
            "description": f"<p>{escape(one['description'])}</p>",
            "configurable_variations": "|".join(f"sku={sku},size={sku[-1]}" for sku in skus),
        }  # fmt: skip


def shopify_rows(products: Products, *, old: bool) -> Iterator[dict[str, str]]:
    """A product's first variant, a further one, and its further pictures."""
    handle, body, name, value, image = (
        ("Handle", "Body (HTML)", "Option1 Name", "Option1 Value", "Image Src")
        if old
        else ("URL handle", "Description", "Option1 name", "Option1 value", "Product image URL")
    )
    for one in products:
        first, *others = (f"{CDN}/{path}" for path in one["images"])
        key = {handle: one["product_id"].lower()}
        texts = {"Title": one["title"], body: f"<p>{escape(one['description'])}</p>", "Vendor": one["brand"]}
        yield key | texts | {"Type": one["category"], name: "Size", value: "S", image: first}
        yield key | {value: "M"}
        yield from (key | {image: address} for address in others)


def merchant_rows(products: Products) -> Iterator[dict[str, str]]:
    """Two sizes a product, joined by their group."""
    for one in products:
        first, *others = (f"{CDN}/{path}" for path in one["images"])
        for size in "SM":
            yield {
                "id": f"{one['product_id']}-{size}", "item_group_id": one["product_id"], "title": one["title"],
                "description": one["description"], "link": f"https://shop.example/{one['product_id']}",
                "image_link": first, "additional_image_link": ",".join(others), "price": "15.00 USD",
                "availability": "in stock", "brand": one["brand"], "color": one["color"], "size": size,
                "product_type": f"Apparel > {one['category']}",
            }  # fmt: skip


def write_rss(path: Path, products: Products, count: int) -> list[Path]:
    with opened(path) as handle:
        handle.write('<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel>\n')
        for row in islice(merchant_rows(products), count):
            fields = "".join(f"<g:{name}>{escape(text)}</g:{name}>\n" for name, text in row.items())
            handle.write(f"<item>{fields}</item>\n")
        handle.write("</channel></rss>\n")
    return [path]


def write_abo(path: Path, products: Products, count: int) -> list[Path]:
    """Listings in three languages; every other one shares its main picture with the one before."""
    pictures = path.with_name("images.csv.gz")
    with opened(pictures) as handle:
        handle.write("image_id,height,width,path\n")
        write_lines(path, abo_listings(products, handle), count)
    return [path, pictures]


def abo_listings(products: Products, pictures: TextIO) -> Iterator[dict[str, Any]]:
    shared = ""
    for at, one in enumerate(products):
        ids = [f"{one['product_id']}+{number}" for number in range(len(one["images"]))]
        pictures.writelines(f"{name},1000,1000,{path}\n" for name, path in zip(ids, one["images"], strict=True))
        main = shared if at % 2 else ids[0]
        shared = ids[0]
        texts = {"item_name": one["title"], "bullet_point": one["description"]}
        tags = ("de_DE", "en_US", "fr_FR")
        yield {
            "item_id": one["product_id"], "domain_name": "amazon.com", "marketplace": "Amazon", "country": "US",
            "main_image_id": main, "other_image_id": ids[1:], "product_type": [{"value": "SHIRT"}],
            "node": [{"node_id": 1, "node_name": f"/{one['category']}"}],
            "color": [{"language_tag": "en_US", "value": one["color"], "standardized_values": [one["color"]]}],
            **{name: [{"language_tag": tag, "value": text} for tag in tags] for name, text in texts.items()},
        }  # fmt: skip


def amazon_items(products: Products, *, converted: bool) -> Iterator[dict[str, Any]]:
    for one in products:
        images = [
            {
                "thumb": f"{CDN}/t/{path}",
                "large": f"{CDN}/{path}",
                "variant": f"PT0{at}" if at else "MAIN",
                "hi_res": None,
            }
            for at, path in enumerate(one["images"])
        ]
        details = {"Department": "womens", "Color": one["color"]}
        columns = {name: [image[name] for image in images] for name in images[0]}
        yield {
            "main_category": "AMAZON FASHION", "title": one["title"], "average_rating": 4.1, "rating_number": 7,
            "features": ["Machine wash"], "description": [one["description"]], "price": None if converted else "—",
            "images": columns if converted else images, "videos": [], "store": one["brand"],
            "categories": ["Clothing, Shoes & Jewelry", one["category"]], "parent_asin": one["product_id"],
            "details": json.dumps(details) if converted else details, "bought_together": None,
        }  # fmt: skip


def table_rows(products: Products) -> Iterator[dict[str, str]]:
    for one in products:
        images = "|".join(f"{CDN}/{path}" for path in one["images"])
        yield {name: one[name] for name in ("product_id", "title", "description", "brand", "category", "color")} | {
            "images": images
        }


def csv_of(name: str, rows: Callable[[Products], Iterator[dict[str, str]]], delimiter: str = ",") -> Write:
    """A writer of a table whose columns are those of its first few rows."""

    def write(folder: Path, products: Products, count: int) -> list[Path]:
        columns = list(dict.fromkeys(column for row in islice(rows(drawn()), 20) for column in row))
        return write_csv(folder / name, columns, rows(products), count, delimiter)

    return write


FORMATS: dict[str, Write] = {
    "magento": csv_of("products.csv", magento_rows),
    "shopify-old": csv_of("products_export.csv", lambda products: shopify_rows(products, old=True)),
    "shopify-new": csv_of("products_export.csv", lambda products: shopify_rows(products, old=False)),
    "merchant-tsv": csv_of("feed.tsv", merchant_rows, "\t"),
    "merchant-xml": lambda folder, products, count: write_rss(folder / "feed.xml", products, count),
    "abo": lambda folder, products, count: write_abo(folder / "listings_0.json.gz", products, count),
    "amazon-native": lambda folder, products, count: write_lines(
        folder / "meta_Fashion.jsonl.gz", amazon_items(products, converted=False), count
    ),
    "amazon-converted": lambda folder, products, count: write_lines(
        folder / "meta_Fashion.jsonl", amazon_items(products, converted=True), count
    ),
    "table": csv_of("products.csv", table_rows),
}


def imported(workspace: Path, files: list[Path]) -> tuple[dict[str, Any], int, float]:
    """Runs the verb; gives its report, the most memory seen, and the seconds it took."""
    verb = [str(Path(sys.executable).with_name("wildwear")), "-w", str(workspace), "--json", "import", *map(str, files)]
    began, most = time.perf_counter(), 0
    with subprocess.Popen(verb, stdout=subprocess.PIPE, text=True) as running:
        watched = psutil.Process(running.pid)
        while running.poll() is None:
            try:
                most = max(most, memory_of(watched))
            except psutil.NoSuchProcess:
                break
            time.sleep(SAMPLE_SECONDS)
        assert running.stdout is not None
        output = running.stdout.read()
    return json.loads(output), most, time.perf_counter() - began


def measure(name: str, rows: int, folder: Path, limit_gb: float) -> bool:
    """Writes and imports one export; True where memory stayed below the limit and no row was lost."""
    files = FORMATS[name](folder, drawn(), rows)
    size = sum(file.stat().st_size for file in files)
    Workspace.create(folder / "workspace")
    report, most, seconds = imported(folder / "workspace", files)
    done, read_as = report["done"], ", ".join(sorted(set(report["details"]["formats"].values())))
    print(
        f"{name:<17} {rows:>9,} rows {size / 1e6:>6,.0f} MB {rows / seconds:>7,.0f} rows/s {most / 1e6:>5,.0f} MB held;"
        f" read as {read_as}: {done['products']:,} products, {done['variants folded']:,} variants, "
        f"{sum(report['failed'].values()):,} rejected",
        flush=True,
    )
    return most <= limit_gb * 1e9 and not any(report["failed"].values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", choices=FORMATS, action="append", help="a format; repeat for several")
    parser.add_argument("--limit-gb", type=float, default=1.5)
    parser.add_argument("--folder", type=Path, help="where the exports are made (deleted at the end)")
    options = parser.parse_args()
    good = True
    for name in options.only or FORMATS:
        root = Path(tempfile.mkdtemp(prefix="importing-", dir=options.folder))
        try:
            good &= measure(name, options.rows, root, options.limit_gb)
        finally:
            shutil.rmtree(root, ignore_errors=True)
    sys.exit(not good)


if __name__ == "__main__":
    main()
