"""Complete audits against the sandbox, from the list of usernames to the summary."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hostway_email import AuthenticationError, InvalidRequestError, RetryPolicy
from hostway_email.audit import (
    AggregateCheck,
    AuditRecord,
    AuditRun,
    Context,
    Evidence,
    MailboxCheck,
    MailboxFacts,
    Severity,
    audit,
)
from hostway_email.sandbox import Faults, Sandbox

from ..conftest import Opened

pytestmark = pytest.mark.anyio
Open = Callable[..., Opened]


async def records_of(run: AuditRun) -> list[AuditRecord]:
    async with run:
        return [record async for record in run]


async def test_one_record_per_mailbox_and_request_count(small: Sandbox, opened: Open) -> None:
    """Every mailbox has exactly one record, and the request count matches the server's."""
    async with opened(small) as domain:
        run = audit(domain)
        records = await records_of(run)

    names = [mailbox.username for mailbox in small.domain.mailboxes]
    assert sorted(record.username for record in records) == sorted(names)
    assert run.summary.mailboxes == len(names)
    assert run.summary.requests == small.count()
    assert run.summary.complete
    assert small.unknown == []


async def test_failed_probe_makes_checks_unknown(small: Sandbox, opened: Open) -> None:
    """A 403 is recorded for its mailbox, and the checks that need the probe are unknown there."""
    small.fail_next("GET", "/forwards", status=403, body={"message": "no"})
    async with opened(small) as domain:
        run = audit(domain, checks=["forwards"])
        records = await records_of(run)

    (refused,) = [record for record in records if record.failed]
    assert refused.failed == {"forwards": "HTTP 403: no"}
    assert refused.unknown["FWD-01"] == "forwards: HTTP 403: no"
    assert not [finding for finding in refused.findings if finding.check == "FWD-01"]
    assert not run.summary.complete
    assert [finding.check for finding in run.domains[0].findings][-1] == "AUD-01"
    assert run.domains[0].unknown["FWD-05"] == f"{refused.username}: HTTP 403: no"


async def test_rejected_credentials_end_the_audit(small: Sandbox, opened: Open) -> None:
    """The first 401 ends the audit, because many wrong logins would lock the account."""
    async with opened(small, password="wrong") as domain, audit(domain, concurrency=4) as run:
        with pytest.raises(AuthenticationError):
            async for _ in run:
                pass
    assert small.count() < 20


async def test_credentials_rejected_during_the_audit(
    small: Sandbox, opened: Open, tmp_path: object
) -> None:
    """Records from before the 401 are yielded first, and the run can be resumed."""
    path = f"{tmp_path}/records.jsonl"
    seen = []
    async with opened(small) as domain:
        async with audit(domain, concurrency=1, records=path) as run:
            with pytest.raises(AuthenticationError):
                async for record in run:
                    seen.append(record.username)
                    if len(seen) == 5:
                        small.fail_next("GET", "/forwards", status=401)
        assert 5 <= len(seen) < 40

        resumed = audit(domain, records=path, resume=True)
        rest = [record.username for record in await records_of(resumed)]
    assert len({*seen, *rest}) == 40
    assert resumed.summary.mailboxes == 40


async def test_gateway_outage(opened: Open) -> None:
    """The circuit breaker limits the requests; everything but the statistics is read."""
    sandbox = Sandbox(mailboxes=200, faults=Faults(imap_failure_rate=1.0))
    async with opened(sandbox) as domain:
        run = audit(domain)
        records = await records_of(run)

    found = [record for record in records if not record.facts.gone]
    with_messages = [record for record in found if not sandbox.mailbox(record.username).virtual]
    assert all("statistics" in record.failed for record in with_messages)
    assert all(record.facts.forwards is not None for record in with_messages)
    assert sandbox.count("GET", "/messagestats") < 100
    assert not run.summary.complete


async def test_unreliable_gateway(opened: Open) -> None:
    """With retries and the second pass at the end, all statistics are read."""
    sandbox = Sandbox(mailboxes=300, faults=Faults(imap_failure_rate=0.3))
    async with opened(sandbox) as domain:
        run = audit(domain, checks=["activity"])
        records = await records_of(run)

    without = [record.username for record in records if record.facts.statistics is None]
    mailboxes = [sandbox.mailbox(name) for name in without]
    assert all(mailbox.virtual or mailbox.gone for mailbox in mailboxes)
    assert run.summary.complete
    assert run.summary.retries > 50


async def test_gateway_recovers(opened: Open) -> None:
    """The breaker opens after ten failures in a row; deferred mailboxes are retried at the end."""
    sandbox = Sandbox(mailboxes=120, faults=Faults(imap_fail_first=10))
    async with opened(sandbox, retry=RetryPolicy.none()) as domain:
        run = audit(domain, checks=["activity"], concurrency=2)
        records = await records_of(run)
    assert len(records) == 120
    assert run.summary.complete
    # Ten failures, then one response for each mailbox: nothing was sent with an open breaker.
    assert sandbox.count("GET", "/messagestats") == 10 + 120


async def test_failed_search_does_not_open_the_breaker(opened: Open) -> None:
    """With the cause "Search failed" the gateway was reached, so no mailbox is deferred."""
    sandbox = Sandbox(
        mailboxes=40, faults=Faults(imap_failure_rate=1.0, imap_cause="search_failed")
    )
    async with opened(sandbox) as domain:
        run = audit(domain, checks=["activity"])
        records = await records_of(run)
    failed = [record for record in records if "statistics" in record.failed]
    # Two attempts for every mailbox: the documented single retry.
    assert sandbox.count("GET", "/messagestats") >= 2 * len(failed)
    assert len(failed) > 30


async def test_rate_limit_halves_the_concurrency(small: Sandbox, opened: Open) -> None:
    """Three 429 responses in a row halve the concurrency; the audit is still complete."""
    small.faults.rate_limit_next = 6
    async with opened(small) as domain:
        run = audit(domain, concurrency=8)
        records = await records_of(run)
    assert run.summary.slowed_down >= 1
    assert len(records) == 40
    assert run.summary.complete


async def test_only_required_requests_are_sent(small: Sandbox, opened: Open) -> None:
    """A quota check needs one request per mailbox, and no others."""
    async with opened(small) as domain:
        await records_of(audit(domain, checks=["QUO-01"]))
    assert set(small.requests) == {"usernames.list", "mailbox.get", "exchange.get"}


async def test_missing_mailbox_is_found_with_one_more_request(small: Sandbox, opened: Open) -> None:
    """After a 404 one request to the mailbox shows that it is missing, so nothing is unknown."""
    small.add_mailbox("zoe", gone=True)
    async with opened(small) as domain, audit(domain, checks=["FWD-01"]) as run:
        records = {record.username: record async for record in run}
    assert run.summary.complete
    assert records["zoe"].facts.gone
    assert not records["zoe"].failed
    assert small.count("GET", "/usernames/zoe/mailbox") == 1
    assert small.count("GET", "/mailbox") == 1


async def test_mailbox_that_may_be_missing(small: Sandbox, opened: Open) -> None:
    """If that request fails too, the probe stays failed and the audit is incomplete."""
    small.add_mailbox("zoe", gone=True)
    small.fail_next("GET", "/usernames/zoe/mailbox", status=500)
    async with opened(small) as domain, audit(domain, checks=["FWD-01"]) as run:
        records = {record.username: record async for record in run}
    assert not run.summary.complete
    assert records["zoe"].failed["forwards"].startswith("HTTP 404")


async def test_missing_resource_of_an_existing_mailbox(small: Sandbox, opened: Open) -> None:
    """A 404 for the forwards of an existing mailbox is a failed probe."""
    small.add_mailbox("zoe")
    small.fail_next("GET", "/usernames/zoe/forwards", status=404)
    async with opened(small) as domain, audit(domain, checks=["FWD-01"]) as run:
        records = {record.username: record async for record in run}
    assert not records["zoe"].facts.gone
    assert records["zoe"].failed["forwards"].startswith("HTTP 404")


async def test_missing_mailbox_is_a_finding(small: Sandbox, opened: Open) -> None:
    """A listed mailbox that is not found is a finding, and the audit is complete."""
    small.add_mailbox("zoe", gone=True)
    async with opened(small) as domain:
        run = audit(domain)
        records = await records_of(run)
    (zoe,) = [record for record in records if record.username == "zoe"]
    assert [finding.check for finding in zoe.findings] == ["HYG-03"]
    assert zoe.unknown == {}
    assert run.summary.complete


async def test_missing_domain(small: Sandbox, opened: Open) -> None:
    """A domain that cannot be listed makes the audit incomplete; the other domain is audited."""
    async with opened(small) as domain:
        missing = type(domain)(domain._session, domain.account, "example.org")
        run = audit([domain, missing], checks=["QUO-01"])
        records = await records_of(run)
    assert len(records) == 40
    by_name = {record.domain: record for record in run.domains}
    assert by_name["example.org"].failed["usernames"].startswith("HTTP 404")
    assert by_name["example.com"].findings == []
    assert run.summary.incomplete[0].startswith(
        "example.org: the list of usernames is incomplete: HTTP 404"
    )


async def test_custom_checks(small: Sandbox, opened: Open) -> None:
    """A custom check has findings; one that raises is unknown, and the audit continues."""

    def long_name(mailbox: MailboxFacts, context: Context) -> list[Evidence]:
        return [Evidence(mailbox.username)] if len(mailbox.username) > 5 else []

    def broken(mailbox: MailboxFacts, context: Context) -> list[Evidence]:
        raise ZeroDivisionError("oh")

    fields = {"severity": Severity.LOW, "group": "own", "rationale": "?", "remediation": "?"}
    own = [
        MailboxCheck(id="OWN-01", title="Long", probes=frozenset(), find=long_name, **fields),
        MailboxCheck(id="OWN-02", title="Broken", probes=frozenset(), find=broken, **fields),
    ]
    async with opened(small) as domain:
        run = audit(domain, checks=own)
        await records_of(run)
    assert run.summary.findings["OWN-01"] > 10
    assert run.summary.unknown == {"OWN-02": 40}
    assert set(small.requests) == {"usernames.list"}


@pytest.mark.parametrize("where", ["start", "add", "find"])
async def test_aggregate_that_raises_is_unknown(small: Sandbox, opened: Open, where: str) -> None:
    """Whichever of its methods raises, the other checks are run."""

    class Breaks:
        def __init__(self, context: Context) -> None:
            self.at("start")

        def add(self, mailbox: MailboxFacts) -> None:
            self.at("add")

        def find(self, names: object) -> list[Evidence]:
            self.at("find")
            return []

        def at(self, method: str) -> None:
            if method == where:
                raise ZeroDivisionError("oh")

    own = AggregateCheck(
        id="OWN-03",
        title="Breaks",
        severity=Severity.LOW,
        group="own",
        rationale="?",
        remediation="?",
        probes=frozenset(),
        start=Breaks,
    )
    async with opened(small) as domain:
        run = audit(domain, checks=[own, "PRV-01", "QUO-04"])
        records = await records_of(run)
    assert len(records) == 40
    assert run.domains[0].unknown.keys() == {"OWN-03"}
    assert run.domains[0].unknown["OWN-03"] == "the check raised ZeroDivisionError: oh"
    assert [one.check for one in run.domains[0].findings if one.check != "AUD-01"]


async def test_stopping_early(small: Sandbox, opened: Open) -> None:
    """Leaving the audit cancels its tasks; the client stays usable."""
    async with opened(small) as domain:
        async with audit(domain) as run:
            async for _ in run:
                break
        assert await domain.username("postmaster").forwards.list() is not None
    assert run.summary.mailboxes >= 1


async def test_error_of_the_caller(small: Sandbox, opened: Open) -> None:
    """An exception of the loop's body is not wrapped in an exception group."""
    async with opened(small) as domain:
        with pytest.raises(KeyError, match="mine"):
            async with audit(domain) as run:
                async for _ in run:
                    raise KeyError("mine")


async def test_progress(small: Sandbox, opened: Open) -> None:
    """The total is None before the first page, and equal to `done` at the end."""
    async with opened(small) as domain:
        run = audit(domain, checks=["QUO-01"])
        assert run.progress.total is None
        await records_of(run)
    assert (run.progress.total, run.progress.done) == (40, 40)
    assert run.progress.requests == small.count()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"checks": ["FWD-99"]}, "FWD-99"),
        ({"checks": ["forward"]}, "did you mean 'forwards'"),
        ({"checks": []}, "checks"),
        ({"concurrency": 0}, "concurrency"),
        ({"statistics_concurrency": 0}, "statistics_concurrency"),
        ({"resume": True}, "resume"),
    ],
)
async def test_invalid_arguments(
    small: Sandbox, opened: Open, arguments: dict[str, object], named: str
) -> None:
    """The error names the argument, and nothing is sent."""
    async with opened(small) as domain:
        with pytest.raises(InvalidRequestError, match=named):
            audit(domain, **arguments)
    assert small.count() == 0


async def test_duplicate_domain(small: Sandbox, opened: Open) -> None:
    """A domain given twice is refused: each mailbox would be audited twice."""
    async with opened(small) as domain:
        with pytest.raises(InvalidRequestError, match="twice"):
            audit([domain, domain])


async def test_audit_runs_once(small: Sandbox, opened: Open) -> None:
    """A run must be entered before it is iterated, and cannot be entered again."""
    async with opened(small) as domain:
        run = audit(domain, checks=["QUO-01"])
        with pytest.raises(InvalidRequestError, match="enter"):
            await run.__anext__()
        await records_of(run)
        with pytest.raises(InvalidRequestError, match="once"):
            await records_of(run)
