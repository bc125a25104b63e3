"""What a browser may send, checked before anything is done with it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from wildwear.pages.settings import MAX_WHO


def _printable(name: str) -> str:
    if not name.isprintable():
        raise ValueError("control characters are no part of a name")
    return name


Name = Annotated[str, Field(max_length=MAX_WHO), AfterValidator(_printable)]
Number = Annotated[int, Field(ge=0, lt=2**31, strict=True)]


class Body(BaseModel):
    """A body with no field that nobody asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)
