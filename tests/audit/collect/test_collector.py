"""Reading of mailboxes when responses lack fields or are inconsistent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from hostway_email import HostwayEmail, Request, Response, RetryPolicy
from hostway_email.audit import AuditRecord, AuditRun, audit
from hostway_email.sandbox import Sandbox
from hostway_email.transports.httpx import for_app

from ...support.transports import FakeTransport

pytestmark = pytest.mark.anyio
Change = Callable[[str, dict[str, object]], None]


def changed(sandbox: Sandbox, change: Change) -> FakeTransport:
    """Return a transport to a sandbox that changes its responses."""
    app = for_app(sandbox.app)

    async def send(request: Request) -> Response:
        response = await app.send(request)
        document = json.loads(response.content or b"{}")
        if isinstance(document, dict):
            change(request.url.partition("?")[0], document)
        return replace(response, content=json.dumps(document).encode())

    return FakeTransport(send)


async def audited(
    sandbox: Sandbox, change: Change, *checks: str
) -> tuple[AuditRun, dict[str, AuditRecord]]:
    retry = RetryPolicy(base_delay=0)
    transport = changed(sandbox, change)
    async with HostwayEmail("admin", "sandbox", transport=transport, retry=retry) as hostway:
        domain = hostway.account("account007").domain("example.com")
        async with audit(domain, checks=checks or None) as run:
            return run, {record.username: record async for record in run}


@pytest.fixture
def three() -> Sandbox:
    sandbox = Sandbox(0)
    sandbox.add_mailbox("ana", usage=99999)
    sandbox.add_exchange("room")
    sandbox.add_mailbox("bob", forwards=["x@gmail.com"])
    return sandbox


def without_links(url: str, document: dict[str, object]) -> None:
    if url.endswith("/usernames"):
        document["list"] = [
            {name: value for name, value in entry.items() if name != "links"}
            for entry in document["list"]  # type: ignore[attr-defined] # JSON of any shape
        ]


async def test_kind_that_the_list_lacks(three: Sandbox) -> None:
    """Without a link in the list, one more request finds the kind of the mailbox."""
    run, records = await audited(three, without_links)
    assert {name: record.kind for name, record in records.items()} == {
        "ana": "mailbox",
        "bob": "mailbox",
        "room": "exchange",
    }
    assert three.requests["usernames.get"] == 3
    least, most = run.plan().requests(3)
    assert least + 3 <= run.summary.requests <= most + 3
    assert run.summary.complete


async def test_unknown_kind(three: Sandbox) -> None:
    """The probes that depend on the kind fail; the others succeed."""

    def change(url: str, document: dict[str, object]) -> None:
        without_links(url, document)
        document.pop("mailbox", None)
        document.pop("exchange", None)

    run, records = await audited(three, change)
    bob = records["bob"]
    assert bob.kind is None
    assert set(bob.failed) == {"mailbox", "exchange", "statistics"}
    assert bob.facts.forwards == ["x@gmail.com"]
    assert "QUO-01" in bob.unknown
    assert "AR-01" not in bob.unknown
    assert not run.summary.complete


async def test_kind_that_cannot_be_read(three: Sandbox) -> None:
    """If the request for the kind fails, every probe fails, and the record has the reason."""
    three.fail_next("GET", "/usernames/ana", status=403, body={"message": "not yours"})
    run, records = await audited(three, without_links)
    assert set(records) == {"ana", "bob", "room"}
    assert set(records["ana"].failed.values()) == {"HTTP 403: not yours"}
    assert "statistics" in records["ana"].failed
    assert not run.summary.complete


async def test_username_that_is_invalid_in_a_path(three: Sandbox) -> None:
    """A listed username that cannot be requested has a record with the reason."""

    def change(url: str, document: dict[str, object]) -> None:
        if url.endswith("/usernames"):
            document["list"][0]["username"] = ".."
            document["totalCount"] = 3

    _, records = await audited(three, change, "QUO-01")
    assert set(records) == {"..", "bob", "room"}
    assert "must not be '.' or '..'" in records[".."].failed["mailbox"]


async def test_failed_probe_of_the_domain(three: Sandbox) -> None:
    """A check that needs the aliases is unknown for each mailbox if they cannot be read."""
    three.fail_next("GET", "/aliases", status=500)
    run, records = await audited(three, lambda url, document: None, "FWD-01", "AR-01")
    assert all(record.unknown.keys() == {"FWD-01"} for record in records.values())
    assert all("domain.aliases: HTTP 500" in r.unknown["FWD-01"] for r in records.values())
    assert run.summary.unknown == {"FWD-01": 3}


async def test_connection_errors(three: Sandbox) -> None:
    """A connection error is retried; after the last attempt the list is incomplete."""
    three.faults.drop_rate = 1.0
    run, records = await audited(three, lambda url, document: None, "QUO-01")
    assert records == {}
    assert "the connection failed" in run.domains[0].failed["usernames"]
    assert not run.summary.complete


async def test_list_with_fewer_usernames_than_its_total(three: Sandbox) -> None:
    """Fewer distinct usernames than the first and last total make the audit incomplete."""

    def change(url: str, document: dict[str, object]) -> None:
        if url.endswith("/usernames"):
            document["totalCount"] = 5

    run, records = await audited(three, change, "QUO-01")
    assert len(records) == 3
    (found,) = run.domains[0].findings
    assert found.check == "AUD-01"
    assert found.text == "the list of usernames is incomplete: 3 of 5 usernames"


async def test_duplicate_usernames(three: Sandbox) -> None:
    """A username that is listed twice is read once, and counted as a duplicate."""

    def change(url: str, document: dict[str, object]) -> None:
        if url.endswith("/usernames"):
            entries = document["list"]
            assert isinstance(entries, list)
            document["list"] = [*entries, entries[0]]

    run, records = await audited(three, change, "QUO-01")
    assert len(records) == 3
    assert run.domains[0].duplicates == 1
    assert run.summary.complete


async def test_permanent_rate_limit(three: Sandbox) -> None:
    """If all retries get a 429, the probe fails, and the concurrency is halved."""
    three.faults.rate_limit_rate = 1.0
    run, _ = await audited(three, lambda url, document: None, "QUO-01")
    assert "HTTP 429" in run.domains[0].failed["usernames"]
    assert run.summary.slowed_down >= 1
