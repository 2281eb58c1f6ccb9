"""A circuit breaker for message statistics, and the queue of the mailboxes it defers.

Statistics go through the API's IMAP gateway. While that is down, every request for them fails,
slowly and after retries. After some failures in a row the circuit breaker opens: mailboxes are
deferred to a file on disk, and retried at the end, once the gateway responds again.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

from pydantic import BaseModel, ConfigDict

from hostway_email.audit.collect.units import Collected
from hostway_email.audit.named_files import naming

__all__ = ["CircuitBreaker", "DeferredMailbox", "DeferredQueue"]

FAILURE_THRESHOLD: Final = 10


@dataclass(slots=True)
class CircuitBreaker:
    """A circuit breaker that opens after ten failures in a row.

    Attributes:
        is_open: whether requests are to be deferred instead of sent.
        failures: the number of failures in a row.
    """

    is_open: bool = False
    failures: int = 0

    def record_success(self) -> None:
        """Note that the gateway was reached, whatever its response."""
        self.failures = 0

    def record_failure(self) -> None:
        """Note that the gateway could not be reached, after all retries."""
        self.failures += 1
        self.is_open = self.is_open or self.failures >= FAILURE_THRESHOLD

    def reset(self) -> None:
        """Close the circuit, so that requests are sent again."""
        self.is_open = False
        self.failures = 0


class DeferredMailbox(BaseModel):
    """A mailbox without its statistics, as it is stored on disk.

    Attributes:
        domain_index: the position of its domain in the audit.
        collected: what was read of it.
        reason: why it was deferred.
    """

    model_config = ConfigDict(defer_build=True)

    domain_index: int
    collected: Collected
    reason: str


class DeferredQueue:
    """A queue on disk of mailboxes without statistics: there may be very many of them."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self.count = 0

    def add(self, mailbox: DeferredMailbox) -> None:
        """Append a mailbox.

        Raises:
            OSError: the temporary folder, named in `filename`, is full.
        """
        with naming():
            if self._file is None:
                self._file = tempfile.TemporaryFile("w+b")  # noqa: SIM115 # closed by close()
            self._file.write(mailbox.model_dump_json().encode() + b"\n")
        self.count += 1

    def __iter__(self) -> Iterator[DeferredMailbox]:
        if self._file is not None:
            with naming():
                self._file.seek(0)
            for line in self._file:
                yield DeferredMailbox.model_validate_json(line)

    def close(self) -> None:
        """Discard the queue; may be called twice."""
        if self._file is not None:
            # Closing flushes the buffer, which fails on a full disk: its content is discarded.
            with contextlib.suppress(OSError):
                self._file.close()
