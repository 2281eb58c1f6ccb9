"""Forwards and the validation of their targets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox

Send = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

PATH = "/accounts/account007/email/example.com/usernames/ana/forwards"


def targets(*addresses: str) -> dict[str, object]:
    return {"targets": [{"target": address} for address in addresses]}


async def test_add_and_read_back(send: Send) -> None:
    """New targets are added; an existing target changes nothing."""
    first = await send(
        "POST", "usernames/ana/forwards", targets("ben@example.com", "x@other-domain_1.com")
    )
    await send("POST", "usernames/ana/forwards", targets("BEN@example.com", "y@other.example"))

    assert (first.status_code, first.content) == (204, b"")
    assert (await send("GET", "usernames/ana/forwards")).json() == {
        **targets("ben@example.com", "x@other-domain_1.com", "y@other.example"),
        "links": [{"location": f"{{APIBaseURL}}{PATH}/", "rel": "self"}],
    }


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (None, {"targets": "Required"}),
        ({"targets": []}, {"targets": "Shorter than minimum length 1"}),
        ({"targets": "x@y.example"}, {"targets": "Not of type list"}),
        (
            {"targets": [{}, "x"]},
            dict.fromkeys(("targets.0.target", "targets.1.target"), "Required"),
        ),
        (targets("ana@"), {"targets.0.target": "Invalid email address"}),
        (targets("Ana@Example.com"), {"Ana@Example.com": "Is the same as current mailbox"}),
        (targets("ghost@example.com"), {"ghost@example.com": "Target not found"}),
        (
            targets("ben@example.com", "ghost@example.com", "x@other.example"),
            {"ghost@example.com": "Target not found"},
        ),
    ],
)
async def test_one_bad_target_refuses_all(
    send: Send, sandbox: Sandbox, body: object, error: dict[str, str]
) -> None:
    """The invalid target is the key of the error, and no target is added."""
    response = await send("POST", "usernames/ana/forwards", body)

    assert response.status_code == 400
    assert response.json() == error
    assert sandbox.mailbox("ana").forwards == []


async def test_circle_over_an_alias(send: Send, sandbox: Sandbox) -> None:
    """The same name at an alias of the domain is a circular target; another name is not."""
    response = await send(
        "POST", "usernames/ana/forwards", targets("x@other.example", "ana@example.org")
    )

    assert response.status_code == 409
    fault = {"message": "Circular target ana@example.org", "code": 409, "details": ""}
    assert response.json() == {"conflict": fault}
    assert sandbox.mailbox("ana").forwards == []
    fine = await send("POST", "usernames/ana/forwards", targets("ben@example.org"))
    assert fine.status_code == 204


@pytest.mark.parametrize("name", ["ben@example.com", "BEN%40example.com", "ben"])
async def test_delete(send: Send, sandbox: Sandbox, name: str) -> None:
    """A target is deleted by its address, or by its name alone if it is in the domain."""
    sandbox.mailbox("ana").forwards = ["x@other.example", "ben@example.com"]

    response = await send("DELETE", f"usernames/ana/forwards/{name}")

    assert response.status_code == 204
    assert sandbox.mailbox("ana").forwards == ["x@other.example"]


async def test_delete_what_is_not_there(send: Send) -> None:
    """A target that does not exist is a 404."""
    response = await send("DELETE", "usernames/ana/forwards/x@other.example")

    assert response.json()["itemNotFound"]["details"] == {"message": "Forward not found"}


async def test_forwards_outlive_their_targets(send: Send) -> None:
    """Forwards to a deleted mailbox are kept as dangling forwards."""
    await send("POST", "usernames/ana/forwards", targets("ben@example.com"))
    await send("DELETE", "usernames/ben/mailbox")

    listed = (await send("GET", "usernames/ana/forwards")).json()["targets"]
    assert listed == [{"target": "ben@example.com"}]
