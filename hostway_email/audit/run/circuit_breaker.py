"""The lane of the message statistics, which may be closed while all else goes on.

Statistics go through the API's IMAP gateway. While that is down, every call for them fails, slowly
and after retries. So after some failures in a row the lane closes: mailboxes then wait on disk,
and only at the end, when the gateway answers again, are they asked for.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

from pydantic import BaseModel, ConfigDict

from hostway_email.audit.collect.facts import MailboxFacts
from hostway_email.audit.named_files import naming

__all__ = ["CircuitBreaker", "Deferred", "DeferredQueue"]

FAILURES_IN_A_ROW: Final = 10


@dataclass(slots=True)
class CircuitBreaker:
    """Whether statistics are asked for, by how the latest calls for them ended."""

    closed: bool = False
    failures: int = 0

    def answered(self) -> None:
        """Note that the gateway answered, whatever it said."""
        self.failures = 0

    def unreachable(self) -> None:
        """Note that a call met no connection to the gateway, to the end of its retries."""
        self.failures += 1
        self.closed = self.closed or self.failures >= FAILURES_IN_A_ROW

    def reopen(self) -> None:
        """Ask again."""
        self.closed = False
        self.failures = 0


class Deferred(BaseModel):
    """A mailbox that is known but for its statistics."""

    model_config = ConfigDict(defer_build=True)

    target: int
    facts: MailboxFacts
    failed: dict[str, str]
    reason: str


class DeferredQueue:
    """The mailboxes that wait for their statistics, on disk: there may be very many of them."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self.count = 0

    def add(self, waiting: Deferred) -> None:
        """Let a mailbox wait.

        Raises:
            OSError: there is no room for it in the temporary folder, which `filename` names.
        """
        with naming():
            if self._file is None:
                self._file = tempfile.TemporaryFile("w+b")  # noqa: SIM115 # closed by close()
            self._file.write(waiting.model_dump_json().encode() + b"\n")
        self.count += 1

    def __iter__(self) -> Iterator[Deferred]:
        if self._file is not None:
            with naming():
                self._file.seek(0)
            for line in self._file:
                yield Deferred.model_validate_json(line)

    def close(self) -> None:
        """Forget them; may be called twice."""
        if self._file is not None:
            # What is still in its buffer is to be forgotten, and may have found no room.
            with contextlib.suppress(OSError):
                self._file.close()
