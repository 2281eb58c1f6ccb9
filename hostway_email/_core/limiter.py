"""How many requests may be under way at once, and who is next when there is no place."""

from __future__ import annotations

from collections import deque

import anyio

__all__ = ["PriorityLimiter"]


class PriorityLimiter:
    """A number of places; whoever repeats a call gets the next one before whoever begins one.

    A client may be given thousands of calls at once. If one that has to be repeated went back to
    the end of their queue, all of them would fail first, and no retry budget would be enough.
    """

    __slots__ = ("_again", "_first", "_free")

    def __init__(self, number: int) -> None:
        self._free = number
        self._again: deque[anyio.Event] = deque()
        self._first: deque[anyio.Event] = deque()

    async def take(self, *, again: bool) -> None:
        """Take a place as soon as there is one; `again` if the call has been sent before."""
        if self._free:
            self._free -= 1
            return
        queue = self._again if again else self._first
        turn = anyio.Event()
        queue.append(turn)
        try:
            await turn.wait()
        except BaseException:
            if turn.is_set():
                self.release()
            else:
                queue.remove(turn)
            raise

    def release(self) -> None:
        """Give a place to the next in the queue, or keep it free."""
        queue = self._again or self._first
        if queue:
            queue.popleft().set()
        else:
            self._free += 1
