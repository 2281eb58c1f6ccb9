"""What a walk over a list has seen: items that come twice, and pages that bring nothing new."""

from __future__ import annotations

from collections import deque
from typing import Final

__all__ = ["MAX_STALE_PAGES", "Repeats"]

MAX_STALE_PAGES: Final = 10
"""After so many pages in a row without a new item a walk ends; a few empty ones are legal."""

_CELLS: Final = 1 << 20
_ENOUGH_ITEMS: Final = 64


class Repeats:
    """Counts duplicates on nearby pages, and tells when a list has begun to repeat itself.

    The items of the latest pages are kept by their keys. Of all others only a cell of a bitmap is
    left, which says that an item may have been seen: to remember each of them would cost more than
    the walk itself. By chance it says so of a new item, but not of many in a row.

    Parameters:
        pages: how many pages are kept.
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
        """Whether the latest pages had no new item, and enough of them to be sure."""
        sure = not self._presumed or sum(self._presumed) >= _ENOUGH_ITEMS
        return self._stale >= MAX_STALE_PAGES and sure

    def note(self, keys: list[object]) -> int:
        """Take the items of the next page; return how many were on it twice, or on a recent one."""
        self._page += 1
        before = len(self._latest)
        self._latest.update(dict.fromkeys(keys, self._page))
        new = len(self._latest) - before
        self._recent.append(keys)
        if new and self._note_in_cells(keys):
            self._stale, self._presumed = 0, []
        else:
            self._stale += 1
            if new:
                self._presumed.append(new)
        if len(self._recent) > self._pages:
            self._forget_oldest()
        return len(keys) - new

    def _note_in_cells(self, keys: list[object]) -> bool:
        """Return whether one of the items has not been seen on any page."""
        cells, unseen = self._cells, not self._cells
        if cells:
            for key in keys:
                cell = hash(key) % _CELLS
                if not cells[cell]:
                    cells[cell] = unseen = True
        return unseen

    def _forget_oldest(self) -> None:
        if not self._cells:
            # Not before: most lists are short.
            self._cells = bytearray(_CELLS)
            self._note_in_cells([*self._latest])
        oldest = self._page - self._pages
        for key in self._recent.popleft():
            if self._latest.get(key) == oldest:
                del self._latest[key]
