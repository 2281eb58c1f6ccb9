"""A concurrency limiter that lets retries go first."""

from __future__ import annotations

from collections import deque

import anyio

__all__ = ["PriorityLimiter"]


class PriorityLimiter:
    """A fixed number of slots; a free slot goes to retries before first attempts.

    A client may start thousands of calls at once. If a retry went to the end of their queue, all
    of them would fail first, and no retry budget would be enough.

    Parameters:
        slots: the number of requests that may be in flight at once.
    """

    __slots__ = ("_first_attempts", "_free", "_retries")

    def __init__(self, slots: int) -> None:
        self._free = slots
        self._retries: deque[anyio.Event] = deque()
        self._first_attempts: deque[anyio.Event] = deque()

    async def acquire(self, *, retry: bool) -> None:
        """Wait for a slot and take it, with priority if this is a retry."""
        if self._free:
            self._free -= 1
            return
        queue = self._retries if retry else self._first_attempts
        granted = anyio.Event()
        queue.append(granted)
        try:
            await granted.wait()
        except BaseException:
            if granted.is_set():
                self.release()
            else:
                queue.remove(granted)
            raise

    def release(self) -> None:
        """Pass the slot to the next in the queue, or free it."""
        queue = self._retries or self._first_attempts
        if queue:
            queue.popleft().set()
        else:
            self._free += 1
