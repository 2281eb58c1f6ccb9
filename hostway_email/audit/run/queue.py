"""How records get from the tasks of a run to whoever iterates over it."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

import anyio
from anyio.lowlevel import checkpoint

__all__ = ["RecordQueue"]

T = TypeVar("T")


class RecordQueue(Generic[T]):
    """A table on which tasks put records down, and from which one is taken after the other.

    Whoever is cancelled loses nothing: what was put down lies there, and what was about to be taken
    stays. A memory stream would lose the record that a cancelled task was being given.

    Parameters:
        ahead: how many may lie there before those who put down have to wait.
    """

    def __init__(self, ahead: int) -> None:
        self._ahead = ahead
        self._records: deque[T] = deque()
        self._ended = False
        self._arrived = anyio.Event()
        self._room = anyio.Event()

    async def put(self, record: T) -> None:
        """Put a record down at once, and then wait while too many lie there."""
        self._records.append(record)
        self._arrived.set()
        while len(self._records) > self._ahead:
            await self._room.wait()

    async def take(self) -> T | None:
        """Take the next record as soon as there is one; None after the last."""
        await checkpoint()
        while not self._records:
            if self._ended:
                return None
            self._arrived = anyio.Event() if self._arrived.is_set() else self._arrived
            await self._arrived.wait()
        record = self._records.popleft()
        # All who wait are woken together, so that happens once in a while, not for each record.
        if len(self._records) == self._ahead // 2:
            self._room.set()
            self._room = anyio.Event()
        return record

    def end(self) -> None:
        """Say that no more will come."""
        self._ended = True
        self._arrived.set()
