"""The queue of records between the tasks of a run and its consumer."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import anyio
from anyio.lowlevel import checkpoint

__all__ = ["RecordQueue"]

T = TypeVar("T")


@dataclass(slots=True)
class RecordQueue(Generic[T]):
    """A bounded, cancellation-safe queue of records.

    A cancelled `put()` or `get()` loses no record. A memory stream would lose the record that is
    being handed to a cancelled task.

    Attributes:
        max_size: how many records it holds before `put()` waits.
    """

    max_size: int
    _records: deque[T] = field(default_factory=deque, init=False)
    _closed: bool = field(default=False, init=False)
    _error: BaseException | None = field(default=None, init=False)
    _not_empty: anyio.Event = field(default_factory=anyio.Event, init=False)
    _not_full: anyio.Event = field(default_factory=anyio.Event, init=False)

    async def put(self, record: T) -> None:
        """Add a record at once, then wait while the queue is full."""
        self._records.append(record)
        self._not_empty.set()
        while len(self._records) > self.max_size:
            await self._not_full.wait()

    async def get(self) -> T:
        """Remove and return the next record, waiting for one.

        Raises:
            StopAsyncIteration: there are no more records.
            BaseException: there are no more records, because of this error.
        """
        if self._records or self._closed:
            await checkpoint()
        while not self._records:
            if self._error is not None:
                raise self._error from self._error.__cause__
            if self._closed:
                raise StopAsyncIteration
            self._not_empty = anyio.Event() if self._not_empty.is_set() else self._not_empty
            await self._not_empty.wait()
        record = self._records.popleft()
        # The event wakes all waiting tasks at once, so it is set only when the queue is half empty.
        if len(self._records) == self.max_size // 2:
            self._not_full.set()
            self._not_full = anyio.Event()
        return record

    def close(self, error: BaseException | None = None) -> None:
        """Mark the end, with the error that caused it: `get()` raises once the queue is empty.

        Only the first end counts.
        """
        if not self._closed:
            self._closed = True
            self._error = error
            self._not_empty.set()
