"""What a browser may send."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from wildwear.movies.clip_log import Discard
from wildwear.pages.bodies import Body

MAX_ANNOTATIONS = 1000
MAX_CATEGORIES = 20

_Name = Annotated[str, Field(max_length=200)]


class AnnotationBody(Body):
    """One person's word on one clip; with neither categories nor a reason it takes back what was said."""

    clip: _Name
    categories: list[_Name] = Field([], max_length=MAX_CATEGORIES)
    discard: Discard | None = None
    adjudicates: bool = False


class AnnotationsBody(Body):
    """What one person said, written together."""

    annotations: list[AnnotationBody] = Field(max_length=MAX_ANNOTATIONS)
