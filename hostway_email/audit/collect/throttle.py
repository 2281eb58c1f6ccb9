"""How many mailboxes are read at once, and how that shrinks when the API says it is too many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["Throttle"]

REFUSALS_IN_A_ROW: Final = 3


@dataclass(slots=True)
class Throttle:
    """The present concurrency; three answers of 429 in a row halve it.

    Attributes:
        limit: how many mailboxes may be read at once.
        halved: how often the limit was halved.
    """

    limit: int
    halved: int = 0
    refusals: int = 0

    def refused(self) -> None:
        """Note an answer of 429."""
        self.refusals += 1
        if self.refusals == REFUSALS_IN_A_ROW and self.limit > 1:
            # The requests that are under way now may all be refused too: they count for nothing.
            self.refusals = -self.limit
            self.limit //= 2
            self.halved += 1

    def answered(self) -> None:
        """Note an answer that was no 429."""
        self.refusals = min(0, self.refusals)
