"""A small shop with pictures, and the query view on it."""

from __future__ import annotations

from collections.abc import Sequence

from tests.queries import shop
from tests.review.serving import image_id, jpeg, write

from wildwear.queries.settings import LabelSettings
from wildwear.queries.stage import label
from wildwear.tables import IMAGES
from wildwear.workspace import Workspace

TITLES = [
    "Blue Jeans",
    "Denim Jacket",
    "Linen Trousers",
    "Slim Linen Jeans",
    "Jeans Phone Case",
    "Linen Sheet",
    "<img src=x onerror=alert(1)> Jeans \U0001f456 Jeans",
    "Gift Card",
]


def open_shop(workspace: Workspace, titles: Sequence[str] = TITLES, pictures: int = 7) -> Workspace:
    """Products P0, P1 and so on, labelled; the first `pictures` of them have one."""
    shop.fill(workspace, titles)
    label(workspace, LabelSettings())
    rows = []
    for number in range(pictures):
        data = jpeg(number)
        rows.append(
            {"product_id": f"P{number}", "url": f"{number}.jpg", "position": 0, "image_id": image_id(data)}
            | {"bytes": data, "width": 60, "height": 40, "phash": number, "status": "ok"}
        )
    write(workspace, IMAGES, rows)
    return workspace
