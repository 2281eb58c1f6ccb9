"""Paginated lists: the requests, their order, and the end of an iteration."""

from __future__ import annotations

import contextlib
import gc
import tracemalloc
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

import anyio
import anyio.lowlevel
import pytest

from hostway_email import (
    AsyncPager,
    DomainHandle,
    HostwayEmail,
    HostwayEmailError,
    InvalidRequestError,
    ListedAddress,
    NotFoundError,
    PaginationError,
    Request,
    Response,
    RetryPolicy,
    ServerError,
    StatusError,
    TransportError,
    UsernameEntry,
)
from hostway_email._core.path import ROOT
from hostway_email.models import ContactPage
from hostway_email.sandbox import Sandbox

from ..support.loops import settle
from ..support.transports import FakeTransport, client_over, response
from ..support.waiting import HANGS

pytestmark = pytest.mark.anyio

CONTACTS = "/accounts/a/email/example.com/contacts"
LIST = "/accounts/a/email/example.com/usernames"


class FakeList:
    """A list of `total` names on pages of `size`, and its transport.

    Its links are like those of the API: without parameters, on an internal host. `before` is called
    and awaited with the page number of each request; its result or error is the response.
    """

    def __init__(self, total: int, before: Callable[[int], Any] | None = None) -> None:
        self.names = [f"user{number:05}" for number in range(total)]
        self.before = before
        self.pages: list[int] = []
        self.queries: list[dict[str, str]] = []
        self.tells_last = True
        self.transport = FakeTransport(self.respond)

    async def respond(self, request: Request) -> Response:
        query = dict(parse_qsl(urlsplit(request.url).query))
        self.queries.append(query)
        number, size = int(query.get("page", 1)), int(query.get("pageSize", 10**9))
        self.pages.append(number)
        await anyio.lowlevel.checkpoint()
        if self.before is not None:
            instead = await self.before(number)
            if instead is not None:
                return response(200, instead) if isinstance(instead, dict) else instead
        return response(200, self.page(number, size))

    def page(self, number: int, size: int) -> dict[str, object]:
        start = (number - 1) * size
        last = max(1, -(-len(self.names) // size))
        document: dict[str, object] = {
            "list": [{"username": name} for name in self.names[start : start + size]],
            "totalCount": str(len(self.names)),
        }
        links = {"first": 1, "last": last if self.tells_last else None}
        if number < last:
            links["next"] = number + 1
        document["links"] = [
            link(rel, page, size) for rel, page in links.items() if page is not None
        ]
        return document

    def pager(self, **options: Any) -> AsyncPager[UsernameEntry]:
        settings = {"page_size": 2, **options}
        hostway, _ = client_over(self.transport, retry=RetryPolicy.none())
        return hostway.account("a").domain("example.com").usernames.list(**settings)


def link(rel: str, page: int, size: int = 2, path: str = LIST, **more: str) -> dict[str, str]:
    query = urlencode({"page": page, "pageSize": size, **more})
    return {"rel": rel, "href": f"http://coreapi01.internal:8095{path}?{query}"}


def names(items: list[UsernameEntry]) -> list[str]:
    return [item.username for item in items]


async def names_in(pager: AsyncPager[UsernameEntry]) -> list[str]:
    return [entry.username async for entry in pager]


# Whole iterations


@pytest.mark.parametrize("read_ahead", [1, 2, 8, 100])
@pytest.mark.parametrize("tells_last", [True, False])
async def test_every_item_once_and_in_order(tells_last: bool, read_ahead: int) -> None:
    """Each item is yielded once, in the API's order, with one request for each page."""
    for total in (0, 1, 2, 3, 37):
        fake = FakeList(total)
        fake.tells_last = tells_last

        assert await names_in(fake.pager(read_ahead=read_ahead)) == fake.names

        assert sorted(fake.pages) == list(range(1, max(1, -(-total // 2)) + 1))


async def test_pages_one_by_one() -> None:
    """A page has its number, its items, the total, and whether one follows."""
    pages = [page async for page in FakeList(5).pager().pages()]

    assert [page.number for page in pages] == [1, 2, 3]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [entry.username for entry in pages[1]] == ["user00002", "user00003"]
    assert [page.total_count for page in pages] == [5, 5, 5]
    assert [page.has_next for page in pages] == [True, True, False]
    assert pages[0].links[0].rel == "first"


async def test_each_iteration_starts_anew() -> None:
    """A pager can be iterated again, and twice at once; nothing is sent before that."""
    fake = FakeList(4)
    pager = fake.pager()
    assert fake.pages == []

    assert await names_in(pager) == await names_in(pager) == fake.names

    first, second = aiter(pager), aiter(pager)
    assert (await anext(first)).username == (await anext(second)).username == "user00000"


async def test_through_the_sandbox(sandbox: Sandbox, domain: DomainHandle) -> None:
    """A sorted and filtered iteration over a domain yields the right entries, page after page."""
    for number in range(25):
        sandbox.add_mailbox(f"user{number:02}")
    sandbox.faults.internal_hosts = True

    pager = domain.usernames.list(
        filter_username="user*", sort_field="username", sort_order="desc", page_size=4, read_ahead=3
    )

    assert await names_in(pager) == [f"user{number:02}" for number in reversed(range(25))]
    assert sandbox.count("GET", "/usernames") == 7


# Requests


@pytest.mark.parametrize("read_ahead", [1, 8])
async def test_parameters_that_links_drop_are_kept(read_ahead: int) -> None:
    """The API's links lack sort and filter; every request has them."""
    fake = FakeList(9)

    await names_in(
        fake.pager(
            sort_field="quota",
            sort_order="desc",
            filter_username="a&b*",
            details=True,
            read_ahead=read_ahead,
        )
    )

    kept = {"sortField": "quota", "sortOrder": "desc", "filterUsername": "a&b*", "details": "1"}
    assert sorted(fake.queries, key=lambda query: query["page"]) == [
        {**kept, "page": str(number), "pageSize": "2"} for number in range(1, 6)
    ]


@pytest.mark.parametrize("read_ahead", [1, 8])
async def test_parameters_of_links_win(read_ahead: int) -> None:
    """A link's own parameters replace the first ones, also for pages that are read ahead."""
    fake = FakeList(0)

    async def before(number: int) -> dict[str, object]:
        links = [link("last", 3, 50, sortField="x", cursor="c")]
        if number < 3:
            links.append(link("next", number + 1, 50, sortField="x", cursor="c"))
        return {"list": [{"username": str(number)}], "links": links}

    fake.before = before

    assert await names_in(fake.pager(sort_field="quota", read_ahead=read_ahead)) == ["1", "2", "3"]

    later = sorted(fake.queries[1:], key=lambda query: query["page"])
    assert later == [
        {"sortField": "x", "cursor": "c", "page": page, "pageSize": "50"} for page in ("2", "3")
    ]


async def test_requests_stay_on_the_base_url() -> None:
    """Whatever host a link has, requests go to `base_url` and to the list itself."""
    fake = FakeList(9)

    await names_in(fake.pager())

    for request in fake.transport.requests:
        assert request.url.startswith(f"https://api.hostway.com{LIST}?")


async def test_page_and_page_size_go_together() -> None:
    """Without a page size the whole list is requested, with neither parameter."""
    fake = FakeList(30)

    assert await names_in(fake.pager(page_size=None)) == fake.names

    assert fake.queries == [{}]


async def test_start_page() -> None:
    """An iteration can resume where another one stopped."""
    fake = FakeList(20)

    assert await names_in(fake.pager(start_page=8, read_ahead=2)) == fake.names[14:]

    assert min(fake.pages) == 8


async def test_single_page() -> None:
    """`page(n)` fetches one page and nothing else."""
    fake = FakeList(20)
    pager = fake.pager()

    page = await pager.page(7)

    assert names(page.items) == fake.names[12:14]
    assert (page.number, fake.pages, pager.summary) == (7, [7], None)


@pytest.mark.parametrize(
    "bad",
    [
        {"page_size": 0},
        {"start_page": 0},
        {"read_ahead": 0},
        {"page_size": -1},
        {"start_page": 1.5},
        {"page_size": None, "start_page": 2},
    ],
    ids=str,
)
async def test_invalid_arguments(bad: dict[str, Any]) -> None:
    """Invalid arguments are refused by name, when the pager is created."""
    with pytest.raises(InvalidRequestError) as caught:
        FakeList(1).pager(**bad)

    assert caught.value.fields.keys() <= bad.keys()


async def test_invalid_page_and_limit() -> None:
    """So are pages and limits out of range."""
    pager = FakeList(9).pager()
    for call in (
        pager.page(0),
        pager.collect(limit=-1),
        FakeList(9).pager(page_size=None).page(2),
    ):
        with pytest.raises(InvalidRequestError):
            await call


# Read-ahead


@pytest.mark.parametrize(("read_ahead", "at_once"), [(1, 1), (3, 3), (8, 8)])
async def test_number_of_concurrent_pages(read_ahead: int, at_once: int) -> None:
    """`read_ahead` pages are fetched concurrently, never more, once `last` is known."""
    fake = FakeList(100)

    assert await names_in(fake.pager(read_ahead=read_ahead)) == fake.names

    assert fake.transport.most_under_way == at_once
    assert fake.pages[0] == 1


async def test_without_last_pages_come_one_by_one() -> None:
    """Without `last` the number of pages is unknown, so none is read ahead."""
    fake = FakeList(20)
    fake.tells_last = False

    await names_in(fake.pager())

    assert fake.transport.most_under_way == 1
    assert max(fake.pages) == 10


async def test_order_does_not_depend_on_speed() -> None:
    """Pages that arrive out of order are yielded in order."""

    async def before(number: int) -> None:
        for _ in range(10 - number):
            await anyio.lowlevel.checkpoint()

    fake = FakeList(18, before)

    assert await names_in(fake.pager()) == fake.names


async def test_only_the_window_is_fetched() -> None:
    """Nothing is fetched before it is needed: not while the items of a window are read."""
    fake = FakeList(100)
    items = aiter(fake.pager(read_ahead=4))

    await anext(items)
    assert len(fake.pages) == 1
    for _ in range(9):
        await anext(items)

    assert len(fake.pages) == 5


async def test_memory_does_not_grow_with_the_list() -> None:
    """An iteration over a long list keeps a window of it, not the list."""
    fake = FakeList(30_000)
    items = aiter(fake.pager(page_size=500))
    await anext(items)
    gc.collect()
    tracemalloc.start()
    try:
        async for _ in items:
            fake.transport.requests.clear()
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    whole = 30_000 * 1_000  # minimum size of an entry
    assert most < whole / 2


async def test_a_page_is_parsed_when_it_is_yielded() -> None:
    """Pages that are read ahead wait as bytes: only one of them is there as models."""

    def alive() -> int:
        gc.collect()
        return sum(isinstance(one, UsernameEntry) for one in gc.get_objects())

    before = alive()
    pages = FakeList(50).pager(page_size=5).pages()
    first, second = await anext(pages), await anext(pages)

    assert (len(first), len(second)) == (5, 5)
    assert alive() - before == 10
    del first, second
    await anext(pages)
    assert alive() - before == 5


@pytest.mark.parametrize(("limit", "pages"), [(0, 0), (1, 1), (2, 1), (3, 2), (5, 3), (99, 10)])
async def test_collect_with_a_limit(limit: int, pages: int) -> None:
    """The limit is exact, and unneeded pages are not fetched."""
    fake = FakeList(20)

    assert names(await fake.pager().collect(limit=limit)) == fake.names[:limit]

    assert len(fake.pages) == pages


async def test_collect_everything() -> None:
    """Without a limit `collect()` is the whole list."""
    fake = FakeList(21)

    assert names(await fake.pager().collect()) == fake.names


async def test_first() -> None:
    """`first()` is the first item, or None, with one request."""
    for total in (0, 1, 20):
        fake = FakeList(total)

        entry = await fake.pager().first()

        assert (entry.username if entry else None) == (fake.names[0] if total else None)
        assert fake.pages == [1]


# Lists that change


async def test_list_that_grows() -> None:
    """Pages added during an iteration are read: the links of the latest page win."""
    fake = FakeList(6)

    async def before(number: int) -> None:
        if number == 3 and len(fake.names) == 6:
            fake.names += ["late1", "late2", "late3"]

    fake.before = before

    assert await names_in(fake.pager(read_ahead=8)) == fake.names

    assert len(fake.names) == 9


@pytest.mark.parametrize("left", [0, 1, 5, 6])
async def test_list_that_shrinks(left: int) -> None:
    """Pages removed during an iteration end it; they are no error."""
    fake = FakeList(20)

    async def before(number: int) -> Response | None:
        if number > 1:
            fake.names = fake.names[:left]
        return response(404) if number > 2 and (number - 1) * 2 >= left else None

    fake.before = before
    pager = fake.pager()

    assert (await names_in(pager))[2:] == [f"user{n:05}" for n in range(2, left)]

    assert pager.summary is not None
    assert pager.summary.complete


async def test_totals_never_end_an_iteration(sandbox: Sandbox, domain: DomainHandle) -> None:
    """A black/white list has the length of each page as its total, and is still read completely."""
    sandbox.domain.blackwhitelist = {f"u{n:02}@example.org": "B" for n in range(11)}

    pager = domain.blackwhitelist.list(page_size=3)
    entries: list[ListedAddress] = await pager.collect()

    assert [entry.address for entry in entries] == sorted(sandbox.domain.blackwhitelist)
    assert pager.summary is not None
    assert pager.summary.complete
    assert pager.summary.first_total == 3


async def test_last_without_next() -> None:
    """Without `next`, but with a later `last`, the iteration continues there."""

    async def before(number: int) -> dict[str, object]:
        return {"list": [{"username": str(number)}], "links": [link("last", 4)]}

    for read_ahead in (1, 8):
        assert await names_in(FakeList(0, before).pager(read_ahead=read_ahead)) == [
            "1",
            "2",
            "3",
            "4",
        ]


async def test_duplicates_are_counted() -> None:
    """If entries move to the next page meanwhile, the summary counts them as duplicates."""
    fake = FakeList(8)

    async def before(number: int) -> None:
        if number == 2:
            fake.names.insert(0, "newcomer")

    fake.before = before
    pager = fake.pager(read_ahead=1)

    seen = await names_in(pager)

    summary = pager.summary
    assert summary is not None
    assert seen.count("user00001") == 2
    assert (summary.pages, summary.items, summary.duplicates) == (5, 9, 1)
    assert (summary.first_total, summary.last_total, summary.complete) == (8, 9, True)


async def test_summary_of_an_unfinished_iteration() -> None:
    """Before its end an iteration is not complete, even if exactly the limit was read."""
    pager = FakeList(4).pager()
    assert pager.summary is None

    await pager.collect(limit=3)

    assert pager.summary is not None
    assert (pager.summary.pages, pager.summary.complete) == (2, False)


# Errors


async def test_error_in_a_window() -> None:
    """The pages before a failed one are yielded first; then its error has the page."""

    async def before(number: int) -> Response | None:
        return response(503) if number in (5, 6) else None

    fake = FakeList(40, before)
    pager = fake.pager(read_ahead=8)
    seen: list[str] = []

    with pytest.raises(ServerError, match="page 5") as caught:
        async for entry in pager:
            seen.append(entry.username)  # a comprehension would lose these

    assert caught.value.page == 5
    assert seen == fake.names[:8]
    assert set(fake.pages) == set(range(1, 10))
    assert pager.summary is not None
    assert not pager.summary.complete


@pytest.mark.parametrize("what", ["status", "transport", "refused"])
async def test_error_of_a_single_page(what: str) -> None:
    """Every error of an iteration has its page, and keeps its class."""
    errors: dict[str, Any] = {
        "status": response(404),
        "transport": response(200, "<html>"),
        "refused": None,
    }

    async def before(number: int) -> Any:
        if what == "refused" and number == 2:
            raise TransportError("broken")
        return errors[what] if number == 2 else None

    pager = FakeList(6, before).pager(read_ahead=1)

    with pytest.raises(HostwayEmailError) as caught:
        await names_in(pager)

    assert caught.value.page == 2
    assert 2 in caught.value.args


async def test_resume_after_an_error() -> None:
    """With `start_page=error.page` nothing is lost and nothing comes twice."""
    failures = iter([3, 7])
    failing = next(failures)

    async def before(number: int) -> Response | None:
        return response(502) if number == failing else None

    fake = FakeList(20, before)
    seen: list[str] = []
    page = 1
    while page:
        try:
            async for entry in fake.pager(start_page=page, read_ahead=3):
                seen.append(entry.username)
            page = 0
        except StatusError as error:
            page = error.page or 0
            failing = next(failures, 0)

    assert seen == fake.names


async def test_error_on_the_first_page() -> None:
    """A list that does not exist is an error at the first step, which ends the iteration."""

    async def before(number: int) -> Response:
        return response(404)

    pages = FakeList(0, before).pager().pages()

    with pytest.raises(NotFoundError) as caught:
        await anext(pages)
    with pytest.raises(StopAsyncIteration):
        await anext(pages)
    assert caught.value.page == 1


@pytest.mark.parametrize("read_ahead", [1, 8])
@pytest.mark.parametrize(
    "following",
    [
        {"next": 1},
        {"next": 2},
        {"next": 1, "last": 9},
        {"next": 2, "last": 9, "moment": 1},
    ],
    ids=str,
)
async def test_pagination_loop(following: dict[str, int], read_ahead: int) -> None:
    """Links that lead back, in any spelling, are an error."""
    moments = iter(range(10**6))

    async def before(number: int) -> dict[str, object]:
        more = {"now": str(next(moments))} if "moment" in following else {}
        links = [link(rel, page, **more) for rel, page in following.items() if rel != "moment"]
        return {"list": [{"username": "x"}], "links": links}

    pager = FakeList(0, before).pager(read_ahead=read_ahead)

    with anyio.fail_after(HANGS), pytest.raises(PaginationError, match="pagination loop") as caught:
        await names_in(pager)

    assert caught.value.page is not None
    assert caught.value.values == {"account": "a", "domain": "example.com"}


@pytest.mark.parametrize("rel", ["next", "last"])
@pytest.mark.parametrize("path", [f"{LIST}/ana", "/accounts/b/email/example.com/usernames", "/x"])
async def test_link_to_another_list(path: str, rel: str) -> None:
    """A link to another list is an error, after the items of its page."""

    async def before(number: int) -> dict[str, object]:
        return {"list": [{"username": "x"}], "links": [link(rel, 2, path=path)]}

    pager = FakeList(0, before).pager()
    seen: list[str] = []

    with pytest.raises(PaginationError, match="same list") as caught:
        async for entry in pager:
            seen.append(entry.username)

    assert (seen, caught.value.page) == (["x"], 1)
    assert pager.summary is not None
    assert not pager.summary.complete


async def test_bad_link_within_a_window() -> None:
    """A bad link on a page before the latest is ignored: the latest links win."""
    fake = FakeList(8)

    async def before(number: int) -> dict[str, object] | None:
        if number != 2:
            return None
        return {"list": [{"username": "two"}], "links": [link("last", 2, path="/elsewhere")]}

    fake.before = before

    assert await names_in(fake.pager()) == [*fake.names[:2], "two", *fake.names[4:]]


@pytest.mark.parametrize("read_ahead", [1, 8])
async def test_page_without_a_list(read_ahead: int) -> None:
    """A page without a list is an error with the page number."""

    async def before(number: int) -> dict[str, object] | None:
        return {"totalCount": 9} if number == 3 else None

    fake = FakeList(9, before)
    pager = fake.pager(read_ahead=read_ahead)
    seen: list[str] = []

    with pytest.raises(HostwayEmailError, match="list: missing") as caught:
        async for entry in pager:
            seen.append(entry.username)

    assert (seen, caught.value.page) == (fake.names[:4], 3)
    assert pager.summary is not None
    assert not pager.summary.complete


async def test_invalid_items_do_not_fail_a_page() -> None:
    """Invalid entries are skipped, and unknown fields are kept."""

    async def before(number: int) -> dict[str, object]:
        odd = [{"username": "a", "quota": "much", "new": 1}, 5, None, {"name": "x"}]
        return {"list": odd, "links": "none", "totalCount": "many"}

    pager = FakeList(0, before).pager()

    (entry,) = await pager.collect()

    assert (entry.username, entry.quota_mb, entry.model_extra) == ("a", None, {"new": 1})
    assert pager.summary is not None
    assert pager.summary.first_total is None


# Leaving an iteration


async def test_break_leaks_nothing() -> None:
    """A `break` leaves no task, no scope and nothing to finalise."""
    fake = FakeList(100)

    async for entry in fake.pager():
        if entry.username == fake.names[5]:
            break
    gc.collect()

    assert fake.transport.under_way == 0
    await settle()
    assert len(fake.pages) == 9


async def test_break_inside_a_scope() -> None:
    """An iteration started in one scope can be left in another: no scope of it stays open."""
    fake = FakeList(100)
    items = aiter(fake.pager())

    with anyio.move_on_after(HANGS) as first:
        await anext(items)
    with anyio.move_on_after(HANGS) as second:
        for _ in range(9):
            await anext(items)

    assert not first.cancelled_caught
    assert not second.cancelled_caught


async def test_cancelled_step_loses_no_page() -> None:
    """A cancelled step can be taken again: fetched pages stay, the rest is fetched."""
    slow, sent = {4, 5}, set()
    scope = anyio.CancelScope()

    async def before(number: int) -> None:
        if number in slow:
            await anyio.sleep_forever()
        sent.add(number)
        if sent == {1, 2, 3, 6, 7, 8, 9}:
            # Not at once: this response, too, is on its way to the iteration.
            await anyio.wait_all_tasks_blocked()
            scope.cancel()

    fake = FakeList(20, before)
    items = aiter(fake.pager(read_ahead=8))
    seen = [(await anext(items)).username, (await anext(items)).username]

    with scope:
        await anext(items)
    slow.clear()
    seen += [entry.username async for entry in items]

    assert scope.cancelled_caught
    assert seen == fake.names
    assert sorted(fake.pages) == sorted([*range(1, 11), 4, 5])


async def test_contacts_have_no_pages(sandbox: Sandbox, hostway: HostwayEmail) -> None:
    """A list without documented pages is requested without page parameters, once."""
    sandbox.domain.contacts = {f"c{n}": {"name": f"c{n}", "email": "a@b.de"} for n in range(150)}
    pager = hostway.account("account007").domain("example.com").contacts.list()

    assert len(await pager.collect()) == 150

    assert sandbox.count("GET", "/contacts") == 1


# Endless lists


def endless(items: Callable[[int], list[dict[str, str]]] | None = None) -> FakeList:
    """Return a list of which every page has a next one; by default all pages are the same."""

    async def before(number: int) -> dict[str, object]:
        same = [{"username": "ana"}, {"username": "ben"}]
        return {
            "list": same if items is None else items(number),
            "totalCount": 2,
            "links": [link("next", number + 1), link("last", number + 50)],
        }

    return FakeList(0, before)


@pytest.mark.parametrize("item_key", ["username", ""])
@pytest.mark.parametrize("read_ahead", [1, 8])
async def test_list_without_an_end(read_ahead: int, item_key: str) -> None:
    """Ten pages in a row without a new item end an iteration, with a check of duplicates or not."""
    fake = endless()
    pager = fake.pager(read_ahead=read_ahead)
    pager.item_key = item_key

    with pytest.raises(PaginationError, match=r"pagination loop: .* no new item") as caught:
        await names_in(pager)

    assert len(fake.pages) <= 11 + read_ahead
    assert caught.value.page == 11
    assert caught.value.values == {"account": "a", "domain": "example.com"}
    summary = pager.summary
    assert summary is not None
    assert (summary.pages, summary.items, summary.complete) == (11, 22, False)
    assert summary.duplicates == (20 if item_key else 0)


@pytest.mark.parametrize("read_ahead", [1, 8])
async def test_iteration_ends_after_a_loop(read_ahead: int) -> None:
    """After the error there are no more pages, and nothing is sent."""
    fake = endless()
    pages = fake.pager(read_ahead=read_ahead).pages()
    with pytest.raises(PaginationError):
        async for _ in pages:
            pass
    sent = len(fake.pages)

    with pytest.raises(StopAsyncIteration):
        await anext(pages)

    assert len(fake.pages) == sent


@pytest.mark.parametrize("read_ahead", [1, 8])
async def test_list_of_empty_pages(read_ahead: int) -> None:
    """Empty pages with a next link end an iteration too."""
    fake = endless(items=lambda number: [])

    with pytest.raises(PaginationError, match="pagination loop"):
        await names_in(fake.pager(read_ahead=read_ahead))

    assert len(fake.pages) <= 10 + read_ahead


@pytest.mark.parametrize("read_ahead", [1, 8])
async def test_list_that_starts_over(read_ahead: int) -> None:
    """A list that starts over after 101 items, on other page boundaries, ends as well."""
    everybody = [{"username": f"user{number % 101}"} for number in range(10_000)]
    fake = endless(items=lambda number: everybody[4 * number - 4 : 4 * number])

    with pytest.raises(PaginationError, match="pagination loop"):
        await names_in(fake.pager(read_ahead=read_ahead, page_size=4))

    assert len(fake.pages) <= 26 + 17 + read_ahead


@pytest.mark.parametrize("read_ahead", [1, 8])
async def test_a_few_empty_pages(read_ahead: int) -> None:
    """Nine empty pages in the middle are legal; the pages after them are read."""

    async def first_hundred(number: int) -> dict[str, object]:
        some = [] if number % 10 else [{"username": str(number)}]
        links = [link("last", 100)] + [link("next", number + 1)] * (number < 100)
        return {"list": some, "links": links}

    fake = FakeList(0, first_hundred)

    assert await names_in(fake.pager(read_ahead=read_ahead)) == [str(n) for n in range(10, 101, 10)]


@pytest.mark.parametrize("read_ahead", [1, 8])
async def test_server_that_ignores_the_page(read_ahead: int) -> None:
    """A server that always returns page 1 is detected at once."""
    first = FakeList(40).page(1, 2)

    async def before(number: int) -> dict[str, object]:
        return first

    fake = FakeList(0, before)

    with pytest.raises(PaginationError, match=r"pagination loop: page .* links back to page 2"):
        await names_in(fake.pager(read_ahead=read_ahead))

    assert len(fake.pages) <= 1 + read_ahead


async def test_items_without_a_name() -> None:
    """Items without a name are compared completely: other ones are new, the same ones are not."""

    async def before(number: int) -> dict[str, object]:
        email = f"{min(number, 30)}@example.net"
        return {"list": [{"email": email}], "links": [link("next", number + 1, path=CONTACTS)]}

    fake = FakeList(0, before)
    hostway, _ = client_over(fake.transport)
    pager = AsyncPager(
        hostway._session,
        ROOT / "accounts/a/email/example.com/contacts",
        into=ContactPage,
        item_key="name",
        page_size=1,
    )

    with pytest.raises(PaginationError, match="pagination loop"):
        await pager.collect()

    assert len(fake.pages) == 40


# Invalid links


@pytest.mark.parametrize("read_ahead", [1, 8])
@pytest.mark.parametrize("length", [16_300, 20_000, 3_000_000])
async def test_too_long_link(length: int, read_ahead: int) -> None:
    """It is an error of the list, after the items before it, and not of the caller's request."""

    async def before(number: int) -> dict[str, object] | None:
        if number != 2:
            return None
        return {
            "list": [{"username": "x"}],
            "links": [link("next", 3, q="a" * length), link("last", 5)],
        }

    fake = FakeList(6, before)
    fake.tells_last = False
    pager = fake.pager(read_ahead=read_ahead)
    seen: list[str] = []

    with pytest.raises(PaginationError, match="longer than 16384") as caught:
        async for entry in pager:
            seen.append(entry.username)

    assert (seen[-1], caught.value.page, len(fake.pages)) == ("x", 2, 2)


@pytest.mark.parametrize(
    "href",
    [
        *("http://[", "http://h:99999999/x", "//[::1", f"http://h:port{LIST}", "\x00", "?"),
        *(f"{LIST}?page=\x00", f"{LIST}?page=%ff%fe", f"{LIST}?page={'9' * 400}"),
        *(f"{LIST}?page=1e9", f"{LIST}?page=%D9%A3", f"{LIST}?%00=%00", f"{LIST}?page=-1"),
        *(f"{LIST}?a" * 900, f"{LIST}#{LIST}", "{" * 9_000, " " * 9_000, "/" * 9_000),
        *(f"{LIST}/..", f"{LIST}?" + "&" * 9_000),
    ],
    ids=lambda href: href[-20:],
)
async def test_any_link(href: str) -> None:
    """Any link ends an iteration, with its items or with a `PaginationError`."""
    for rel in ("next", "last"):
        page = response(200, {"list": [{"username": "x"}], "links": [{"rel": rel, "href": href}]})
        hostway, transport = client_over(lambda request, page=page: page)
        pager = hostway.account("a").domain("example.com").usernames.list()

        with contextlib.suppress(PaginationError):
            assert set(await names_in(pager)) == {"x"}

        assert len(transport.requests) < 30, rel


async def test_page_of_many_links() -> None:
    """A page with thousands of links is a `PaginationError`."""

    async def before(number: int) -> dict[str, object]:
        return {"list": [{"username": "x"}], "links": [link("self", 1)] * 2_000}

    with pytest.raises(PaginationError, match="more than 1000 links") as caught:
        await names_in(FakeList(0, before).pager())

    assert caught.value.page == 1


# Pages whose next link cannot be read

UNREADABLE: dict[str, object] = {
    "no links": None,
    "no list": {"href": f"{LIST}?page=2&pageSize=2", "rel": "next"},
    "null": [{"href": None, "rel": "next"}],
    "empty": [{"href": " ", "rel": "next"}],
    "object": [{"href": {"page": 2}, "rel": "next"}],
    "no relation": [{"href": f"{LIST}?page=2&pageSize=2", "rel": None}],
    "no target": [{"rel": "next"}],
    "last is this page": [link("last", 1)],
}


def without_next(total: int, links: object, told: int | None = None) -> FakeList:
    """Return a list that reports a total, but of which no page has a readable `next`."""

    async def before(number: int) -> dict[str, object]:
        return {**fake.page(number, 2), "totalCount": told or total, "links": links}

    fake = FakeList(total, before)
    return fake


@pytest.mark.parametrize("links", UNREADABLE.values(), ids=UNREADABLE)
async def test_full_page_with_a_larger_total(links: object) -> None:
    """A list requested by page goes on by number, as its full page is not the end."""
    fake = without_next(5, links)
    pager = fake.pager()

    assert await names_in(pager) == fake.names

    assert fake.pages == [1, 2, 3]
    assert pager.summary is not None
    assert (pager.summary.items, pager.summary.complete) == (5, True)


@pytest.mark.parametrize("target", [None, "", " ", ["x"], {"x": 1}])
async def test_target_beside_one_that_cannot_be_read(target: object) -> None:
    """A link has two names for its target; the one that can be read is followed."""

    async def before(number: int) -> dict[str, object]:
        page = fake.page(number, 2)
        del page["totalCount"]
        page["links"] = [
            {"href": target, "location": each["href"], "rel": each["rel"]}
            for each in cast("list[dict[str, str]]", page["links"])
        ]
        return page

    fake = FakeList(5, before)
    pager = fake.pager()

    assert await names_in(pager) == fake.names
    assert pager.summary is not None
    assert pager.summary.complete


async def test_total_of_the_page_is_no_larger_total() -> None:
    """A full page whose total is its own length ends the walk, as the manual's lists have it."""
    fake = without_next(5, [], told=2)
    pager = fake.pager()

    assert await names_in(pager) == fake.names[:2]
    assert fake.pages == [1]
    assert pager.summary is not None
    assert (pager.summary.complete, pager.summary.incomplete) == (True, "")


async def test_page_that_is_not_full() -> None:
    """A page that is not full ends the walk, whatever the total; the summary has both figures."""

    async def before(number: int) -> dict[str, object]:
        return {"list": [{"username": "ana"}], "totalCount": 5}

    fake = FakeList(0, before)
    pager = fake.pager()

    assert await names_in(pager) == ["ana"]
    assert fake.pages == [1]
    assert pager.summary is not None
    assert not pager.summary.complete
    assert pager.summary.incomplete == "the API reports a total of 5, but returned 1"


@pytest.mark.parametrize("links", [[], [{"rel": "next"}], [{"href": None, "rel": "next"}]])
@pytest.mark.parametrize("resource", ["contacts", "usernames", "blackwhitelist"])
async def test_list_in_one_response_with_a_larger_total(resource: str, links: object) -> None:
    """A list without pages is never continued by number; its summary says what is missing."""
    items = [{"username": name, "name": name, "address": f"{name}@a.example"} for name in "ab"]

    async def respond(request: Request) -> Response:
        return response(200, {"list": items, "totalCount": "5", "links": links})

    transport = FakeTransport(respond)
    hostway, _ = client_over(transport)
    listed = getattr(hostway.account("a").domain("example.com"), resource)
    pager = listed.list() if resource == "contacts" else listed.list(page_size=None)

    assert len(await pager.collect()) == 2

    assert len(transport.requests) == 1
    assert not pager.summary.complete
    assert pager.summary.incomplete == "the API reports a total of 5, but returned 2"


async def test_full_pages_without_end() -> None:
    """A total that no page reaches does not make an endless walk of the same page."""

    async def before(number: int) -> dict[str, object]:
        return {"list": [{"username": "a"}, {"username": "b"}], "totalCount": 10**9}

    with pytest.raises(PaginationError, match="no new item"):
        await names_in(FakeList(0, before).pager())


async def test_new_fields_of_a_page() -> None:
    """New fields at the top of a page are kept, as those of all responses."""

    async def before(number: int) -> dict[str, object]:
        return {"list": [], "generatedAt": "2026-03-02", "limits": {"x": [1]}}

    page = await FakeList(0, before).pager().page(1)

    assert page.model_extra == {"generatedAt": "2026-03-02", "limits": {"x": [1]}}
