"""The same goods as each platform would export them: fields, order of columns and mess as they are in circulation."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

CDN = "https://cdn.example.com/m"

_SHOPIFY_OLD = (
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,"
    "Option2 Value,Option3 Name,Option3 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory "
    "Policy,Variant Fulfillment Service,Variant Price,Variant Compare At Price,Variant Requires Shipping,Variant "
    "Taxable,Variant Barcode,Image Src,Image Position,Image Alt Text,Gift Card,SEO Title,SEO Description,Google "
    "Shopping / Google Product Category,Google Shopping / Gender,Google Shopping / Age Group,Fabric "
    "(product.metafields.shopify.fabric),Variant Image,Variant Weight Unit,Cost per item,Status"
)
_SHOPIFY_NEW = (
    "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,Barcode,"
    "Option1 name,Option1 value,Option1 Linked To,Option2 name,Option2 value,Option2 Linked To,Option3 name,Option3 "
    "value,Option3 Linked To,Price,Compare-at price,Cost per item,Charge tax,Inventory tracker,Inventory quantity,"
    "Continue selling when out of stock,Weight value (grams),Requires shipping,Fulfillment service,Product image URL,"
    "Image position,Image alt text,Variant image URL,Gift card,SEO title,SEO description,Fabric "
    "(product.metafields.shopify.fabric),Google Shopping / Google product category,Google Shopping / Gender,Google "
    "Shopping / Age group"
)
_MERCHANT = (
    "id,title,description,link,image_link,additional_image_link,availability,price,brand,gtin,google_product_category,"
    "product_type,item_group_id,color,size,gender,age_group,material,pattern,condition,product_detail"
)
_MAGENTO = (
    "sku,store_view_code,attribute_set_code,product_type,categories,name,description,short_description,base_image,"
    "small_image,thumbnail_image,additional_images,additional_attributes,configurable_variations"
)
SHOPIFY_OLD, SHOPIFY_NEW = _SHOPIFY_OLD.split(","), _SHOPIFY_NEW.split(",")
MERCHANT, MAGENTO = _MERCHANT.split(","), _MAGENTO.split(",")


@dataclass(frozen=True, kw_only=True)
class Goods:
    """One product without variants, whatever the format."""

    id: str
    title: str = "Tee"
    body: str = "<p>Soft &amp; warm.</p>"
    category: tuple[str, ...] = ("Clothing", "Shirts")
    pictures: tuple[str, ...] = ("a/1.jpg", "b/2.jpg")
    """Paths below `CDN`."""

    @property
    def addresses(self) -> list[str]:
        return [f"{CDN}/{path}" for path in self.pictures]


def delimited(columns: Sequence[str], rows: Iterable[Mapping[str, str]], delimiter: str = ",") -> bytes:
    """CSV or TSV with CRLF and a byte order mark, as spreadsheets leave them; what a row lacks stays blank."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "surrogateescape")


def json_lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return text.encode("utf-8", "surrogateescape")


def rss(items: Iterable[str]) -> bytes:
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!-- made by <item> --><rss xmlns:g="http://base.google.com/ns/1.0"'
        ' version="2.0">\n<channel><title>A shop</title><link>https://shop.example</link><description>All of it'
        "</description>\n"
    )
    return (head + "\n".join(items) + "\n</channel>\n</rss>\n").encode("utf-8", "surrogateescape")


def atom(entries: Iterable[str]) -> bytes:
    head = (
        '<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom"\n xmlns:g="http://base.google.com/ns/1.0">'
        "<title>A shop</title><updated>2024-01-01T00:00:00Z</updated>\n"
    )
    return (head + "\n".join(entries) + "</feed>").encode("utf-8", "surrogateescape")


def shopify_rows(goods: Iterable[Goods], *, old: bool) -> list[dict[str, str]]:
    """Each product's row, and one a further picture."""
    names = (
        ("Handle", "Title", "Body (HTML)", "Product Category", "Option1 Name", "Option1 Value", "Image Src")
        if old
        else (
            "URL handle",
            "Title",
            "Description",
            "Product category",
            "Option1 name",
            "Option1 value",
            "Product image URL",
        )
    )
    handle, title, body, category, option, value, image = names
    rows = []
    for one in goods:
        first, *others = one.addresses or [""]
        rows.append(
            {handle: one.id, title: one.title, body: one.body, "Vendor": "Acme", category: " > ".join(one.category)}
            | {option: "Title", value: "Default Title", image: first}
        )
        rows += [{handle: one.id, image: address} for address in others]
    return rows


def merchant_rows(goods: Iterable[Goods]) -> list[dict[str, str]]:
    return [
        {
            "id": one.id, "title": one.title, "description": one.body, "link": f"https://shop.example/{one.id}",
            "image_link": "".join(one.addresses[:1]), "additional_image_link": ",".join(one.addresses[1:]),
            "availability": "in stock", "price": "15.00 USD", "brand": "Acme", "google_product_category": "1604",
            "product_type": " > ".join(one.category), "condition": "new",
        }
        for one in goods
    ]  # fmt: skip


def merchant_item(one: Goods, *, tag: str = "item") -> str:
    """Further pictures repeat the element, a title hides in CDATA, and RSS's own description says less."""
    pictures = [f"<g:image_link>{escape(address)}</g:image_link>" for address in one.addresses[:1]]
    pictures += [
        f"<g:additional_image_link>{escape(address)}</g:additional_image_link>" for address in one.addresses[1:]
    ]
    atoms = '<id>tag:shop.example,2024:x</id><link href="https://shop.example/x"/><summary>In short.</summary>'
    plain = atoms if tag == "entry" else "<link>https://shop.example/x</link><description>In short.</description>"
    return (
        f"<{tag}>{plain}\n <g:id>{escape(one.id)}</g:id><title><![CDATA[{one.title}]]></title>"
        f"<g:description>{escape(one.body)}</g:description>{''.join(pictures)}<g:price>15.00 USD</g:price>"
        f"<g:availability>in stock</g:availability><g:brand>Acme</g:brand>"
        f"<g:product_type>{escape(' > '.join(one.category))}</g:product_type>"
        f"<g:shipping><g:country>US</g:country><g:price>5 USD</g:price></g:shipping></{tag}>"
    )


def abo_listing(one: Goods, **more: Any) -> dict[str, Any]:
    ids = [picture_id(path) for path in one.pictures]
    tagged = {"language_tag": "en_US", "value": one.title}
    return {
        "brand": [{"language_tag": "en_US", "value": "Acme"}],
        "bullet_point": [{"language_tag": "en_US", "value": one.body}],
        "item_id": one.id,
        "item_name": [{"language_tag": "fr_FR", "value": "Maillot"}, tagged],
        "node": [{"node_id": 7, "node_name": "/" + "/".join(one.category)}],
        "product_type": [],
        "main_image_id": ids[0] if ids else None,
        "other_image_id": ids[1:],
        "marketplace": "Amazon",
        "domain_name": "amazon.com",
        "country": "US",
    } | more  # fmt: skip


def picture_id(path: str) -> str:
    return f"71+{path.replace('/', '-')}L"


def abo_pictures(paths: Iterable[str]) -> bytes:
    rows = ({"image_id": picture_id(path), "height": "1", "width": "1", "path": path} for path in paths)
    return gzip.compress(delimited(("image_id", "height", "width", "path"), rows))


def amazon_item(one: Goods, *, converted: bool = False) -> dict[str, Any]:
    """The main picture is not the first, and not every size of a picture is there."""
    images = [
        {"thumb": f"{CDN}/t.jpg", "large": address, "variant": f"PT0{at}" if at else "MAIN", "hi_res": None}
        for at, address in enumerate(one.addresses)
    ]
    if images:
        images[0] |= {"hi_res": images[0]["large"], "large": f"{CDN}/l.jpg"}
    images.append(images.pop(0)) if images else None
    details: Any = {"Department": "mens", "Package Dimensions": "1 x 2 inches"}
    item = {
        "main_category": "AMAZON FASHION", "title": one.title, "average_rating": 4.5, "rating_number": 12,
        "features": [], "description": [one.body], "price": "—", "images": images, "videos": [], "store": "Acme",
        "categories": list(one.category), "details": details, "parent_asin": one.id, "bought_together": None,
    }  # fmt: skip
    if converted:
        item["images"] = {name: [image[name] for image in images] for name in ("hi_res", "large", "thumb", "variant")}
        item |= {"details": json.dumps(details), "price": "None", "subtitle": None, "author": None}
    return item


def magento_rows(goods: Iterable[Goods]) -> list[dict[str, str]]:
    return [
        {
            "sku": one.id, "name": one.title, "description": one.body, "categories": "/".join(one.category),
            "product_type": "simple", "attribute_set_code": "Top", "base_image": "".join(one.addresses[:1]),
            "additional_images": ",".join(one.addresses[1:]), "additional_attributes": "brand=Acme",
        }
        for one in goods
    ]  # fmt: skip


def table_rows(goods: Iterable[Goods]) -> list[dict[str, str]]:
    return [
        {
            "sku": one.id, "title": one.title, "description": one.body, "brand": "Acme",
            "category": " > ".join(one.category), "images": "|".join(one.addresses),
        }
        for one in goods
    ]  # fmt: skip


Export = Callable[[Sequence[Goods]], dict[str, bytes]]
"""Files by name, the one with the products first."""


def _abo(goods: Sequence[Goods]) -> dict[str, bytes]:
    pictures = dict.fromkeys(path for one in goods for path in one.pictures)
    return {"listings": json_lines(abo_listing(one) for one in goods), "pictures": abo_pictures(pictures)}


EXPORTS: dict[str, tuple[str, Export]] = {
    "magento": ("magento", lambda goods: {"file": delimited(MAGENTO, magento_rows(goods))}),
    "shopify-old": ("shopify", lambda goods: {"file": delimited(SHOPIFY_OLD, shopify_rows(goods, old=True))}),
    "shopify-new": ("shopify", lambda goods: {"file": delimited(SHOPIFY_NEW, shopify_rows(goods, old=False))}),
    "merchant-tsv": ("merchant", lambda goods: {"file": delimited(MERCHANT, merchant_rows(goods), "\t")}),
    "merchant-rss": ("merchant", lambda goods: {"file": rss(map(merchant_item, goods))}),
    "merchant-atom": ("merchant", lambda goods: {"file": atom(merchant_item(one, tag="entry") for one in goods)}),
    "abo": ("abo", _abo),
    "amazon-native": ("amazon_reviews", lambda goods: {"file": json_lines(map(amazon_item, goods))}),
    "amazon-converted": (
        "amazon_reviews",
        lambda goods: {"file": json_lines(amazon_item(one, converted=True) for one in goods)},
    ),
    "table": ("table", lambda goods: {"file": delimited(list(table_rows([Goods(id="")])[0]), table_rows(goods))}),
}
"""By name: the format, and what writes it."""


def write_export(folder: Path, name: str, goods: Sequence[Goods]) -> list[str]:
    """Writes an export into the folder; gives the paths, the products' first."""
    _, export = EXPORTS[name]
    paths = []
    for file, content in export(goods).items():
        (folder / file).write_bytes(content)
        paths.append(str(folder / file))
    return paths


def renamed(one: Goods, **changes: Any) -> Goods:
    return replace(one, **changes)
