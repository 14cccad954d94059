"""How far the walks over a list have come, for a switch that disturbs them (`page_shift`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class Walk:
    """The walks over one list: how many have begun, and how many pages of the present one went out."""

    walks: int = 0
    pages: int = 0

    def asked(self, offset: int, limit: int) -> None:
        """Note a request before it is answered. One for a single row is a capability check and begins nothing."""
        if offset == 0 and limit > 1:
            self.walks += 1
            self.pages = 0

    def answered(self) -> None:
        """Note that a page went out."""
        self.pages += 1

    def shifted(self, parameters: dict[str, Any]) -> bool:
        """Whether the list is shifted for the next page: after `after_page` pages, and for good after `walks` walks."""
        disturbed = parameters.get("walks")
        if disturbed is not None and self.walks > disturbed:
            return True
        return self.walks > 0 and self.pages >= parameters.get("after_page", 1)
