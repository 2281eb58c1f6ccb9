"""Blacklists and whitelists of the domain and of a mailbox, which have the same operations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox

Send = Callable[..., Awaitable[httpx.Response]]

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("path", ["blackwhitelist", "usernames/ana/blackwhitelist"]),
]

BASE = "{{APIBaseURL}}/accounts/account007/email/example.com"
FOUR = {
    "mb1-white@somedomain.com": "W",
    "mb2-black@domain.com": "B",
    "mb3-black@somedomain.com": "B",
    "@sometestdomain.com": "B",
}


@pytest.fixture
def entries(sandbox: Sandbox, path: str) -> dict[str, str]:
    """The list at the path, with the manual's four entries."""
    listed = (
        sandbox.mailbox("ana").blackwhitelist
        if path.startswith("usernames")
        else sandbox.domain.blackwhitelist
    )
    listed.update(FOUR)
    return listed


def addresses(response: httpx.Response) -> list[str]:
    return [entry["address"] for entry in response.json()["list"]]


@pytest.mark.usefixtures("entries")
async def test_complete_list(send: Send, path: str) -> None:
    """The complete list has its total count and a self link."""
    assert (await send("GET", path)).json() == {
        "totalCount": 4,
        "list": [{"type": kind, "address": address} for address, kind in FOUR.items()],
        "links": [{"href": f"{BASE}/{path}", "rel": "self"}],
    }


@pytest.mark.usefixtures("entries")
async def test_page(send: Send, path: str) -> None:
    """The total count of a page is its own length, and its only links are next and last."""
    response = (await send("GET", f"{path}?pageSize=2&page=1")).json()

    second = f"{BASE}/{path}?pageSize=2&page=2"
    assert response["totalCount"] == 2
    assert len(response["list"]) == 2
    assert response["links"] == [
        {"href": second, "rel": "next"},
        {"href": second, "rel": "last"},
    ]


@pytest.mark.usefixtures("entries")
async def test_last_page(send: Send, path: str) -> None:
    """The last page has no next link; other parameters stay in its links."""
    response = (await send("GET", f"{path}?page=2&pageSize=3&sortField=address")).json()

    last = f"{BASE}/{path}?page=2&pageSize=3&sortField=address"
    assert response["totalCount"] == 1
    assert response["links"] == [{"href": last, "rel": "last"}]


@pytest.mark.usefixtures("entries")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "filterAddress=*somedomain.com*",
            ["mb1-white@somedomain.com", "mb3-black@somedomain.com"],
        ),
        ("filterType=W", ["mb1-white@somedomain.com"]),
        ("filterAddress=", []),
        (
            "sortOrder=desc",
            [
                "mb3-black@somedomain.com",
                "mb2-black@domain.com",
                "mb1-white@somedomain.com",
                "@sometestdomain.com",
            ],
        ),
        (
            "sortField=address&sortOrder=desc",
            [
                "mb3-black@somedomain.com",
                "mb2-black@domain.com",
                "mb1-white@somedomain.com",
                "@sometestdomain.com",
            ],
        ),
    ],
)
async def test_filter_and_sort(send: Send, path: str, query: str, expected: list[str]) -> None:
    """The filters and sort orders of the manual's examples, kept unchanged in the link."""
    response = await send("GET", f"{path}?{query}")

    assert addresses(response) == expected
    assert response.json()["totalCount"] == len(expected)
    assert response.json()["links"] == [{"href": f"{BASE}/{path}?{query}", "rel": "self"}]


@pytest.mark.parametrize("query", ["page=1", "pageSize=1", "sortField=x"])
async def test_invalid_parameters(send: Send, path: str, query: str) -> None:
    """Pagination requires both parameters, sorting a known field."""
    assert (await send("GET", f"{path}?{query}")).status_code == 400


async def test_put_adds_and_changes(send: Send, path: str, entries: dict[str, str]) -> None:
    """Sent entries are added or changed; other entries stay."""
    body = {
        "list": [
            {"type": "W", "address": "MB2-black@domain.com"},
            {"type": "B", "address": "@someotherdomain.com"},
        ]
    }

    response = await send("PUT", path, body)

    assert (response.status_code, response.content) == (204, b"")
    assert entries == {**FOUR, "mb2-black@domain.com": "W", "@someotherdomain.com": "B"}


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({}, {"list": "Required"}),
        ({"list": "x"}, {"list": "Not of type list"}),
        ({"list": [{"address": "a@b.com"}]}, {"list.0.type": "Required"}),
        ({"list": [{"type": "W"}]}, {"list.0.address": "Required"}),
        (
            {
                "list": [
                    {"address": "ok@b.com", "type": "W"},
                    {"address": "somedomain.com", "type": "A"},
                ]
            },
            {
                "list.1.type": '"A" is not one of B, W',
                "list.1.address": "Invalid address format: somedomain.com",
            },
        ),
        ({"list": ["x"]}, {"list.0.type": "Required", "list.0.address": "Required"}),
    ],
)
async def test_put_refuses_all_entries_for_an_invalid_one(
    send: Send, path: str, entries: dict[str, str], body: object, details: dict[str, str]
) -> None:
    """Errors name index and field, and no entry of the request is stored."""
    response = await send("PUT", path, body)

    assert response.status_code == 400
    assert response.json() == {
        "badRequest": {"message": "POST data error", "code": 400, "details": details}
    }
    assert entries == FOUR


@pytest.mark.usefixtures("entries")
@pytest.mark.parametrize("address", ["mb2-black@domain.com", "@sometestdomain.com"])
async def test_one_address(send: Send, path: str, address: str) -> None:
    """A single address is found in any case, and so is a domain."""
    assert (await send("GET", f"{path}/{address.upper()}")).json() == {
        "type": "B",
        "address": address,
        "links": [{"href": f"{BASE}/{path}/{address}/", "rel": "self"}],
    }


async def test_delete(send: Send, path: str, entries: dict[str, str]) -> None:
    """A deleted address is removed; deleting it again is a 404."""
    assert (await send("DELETE", f"{path}/%40sometestdomain.com")).status_code == 204
    assert "@sometestdomain.com" not in entries
    for method in ("DELETE", "GET"):
        response = await send(method, f"{path}/@sometestdomain.com")
        assert response.json()["itemNotFound"]["details"] == {"message": "Address not found"}
