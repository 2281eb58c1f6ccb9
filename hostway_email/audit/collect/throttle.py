"""A limit of concurrency that shrinks on HTTP 429."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["Throttle"]

RATE_LIMITS_IN_A_ROW: Final = 3


@dataclass(slots=True)
class Throttle:
    """The current concurrency; three 429 responses in a row halve it.

    Attributes:
        limit: how many mailboxes may be read at once.
        halved: how often the limit was halved.
        rate_limits: the number of 429 responses in a row.
    """

    limit: int
    halved: int = 0
    rate_limits: int = 0

    def record_rate_limit(self) -> None:
        """Note a 429 response."""
        self.rate_limits += 1
        if self.rate_limits == RATE_LIMITS_IN_A_ROW and self.limit > 1:
            # The requests in progress may all get a 429 too: those are not counted.
            self.rate_limits = -self.limit
            self.limit //= 2
            self.halved += 1

    def record_other(self) -> None:
        """Note any other response."""
        self.rate_limits = min(0, self.rate_limits)
