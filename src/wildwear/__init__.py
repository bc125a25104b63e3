"""Clothing recognition in the wild, trained from the product catalogue a shop already has."""

import os as _os

# Nothing phones home. Daft and its libraries report usage unless told not to, and they look when imported.
_os.environ.setdefault("DO_NOT_TRACK", "1")
_os.environ.setdefault("SCARF_NO_ANALYTICS", "1")
_os.environ.setdefault("DAFT_ANALYTICS_ENABLED", "0")
_os.environ.setdefault("OPENVINO_TELEMETRY_OPT_OUT", "1")
_os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

__version__ = "0.1.0"
