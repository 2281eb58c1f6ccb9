"""A walk over a list: it follows page links, and reads pages ahead.

Each iterator is a plain class whose step opens a task group, fetches a window of pages, closes it
and returns. Nothing stays open between two steps, so a walk may be abandoned at any point.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, Generic, TypeVar

import anyio

from hostway_email._core.path import Path
from hostway_email._core.reply import Reply
from hostway_email._core.session import Session
from hostway_email.errors import HostwayEmailError, InvalidRequestError, PaginationError
from hostway_email.models.links import Link, page_query, pagination_error
from hostway_email.pagination.duplicates import MAX_STALE_PAGES, DuplicateTracker
from hostway_email.pagination.page import ListBody, Page, WalkSummary

__all__ = ["ItemWalk", "PageWalk", "PagedList"]

T = TypeVar("T")
Query = Mapping[str, str]

MAX_LINKS: Final = 1_000
"""The maximum number of links on a page, as each window reads all of them."""


@dataclass(frozen=True, slots=True)
class PagedList(Generic[T]):
    """A list of the API, as its pages are requested and parsed.

    Attributes:
        session: sends the requests.
        path: the path of the list.
        model: the model of one page.
        item_key: the attribute that identifies an item; empty if there is none.
        query: the query of every page.
        page_size: the number of items on a page; None for a list in one response.
    """

    session: Session
    path: Path
    model: type[ListBody[T]]
    item_key: str
    query: Query
    page_size: int | None

    def query_of(self, number: int) -> dict[str, str]:
        """Return the query of a page by number, without following links."""
        if self.page_size is None:
            return dict(self.query)
        return {**self.query, "page": str(number), "pageSize": str(self.page_size)}

    def keys_of(self, items: list[T]) -> list[object]:
        """Return the key of each item, or its `repr` if it has no key."""
        if not self.item_key:
            return [*map(repr, items)]
        keys: list[object] = [*map(attrgetter(self.item_key), items)]
        if None in keys:
            keys = [
                repr(item) if key is None else key for key, item in zip(keys, items, strict=True)
            ]
        return keys


class ItemWalk(Generic[T]):
    """An iterator over the items of a walk."""

    __slots__ = ("_items", "_pages")

    def __init__(self, pages: PageWalk[T]) -> None:
        self._pages = pages
        self._items: Iterator[T] = iter(())

    def __aiter__(self) -> ItemWalk[T]:
        return self

    async def __anext__(self) -> T:
        while True:
            for item in self._items:
                return item
            self._items = iter((await self._pages.__anext__()).items)


@dataclass(slots=True)
class _Step:
    """A page of a window: its query, and its response or error once it was requested."""

    number: int
    query: dict[str, str]
    result: Reply | Exception | None = None


class PageWalk(Generic[T]):
    """An iterator over the pages of a walk, fetched in windows and returned in order.

    Links end a walk: it stops at a page without a `next` link, or at `last` if that is further.
    Totals never end it, as some lists report the length of the page instead. But if a list was
    requested by page, a full page with a larger total is followed by the next one, link or not.

    A page stays bytes until it is returned: a window of models would take ten times the memory,
    and slow down the garbage collector.

    Parameters:
        pages: the list.
        start: the number of the first page.
        read_ahead: the number of pages fetched at once, when their numbers are known.
        summary: the counters that the walk updates.
        counts_duplicates: whether duplicates are among them.
    """

    def __init__(
        self,
        pages: PagedList[T],
        *,
        start: int,
        read_ahead: int,
        summary: WalkSummary,
        counts_duplicates: bool,
    ) -> None:
        self._list = pages
        self._start = start
        self._first_query = pages.query_of(start)
        self._read_ahead = read_ahead
        self._summary = summary
        self._counts_duplicates = counts_duplicates
        self._window = [_Step(start, self._first_query)]
        self._requested = {_identity(self._first_query)}
        self._ready: Iterator[Page[T]] = iter(())
        self._duplicates = DuplicateTracker(2 * read_ahead + 1)
        self._latest = 0
        self._failed = False

    def __aiter__(self) -> PageWalk[T]:
        return self

    async def __anext__(self) -> Page[T]:
        page = self._next_ready()
        if self._duplicates.endless and (page is not None or self._window):
            raise self._endless()
        if page is None and self._window:
            # The window is kept until all its pages are fetched: after a cancelled step the walk
            # resumes with the missing pages.
            missing = [step for step in self._window if not isinstance(step.result, Reply)]
            if len(missing) == 1:
                await self._fetch(missing[0])
            elif missing:
                async with anyio.create_task_group() as tasks:
                    for step in missing:
                        tasks.start_soon(self._fetch, step)
            window, self._window = deque(self._window), []
            self._ready = self._in_order(window)
            page = self._next_ready()
        if page is None:
            self._summary.incomplete = self._missing()
            self._summary.complete = not self._failed and not self._summary.incomplete
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
        return pagination_error(message, self._list.path, self._latest)

    async def _fetch(self, step: _Step) -> None:
        # Stored, not raised: a failed page must not cancel the others of its window.
        try:
            step.result = await self._list.session.send("GET", self._list.path, query=step.query)
        except Exception as error:
            step.result = error

    def _in_order(self, window: deque[_Step]) -> Iterator[Page[T]]:
        """Yield the pages up to the first failure, then plan the next window.

        A list may have shrunk since its last page was linked: after the page that ends it,
        failures and empty pages are ignored.
        """
        newest, links, more, ended = 0, list[Link](), False, False
        while window:
            try:
                page = self._page(window.popleft())
            except Exception:
                if ended:
                    continue
                raise
            if ended and not page.items:
                continue
            newest, links, more = page.number, page.links, self._has_more(page)
            # An invalid link is reported by the plan, after the pages have been yielded.
            with contextlib.suppress(PaginationError):
                ended = ended or self._ends(newest, links, more)
            yield page
            del page  # Freed before the next is parsed.
        self._window = self._plan(newest, links, more)

    def _page(self, step: _Step) -> Page[T]:
        """Parse a fetched page, or raise its error with the number of the page."""
        try:
            if not isinstance(step.result, Reply):
                raise step.result or StopAsyncIteration
            body = step.result.model(self._list.model)
        except HostwayEmailError as error:
            raise error.amend(page=step.number) from error.__cause__
        if len(body.links) > MAX_LINKS:
            message = f"the page has more than {MAX_LINKS} links"
            raise pagination_error(message, self._list.path, step.number)
        return Page(body.items, step.number, body.total_count, body.links, body.model_extra or {})

    def _has_more(self, page: Page[T]) -> bool:
        """Return whether another page follows by number, whatever the links of this one are."""
        size = self._list.page_size
        if size is None:
            return False
        return len(page.items) >= size and (page.total_count or 0) > page.number * size

    def _missing(self) -> str:
        """Return why a walk that has ended may lack items; empty if nothing tells that it does."""
        total, count = self._summary.last_total, self._summary.items
        if self._start == 1 and total is not None and count < total:
            return f"the API reports a total of {total}, but returned {count}"
        return ""

    def _ends(self, number: int, links: list[Link], more: bool) -> bool:
        """Return whether a page with these links is the last one."""
        if more or any(link.rel == "next" for link in links):
            return False
        last = _number(page_query(links, "last", self._list.path))
        return last is None or last <= number

    def _plan(self, newest: int, links: list[Link], more: bool) -> list[_Step]:
        """Return the next window after the newest page, by its links.

        Raises:
            PaginationError: the links lead to another list, form a loop, or are invalid.
        """
        path = self._list.path
        try:
            if self._ends(newest, links, more):
                return []
            last_query = page_query(links, "last", path)
            following = page_query(links, "next", path)
        except PaginationError as error:
            raise error.amend(page=newest) from None
        if following is None:
            following = (last_query or {}) | {"page": str(newest + 1)}
        # The link's parameters take precedence. Others are kept, as page links drop the sorting.
        query = self._first_query | following
        first, last = _number(following), _number(last_query)
        if _identity(query) in self._requested or (first is not None and first <= newest):
            where = "a page requested before" if first is None else f"page {first}"
            message = f"pagination loop: page {newest} links back to {where}"
            raise pagination_error(message, path, newest)
        if first is None:
            steps = [_Step(newest + 1, query)]
        else:
            end = max(first, min(first + self._read_ahead - 1, last or first))
            steps = [
                _Step(number, query | {"page": str(number)}) for number in range(first, end + 1)
            ]
        self._check(steps[-1].query, newest)
        new = [step for step in steps if _identity(step.query) not in self._requested]
        self._requested.update(_identity(step.query) for step in new)
        return new

    def _check(self, query: Query, newest: int) -> None:
        """Check that the query of a link can be sent; it may make the URL too long, for example."""
        try:
            self._list.session.check(self._list.path, query)
        except InvalidRequestError as error:
            problem = error.message
        else:
            return
        raise pagination_error(f"the links cannot be followed: {problem}", self._list.path, newest)

    def _count(self, page: Page[T]) -> None:
        summary = self._summary
        summary.pages += 1
        summary.items += len(page.items)
        if summary.pages == 1:
            summary.first_total = page.total_count
        summary.last_total = page.total_count
        self._latest = page.number
        duplicates = self._duplicates.add(self._list.keys_of(page.items))
        if self._counts_duplicates:
            summary.duplicates += duplicates


def _identity(query: Query) -> int:
    # A hash, so that a walk keeps only a number for each page.
    return hash(frozenset(query.items()))


def _number(query: Query | None) -> int | None:
    text = (query or {}).get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
