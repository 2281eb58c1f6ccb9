"""The pager of a paginated list, which every `list()` of this package returns."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Mapping
from typing import Final, Generic, TypeVar

from hostway_email._core.arguments import check_count
from hostway_email._core.path import Path
from hostway_email._core.session import Session
from hostway_email.errors import InvalidRequestError
from hostway_email.pagination.page import ListBody, Page, WalkSummary
from hostway_email.pagination.walk import ItemWalk, PagedList, PageWalk

__all__ = ["AsyncPager"]

T = TypeVar("T")

PAGE_SIZE: Final = 100
READ_AHEAD: Final = 8


class AsyncPager(Generic[T]):
    """A paginated list of the API: an async iterable of its items, or of its pages.

    `async for item in pager` yields items, `async for page in pager.pages()` yields pages.
    Each of them starts a new walk. Nothing is sent before the first step.

    Attributes:
        summary: the counters of the latest walk so far; None before the first.
        path: the path of the list.
        start_page: the number of the first page of a walk.
        item_key: the attribute that identifies an item; empty if there is none.
    """

    def __init__(
        self,
        session: Session,
        path: Path,
        *,
        into: type[ListBody[T]],
        item_key: str = "",
        query: Mapping[str, str] | None = None,
        page_size: int | None = PAGE_SIZE,
        start_page: int = 1,
        read_ahead: int = READ_AHEAD,
        paged: bool = True,
    ) -> None:
        """Create a pager; the methods named `list` of this package call this.

        Parameters:
            page_size: the number of items on a page; None requests all items in one response.
            start_page: the number of the first page, to resume an earlier walk.
            read_ahead: the number of pages fetched at once, when their numbers are known.
            paged: False for a list without page parameters.

        Raises:
            InvalidRequestError: a number is less than 1, or `start_page` has no `page_size`.
        """
        for name, value in {
            "page_size": page_size,
            "start_page": start_page,
            "read_ahead": read_ahead,
        }.items():
            if value is not None:
                check_count(name, value)
        if page_size is None and start_page != 1:
            rule = "requires a page_size"
            raise InvalidRequestError.for_argument("start_page", rule)
        self.path = path
        self.start_page = start_page
        self.item_key = item_key
        self.summary: WalkSummary | None = None
        self._read_ahead = read_ahead
        self._list = PagedList(
            session, path, into, item_key, dict(query or {}), page_size if paged else None
        )

    def __aiter__(self) -> AsyncIterator[T]:
        return ItemWalk(self._walk(self._read_ahead))

    def pages(self) -> AsyncIterator[Page[T]]:
        """Start a new walk, and return an iterator over its pages."""
        return self._walk(self._read_ahead)

    async def collect(self, limit: int | None = None) -> list[T]:
        """Return the items of the list, or the first `limit` of them.

        Raises:
            HostwayEmailError: a page could not be read; the error's `page` is its number.
        """
        ahead = self._read_ahead
        if limit is not None:
            check_count("limit", limit, least=0)
            pages = math.ceil(limit / (self._list.page_size or PAGE_SIZE))
            ahead = min(ahead, max(1, pages - 1))
        items: list[T] = []
        if limit == 0:
            return items
        async for page in self._walk(ahead):
            items.extend(page.items)
            if limit is not None and len(items) >= limit:
                return items[:limit]
        return items

    async def first(self) -> T | None:
        """Return the first item of the list, or None if it is empty."""
        async for page in self._walk(read_ahead=1):
            if page.items:
                return page.items[0]
        return None

    async def page(self, number: int) -> Page[T]:
        """Return one page by its number, from 1.

        Raises:
            InvalidRequestError: the number is less than 1, or the list has no `page_size`.
        """
        check_count("number", number)
        if self._list.page_size is None:
            InvalidRequestError.require(number == 1, "number", "requires a list with a page_size")
        return await anext(self._walk_from(number, 1, WalkSummary()))

    def _walk(self, read_ahead: int) -> PageWalk[T]:
        self.summary = WalkSummary()
        return self._walk_from(self.start_page, read_ahead, self.summary)

    def _walk_from(self, start: int, read_ahead: int, summary: WalkSummary) -> PageWalk[T]:
        return PageWalk(
            self._list,
            start=start,
            read_ahead=read_ahead,
            summary=summary,
            counts_duplicates=bool(self.item_key),
        )
