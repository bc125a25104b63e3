"""What is at the neck of a garment: collars, lapels, hoods, and the inside of its back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from wildwear.rendered.body import NECK, Body
from wildwear.rendered.cut import Cut, neckline
from wildwear.rendered.fabric import Fabric
from wildwear.rendered.geometry import Points, curve, ellipse, outline
from wildwear.rendered.paint import Piece, Stroke


def inside_of_back(cut: Cut, body: Body) -> Points:
    """What is seen of the back through the neckline."""
    half = cut.neck_half_width(body)
    rise, middle = (-0.14, -0.12) if cut.neck in ("collar", "stand", "lapel") else (0.1, 0.13)
    left = [(-half, NECK + 0.05), (-half * 0.65, NECK + rise), (0.0, NECK + middle)]
    back = [*left, *((-x, y) for x, y in left[1::-1])]
    return np.vstack([neckline(cut, body), curve(back)[::-1]])


def collar(cut: Cut, fabric: Fabric, body: Body) -> list[Piece]:
    """The pieces of the collar that its neck asks for; none for a plain neckline."""
    return _MAKERS[cut.neck](cut, fabric, body) if cut.neck in _MAKERS else []


def _both(shape: Points, fabric: Fabric, shade: float = 1.03, edged: bool = True) -> list[Piece]:
    """A piece and its mirror image."""
    pieces = []
    for one in (shape, shape * (-1, 1)):
        edge = (Stroke(np.vstack([one, one[:1]]), 0.016, fabric.trim, 150),) if edged else ()
        pieces.append(Piece(outline=one, fabric=fabric, bulge=0.5, shade=shade, shadow=0.5, marks=edge))
    return pieces


def _shirt_collar(cut: Cut, fabric: Fabric, body: Body) -> list[Piece]:
    n, low = body.neck, cut.low
    outer = [(-n + 0.03, NECK - 0.16), (-n - 0.1, NECK), (-n - 0.17, NECK + 0.16)]
    point = [(-n - 0.17, NECK + 0.16), (-n * 0.85, low + 0.2), (-0.02, low - 0.02)]
    inner = [(-0.02, low - 0.02), (-n * 0.62, NECK), (-n + 0.03, NECK - 0.16)]
    return _both(np.vstack([curve(outer), np.array(point), curve(inner)]), fabric)


def _lapels(cut: Cut, fabric: Fabric, body: Body) -> list[Piece]:
    n, low, notch = body.neck, cut.low, NECK + 0.42
    wide = 0.34 if cut.opening == "double" else 0.26
    roll = [(-0.01, low), (-n * 0.6, (NECK + low) / 2), (-n - 0.02, NECK + 0.02)]
    edge = [(-n - wide, notch), (-n - wide + 0.08, notch + 0.35), (-0.01, low)]
    lapel = np.vstack([[(-n - 0.1, NECK + 0.3)], curve(edge), curve(roll)])
    outer = [(-n + 0.03, NECK - 0.16), (-n - 0.12, NECK + 0.02), (-n - 0.26, NECK + 0.24)]
    upper = outline(outer, [(-n - 0.26, NECK + 0.24), (-n - 0.1, NECK + 0.34)], [(-n, NECK + 0.1), outer[0]])
    return [*_both(lapel, fabric), *_both(upper, fabric, 0.97)]


def _stand_collar(cut: Cut, fabric: Fabric, body: Body) -> list[Piece]:
    n, low = body.neck + 0.05, cut.low
    outer = [(-n + 0.04, NECK - 0.2), (-n - 0.05, NECK + 0.06)]
    lower = [(-n - 0.05, NECK + 0.06), (-n * 0.6, low), (-0.01, low + 0.06)]
    upper = [(-0.01, low - 0.2), (-n * 0.6, NECK - 0.06), outer[0]]
    return _both(outline(outer, lower, upper), fabric)


def _roll_neck(_cut: Cut, fabric: Fabric, body: Body) -> list[Piece]:
    n = body.neck + 0.02
    high = [(-n + 0.02, NECK - 0.24), (0, NECK - 0.2), (n - 0.02, NECK - 0.24)]
    low = [(n + 0.03, NECK + 0.06), (0, NECK + 0.17), (-n - 0.03, NECK + 0.06)]
    return [Piece(outline=outline(high, low), fabric=replace(fabric, kind="rib"), bulge=1.1, shadow=0.3)]


def hood_behind(cut: Cut, fabric: Fabric, body: Body) -> list[Piece]:
    """The part of a hood that is behind the head: standing up and open, or lying on the shoulders."""
    n = body.neck
    if cut.hood_up:
        shell = ellipse(0, NECK - 0.18, n + 0.42, 0.72)
        opening = ellipse(0, NECK - 0.06, n + 0.2, 0.52)
        return [
            Piece(outline=shell, fabric=fabric, shadow=0),
            Piece(outline=opening, fabric=fabric, shade=0.5, shadow=0),
        ]
    shell = ellipse(0, NECK, n + 0.42, 0.34)
    return [Piece(outline=shell, fabric=fabric, shade=0.82, shadow=0)]


def _hood_front(cut: Cut, fabric: Fabric, body: Body) -> list[Piece]:
    n, low = body.neck, cut.low
    high = NECK - (0.3 if cut.hood_up else 0.1)
    outer = [(-n - 0.22, high), (-n - 0.3, NECK + 0.1), (-n - 0.1, low), (-0.03, low + 0.12)]
    inner = [(-0.03, low + 0.12), (-n * 0.5, low - 0.14), (-n - 0.02, NECK + 0.02), (-n - 0.06, high)]
    return _both(outline(outer, inner), fabric, 1.0, edged=False)


_MAKERS: dict[str, Callable[[Cut, Fabric, Body], list[Piece]]] = {
    "collar": _shirt_collar,
    "lapel": _lapels,
    "stand": _stand_collar,
    "high": _roll_neck,
    "hood": _hood_front,
}
