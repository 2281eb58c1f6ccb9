"""Regular mailboxes from creation to deletion."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox, Webmail

Ask = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

PATH = "/accounts/account007/email/example.com/usernames"


async def test_details(ask: Ask) -> None:
    """Details have sizes in MB, the login token and the addresses of the webmail."""
    details = (await ask("GET", "usernames/ana/mailbox")).json()

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


async def test_create_and_read_back(ask: Ask, sandbox: Sandbox) -> None:
    """A new mailbox is a 201 without a body, with the storage of its plan unless it has its own."""
    body = {"password": "pword1234", "quota": 70, "master": True, "type": "premium"}

    answer = await ask("PUT", "usernames/john.smith2/mailbox", body)

    assert (answer.status_code, answer.content) == (201, b"")
    made = (await ask("GET", "usernames/john.smith2/mailbox")).json()
    assert (made["quota"], made["master"], made["usage"]) == (70, True, 0)
    assert sandbox.mailbox("john.smith2").webmail == Webmail("premium")
    await ask("PUT", "usernames/plain/mailbox", {"password": "x"})
    assert sandbox.mailbox("plain").quota == sandbox.domain.type_quotas["standard"]


async def test_update_changes_only_what_it_names(ask: Ask, sandbox: Sandbox) -> None:
    """An update is a 204 and leaves the rest alone."""
    sandbox.mailbox("ana").master = True

    answer = await ask("PUT", "usernames/ana/mailbox", {"quota": 85})

    assert answer.status_code == 204
    ana = sandbox.mailbox("ana")
    assert (ana.quota, ana.master, ana.password) == (85, True, "Ana-secret-1")


async def test_update_of_the_plan(ask: Ask, sandbox: Sandbox) -> None:
    """Another plan brings its storage, and webmail where there was none."""
    sandbox.mailbox("ana").webmail = None

    assert (await ask("PUT", "usernames/ana/mailbox", {"type": "premium"})).status_code == 204

    assert sandbox.mailbox("ana").webmail == Webmail("premium")
    assert sandbox.mailbox("ana").quota == sandbox.domain.type_quotas["premium"]


async def test_refused_update_changes_nothing(ask: Ask, sandbox: Sandbox) -> None:
    """An update takes effect whole or not at all."""
    sandbox.mailbox("ana").usage = 4000
    sandbox.mailbox("ana").webmail = Webmail("premium")
    body = {"type": "standard", "password": "New-secret-2", "username": "anna", "master": True}

    answer = await ask("PUT", "usernames/ana/mailbox", body)

    reason = "Current mailbox usage is larger than the new quota value"
    assert answer.json() == {"message": reason}
    ana = sandbox.mailbox("ana")
    assert (ana.password, ana.master, ana.quota) == ("Ana-secret-1", False, 100)
    assert "anna" not in sandbox.domain.mailboxes


async def test_update_can_take_away(ask: Ask, sandbox: Sandbox) -> None:
    """An explicit false is a value."""
    sandbox.mailbox("ana").master = True

    await ask("PUT", "usernames/ana/mailbox", {"master": False})

    assert sandbox.mailbox("ana").master is False


async def test_rename(ask: Ask, sandbox: Sandbox) -> None:
    """A renamed mailbox keeps what it has; its old name is free, and case alone may change."""
    await ask("PUT", "usernames/ana/mailbox", {"username": "ana.reyes"})

    assert (await ask("GET", "usernames/ana/mailbox")).status_code == 404
    assert sandbox.mailbox("ana.reyes").password == "Ana-secret-1"
    again = await ask("PUT", "usernames/ana.reyes/mailbox", {"username": "Ana.Reyes"})
    assert again.status_code == 204
    assert sandbox.mailbox("ana.reyes").username == "Ana.Reyes"


async def test_rename_to_a_name_that_is_taken(ask: Ask) -> None:
    """This is a 400 without a body, not a 409."""
    answer = await ask("PUT", "usernames/ana/mailbox", {"username": "BEN"})

    assert (answer.status_code, answer.content) == (400, b"")


async def test_password_is_used_only_once(ask: Ask) -> None:
    """A password that is or was in use is a 400 without a body."""
    for password, status in (
        ("Ana-secret-1", 400),
        ("!q2w3e4R", 204),
        ("!q2w3e4R", 400),
        ("Ana-secret-1", 400),
    ):
        answer = await ask("PUT", "usernames/ana/mailbox", {"password": password})
        assert (answer.status_code, answer.content) == (status, b"")


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
    ask: Ask, sandbox: Sandbox, name: str, body: object, error: dict[str, str]
) -> None:
    """What is wrong comes as a flat object, quotas as a compute fault; nothing changes."""
    answer = await ask("PUT", f"usernames/{name}/mailbox", body)

    assert answer.status_code == 400
    assert answer.json() == error
    assert len(sandbox.domain.mailboxes) == 4


async def test_password_rules(ask: Ask, sandbox: Sandbox) -> None:
    """Where the rules hold, a password that breaks them is answered like a missing one."""
    sandbox.password_rules = True

    answer = await ask("PUT", "usernames/new/mailbox", {"password": "abc1234"})

    assert answer.json() == {"password": "Required"}
    fine = await ask("PUT", "usernames/new/mailbox", {"password": "pWord123$"})
    assert fine.status_code == 201


async def test_seats(ask: Ask, sandbox: Sandbox) -> None:
    """A plan whose seats are taken refuses one more, on creation as on a change."""
    sandbox.domain.limits["activesync"] = 1
    sandbox.mailbox("ben").webmail = Webmail("activesync")
    body = {"password": "test_password1", "type": "activesync"}

    for name in ("new", "ana"):
        answer = await ask("PUT", f"usernames/{name}/mailbox", body)
        assert answer.status_code == 400
        assert answer.json() == {"computeFault": "Number of mailboxes exceeded"}
    assert (await ask("PUT", "usernames/ben/mailbox", {"type": "activesync"})).status_code == 204


@pytest.mark.parametrize("name", ["eva", "ana"])
async def test_name_that_is_taken_otherwise(ask: Ask, sandbox: Sandbox, name: str) -> None:
    """A name that Exchange has, or that is listed and gone, exists already."""
    sandbox.mailbox("ana").gone = True

    answer = await ask("PUT", f"usernames/{name}/mailbox", {"password": "x"})

    assert answer.status_code == 409
    fault = {"message": "Mailbox already exists", "code": 409, "details": ""}
    assert answer.json() == {"conflict": fault}


async def test_delete(ask: Ask) -> None:
    """A deleted mailbox is gone; deleting it again, or one of Exchange this way, is a 404."""
    assert (await ask("DELETE", "usernames/ana/mailbox")).status_code == 204
    assert (await ask("DELETE", "usernames/ana/mailbox")).status_code == 404
    assert (await ask("DELETE", "usernames/eva/mailbox")).status_code == 404
    assert (await ask("GET", "usernames/eva/mailbox")).status_code == 404
