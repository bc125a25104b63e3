"""Clothing recognition in the wild, trained from the product catalogue a shop already has."""

from __future__ import annotations

import os as _os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wildwear.tagging.tagger import Tagger

# Nothing phones home. Daft and its libraries report usage unless told not to, and they look when imported.
_os.environ.setdefault("DO_NOT_TRACK", "1")
_os.environ.setdefault("SCARF_NO_ANALYTICS", "1")
_os.environ.setdefault("DAFT_ANALYTICS_ENABLED", "0")
_os.environ.setdefault("OPENVINO_TELEMETRY_OPT_OUT", "1")
_os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

__version__ = "0.1.0"
__all__ = ["Tagger", "__version__"]


def __getattr__(name: str) -> object:
    """`Tagger` is loaded when it is first asked for, so that importing wildwear costs nothing."""
    if name == "Tagger":
        from wildwear.tagging.tagger import Tagger

        return Tagger
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
