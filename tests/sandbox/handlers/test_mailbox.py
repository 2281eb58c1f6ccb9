"""Regular mailboxes from creation to deletion."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox, Webmail

Send = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

PATH = "/accounts/account007/email/example.com/usernames"


async def test_details(send: Send) -> None:
    """Details have sizes in MB, the login token and the webmail URLs."""
    details = (await send("GET", "usernames/ana/mailbox")).json()

    assert details.pop("authToken")
    assert details == {
        "username": "ana",
        "master": False,
        "quota": 100,
        "usage": 40,
        "links": [{"href": f"{{APIBaseURL}}{PATH}/ana/mailbox/", "rel": "self"}],
        "sitemail_urls": [
            {"url": "https://sitemail7.example", "version": "7"},
            {"url": "https://sitemail8.example", "version": "8"},
        ],
    }


async def test_create_and_read_back(send: Send, sandbox: Sandbox) -> None:
    """A new mailbox is a 201 without a body; its quota defaults to that of its plan."""
    body = {"password": "pword1234", "quota": 70, "master": True, "type": "premium"}

    response = await send("PUT", "usernames/john.smith2/mailbox", body)

    assert (response.status_code, response.content) == (201, b"")
    made = (await send("GET", "usernames/john.smith2/mailbox")).json()
    assert (made["quota"], made["master"], made["usage"]) == (70, True, 0)
    assert sandbox.mailbox("john.smith2").webmail == Webmail("premium")
    await send("PUT", "usernames/plain/mailbox", {"password": "x"})
    assert sandbox.mailbox("plain").quota == sandbox.domain.type_quotas["standard"]


async def test_update_changes_only_what_it_names(send: Send, sandbox: Sandbox) -> None:
    """An update is a 204 and keeps other fields."""
    sandbox.mailbox("ana").master = True

    response = await send("PUT", "usernames/ana/mailbox", {"quota": 85})

    assert response.status_code == 204
    ana = sandbox.mailbox("ana")
    assert (ana.quota, ana.master, ana.password) == (85, True, "Ana-secret-1")


async def test_update_of_the_plan(send: Send, sandbox: Sandbox) -> None:
    """A new plan sets its quota, and creates a missing webmail account."""
    sandbox.mailbox("ana").webmail = None

    assert (await send("PUT", "usernames/ana/mailbox", {"type": "premium"})).status_code == 204

    assert sandbox.mailbox("ana").webmail == Webmail("premium")
    assert sandbox.mailbox("ana").quota == sandbox.domain.type_quotas["premium"]


async def test_refused_update_changes_nothing(send: Send, sandbox: Sandbox) -> None:
    """An update takes effect completely or not at all."""
    sandbox.mailbox("ana").usage = 4000
    sandbox.mailbox("ana").webmail = Webmail("premium")
    body = {"type": "standard", "password": "New-secret-2", "username": "anna", "master": True}

    response = await send("PUT", "usernames/ana/mailbox", body)

    reason = "Current mailbox usage is larger than the new quota value"
    assert response.json() == {"message": reason}
    ana = sandbox.mailbox("ana")
    assert (ana.password, ana.master, ana.quota) == ("Ana-secret-1", False, 100)
    assert "anna" not in sandbox.domain.mailboxes


async def test_update_can_take_away(send: Send, sandbox: Sandbox) -> None:
    """An explicit false is a value."""
    sandbox.mailbox("ana").master = True

    await send("PUT", "usernames/ana/mailbox", {"master": False})

    assert sandbox.mailbox("ana").master is False


async def test_rename(send: Send, sandbox: Sandbox) -> None:
    """A renamed mailbox keeps its data and frees its old name; a change of case is allowed."""
    await send("PUT", "usernames/ana/mailbox", {"username": "ana.reyes"})

    assert (await send("GET", "usernames/ana/mailbox")).status_code == 404
    assert sandbox.mailbox("ana.reyes").password == "Ana-secret-1"
    again = await send("PUT", "usernames/ana.reyes/mailbox", {"username": "Ana.Reyes"})
    assert again.status_code == 204
    assert sandbox.mailbox("ana.reyes").username == "Ana.Reyes"


async def test_rename_to_an_existing_name(send: Send) -> None:
    """An existing name is a 400 without a body, not a 409."""
    response = await send("PUT", "usernames/ana/mailbox", {"username": "BEN"})

    assert (response.status_code, response.content) == (400, b"")


async def test_password_cannot_be_reused(send: Send) -> None:
    """A current or former password is a 400 without a body."""
    for password, status in (
        ("Ana-secret-1", 400),
        ("!q2w3e4R", 204),
        ("!q2w3e4R", 400),
        ("Ana-secret-1", 400),
    ):
        response = await send("PUT", "usernames/ana/mailbox", {"password": password})
        assert (response.status_code, response.content) == (status, b"")


@pytest.mark.parametrize(
    ("name", "body", "error"),
    [
        ("new", {"master": False}, {"password": "Required"}),
        ("new", {"password": ""}, {"password": "Required"}),
        ("ana", {"password": ""}, {"password": "Required"}),
        ("new", {"password": "x", "quota": 0}, {"computeFault": "Quota must be greater than 0"}),
        ("ana", {"quota": -5}, {"computeFault": "Quota must be greater than 0"}),
        ("ana", {"quota": "5"}, {"quota": '"5" is not of type integer'}),
        ("ana", {"master": "no"}, {"master": '"no" is not of type boolean'}),
        (
            "new",
            {"password": "x", "type": "gold"},
            {"type": '"gold" is not one of standard, activesync, premium'},
        ),
        ("n%20w", {"password": "x"}, {"username": "Invalid mailbox name"}),
        ("ana", {"username": "a b"}, {"username": "Invalid mailbox name"}),
        ("ana", {"username": ""}, {"username": "Invalid mailbox name"}),
    ],
)
async def test_refuses(
    send: Send, sandbox: Sandbox, name: str, body: object, error: dict[str, str]
) -> None:
    """Errors are a flat object, those of quotas a compute fault; nothing changes."""
    response = await send("PUT", f"usernames/{name}/mailbox", body)

    assert response.status_code == 400
    assert response.json() == error
    assert len(sandbox.domain.mailboxes) == 4


async def test_password_rules(send: Send, sandbox: Sandbox) -> None:
    """A password that violates the rules gets the error of a missing one."""
    sandbox.password_rules = True

    response = await send("PUT", "usernames/new/mailbox", {"password": "abc1234"})

    assert response.json() == {"password": "Required"}
    fine = await send("PUT", "usernames/new/mailbox", {"password": "pWord123$"})
    assert fine.status_code == 201


async def test_plan_limit(send: Send, sandbox: Sandbox) -> None:
    """A plan at its limit refuses another mailbox, on creation and on update."""
    sandbox.domain.limits["activesync"] = 1
    sandbox.mailbox("ben").webmail = Webmail("activesync")
    body = {"password": "test_password1", "type": "activesync"}

    for name in ("new", "ana"):
        response = await send("PUT", f"usernames/{name}/mailbox", body)
        assert response.status_code == 400
        assert response.json() == {"computeFault": "Number of mailboxes exceeded"}
    assert (await send("PUT", "usernames/ben/mailbox", {"type": "activesync"})).status_code == 204


@pytest.mark.parametrize("name", ["eva", "ana"])
async def test_name_conflict(send: Send, sandbox: Sandbox, name: str) -> None:
    """The name of an Exchange mailbox, or of a listed mailbox without details, is a conflict."""
    sandbox.mailbox("ana").gone = True

    response = await send("PUT", f"usernames/{name}/mailbox", {"password": "x"})

    assert response.status_code == 409
    fault = {"message": "Mailbox already exists", "code": 409, "details": ""}
    assert response.json() == {"conflict": fault}


async def test_delete(send: Send) -> None:
    """Deleting a mailbox again, or an Exchange mailbox this way, is a 404."""
    assert (await send("DELETE", "usernames/ana/mailbox")).status_code == 204
    assert (await send("DELETE", "usernames/ana/mailbox")).status_code == 404
    assert (await send("DELETE", "usernames/eva/mailbox")).status_code == 404
    assert (await send("GET", "usernames/eva/mailbox")).status_code == 404
