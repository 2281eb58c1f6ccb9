"""The list of usernames, its pagination, and the kind of each username."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

import httpx
import pytest

from hostway_email.sandbox import Sandbox, Webmail

Send = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

LIST = "/accounts/account007/email/example.com/usernames"


def names(response: httpx.Response) -> list[str]:
    return [entry["username"] for entry in response.json()["list"]]


def links(response: httpx.Response) -> dict[str, str]:
    """Return the page links by relation, without their common prefix."""
    start = f"{{{{APIBaseURL}}}}{LIST}?"
    return {link["rel"]: link["href"].removeprefix(start) for link in response.json()["links"]}


async def test_complete_list(send: Send, sandbox: Sandbox) -> None:
    """Without pagination the list is complete and has no links."""
    sandbox.mailbox("ben").trial_type = "premium"
    sandbox.mailbox("ben").trial_expiration = date(2026, 10, 28)
    sandbox.mailbox("ben").master = True

    response = await send("GET", "usernames")

    assert response.json().keys() == {"totalCount", "list"}
    assert response.json()["totalCount"] == 4
    assert names(response) == ["ana", "ben", "eva", "room1"]
    assert response.json()["list"][1] == {
        "username": "ben",
        "links": [{"href": f"{{APIBaseURL}}{LIST}/ben/mailbox/", "rel": "self"}],
        "type": "imap",
        "quota": 50,
        "master": True,
        "trialType": "premium",
        "trialExpiration": "2026-10-28",
        "allowUpgrade": True,
    }


async def test_exchange_in_the_list(send: Send) -> None:
    """An Exchange mailbox has its own type and a link to its Exchange details."""
    entry = (await send("GET", "usernames?filterUsername=eva")).json()["list"][0]

    assert entry["type"] == "exchange"
    assert entry["links"][0]["href"].endswith("/usernames/eva/exchange/")
    assert entry["trialType"] is None


async def test_details_add_the_webmail_type(send: Send, sandbox: Sandbox) -> None:
    """With `details=1` each mailbox with webmail has its type."""
    sandbox.mailbox("ana").webmail = Webmail("premium")
    sandbox.mailbox("ben").webmail = None

    listed = (await send("GET", "usernames?details=1")).json()["list"]

    access = [entry.get("webmailAccess") for entry in listed]
    assert access == ["premium", None, None, None]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("filterUsername=*a", ["ana", "eva"]),
        ("filterUsername=AN*", ["ana"]),
        ("filterUsername=*o*1", ["room1"]),
        ("filterUsername=a.a", []),
        ("filterUsername=", []),
        ("sortField=username&sortOrder=desc", ["room1", "eva", "ben", "ana"]),
        ("sortField=quota", ["ben", "ana", "eva", "room1"]),
        ("sortField=quota&sortOrder=desc", ["eva", "room1", "ana", "ben"]),
        ("sortField=username&page=2&pageSize=3", ["room1"]),
        ("page=9&pageSize=3", []),
    ],
)
async def test_filter_sort_and_paginate(send: Send, query: str, expected: list[str]) -> None:
    """Filters have wildcards, sorting is stable, pages are taken from the filtered list."""
    assert names(await send("GET", f"usernames?{query}")) == expected


async def test_links_of_a_page_in_the_middle(send: Send) -> None:
    """All five links are present, without the sort order, as in the manual."""
    response = await send("GET", "usernames?page=2&pageSize=1&sortField=username&sortOrder=desc")

    assert response.json()["totalCount"] == 4
    assert links(response) == {
        "first": "page=1&pageSize=1",
        "previous": "page=1&pageSize=1",
        "next": "page=3&pageSize=1",
        "last": "page=4&pageSize=1",
        "self": "page=2&pageSize=1",
    }


async def test_links_can_keep_their_parameters(send: Send, sandbox: Sandbox) -> None:
    """With the fault disabled, links keep all query parameters."""
    sandbox.faults.links_lose_parameters = False

    response = await send("GET", "usernames?page=1&pageSize=2&sortField=quota&filterUsername=*a*")

    assert links(response)["self"] == "page=1&pageSize=2&sortField=quota&filterUsername=*a*"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (1, {"first": 1, "next": 2, "last": 2, "self": 1}),
        (2, {"first": 1, "previous": 1, "last": 2, "self": 2}),
        (7, {"first": 1, "previous": 2, "last": 2, "self": 7}),
    ],
)
async def test_links_of_first_and_last_page(
    send: Send, page: int, expected: dict[str, int]
) -> None:
    """The first page has no previous link, the last no next link."""
    response = await send("GET", f"usernames?page={page}&pageSize=3")

    wanted = {rel: f"page={number}&pageSize=3" for rel, number in expected.items()}
    assert links(response) == wanted


async def test_empty_list_has_one_page(send: Send) -> None:
    """Without matches, the first page is also the last."""
    response = await send("GET", "usernames?page=1&pageSize=3&filterUsername=zz*")

    assert response.json()["totalCount"] == 0
    assert links(response)["last"] == "page=1&pageSize=3"


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
async def test_refuses_invalid_parameters(send: Send, query: str, details: dict[str, str]) -> None:
    """Pagination requires both parameters, and all values must be valid."""
    response = await send("GET", f"usernames?{query}")

    assert response.status_code == 400
    assert response.json()["badRequest"]["details"] == details


async def test_list_follows_changes(send: Send) -> None:
    """Created, renamed and deleted mailboxes appear correctly in the next list."""
    await send("GET", "usernames")
    await send("PUT", "usernames/aaron/mailbox", {"password": "x"})
    await send("PUT", "usernames/ben/mailbox", {"username": "zoe"})
    await send("DELETE", "usernames/eva/exchange")

    assert names(await send("GET", "usernames")) == ["aaron", "ana", "room1", "zoe"]


async def test_kinds(send: Send) -> None:
    """A username has links to its details and its secret questions."""
    start = f"{{{{APIBaseURL}}}}{LIST}"

    assert (await send("GET", "usernames/eva")).json() == {
        "exchange": [{"href": f"{start}/eva/exchange/", "rel": "related"}],
        "secrets": [{"href": f"{start}/eva/secrets/", "rel": "related"}],
        "links": [{"href": f"{start}/eva/", "rel": "self"}],
    }
    assert "mailbox" in (await send("GET", "usernames/ana")).json()


async def test_missing_details(send: Send, sandbox: Sandbox) -> None:
    """A `gone` mailbox is listed, but its details are a 404."""
    sandbox.mailbox("ana").gone = True

    assert "ana" in names(await send("GET", "usernames"))
    for path in ("ana", "ana/mailbox", "ana/forwards", "ana/secrets", "ghost", "ghost/webmail"):
        response = await send("GET", f"usernames/{path}")
        assert response.json()["itemNotFound"]["details"] == {"message": "Mailbox not found"}
