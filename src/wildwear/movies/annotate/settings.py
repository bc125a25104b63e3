"""The settings of `clips annotate`, light to import: they are its flags."""

from __future__ import annotations

from dataclasses import dataclass

from wildwear.pages.settings import account, checked_port, checked_who


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotateSettings:
    """Who says what clips show, and where the page is served."""

    who: str = ""
    """The name that answers are signed with; without it, the name of the account. Two people need two names."""
    port: int = 0
    """The port on 127.0.0.1; 0 takes a free one."""
    open: bool = True
    """Open the page in the browser."""

    def __post_init__(self) -> None:
        checked_port(self.port)
        checked_who(self.who, "--as")

    @property
    def signed(self) -> str:
        """Whose answers they are."""
        return self.who.strip() or account()
