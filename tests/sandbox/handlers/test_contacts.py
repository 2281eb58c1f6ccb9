"""The global address book."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox

Send = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

PATH = "https://api.hostway.com/accounts/account007/email/example.com/contacts"
NEW = {"name": "test-contact", "email": "test@test.com", "displayName": "Display Name"}


async def test_create_and_read_back(send: Send) -> None:
    """A new contact is a 204; all its fields are returned, empty if not set, but not its name."""
    response = await send("POST", "contacts", {**NEW, "city": "Lisbon"})

    assert (response.status_code, response.content) == (204, b"")
    contact = (await send("GET", "contacts/test-contact")).json()
    assert len(contact) == 21
    assert "name" not in contact
    assert (contact["email"], contact["city"], contact["pager"]) == ("test@test.com", "Lisbon", "")
    assert contact["links"] == [{"href": f"{PATH}/test-contact", "rel": "self"}]


async def test_list(send: Send) -> None:
    """Contacts in the list have a name, and the number of contacts is `count`."""
    await send("POST", "contacts", NEW)

    listed = (await send("GET", "contacts")).json()

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
    ],
)
async def test_filter_and_search(
    send: Send, sandbox: Sandbox, query: str, expected: list[str]
) -> None:
    """A filter compares the whole value, a search a part of it; all must match."""
    sandbox.domain.contacts = {
        "search-contact": {"email": "new@test.com"},
        "test-contact": {"email": "new@test.com", "city": "Lisbon"},
        "plus": {"email": "a+b@x.example", "city": "Oslo"},
    }

    listed = (await send("GET", f"contacts?{query}")).json()

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
    send: Send, sandbox: Sandbox, body: object, error: dict[str, str]
) -> None:
    """Three fields are required, and the email address must be valid."""
    response = await send("POST", "contacts", body)

    assert response.status_code == 400
    assert response.json() == error
    assert sandbox.domain.contacts == {}


async def test_names_are_unique(send: Send) -> None:
    """A duplicate name is a 409 with a guid; names are case-sensitive."""
    await send("POST", "contacts", NEW)

    response = (await send("POST", "contacts", NEW)).json()

    guid = response["conflict"].pop("guid")
    assert len(guid) == 36
    assert response == {"conflict": {"code": 409, "message": "Data conflict"}, "details": ""}
    other = await send("POST", "contacts", {**NEW, "name": "Test-contact"})
    assert other.status_code == 204


async def test_update(send: Send, sandbox: Sandbox) -> None:
    """An update changes the sent fields, and can clear a field."""
    await send("POST", "contacts", {**NEW, "city": "Lisbon", "title": "Dr"})

    response = await send("PUT", "contacts/test-contact", {"email": "new@test.com", "city": ""})

    assert response.status_code == 204
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
    send: Send, sandbox: Sandbox, body: object, error: dict[str, str]
) -> None:
    """Required fields cannot be cleared, and a refused update changes nothing."""
    await send("POST", "contacts", NEW)

    response = await send("PUT", "contacts/test-contact", body)

    assert response.status_code == 400
    assert response.json() == error
    assert "title" not in sandbox.domain.contacts["test-contact"]


async def test_delete(send: Send) -> None:
    """A deleted contact is not found."""
    await send("POST", "contacts", NEW)

    assert (await send("DELETE", "contacts/test-contact")).status_code == 204
    again = await send("DELETE", "contacts/test-contact")
    assert again.json()["itemNotFound"]["details"] == {"message": "Contact not found"}


async def test_missing(send: Send) -> None:
    """A missing contact is a 404, without a body for GET and with one for PUT and DELETE."""
    read = await send("GET", "contacts/Nobody")
    written = await send("PUT", "contacts/Nobody", {"city": "x"})

    assert (read.status_code, read.content) == (404, b"")
    assert written.json()["itemNotFound"]["details"] == {"message": "Contact not found"}
