"""How one mailbox is read when the API tells less, or other things, than usual."""

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
            for entry in document["list"]  # type: ignore[attr-defined]
        ]


async def test_the_kind_is_asked_for_where_the_list_does_not_tell(three: Sandbox) -> None:
    """Without a link in the list, one request more tells a mailbox from Exchange."""
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


async def test_a_mailbox_of_no_known_kind_is_unknown(three: Sandbox) -> None:
    """What could not be asked for want of the kind has no answer; the rest has."""

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


async def test_the_kind_that_cannot_be_asked_for_fails_every_probe(three: Sandbox) -> None:
    """A mailbox of which nothing is known still has its record, with the reason."""
    three.fail_next("GET", "/usernames/ana", status=403, body={"message": "not yours"})
    run, records = await audited(three, without_links)
    assert set(records) == {"ana", "bob", "room"}
    assert set(records["ana"].failed.values()) == {"HTTP 403: not yours"}
    assert "statistics" in records["ana"].failed
    assert not run.summary.complete


async def test_a_name_that_no_path_can_hold_is_a_record_too(three: Sandbox) -> None:
    """The list may name what cannot be asked for: that is told, and the audit goes on."""

    def change(url: str, document: dict[str, object]) -> None:
        if url.endswith("/usernames"):
            document["list"][0]["username"] = ".."
            document["totalCount"] = 3

    _, records = await audited(three, change, "QUO-01")
    assert set(records) == {"..", "bob", "room"}
    assert "must not be '.' or '..'" in records[".."].failed["mailbox"]


async def test_what_the_domain_does_not_answer_is_unknown_for_each_mailbox(
    three: Sandbox,
) -> None:
    """Without the aliases nobody can tell whether a forward leaves: never a finding, nor a pass."""
    three.fail_next("GET", "/aliases", status=500)
    run, records = await audited(three, lambda url, document: None, "FWD-01", "AR-01")
    assert all(record.unknown.keys() == {"FWD-01"} for record in records.values())
    assert all("domain.aliases: HTTP 500" in r.unknown["FWD-01"] for r in records.values())
    assert run.summary.unknown == {"FWD-01": 3}


async def test_a_lost_connection_fails_its_probe_alone(three: Sandbox) -> None:
    """Dropped connections are read again, and to the end of the retries they are unknown."""
    three.faults.drop_rate = 1.0
    run, records = await audited(three, lambda url, document: None, "QUO-01")
    assert records == {}
    assert "the connection failed" in run.domains[0].failed["usernames"]
    assert not run.summary.complete


async def test_a_list_that_loses_names_makes_the_audit_incomplete(three: Sandbox) -> None:
    """Fewer distinct names than the list announces, first and last: something is missing."""

    def change(url: str, document: dict[str, object]) -> None:
        if url.endswith("/usernames"):
            document["totalCount"] = 5

    run, records = await audited(three, change, "QUO-01")
    assert len(records) == 3
    (found,) = run.domains[0].findings
    assert found.check == "AUD-01"
    assert found.text == "3 distinct usernames were listed, 5 announced"


async def test_names_that_come_twice_are_read_once(three: Sandbox) -> None:
    """Lists move while they are read; what comes twice is named, and is one mailbox."""

    def change(url: str, document: dict[str, object]) -> None:
        if url.endswith("/usernames"):
            entries = document["list"]
            assert isinstance(entries, list)
            document["list"] = [*entries, entries[0]]

    run, records = await audited(three, change, "QUO-01")
    assert len(records) == 3
    assert run.domains[0].duplicates == 1
    assert run.summary.complete


async def test_an_account_that_is_limited_for_good_is_told(three: Sandbox) -> None:
    """Where even the retries meet 429, the probe failed, and the audit has slowed down."""
    three.faults.rate_limit_rate = 1.0
    run, _ = await audited(three, lambda url, document: None, "QUO-01")
    assert "HTTP 429" in run.domains[0].failed["usernames"]
    assert run.summary.slowed_down >= 1
