"""Forwards, and the rules for where mail may be forwarded to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox

Ask = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

PATH = "/accounts/account007/email/example.com/usernames/ana/forwards"


def targets(*addresses: str) -> dict[str, object]:
    return {"targets": [{"target": address} for address in addresses]}


async def test_add_and_read_back(ask: Ask) -> None:
    """Targets are added to those that are there; one that is there already changes nothing."""
    first = await ask(
        "POST", "usernames/ana/forwards", targets("ben@example.com", "x@other-domain_1.com")
    )
    await ask("POST", "usernames/ana/forwards", targets("BEN@example.com", "y@other.example"))

    assert (first.status_code, first.content) == (204, b"")
    assert (await ask("GET", "usernames/ana/forwards")).json() == {
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
    ask: Ask, sandbox: Sandbox, body: object, error: dict[str, str]
) -> None:
    """The target at fault is the key of the error, and none of the others is added."""
    answer = await ask("POST", "usernames/ana/forwards", body)

    assert answer.status_code == 400
    assert answer.json() == error
    assert sandbox.mailbox("ana").forwards == []


async def test_circle_over_an_alias(ask: Ask, sandbox: Sandbox) -> None:
    """The same name on an alias of the domain is the same mailbox; another name is not."""
    answer = await ask(
        "POST", "usernames/ana/forwards", targets("x@other.example", "ana@example.org")
    )

    assert answer.status_code == 409
    fault = {"message": "Circular target ana@example.org", "code": 409, "details": ""}
    assert answer.json() == {"conflict": fault}
    assert sandbox.mailbox("ana").forwards == []
    fine = await ask("POST", "usernames/ana/forwards", targets("ben@example.org"))
    assert fine.status_code == 204


@pytest.mark.parametrize("name", ["ben@example.com", "BEN%40example.com", "ben"])
async def test_delete(ask: Ask, sandbox: Sandbox, name: str) -> None:
    """A target is deleted by its address, or by its name alone if it is of the domain."""
    sandbox.mailbox("ana").forwards = ["x@other.example", "ben@example.com"]

    answer = await ask("DELETE", f"usernames/ana/forwards/{name}")

    assert answer.status_code == 204
    assert sandbox.mailbox("ana").forwards == ["x@other.example"]


async def test_delete_what_is_not_there(ask: Ask) -> None:
    """A target that is not forwarded to is not found."""
    answer = await ask("DELETE", "usernames/ana/forwards/x@other.example")

    assert answer.json()["itemNotFound"]["details"] == {"message": "Forward not found"}


async def test_forwards_outlive_their_targets(ask: Ask) -> None:
    """Nobody tidies up after a deleted mailbox: forwards to it stay and dangle."""
    await ask("POST", "usernames/ana/forwards", targets("ben@example.com"))
    await ask("DELETE", "usernames/ben/mailbox")

    listed = (await ask("GET", "usernames/ana/forwards")).json()["targets"]
    assert listed == [{"target": "ben@example.com"}]
