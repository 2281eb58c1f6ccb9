"""The global address book."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox

Ask = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

PATH = "https://api.hostway.com/accounts/account007/email/example.com/contacts"
NEW = {"name": "test-contact", "email": "test@test.com", "displayName": "Display Name"}


async def test_create_and_read_back(ask: Ask) -> None:
    """A new contact is a 204; all fields are there, empty where unset, but not the name."""
    answer = await ask("POST", "contacts", {**NEW, "city": "Lisbon"})

    assert (answer.status_code, answer.content) == (204, b"")
    contact = (await ask("GET", "contacts/test-contact")).json()
    assert len(contact) == 21
    assert "name" not in contact
    assert (contact["email"], contact["city"], contact["pager"]) == ("test@test.com", "Lisbon", "")
    assert contact["links"] == [{"href": f"{PATH}/test-contact", "rel": "self"}]


async def test_list(ask: Ask) -> None:
    """In the list each contact says its name; the counter is called count."""
    await ask("POST", "contacts", NEW)

    listed = (await ask("GET", "contacts")).json()

    assert listed["count"] == 1
    assert listed["links"] == [{"href": PATH, "rel": "self"}]
    assert listed["list"][0]["name"] == "test-contact"
    assert listed["list"][0]["links"] == [{"href": f"{PATH}/test-contact", "rel": "self"}]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("filterName=search-contact&filterEmail=new@test.com", ["search-contact"]),
        ("filterEmail=NEW@test.com", ["search-contact", "test-contact"]),
        ("filterEmail=new", []),
        ("searchName=contact", ["search-contact", "test-contact"]),
        ("searchEmail=test.com&searchCity=lis", ["test-contact"]),
        ("searchName=notexisting", []),
        ("filterCity=", ["search-contact"]),
        ("filterEmail=a%2Bb@x.example", ["plus"]),
        ("filterNonsense=1&page=2", ["search-contact", "test-contact", "plus"]),
    ],
)
async def test_filter_and_search(
    ask: Ask, sandbox: Sandbox, query: str, expected: list[str]
) -> None:
    """A filter is the whole value, a search a part of it; all of them must hold."""
    sandbox.domain.contacts = {
        "search-contact": {"email": "new@test.com"},
        "test-contact": {"email": "new@test.com", "city": "Lisbon"},
        "plus": {"email": "a+b@x.example", "city": "Oslo"},
    }

    listed = (await ask("GET", f"contacts?{query}")).json()

    assert [contact["name"] for contact in listed["list"]] == expected
    assert listed["count"] == len(expected)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, {"displayName": "Required", "name": "Required", "email": "Required"}),
        ({**NEW, "email": "test"}, {"email": "Invalid email address"}),
        ({**NEW, "email": 5}, {"email": "5 is not of type string"}),
        ({**NEW, "title": 5}, {"title": "5 is not of type string"}),
        ({**NEW, "name": ""}, {"name": "Required"}),
    ],
)
async def test_create_refuses(
    ask: Ask, sandbox: Sandbox, body: object, error: dict[str, str]
) -> None:
    """Three fields are required, and the address must be one."""
    answer = await ask("POST", "contacts", body)

    assert answer.status_code == 400
    assert answer.json() == error
    assert sandbox.domain.contacts == {}


async def test_names_are_unique(ask: Ask) -> None:
    """A second contact of a name is a 409 with a guid; in another case it is another name."""
    await ask("POST", "contacts", NEW)

    answer = (await ask("POST", "contacts", NEW)).json()

    guid = answer["conflict"].pop("guid")
    assert len(guid) == 36
    assert answer == {"conflict": {"code": 409, "message": "Data conflict"}, "details": ""}
    other = await ask("POST", "contacts", {**NEW, "name": "Test-contact"})
    assert other.status_code == 204


async def test_update(ask: Ask, sandbox: Sandbox) -> None:
    """An update changes what it names, and can empty a field."""
    await ask("POST", "contacts", {**NEW, "city": "Lisbon", "title": "Dr"})

    answer = await ask("PUT", "contacts/test-contact", {"email": "new@test.com", "city": ""})

    assert answer.status_code == 204
    contact = sandbox.domain.contacts["test-contact"]
    assert (contact["email"], contact["city"], contact["title"]) == ("new@test.com", "", "Dr")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"email": "updated-email", "title": "x"}, {"email": "Invalid email address"}),
        ({"displayName": ""}, {"displayName": "Required"}),
    ],
)
async def test_update_refuses(
    ask: Ask, sandbox: Sandbox, body: object, error: dict[str, str]
) -> None:
    """What was required stays required, and nothing of a refused update is kept."""
    await ask("POST", "contacts", NEW)

    answer = await ask("PUT", "contacts/test-contact", body)

    assert answer.status_code == 400
    assert answer.json() == error
    assert "title" not in sandbox.domain.contacts["test-contact"]


async def test_delete(ask: Ask) -> None:
    """A deleted contact is gone."""
    await ask("POST", "contacts", NEW)

    assert (await ask("DELETE", "contacts/test-contact")).status_code == 204
    again = await ask("DELETE", "contacts/test-contact")
    assert again.json()["itemNotFound"]["details"] == {"message": "Contact not found"}


async def test_missing(ask: Ask) -> None:
    """Reading a missing contact is a bare 404, changing it one with a reason."""
    read = await ask("GET", "contacts/Nobody")
    written = await ask("PUT", "contacts/Nobody", {"city": "x"})

    assert (read.status_code, read.content) == (404, b"")
    assert written.json()["itemNotFound"]["details"] == {"message": "Contact not found"}
