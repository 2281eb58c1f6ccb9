"""A whole audit, from the list of usernames to the summary, against the sandbox."""

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


async def test_each_mailbox_has_one_record_and_each_request_is_counted(
    small: Sandbox, opened: Open
) -> None:
    """No mailbox is lost or doubled, and the figures are those that the server counts too."""
    async with opened(small) as domain:
        run = audit(domain)
        records = await records_of(run)

    names = [mailbox.username for mailbox in small.domain.mailboxes]
    assert sorted(record.username for record in records) == sorted(names)
    assert run.summary.mailboxes == len(names)
    assert run.summary.requests == small.count()
    assert run.summary.complete
    assert small.unknown == []


async def test_a_mailbox_that_refuses_is_a_record_and_never_a_pass(
    small: Sandbox, opened: Open
) -> None:
    """A 403 belongs to its mailbox: it says what failed, what is unknown, and nothing more."""
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


async def test_refused_credentials_end_the_audit_at_once(small: Sandbox, opened: Open) -> None:
    """Ten thousand wrong logins would lock the account: the first 401 ends everything."""
    async with opened(small, password="wrong") as domain, audit(domain, concurrency=4) as run:
        with pytest.raises(AuthenticationError):
            async for _ in run:
                pass
    assert small.count() < 20


async def test_credentials_refused_half_way_leave_the_records_made_so_far(
    small: Sandbox, opened: Open, tmp_path: object
) -> None:
    """What was finished before the 401 is handed out first, and can be resumed."""
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

        again = audit(domain, records=path, resume=True)
        rest = [record.username for record in await records_of(again)]
    assert len({*seen, *rest}) == 40
    assert again.summary.mailboxes == 40


async def test_an_outage_of_the_gateway_costs_little_and_is_unknown(
    opened: Open,
) -> None:
    """While the gateway is down the lane closes: few calls, all else read, statistics unknown."""
    sandbox = Sandbox(mailboxes=200, faults=Faults(imap_failure_rate=1.0))
    async with opened(sandbox) as domain:
        run = audit(domain)
        records = await records_of(run)

    asked = [record for record in records if not record.facts.gone]
    countable = [record for record in asked if not sandbox.mailbox(record.username).virtual]
    assert all("statistics" in record.failed for record in countable)
    assert all(record.facts.forwards is not None for record in countable)
    assert sandbox.count("GET", "/messagestats") < 100
    assert not run.summary.complete


async def test_a_gateway_that_fails_a_third_of_the_time_loses_nothing(opened: Open) -> None:
    """Retries, and the second look at the end, bring every mailbox's statistics."""
    sandbox = Sandbox(mailboxes=300, faults=Faults(imap_failure_rate=0.3))
    async with opened(sandbox) as domain:
        run = audit(domain, checks=["activity"])
        records = await records_of(run)

    without = [record.username for record in records if record.facts.statistics is None]
    mailboxes = [sandbox.mailbox(name) for name in without]
    assert all(mailbox.virtual or mailbox.gone for mailbox in mailboxes)
    assert run.summary.complete
    assert run.summary.retries > 50


async def test_a_gateway_that_comes_back_is_asked_for_all_that_waited(opened: Open) -> None:
    """The lane closes after ten failures in a row; at the end one call finds it open again."""
    sandbox = Sandbox(mailboxes=120, faults=Faults(imap_fail_first=10))
    async with opened(sandbox, retry=RetryPolicy.none()) as domain:
        run = audit(domain, checks=["activity"], concurrency=2)
        records = await records_of(run)
    assert len(records) == 120
    assert run.summary.complete
    # Ten that failed, and then one answer for each: nobody was asked while the lane was closed.
    assert sandbox.count("GET", "/messagestats") == 10 + 120


async def test_a_failed_search_concerns_its_mailbox_alone(opened: Open) -> None:
    """ "Search failed" says that the gateway was reached: the lane stays open."""
    sandbox = Sandbox(
        mailboxes=40, faults=Faults(imap_failure_rate=1.0, imap_cause="search_failed")
    )
    async with opened(sandbox) as domain:
        run = audit(domain, checks=["activity"])
        records = await records_of(run)
    failed = [record for record in records if "statistics" in record.failed]
    # Two attempts each, the documented one more try, for every mailbox.
    assert sandbox.count("GET", "/messagestats") >= 2 * len(failed)
    assert len(failed) > 30


async def test_too_many_requests_slow_the_audit_down(small: Sandbox, opened: Open) -> None:
    """Three 429s in a row halve the concurrency; nothing is lost, and the summary says so."""
    small.faults.rate_limit_next = 6
    async with opened(small) as domain:
        run = audit(domain, concurrency=8)
        records = await records_of(run)
    assert run.summary.slowed_down >= 1
    assert len(records) == 40
    assert run.summary.complete


async def test_only_what_the_checks_need_is_asked(small: Sandbox, opened: Open) -> None:
    """One check about quotas costs one request a mailbox, and none about anything else."""
    async with opened(small) as domain:
        await records_of(audit(domain, checks=["QUO-01"]))
    assert set(small.requests) == {"usernames.list", "mailbox.get", "exchange.get"}


async def test_a_mailbox_that_is_gone_is_no_gap_where_its_details_are_not_needed(
    small: Sandbox, opened: Open
) -> None:
    """What is missing of it is missing with it: one request more finds that out."""
    small.add_mailbox("zoe", gone=True)
    async with opened(small) as domain, audit(domain, checks=["FWD-01"]) as run:
        records = {record.username: record async for record in run}
    assert run.summary.complete
    assert records["zoe"].facts.gone
    assert not records["zoe"].failed
    assert small.count("GET", "/usernames/zoe/mailbox") == 1
    assert small.count("GET", "/mailbox") == 1


async def test_nobody_can_tell_whether_a_mailbox_is_gone(small: Sandbox, opened: Open) -> None:
    """Where that request fails too, what was missing stays unknown."""
    small.add_mailbox("zoe", gone=True)
    small.fail_next("GET", "/usernames/zoe/mailbox", status=500)
    async with opened(small) as domain, audit(domain, checks=["FWD-01"]) as run:
        records = {record.username: record async for record in run}
    assert not run.summary.complete
    assert records["zoe"].failed["forwards"].startswith("HTTP 404")


async def test_something_missing_of_a_mailbox_that_is_there(small: Sandbox, opened: Open) -> None:
    """A 404 for its forwards alone is no answer, and no sign that it is gone."""
    small.add_mailbox("zoe")
    small.fail_next("GET", "/usernames/zoe/forwards", status=404)
    async with opened(small) as domain, audit(domain, checks=["FWD-01"]) as run:
        records = {record.username: record async for record in run}
    assert not records["zoe"].facts.gone
    assert records["zoe"].failed["forwards"].startswith("HTTP 404")


async def test_a_mailbox_that_is_gone_is_a_finding_and_not_a_gap(
    small: Sandbox, opened: Open
) -> None:
    """Listed but gone: that is known, so the audit is complete."""
    small.add_mailbox("zoe", gone=True)
    async with opened(small) as domain:
        run = audit(domain)
        records = await records_of(run)
    (zoe,) = [record for record in records if record.username == "zoe"]
    assert [finding.check for finding in zoe.findings] == ["HYG-03"]
    assert zoe.unknown == {}
    assert run.summary.complete


async def test_a_missing_domain_is_told_and_the_other_is_audited(
    small: Sandbox, opened: Open
) -> None:
    """One domain that cannot be listed does not stop the others, and is no pass."""
    async with opened(small) as domain:
        missing = type(domain)(domain._session, domain.account, "example.org")
        run = audit([domain, missing], checks=["QUO-01"])
        records = await records_of(run)
    assert len(records) == 40
    by_name = {record.domain: record for record in run.domains}
    assert by_name["example.org"].failed["usernames"].startswith("HTTP 404")
    assert by_name["example.com"].findings == []
    assert run.summary.incomplete[0].startswith("example.org: the list of usernames broke off")


async def test_own_checks_are_asked_like_the_others(small: Sandbox, opened: Open) -> None:
    """A user's check finds; one that breaks is unknown, and the audit goes on."""

    def long_name(mailbox: MailboxFacts, context: Context) -> list[Evidence]:
        return [Evidence(mailbox.username)] if len(mailbox.username) > 5 else []

    def broken(mailbox: MailboxFacts, context: Context) -> list[Evidence]:
        raise ZeroDivisionError("oh")

    words = {"severity": Severity.LOW, "group": "own", "rationale": "?", "remediation": "?"}
    own = [
        MailboxCheck(id="OWN-01", title="Long", probes=frozenset(), find=long_name, **words),
        MailboxCheck(id="OWN-02", title="Broken", probes=frozenset(), find=broken, **words),
    ]
    async with opened(small) as domain:
        run = audit(domain, checks=own)
        await records_of(run)
    assert run.summary.findings["OWN-01"] > 10
    assert run.summary.unknown == {"OWN-02": 40}
    assert set(small.requests) == {"usernames.list"}


@pytest.mark.parametrize("where", ["start", "add", "find"])
async def test_a_join_that_breaks_is_unknown_and_ends_nothing(
    small: Sandbox, opened: Open, where: str
) -> None:
    """Whether it breaks at its start, in between or at the end, the others are asked."""

    class Breaks:
        def __init__(self, context: Context) -> None:
            self.at("start")

        def add(self, mailbox: MailboxFacts) -> None:
            self.at("add")

        def find(self, names: object) -> list[Evidence]:
            self.at("find")
            return []

        def at(self, place: str) -> None:
            if place == where:
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
    assert run.domains[0].unknown["OWN-03"] == "the check itself failed: ZeroDivisionError: oh"
    assert [one.check for one in run.domains[0].findings if one.check != "AUD-01"]


async def test_stopping_early_leaves_the_client_as_it_was(small: Sandbox, opened: Open) -> None:
    """Leaving the audit ends its tasks; the client goes on working."""
    async with opened(small) as domain:
        async with audit(domain) as run:
            async for _ in run:
                break
        assert await domain.username("postmaster").forwards.list() is not None
    assert run.summary.mailboxes >= 1


async def test_an_error_in_the_users_own_code_stays_as_it_is(small: Sandbox, opened: Open) -> None:
    """What the loop's body raises is not wrapped in a group of exceptions."""
    async with opened(small) as domain:
        with pytest.raises(KeyError, match="mine"):
            async with audit(domain) as run:
                async for _ in run:
                    raise KeyError("mine")


async def test_progress_tells_the_total_from_the_first_page(small: Sandbox, opened: Open) -> None:
    """The total is known as soon as the list has told it, and at the end all are done."""
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
        ({"resume": True}, "resume"),
    ],
)
async def test_wrong_arguments_are_named(
    small: Sandbox, opened: Open, arguments: dict[str, object], named: str
) -> None:
    """What cannot be audited is refused before anything is sent."""
    async with opened(small) as domain:
        with pytest.raises(InvalidRequestError, match=named):
            audit(domain, **arguments)
    assert small.count() == 0


async def test_the_same_domain_is_not_audited_twice(small: Sandbox, opened: Open) -> None:
    """A domain named twice would have each mailbox twice."""
    async with opened(small) as domain:
        with pytest.raises(InvalidRequestError, match="twice"):
            audit([domain, domain])


async def test_an_audit_runs_once(small: Sandbox, opened: Open) -> None:
    """It is entered before it is iterated, and not a second time."""
    async with opened(small) as domain:
        run = audit(domain, checks=["QUO-01"])
        with pytest.raises(InvalidRequestError, match="enter"):
            await run.__anext__()
        await records_of(run)
        with pytest.raises(InvalidRequestError, match="once"):
            await records_of(run)
