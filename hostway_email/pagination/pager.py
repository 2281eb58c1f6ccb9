"""Lists with pages: iterators that follow the links of each page, and read some pages ahead.

Each iterator is a plain class whose step opens a task group, fetches a window of pages, closes it
and returns: nothing is held open between two steps, so a walk may be abandoned at any point.
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
from hostway_email.pagination.duplicates import MAX_STALE_PAGES, Repeats
from hostway_email.pagination.page import ListBody, Page, WalkSummary

__all__ = ["AsyncPager", "Page", "WalkSummary"]

T = TypeVar("T")
Query = Mapping[str, str]

PAGE_SIZE: Final = 100
READ_AHEAD: Final = 8
MAX_LINKS: Final = 1_000
"""How many links a page may have: each window looks at all of them."""


class AsyncPager(Generic[T]):
    """A list of the API: iterate over it, or ask for its pages.

    `async for item in pager` yields item by item, `async for page in pager.pages()` page by page.
    Each of them is a new walk from the start. Nothing is sent before the first step.

    Attributes:
        summary: what the latest walk has seen so far; None before the first.
        path: the path of the list.
        start_page: the page a walk begins with.
        item_key: the attribute that tells items apart, empty where none does.
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
        """Describe a list; the methods named `list` of this package do it for each of theirs.

        Parameters:
            page_size: how many items a page has; None asks for all of them in one answer.
            start_page: where to begin, to go on where another walk stopped.
            read_ahead: how many pages are fetched at once, as soon as their number is known.
            paged: False for a list that has no page parameters at all.
        """
        for name, value in {
            "page_size": page_size,
            "start_page": start_page,
            "read_ahead": read_ahead,
        }.items():
            if value is not None and (not isinstance(value, int) or value < 1):
                raise InvalidRequestError(f"{name} must be 1 or more", {name: "must be 1 or more"})
        if page_size is None and start_page != 1:
            rule = "needs a page_size"
            raise InvalidRequestError(f"start_page {rule}", {"start_page": rule})
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
        """Return an iterator over the pages of a new walk."""
        return self._walk(self._read_ahead)

    async def collect(self, limit: int | None = None) -> list[T]:
        """Return the items of the list, or the first `limit` of them.

        Raises:
            HostwayEmailError: a page could not be read; its `page` tells which.
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
        """Return the first item of the list, or None when it is empty."""
        async for page in self._walk(read_ahead=1):
            if page.items:
                return page.items[0]
        return None

    async def page(self, number: int) -> Page[T]:
        """Return one page by its number, from 1.

        Raises:
            InvalidRequestError: the number is below 1, or the list is not asked for in pages.
        """
        if number < 1 or (self._page_size is None and number != 1):
            rule = "must be 1 or more, and the list must have a page_size"
            raise InvalidRequestError(f"page {rule}", {"page": rule})
        return (await self.fetch(self.query_of(number), number))()

    def _walk(self, read_ahead: int) -> _Pages[T]:
        self.summary = WalkSummary()
        return _Pages(self, self.summary, read_ahead)

    def query_of(self, number: int) -> dict[str, str]:
        """Return the query that asks for a page by number, before any link has been seen."""
        if self._page_size is None:
            return dict(self._query)
        return self._query | {"page": str(number), "pageSize": str(self._page_size)}

    def keys_of(self, items: list[T]) -> list[object]:
        """Return what tells items apart: the key of each, or all of it where it has none."""
        if not self._identity:
            return [*map(repr, items)]
        keys: list[object] = [*map(attrgetter(self._identity), items)]
        if None in keys:
            keys = [
                repr(item) if key is None else key for key, item in zip(keys, items, strict=True)
            ]
        return keys

    def check(self, query: Query) -> None:
        """Check that the query of a link can be asked.

        Raises:
            PaginationError: it would make an address that is too long, for one.
        """
        try:
            self._session.check(self.path, query)
        except InvalidRequestError as error:
            refused = error.message
        else:
            return
        raise self.astray(f"the links cannot be followed: {refused}")

    def astray(self, what: str, page: int | None = None) -> PaginationError:
        """Return the error of a list whose links or pages lead nowhere."""
        path = self.path
        return PaginationError(what, "GET", path.template, dict(path.values), page=page)

    async def fetch(self, query: Query, number: int) -> Callable[[], Page[T]]:
        """Fetch the page with this query and return what reads it; errors carry its number."""
        try:
            read = await self._session.ask("GET", self.path, query=query, into=self._into)
        except HostwayEmailError as error:
            raise error.amend(page=number) from error.__cause__
        return partial(self._page, read, number)

    def _page(self, read: Callable[[], ListBody[T]], number: int) -> Page[T]:
        try:
            body = read()
        except HostwayEmailError as error:
            raise error.amend(page=number) from error.__cause__
        if len(body.links) > MAX_LINKS:
            raise self.astray(f"the page has more than {MAX_LINKS} links", number)
        return Page(body.items, number, body.total_count, body.links)


class _Items(Generic[T]):
    """The items of a walk, one by one."""

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
    """A page to be fetched, and what became of it."""

    number: int
    query: dict[str, str]
    read: Callable[[], Page[T]] | None = None
    error: Exception | None = None

    def page(self) -> Page[T]:
        """Return the page, or raise what has become of it instead."""
        if self.read is None:
            raise self.error or StopAsyncIteration
        return self.read()


class _Pages(Generic[T]):
    """The pages of a walk, fetched in windows and handed out in order.

    Links decide: a walk ends where a page has no `next`, or at `last` where that lies further on.
    Totals never end it, as some lists tell the length of the page instead.

    A page stays the bytes that came until its turn: a window of models would weigh ten times as
    much, and keep the garbage collector busy.
    """

    def __init__(self, pager: AsyncPager[T], summary: WalkSummary, read_ahead: int) -> None:
        self._pager = pager
        self._summary = summary
        self._read_ahead = read_ahead
        self._window = [_Step[T](pager.start_page, pager.query_of(pager.start_page))]
        self._asked = {_identity(self._window[0].query)}
        self._ready: Iterator[Page[T]] = iter(())
        self._repeats = Repeats(2 * read_ahead + 1)
        self._latest = 0
        self._failed = False

    def __aiter__(self) -> _Pages[T]:
        return self

    async def __anext__(self) -> Page[T]:
        page = self._next_ready()
        if self._repeats.endless and (page is not None or self._window):
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
        what = f"pagination loop: the latest {MAX_STALE_PAGES} pages have no new item"
        return self._pager.astray(what, self._latest)

    async def _fetch_window(self) -> None:
        """Fetch the pages of the window, to be handed out.

        The window is given up only when all of it is there: a walk whose step was cancelled goes
        on with the pages that are still missing.
        """
        missing = [step for step in self._window if step.read is None]
        if len(missing) == 1:
            await self._fetch(missing[0])
        elif missing:
            async with anyio.create_task_group() as tasks:
                for step in missing:
                    tasks.start_soon(self._fetch, step)
        window, self._window = deque(self._window), []
        self._ready = self._hand_out(window)

    async def _fetch(self, step: _Step[T]) -> None:
        # Kept, not raised: one page that fails must not cancel the others of its window.
        try:
            step.read = await self._pager.fetch(step.query, step.number)
        except Exception as error:
            step.error = error

    def _hand_out(self, window: deque[_Step[T]]) -> Iterator[Page[T]]:
        """Yield the pages up to the first that failed, and plan the next window after the last.

        A list may have shrunk since its last page was named: behind the page that ends it,
        failures and empty pages mean nothing.
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
            # A link that leads astray is for the plan to tell, once the pages are handed out.
            with contextlib.suppress(PaginationError):
                ended = ended or self._ends(newest, links)
            yield page
            del page  # So that it is gone before the next is read.
        self._window = self._plan(newest, links)

    def _ends(self, number: int, links: list[Link]) -> bool:
        """Return whether the page with this number and these links is the last one."""
        if any(link.rel == "next" for link in links):
            return False
        last = _number(page_query(links, "last", self._pager.path))
        return last is None or last <= number

    def _plan(self, newest: int, links: list[Link]) -> list[_Step[T]]:
        """Return the next window after the newest page, by its own links.

        Raises:
            PaginationError: they lead to another list, back, or nowhere.
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
        # What a link says wins, what it drops is kept: the API's page links lose the sorting.
        query = pager.query_of(pager.start_page) | following
        first, last = _number(following), _number(last_query)
        if _identity(query) in self._asked or (first is not None and first <= newest):
            where = "a page requested before" if first is None else f"page {first}"
            raise pager.astray(f"pagination loop: page {newest} links back to {where}", newest)
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
        new = [step for step in steps if _identity(step.query) not in self._asked]
        self._asked.update(_identity(step.query) for step in new)
        return new

    def _count(self, page: Page[T]) -> None:
        summary = self._summary
        summary.pages += 1
        summary.items += len(page.items)
        if summary.pages == 1:
            summary.first_total = page.total_count
        summary.last_total = page.total_count
        self._latest = page.number
        repeated = self._repeats.note(self._pager.keys_of(page.items))
        if self._pager.item_key:
            summary.duplicates += repeated


def _identity(query: Query) -> int:
    # A hash: of each page of a walk no more is kept than a number.
    return hash(frozenset(query.items()))


def _number(query: Query | None) -> int | None:
    text = (query or {}).get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
