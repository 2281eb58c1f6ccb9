"""The detection of duplicates and of endless lists during a walk over a list."""

from __future__ import annotations

from collections import deque
from typing import Final

__all__ = ["MAX_STALE_PAGES", "DuplicateTracker"]

MAX_STALE_PAGES: Final = 10
"""The pages in a row without a new item after which a walk ends; a few empty ones are legal."""

_CELLS: Final = 1 << 20
_ENOUGH_ITEMS: Final = 64


class DuplicateTracker:
    """A counter of duplicates on nearby pages that also detects an endless list.

    The keys of the latest pages are kept. Older items are only marked in a Bloom filter with one
    hash, as keeping each key would cost more than the walk itself. The filter may have a false
    positive for a new item, but not for many in a row.

    Parameters:
        pages: the number of pages whose keys are kept.
    """

    def __init__(self, pages: int) -> None:
        self._pages = pages
        self._page = 0
        self._recent: deque[list[object]] = deque()
        self._latest: dict[object, int] = {}
        self._cells = bytearray()
        self._stale = 0
        self._presumed: list[int] = []

    @property
    def endless(self) -> bool:
        """Whether the latest pages had no new item, and enough items to be sure."""
        sure = not self._presumed or sum(self._presumed) >= _ENOUGH_ITEMS
        return self._stale >= MAX_STALE_PAGES and sure

    def add(self, keys: list[object]) -> int:
        """Add the items of the next page, and return the number of duplicates on it."""
        self._page += 1
        before = len(self._latest)
        self._latest.update(dict.fromkeys(keys, self._page))
        new = len(self._latest) - before
        self._recent.append(keys)
        if new and self._mark(keys):
            self._stale, self._presumed = 0, []
        else:
            self._stale += 1
            if new:
                self._presumed.append(new)
        if len(self._recent) > self._pages:
            self._forget_oldest()
        return len(keys) - new

    def _mark(self, keys: list[object]) -> bool:
        """Mark items as seen, and return whether one of them was not marked before."""
        cells, unseen = self._cells, not self._cells
        if cells:
            for key in keys:
                cell = hash(key) % _CELLS
                if not cells[cell]:
                    cells[cell] = unseen = True
        return unseen

    def _forget_oldest(self) -> None:
        if not self._cells:
            # Allocated only now, as most lists are short.
            self._cells = bytearray(_CELLS)
            self._mark([*self._latest])
        oldest = self._page - self._pages
        for key in self._recent.popleft():
            if self._latest.get(key) == oldest:
                del self._latest[key]
