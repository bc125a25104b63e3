"""The settings of `review`, light to import: they are the flags of its verb."""

from __future__ import annotations

from dataclasses import dataclass

from wildwear.errors import UserError
from wildwear.pages.settings import account, checked_port, checked_who


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSettings:
    """What is reviewed, by whom, and where the page is served."""

    on: str | None = None
    """The dataset to review; without it, the labelled pictures of the catalogue."""
    port: int = 0
    """The port on 127.0.0.1; 0 takes a free one."""
    who: str = ""
    """The name that decisions are signed with; without it, the name of the account."""
    open: bool = True
    """Open the page in the browser."""
    rare: int = 50
    """A category with fewer pictures than this is called rare."""
    sprite_megabytes: int = 128
    """Memory for thumbnails that were drawn before, in MB."""

    def __post_init__(self) -> None:
        checked_port(self.port)
        checked_who(self.who, "--who")
        if self.rare < 0 or self.sprite_megabytes < 1:
            raise UserError("--rare takes 0 or more, --sprite-megabytes 1 or more")

    @property
    def signed(self) -> str:
        """Who decides, where the page does not say."""
        return self.who or account()
