"""Black and white lists of the domain and of a mailbox, which are the same in all but place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox

Ask = Callable[..., Awaitable[httpx.Response]]

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
    """The list behind the path, with the manual's four entries."""
    listed = (
        sandbox.mailbox("ana").blackwhitelist
        if path.startswith("usernames")
        else sandbox.domain.blackwhitelist
    )
    listed.update(FOUR)
    return listed


def addresses(answer: httpx.Response) -> list[str]:
    return [entry["address"] for entry in answer.json()["list"]]


@pytest.mark.usefixtures("entries")
async def test_whole_list(ask: Ask, path: str) -> None:
    """The whole list has its true length and a link to itself."""
    assert (await ask("GET", path)).json() == {
        "totalCount": 4,
        "list": [{"type": kind, "address": address} for address, kind in FOUR.items()],
        "links": [{"href": f"{BASE}/{path}", "rel": "self"}],
    }


@pytest.mark.usefixtures("entries")
async def test_page(ask: Ask, path: str) -> None:
    """In a page the total is the page's own length, and only next and last are linked."""
    answer = (await ask("GET", f"{path}?pageSize=2&page=1")).json()

    second = f"{BASE}/{path}?pageSize=2&page=2"
    assert answer["totalCount"] == 2
    assert len(answer["list"]) == 2
    assert answer["links"] == [
        {"href": second, "rel": "next"},
        {"href": second, "rel": "last"},
    ]


@pytest.mark.usefixtures("entries")
async def test_last_page(ask: Ask, path: str) -> None:
    """Behind the last page comes nothing; other parameters stay in the link."""
    answer = (await ask("GET", f"{path}?page=2&pageSize=3&sortField=type")).json()

    last = f"{BASE}/{path}?page=2&pageSize=3&sortField=type"
    assert answer["totalCount"] == 1
    assert answer["links"] == [{"href": last, "rel": "last"}]


@pytest.mark.usefixtures("entries")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "filterAddress=*somedomain.com*",
            ["mb1-white@somedomain.com", "mb3-black@somedomain.com"],
        ),
        ("filterType=W", ["mb1-white@somedomain.com"]),
        ("filterType=X", []),
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
async def test_filter_and_sort(ask: Ask, path: str, query: str, expected: list[str]) -> None:
    """Filters and orders as the manual's examples have them, kept as sent in the link."""
    answer = await ask("GET", f"{path}?{query}")

    assert addresses(answer) == expected
    assert answer.json()["totalCount"] == len(expected)
    assert answer.json()["links"] == [{"href": f"{BASE}/{path}?{query}", "rel": "self"}]


@pytest.mark.parametrize("query", ["page=1", "pageSize=1", "sortField=x"])
async def test_wrong_parameters(ask: Ask, path: str, query: str) -> None:
    """Pages need both parameters, orders a field that is there."""
    assert (await ask("GET", f"{path}?{query}")).status_code == 400


async def test_put_adds_and_changes(ask: Ask, path: str, entries: dict[str, str]) -> None:
    """What is sent is added or changed; what is not sent stays."""
    body = {
        "list": [
            {"type": "W", "address": "MB2-black@domain.com"},
            {"type": "B", "address": "@someotherdomain.com"},
        ]
    }

    answer = await ask("PUT", path, body)

    assert (answer.status_code, answer.content) == (204, b"")
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
async def test_put_refuses_all_for_one(
    ask: Ask, path: str, entries: dict[str, str], body: object, details: dict[str, str]
) -> None:
    """Errors name place and field, and nothing of the request is kept."""
    answer = await ask("PUT", path, body)

    assert answer.status_code == 400
    assert answer.json() == {
        "badRequest": {"message": "POST data error", "code": 400, "details": details}
    }
    assert entries == FOUR


@pytest.mark.usefixtures("entries")
@pytest.mark.parametrize("address", ["mb2-black@domain.com", "@sometestdomain.com"])
async def test_one_address(ask: Ask, path: str, address: str) -> None:
    """An address is read on its own, in any case; so is a whole domain."""
    assert (await ask("GET", f"{path}/{address.upper()}")).json() == {
        "type": "B",
        "address": address,
        "links": [{"href": f"{BASE}/{path}/{address}/", "rel": "self"}],
    }


async def test_delete(ask: Ask, path: str, entries: dict[str, str]) -> None:
    """A deleted address is gone, and not found a second time."""
    assert (await ask("DELETE", f"{path}/%40sometestdomain.com")).status_code == 204
    assert "@sometestdomain.com" not in entries
    for method in ("DELETE", "GET"):
        answer = await ask(method, f"{path}/@sometestdomain.com")
        assert answer.json()["itemNotFound"]["details"] == {"message": "Address not found"}
