"""The list of usernames, its pages, and the kind of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

import httpx
import pytest

from hostway_email.sandbox import Sandbox, Webmail

Ask = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

LIST = "/accounts/account007/email/example.com/usernames"


def names(answer: httpx.Response) -> list[str]:
    return [entry["username"] for entry in answer.json()["list"]]


def links(answer: httpx.Response) -> dict[str, str]:
    """Return the page links by relation, without the part that all share."""
    start = f"{{{{APIBaseURL}}}}{LIST}?"
    return {link["rel"]: link["href"].removeprefix(start) for link in answer.json()["links"]}


async def test_whole_list(ask: Ask, sandbox: Sandbox) -> None:
    """Without pages the list is whole and has no links of its own."""
    sandbox.mailbox("ben").trial_type = "premium"
    sandbox.mailbox("ben").trial_expiration = date(2026, 10, 28)
    sandbox.mailbox("ben").master = True

    answer = await ask("GET", "usernames")

    assert answer.json().keys() == {"totalCount", "list"}
    assert answer.json()["totalCount"] == 4
    assert names(answer) == ["ana", "ben", "eva", "room1"]
    assert answer.json()["list"][1] == {
        "username": "ben",
        "links": [{"href": f"{{APIBaseURL}}{LIST}/ben/mailbox/", "rel": "self"}],
        "type": "imap",
        "quota": 50,
        "master": True,
        "trialType": "premium",
        "trialExpiration": "2026-10-28",
        "allowUpgrade": True,
    }


async def test_exchange_in_the_list(ask: Ask) -> None:
    """An Exchange mailbox has its own type, and its link leads to its own details."""
    entry = (await ask("GET", "usernames?filterUsername=eva")).json()["list"][0]

    assert entry["type"] == "exchange"
    assert entry["links"][0]["href"].endswith("/usernames/eva/exchange/")
    assert entry["trialType"] is None


async def test_details_add_the_webmail_type(ask: Ask, sandbox: Sandbox) -> None:
    """With `details=1` each mailbox that has webmail says of which type."""
    sandbox.mailbox("ana").webmail = Webmail("premium")
    sandbox.mailbox("ben").webmail = None

    listed = (await ask("GET", "usernames?details=1")).json()["list"]

    access = [entry.get("webmailAccess") for entry in listed]
    assert access == ["premium", None, None, None]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("filterUsername=*a", ["ana", "eva"]),
        ("filterUsername=AN*", ["ana"]),
        ("filterUsername=*o*1", ["room1"]),
        ("filterUsername=a.a", []),
        ("filterUsername=", ["ana", "ben", "eva", "room1"]),
        ("sortField=username&sortOrder=desc", ["room1", "eva", "ben", "ana"]),
        ("sortField=quota", ["ben", "ana", "eva", "room1"]),
        ("sortField=quota&sortOrder=desc", ["eva", "room1", "ana", "ben"]),
        ("sortField=username&page=2&pageSize=3", ["room1"]),
        ("page=9&pageSize=3", []),
    ],
)
async def test_filter_sort_and_cut(ask: Ask, query: str, expected: list[str]) -> None:
    """Filters know wildcards, orders are stable, pages are cut from what is left."""
    assert names(await ask("GET", f"usernames?{query}")) == expected


async def test_links_of_a_page_in_the_middle(ask: Ask) -> None:
    """All five links are there, and they drop the sort order as the manual's own do."""
    answer = await ask("GET", "usernames?page=2&pageSize=1&sortField=username&sortOrder=desc")

    assert answer.json()["totalCount"] == 4
    assert links(answer) == {
        "first": "page=1&pageSize=1",
        "previous": "page=1&pageSize=1",
        "next": "page=3&pageSize=1",
        "last": "page=4&pageSize=1",
        "self": "page=2&pageSize=1",
    }


async def test_links_can_keep_their_parameters(ask: Ask, sandbox: Sandbox) -> None:
    """With the fault switched off, links carry all that was asked for."""
    sandbox.faults.links_lose_parameters = False

    answer = await ask("GET", "usernames?page=1&pageSize=2&sortField=quota&filterUsername=*a*")

    assert links(answer)["self"] == "page=1&pageSize=2&sortField=quota&filterUsername=*a*"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (1, {"first": 1, "next": 2, "last": 2, "self": 1}),
        (2, {"first": 1, "previous": 1, "last": 2, "self": 2}),
        (7, {"first": 1, "previous": 2, "last": 2, "self": 7}),
    ],
)
async def test_links_at_the_ends(ask: Ask, page: int, expected: dict[str, int]) -> None:
    """The first page has nothing before it, the last nothing after it."""
    answer = await ask("GET", f"usernames?page={page}&pageSize=3")

    wanted = {rel: f"page={number}&pageSize=3" for rel, number in expected.items()}
    assert links(answer) == wanted


async def test_an_empty_list_has_one_page(ask: Ask) -> None:
    """Where nothing matches, the first page is also the last."""
    answer = await ask("GET", "usernames?page=1&pageSize=3&filterUsername=zz*")

    assert answer.json()["totalCount"] == 0
    assert links(answer)["last"] == "page=1&pageSize=3"


@pytest.mark.parametrize(
    ("query", "details"),
    [
        ("page=1", {"pageSize": "Required"}),
        ("pageSize=5", {"page": "Required"}),
        ("page=0&pageSize=5", {"page": "0 is less than minimum value 1"}),
        (
            "page=x&pageSize=",
            {"page": '"x" is not of type integer', "pageSize": '"" is not of type integer'},
        ),
        ("sortField=master", {"sortField": '"master" is not one of username, quota'}),
        ("sortField=quota&sortOrder=up", {"sortOrder": '"up" is not one of asc, desc'}),
    ],
)
async def test_refuses_wrong_parameters(ask: Ask, query: str, details: dict[str, str]) -> None:
    """Pages need both parameters, and all of them need values that make sense."""
    answer = await ask("GET", f"usernames?{query}")

    assert answer.status_code == 400
    assert answer.json()["badRequest"]["details"] == details


async def test_the_order_follows_changes(ask: Ask) -> None:
    """What is created, renamed and deleted shows in the very next list."""
    await ask("GET", "usernames")
    await ask("PUT", "usernames/aaron/mailbox", {"password": "x"})
    await ask("PUT", "usernames/ben/mailbox", {"username": "zoe"})
    await ask("DELETE", "usernames/eva/exchange")

    assert names(await ask("GET", "usernames")) == ["aaron", "ana", "room1", "zoe"]


async def test_kinds(ask: Ask) -> None:
    """Of a username one learns where its details are, and its secret questions."""
    start = f"{{{{APIBaseURL}}}}{LIST}"

    assert (await ask("GET", "usernames/eva")).json() == {
        "exchange": [{"href": f"{start}/eva/exchange/", "rel": "related"}],
        "secrets": [{"href": f"{start}/eva/secrets/", "rel": "related"}],
        "links": [{"href": f"{start}/eva/", "rel": "self"}],
    }
    assert "mailbox" in (await ask("GET", "usernames/ana")).json()


async def test_missing_and_gone(ask: Ask, sandbox: Sandbox) -> None:
    """A mailbox can be listed and gone all the same; then no detail of it is found."""
    sandbox.mailbox("ana").gone = True

    assert "ana" in names(await ask("GET", "usernames"))
    for path in ("ana", "ana/mailbox", "ana/forwards", "ana/secrets", "ghost", "ghost/webmail"):
        answer = await ask("GET", f"usernames/{path}")
        assert answer.json()["itemNotFound"]["details"] == {"message": "Mailbox not found"}
