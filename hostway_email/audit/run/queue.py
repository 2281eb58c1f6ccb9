"""The queue of records between the tasks of a run and its consumer."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

import anyio
from anyio.lowlevel import checkpoint

__all__ = ["RecordQueue"]

T = TypeVar("T")


class RecordQueue(Generic[T]):
    """A bounded, cancellation-safe queue of records.

    A cancelled `put()` or `get()` loses no record. A memory stream would lose the record that is
    being handed to a cancelled task.

    Parameters:
        max_size: how many records it holds before `put()` waits.
    """

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size
        self._records: deque[T] = deque()
        self._closed = False
        self._not_empty = anyio.Event()
        self._not_full = anyio.Event()

    async def put(self, record: T) -> None:
        """Add a record at once, then wait while the queue is full."""
        self._records.append(record)
        self._not_empty.set()
        while len(self._records) > self._max_size:
            await self._not_full.wait()

    async def get(self) -> T | None:
        """Remove and return the next record, waiting for one; None after the last."""
        await checkpoint()
        while not self._records:
            if self._closed:
                return None
            self._not_empty = anyio.Event() if self._not_empty.is_set() else self._not_empty
            await self._not_empty.wait()
        record = self._records.popleft()
        # The event wakes all waiting tasks at once, so it is set only when the queue is half empty.
        if len(self._records) == self._max_size // 2:
            self._not_full.set()
            self._not_full = anyio.Event()
        return record

    def close(self) -> None:
        """Mark the end: `get()` returns None once the queue is empty."""
        self._closed = True
        self._not_empty.set()
