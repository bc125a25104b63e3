"""What a browser may send, checked before anything is done with it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from wildwear.decisions import Verdict
from wildwear.pages.bodies import Body, Name, Number

MAX_DECISIONS = 10_000
MAX_AUDIT = 10_000


class DecisionBody(Body):
    """One verdict on one item."""

    item: Number
    verdict: Verdict
    category: str | None = Field(None, max_length=200)


class DecisionsBody(Body):
    """What one person decided, written together."""

    decisions: list[DecisionBody] = Field(max_length=MAX_DECISIONS)
    who: Name = ""
    audit: str | None = Field(None, max_length=64)


class AuditBody(Body):
    """A sample to draw."""

    category: str = Field(max_length=200)
    size: Annotated[int, Field(ge=1, le=MAX_AUDIT, strict=True)] = 200
    seed: Annotated[int, Field(ge=0, lt=2**63, strict=True)] | None = None
