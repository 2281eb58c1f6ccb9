"""Paginated lists: iterators that follow page links and read pages ahead.

Each iterator is a plain class whose step opens a task group, fetches a window of pages, closes it
and returns. Nothing stays open between two steps, so a walk may be abandoned at any point.
"""

from __future__ import annotations

import contextlib
import math
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Final, Generic, TypeVar

import anyio

from hostway_email._core.path import Path
from hostway_email._core.session import Session
from hostway_email.errors import HostwayEmailError, InvalidRequestError, PaginationError
from hostway_email.models.links import Link, page_query
from hostway_email.pagination.duplicates import MAX_STALE_PAGES, DuplicateTracker
from hostway_email.pagination.page import ListBody, Page, WalkSummary

__all__ = ["AsyncPager", "Page", "WalkSummary"]

T = TypeVar("T")
Query = Mapping[str, str]

PAGE_SIZE: Final = 100
READ_AHEAD: Final = 8
MAX_LINKS: Final = 1_000
"""The maximum number of links on a page, as each window reads all of them."""


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
        query: Query | None = None,
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
            if value is not None and (not isinstance(value, int) or value < 1):
                raise InvalidRequestError.for_argument(name, "must be 1 or more")
        if page_size is None and start_page != 1:
            rule = "requires a page_size"
            raise InvalidRequestError.for_argument("start_page", rule)
        self.path = path
        self.start_page = start_page
        self.item_key = item_key
        self._identity = item_key
        self._session = session
        self._into = into
        self._query = dict(query or {})
        self._page_size = page_size if paged else None
        self._read_ahead = read_ahead
        self.summary: WalkSummary | None = None

    def __aiter__(self) -> AsyncIterator[T]:
        return _Items(self._walk(self._read_ahead))

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
            if limit < 0:
                raise InvalidRequestError("limit must be 0 or more", {"limit": "must be 0 or more"})
            ahead = min(ahead, max(1, math.ceil(limit / (self._page_size or PAGE_SIZE)) - 1))
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
        if number < 1 or (self._page_size is None and number != 1):
            rule = "must be 1 or more, and the list must have a page_size"
            raise InvalidRequestError.for_argument("page", rule)
        return (await self.fetch(self.query_of(number), number))()

    def _walk(self, read_ahead: int) -> _Pages[T]:
        self.summary = WalkSummary()
        return _Pages(self, self.summary, read_ahead)

    def query_of(self, number: int) -> dict[str, str]:
        """Return the query of a page by number, without following links."""
        if self._page_size is None:
            return dict(self._query)
        return self._query | {"page": str(number), "pageSize": str(self._page_size)}

    def keys_of(self, items: list[T]) -> list[object]:
        """Return the key of each item, or its `repr` if it has no key."""
        if not self._identity:
            return [*map(repr, items)]
        keys: list[object] = [*map(attrgetter(self._identity), items)]
        if None in keys:
            keys = [
                repr(item) if key is None else key for key, item in zip(keys, items, strict=True)
            ]
        return keys

    def check(self, query: Query) -> None:
        """Check that the query of a link can be sent.

        Raises:
            PaginationError: the query is invalid, such as one that makes the URL too long.
        """
        try:
            self._session.check(self.path, query)
        except InvalidRequestError as error:
            problem = error.message
        else:
            return
        raise self.error(f"the links cannot be followed: {problem}")

    def error(self, message: str, page: int | None = None) -> PaginationError:
        """Return the error for invalid links or pages of the list."""
        path = self.path
        return PaginationError(message, "GET", path.template, dict(path.values), page=page)

    async def fetch(self, query: Query, number: int) -> Callable[[], Page[T]]:
        """Fetch a page and return a function that parses it; errors carry its number."""
        try:
            parse = await self._session.ask("GET", self.path, query=query, into=self._into)
        except HostwayEmailError as error:
            raise error.amend(page=number) from error.__cause__
        return partial(self._page, parse, number)

    def _page(self, parse: Callable[[], ListBody[T]], number: int) -> Page[T]:
        try:
            body = parse()
        except HostwayEmailError as error:
            raise error.amend(page=number) from error.__cause__
        if len(body.links) > MAX_LINKS:
            raise self.error(f"the page has more than {MAX_LINKS} links", number)
        return Page(body.items, number, body.total_count, body.links)


class _Items(Generic[T]):
    """An iterator over the items of a walk."""

    __slots__ = ("_items", "_pages")

    def __init__(self, pages: _Pages[T]) -> None:
        self._pages = pages
        self._items: Iterator[T] = iter(())

    def __aiter__(self) -> _Items[T]:
        return self

    async def __anext__(self) -> T:
        while True:
            for item in self._items:
                return item
            self._items = iter((await self._pages.__anext__()).items)


@dataclass(slots=True)
class _Step(Generic[T]):
    """A page of a window: its query, and its result or error."""

    number: int
    query: dict[str, str]
    parse: Callable[[], Page[T]] | None = None
    error: Exception | None = None

    def page(self) -> Page[T]:
        """Return the page, or raise its error."""
        if self.parse is None:
            raise self.error or StopAsyncIteration
        return self.parse()


class _Pages(Generic[T]):
    """An iterator over the pages of a walk, fetched in windows and returned in order.

    Links end a walk: it stops at a page without a `next` link, or at `last` if that is further.
    Totals never end it, as some lists report the length of the page instead.

    A page stays bytes until it is returned: a window of models would take ten times the memory,
    and slow down the garbage collector.
    """

    def __init__(self, pager: AsyncPager[T], summary: WalkSummary, read_ahead: int) -> None:
        self._pager = pager
        self._summary = summary
        self._read_ahead = read_ahead
        self._window = [_Step[T](pager.start_page, pager.query_of(pager.start_page))]
        self._requested = {_identity(self._window[0].query)}
        self._ready: Iterator[Page[T]] = iter(())
        self._duplicates = DuplicateTracker(2 * read_ahead + 1)
        self._latest = 0
        self._failed = False

    def __aiter__(self) -> _Pages[T]:
        return self

    async def __anext__(self) -> Page[T]:
        page = self._next_ready()
        if self._duplicates.endless and (page is not None or self._window):
            raise self._endless()
        if page is None and self._window:
            await self._fetch_window()
            page = self._next_ready()
        if page is None:
            self._summary.complete = not self._failed
            raise StopAsyncIteration
        self._count(page)
        return page

    def _next_ready(self) -> Page[T] | None:
        try:
            return next(self._ready, None)
        except Exception:
            self._failed = True
            raise

    def _endless(self) -> PaginationError:
        self._window, self._ready, self._failed = [], iter(()), True
        message = f"pagination loop: the latest {MAX_STALE_PAGES} pages have no new item"
        return self._pager.error(message, self._latest)

    async def _fetch_window(self) -> None:
        """Fetch the pages of the window.

        The window is kept until all its pages are fetched: after a cancelled step the walk resumes
        with the missing pages.
        """
        missing = [step for step in self._window if step.parse is None]
        if len(missing) == 1:
            await self._fetch(missing[0])
        elif missing:
            async with anyio.create_task_group() as tasks:
                for step in missing:
                    tasks.start_soon(self._fetch, step)
        window, self._window = deque(self._window), []
        self._ready = self._in_order(window)

    async def _fetch(self, step: _Step[T]) -> None:
        # Stored, not raised: a failed page must not cancel the others of its window.
        try:
            step.parse = await self._pager.fetch(step.query, step.number)
        except Exception as error:
            step.error = error

    def _in_order(self, window: deque[_Step[T]]) -> Iterator[Page[T]]:
        """Yield the pages up to the first failure, then plan the next window.

        A list may have shrunk since its last page was linked: after the page that ends it,
        failures and empty pages are ignored.
        """
        newest, links, ended = 0, list[Link](), False
        while window:
            try:
                page = window.popleft().page()
            except Exception:
                if ended:
                    continue
                raise
            if ended and not page.items:
                continue
            newest, links = page.number, page.links
            # An invalid link is reported by the plan, after the pages have been yielded.
            with contextlib.suppress(PaginationError):
                ended = ended or self._ends(newest, links)
            yield page
            del page  # Freed before the next is parsed.
        self._window = self._plan(newest, links)

    def _ends(self, number: int, links: list[Link]) -> bool:
        """Return whether a page with these links is the last one."""
        if any(link.rel == "next" for link in links):
            return False
        last = _number(page_query(links, "last", self._pager.path))
        return last is None or last <= number

    def _plan(self, newest: int, links: list[Link]) -> list[_Step[T]]:
        """Return the next window after the newest page, by its links.

        Raises:
            PaginationError: the links lead to another list, form a loop, or are invalid.
        """
        pager, path = self._pager, self._pager.path
        try:
            if self._ends(newest, links):
                return []
            last_query = page_query(links, "last", path)
            following = page_query(links, "next", path)
        except PaginationError as error:
            raise error.amend(page=newest) from None
        if following is None:
            following = (last_query or {}) | {"page": str(newest + 1)}
        # The link's parameters take precedence. Others are kept, as page links drop the sorting.
        query = pager.query_of(pager.start_page) | following
        first, last = _number(following), _number(last_query)
        if _identity(query) in self._requested or (first is not None and first <= newest):
            where = "a page requested before" if first is None else f"page {first}"
            raise pager.error(f"pagination loop: page {newest} links back to {where}", newest)
        if first is None:
            steps = [_Step[T](newest + 1, query)]
        else:
            end = max(first, min(first + self._read_ahead - 1, last or first))
            steps = [
                _Step[T](number, query | {"page": str(number)}) for number in range(first, end + 1)
            ]
        try:
            pager.check(steps[-1].query)
        except PaginationError as error:
            raise error.amend(page=newest) from None
        new = [step for step in steps if _identity(step.query) not in self._requested]
        self._requested.update(_identity(step.query) for step in new)
        return new

    def _count(self, page: Page[T]) -> None:
        summary = self._summary
        summary.pages += 1
        summary.items += len(page.items)
        if summary.pages == 1:
            summary.first_total = page.total_count
        summary.last_total = page.total_count
        self._latest = page.number
        duplicates = self._duplicates.add(self._pager.keys_of(page.items))
        if self._pager.item_key:
            summary.duplicates += duplicates


def _identity(query: Query) -> int:
    # A hash, so that a walk keeps only a number for each page.
    return hash(frozenset(query.items()))


def _number(query: Query | None) -> int | None:
    text = (query or {}).get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
