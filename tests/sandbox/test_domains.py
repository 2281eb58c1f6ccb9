"""A sandbox with several domains and accounts."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import date
from hashlib import sha256

import httpx
import pytest

from hostway_email import HostwayEmail, NotFoundError
from hostway_email.audit import audit
from hostway_email.cli.commands.sandbox import SandboxOptions
from hostway_email.sandbox import Mailbox, Sandbox
from hostway_email.transports.httpx import for_app

Send = Callable[..., Awaitable[httpx.Response]]

TODAY = date(2026, 3, 2)


def names(sandbox: Sandbox) -> list[tuple[str, str]]:
    return [(domain.account, domain.name) for domain in sandbox.domains]


def mailboxes(sandbox: Sandbox, index: int) -> list[Mailbox]:
    return sandbox.domains[index].mailboxes.in_order()


@pytest.mark.parametrize(
    ("account", "domain", "expected"),
    [
        ("account007", "example.com", ["account008/example2.com", "account009/example3.com"]),
        ("acc", "shop.co.uk", ["acc2/shop2.co.uk", "acc3/shop3.co.uk"]),
        ("a99", "local", ["a100/local2", "a101/local3"]),
    ],
)
def test_names_count_up(account: str, domain: str, expected: list[str]) -> None:
    """Each domain has a predictable name, and an account of its own."""
    sandbox = Sandbox(0, domains=3, account=account, domain=domain)
    found = ["/".join(pair) for pair in names(sandbox)]
    assert found == [f"{account}/{domain}", *expected]


def test_command_knows_the_names() -> None:
    """The command names the domains as the sandbox does, also beyond three digits."""
    for count in (1, 3, 1200):
        options = SandboxOptions(0, 7, 0.0, 0.0, domains=count)
        assert options.targets == names(Sandbox(0, domains=count))


def test_more_domains_change_nothing_in_the_first() -> None:
    """The first domain has the same data whatever follows; all are reproducible and different."""
    one = Sandbox(40, 7, today=TODAY)
    three = Sandbox(40, 7, today=TODAY, domains=3)
    again = Sandbox(40, 7, today=TODAY, domains=3)

    assert mailboxes(three, 0) == mailboxes(one, 0)
    assert three.domain is three.domains[0]
    for index in (1, 2):
        assert len(mailboxes(three, index)) == 40
        assert mailboxes(three, index) == mailboxes(again, index)
        assert mailboxes(three, index) != mailboxes(three, 0)
    assert mailboxes(three, 1) != mailboxes(three, 2)


def test_default_data() -> None:
    """The default sandbox keeps its data from version to version, as tests of others rely on it."""
    known = [
        (one.username, one.password, one.quota, one.usage, one.forwards, one.exchange is None)
        for one in Sandbox(500, 7, today=TODAY).domain.mailboxes
    ]
    digest = sha256(json.dumps(known).encode()).hexdigest()
    assert digest.startswith("1df1c1172ef28b3c")


@pytest.mark.parametrize("count", [0, -1])
def test_no_domains(count: int) -> None:
    """At least one domain is required."""
    with pytest.raises(ValueError, match="domains must be at least 1"):
        Sandbox(0, domains=count)


def test_add_to_a_domain() -> None:
    """Mailboxes are added to the first domain, or to a named one."""
    sandbox = Sandbox(0, domains=2)
    sandbox.add_domain("account007", "shop.example")
    ana = sandbox.add_mailbox("ana")
    other = sandbox.add_mailbox("ana", domain="Example2.com", quota=5)
    sandbox.add_exchange("eva", domain="shop.example", city="Oslo")

    assert sandbox.mailbox("ana") is ana
    assert sandbox.mailbox("ana", domain="example2.com") is other
    assert [len(domain.mailboxes) for domain in sandbox.domains] == [1, 1, 1]
    assert names(sandbox)[2] == ("account007", "shop.example")
    with pytest.raises(KeyError):
        sandbox.mailbox("ana", domain="shop.example")
    with pytest.raises(KeyError):
        sandbox.add_mailbox("ben", domain="unknown.example")
    with pytest.raises(ValueError, match="already exists"):
        sandbox.add_domain("account009", "EXAMPLE.com")


@pytest.mark.anyio
async def test_domains_are_separate(sandbox: Sandbox) -> None:
    """Reads and writes reach the domain in the path only, and links have its name."""
    sandbox.add_domain("account008", "example2.com")
    sandbox.add_mailbox("ana", domain="example2.com", quota=70)
    async with HostwayEmail("admin", "sandbox", transport=for_app(sandbox.app)) as hostway:
        second = hostway.account("account008").domain("example2.com")
        await second.username("ana").forwards.create(["x@y.example"])
        await second.infostore.update(quota_mb=99)
        details = await second.username("ana").mailbox.get()
        listed = [entry.username async for entry in second.usernames.list()]
        with pytest.raises(NotFoundError, match="Domain not found"):
            await hostway.account("account007").domain("example2.com").get()
        with pytest.raises(NotFoundError, match="Account not found"):
            await hostway.account("account009").domain("example2.com").get()

    assert listed == ["ana"]
    assert details.quota_mb == 70
    assert "/accounts/account008/email/example2.com/" in details.links[0].href
    assert sandbox.mailbox("ana").forwards == []
    assert sandbox.mailbox("ana", domain="example2.com").forwards == ["x@y.example"]
    assert [domain.infostore.quota for domain in sandbox.domains] == [20, 99]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/email/{domain}/webmailNames", 401),
        ("GET", "/email/{domain}/usernames/ana/webmail", 401),
        ("GET", "/email/{domain}/usernames/nobody/webmail", 401),
        ("PUT", "/email/{domain}/usernames/ana/secrets", 403),
    ],
)
async def test_owner_of_another_domain(
    send: Send, sandbox: Sandbox, method: str, path: str, status: int
) -> None:
    """The owner of a mailbox has no access to another domain, not even to the same username."""
    sandbox.add_domain("account007", "example2.com")
    sandbox.add_mailbox("ana", domain="example2.com", password="Other-secret-1")
    body = {"tk1": "aa", "tk2": "bb", "tk3": "cc"} if method == "PUT" else None

    for own, other, password in (
        ("example.com", "example2.com", "Ana-secret-1"),
        ("example2.com", "example.com", "Other-secret-1"),
    ):
        auth = (f"ana@{own}", password)
        allowed = await send(method, path.format(domain=own), body, auth=auth)
        assert allowed.is_success or "nobody" in path
        refused = await send(method, path.format(domain=other), body, auth=auth)
        assert refused.status_code == status


@pytest.mark.anyio
async def test_audit_of_all() -> None:
    """One audit reads all domains, and finds the same in the first one as an audit of it alone."""

    async def findings(count: int) -> list[set[str]]:
        sandbox = Sandbox(30, domains=count, today=TODAY)
        async with HostwayEmail("admin", "sandbox", transport=for_app(sandbox.app)) as hostway:
            domains = [hostway.account(a).domain(d) for a, d in names(sandbox)]
            async with audit(domains, today=TODAY, checks=["quota", "lists"]) as run:
                async for _ in run:
                    pass
        assert run.summary.complete
        assert run.summary.mailboxes == 30 * count
        assert sandbox.refused == []
        return [{finding.check for finding in domain.findings} for domain in run.domains]

    assert (await findings(3))[0] == (await findings(1))[0]
