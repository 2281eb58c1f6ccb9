"""The plan of an audit: the planned requests are those that the server counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostway_email import HostwayEmail, RetryPolicy
from hostway_email.audit import CATALOGUE, AuditPlan, EndRecord, audit, read_records
from hostway_email.sandbox import Sandbox

from ...support.transports import FakeTransport, by_domain
from ..conftest import open_domain

TODAY = date(2026, 3, 2)
CHOICES: Sequence[Sequence[str] | None] = (
    None,
    ["FWD-01"],
    ["PRV-01"],
    ["protocols"],
    ["HYG-02"],
    ["quota"],
    ["activity"],
    ["licences"],
    ["secrets"],
    ["critical", "spam"],
)


def ordinary(mailboxes: int, **options: object) -> Sandbox:
    """Return a domain without missing mailboxes, where every list fits on a page."""
    sandbox = Sandbox(mailboxes, today=TODAY, **options)
    for mailbox in sandbox.domain.mailboxes:
        mailbox.gone = False
        mailbox.blackwhitelist = dict(list(mailbox.blackwhitelist.items())[:100])
    for name in list(sandbox.domain.contacts)[100:]:
        del sandbox.domain.contacts[name]
    return sandbox


async def planned(sandbox: Sandbox, **options: object) -> tuple[AuditPlan, int]:
    """Return the plan of an audit, and the number of requests it sent."""
    async with open_domain(sandbox, retry=RetryPolicy.none()) as domain:
        run = audit(domain, today=TODAY, **options)
        before = sandbox.count()
        plan = run.plan()
        assert sandbox.count() == before
        async with run:
            async for _ in run:
                pass
    return plan, sandbox.count() - before


@pytest.mark.anyio
@pytest.mark.parametrize("checks", CHOICES, ids=str)
@pytest.mark.parametrize("keep", [False, True])
async def test_planned_requests_are_sent(
    checks: Sequence[str] | None, keep: bool, tmp_path: Path
) -> None:
    """The plan is exact for any selection, with and without a records file."""
    sandbox = ordinary(130)
    exchange = sum(mailbox.exchange is not None for mailbox in sandbox.domain.mailboxes)

    plan, sent = await planned(
        sandbox, checks=checks, records=tmp_path / "records.jsonl" if keep else None
    )

    least, most = plan.requests(130)
    assert least <= sent <= most
    # They differ only if a request is sent for one kind of mailbox and not for the other.
    assert most - least == 130 * ({"mailbox", "exchange"} & {*plan.mailbox_probes} != set()) * (
        not {"mailbox", "exchange"} <= {*plan.mailbox_probes}
    )
    if most == least:
        assert sent == least
    elif "exchange" in plan.mailbox_probes:
        assert sent == least + exchange
    else:
        assert sent == most - exchange


@pytest.mark.anyio
@pytest.mark.parametrize("mailboxes", [0, 1, 99, 100, 101, 200, 201])
async def test_pages_are_counted(mailboxes: int) -> None:
    """A page has a hundred usernames, and an empty list has one page."""
    sandbox = Sandbox(0, today=TODAY)
    for number in range(mailboxes):
        sandbox.add_mailbox(f"m{number}")

    plan, sent = await planned(sandbox, checks=["PRV-01"])

    assert plan.requests(mailboxes) == (sent, sent)
    assert plan.requests_a_mailbox == (0, 0)


@pytest.mark.anyio
@pytest.mark.parametrize("sizes", [(101, 0), (100, 100), (1, 200), (0, 0, 0), (150, 50, 1)])
@pytest.mark.parametrize("checks", [["PRV-01"], ["FWD-01", "SEC-03"], ["protocols"]], ids=str)
async def test_several_domains(sizes: Sequence[int], checks: list[str]) -> None:
    """However the mailboxes are spread, the request count is in the planned range."""
    sandboxes = [ordinary(size, domain=f"d{number}.example") for number, size in enumerate(sizes)]
    transport = FakeTransport(by_domain(*sandboxes))
    async with HostwayEmail("admin", "sandbox", transport=transport) as hostway:
        account = hostway.account("account007")
        domains = [account.domain(sandbox.domain.name) for sandbox in sandboxes]
        run = audit(domains, checks=checks, today=TODAY)
        plan = run.plan()
        async with run:
            async for _ in run:
                pass

    least, most = plan.requests(sum(sizes))
    assert plan.domains == len(sizes)
    assert least <= sum(sandbox.count() for sandbox in sandboxes) <= most
    assert run.summary.complete


@given(st.lists(st.integers(0, 500), min_size=1, max_size=6))
def test_range_of_pages(sizes: list[int]) -> None:
    """For any sizes of domains the number of pages is in the planned range."""
    plan = AuditPlan(("X-1",), {}, len(sizes), (), (), 1)

    least, most = plan.requests(sum(sizes))

    assert least <= sum(max(1, -(-size // 100)) for size in sizes) <= most


@pytest.mark.anyio
async def test_plan_with_a_baseline(tmp_path: Path) -> None:
    """The plan uses the number of mailboxes and the request time of the baseline."""
    sandbox = ordinary(40)
    old = tmp_path / "old.jsonl"
    first, _ = await planned(sandbox, records=old, concurrency=4)
    (end,) = [one for one, _ in read_records(old) if isinstance(one, EndRecord)]

    plan, sent = await planned(sandbox, baseline=old, concurrency=8)

    assert (first.mailboxes, first.measured) == (None, False)
    assert (plan.mailboxes, plan.measured) == (40, True)
    assert plan.seconds_a_request == pytest.approx(end.seconds * 4 / end.requests)
    assert plan.mailboxes is not None
    assert plan.requests(plan.mailboxes) == (sent, sent)
    assert plan.seconds(40) == pytest.approx(sent * plan.seconds_a_request / 8)
    assert plan.skipped.keys() == {"ACT-02", "SEC-04"}


@pytest.mark.anyio
async def test_plan_with_an_interrupted_baseline(tmp_path: Path) -> None:
    """Without an end record there is no measured time; its mailboxes still count."""
    sandbox = ordinary(10)
    old = tmp_path / "old.jsonl"
    await planned(sandbox, checks=["FWD-01"], records=old)
    old.write_bytes(b"".join(old.read_bytes().splitlines(keepends=True)[:5]))

    plan, _ = await planned(sandbox, checks=["FWD-01"], baseline=old)

    assert (plan.mailboxes, plan.measured) == (4, False)


@pytest.mark.anyio
async def test_documented_deviations(tmp_path: Path) -> None:
    """A missing mailbox has no statistics, a long list has more pages."""
    sandbox = ordinary(0)
    sandbox.add_mailbox("ana", virtual=True)
    plan, sent = await planned(sandbox)
    assert plan.requests(1) == (sent, sent)

    sandbox.mailbox("ana").gone = True
    plan, sent = await planned(sandbox)
    assert sent == plan.requests(1).least - 1

    sandbox.mailbox("ana").gone = False
    sandbox.mailbox("ana").blackwhitelist = {f"{n}@partner.example": "W" for n in range(101)}
    plan, sent = await planned(sandbox)
    assert sent == plan.requests(1).most + 1


@pytest.mark.anyio
async def test_plan_lists_checks_and_probes(tmp_path: Path) -> None:
    """Checks, probes and skipped checks have a fixed order."""
    sandbox = ordinary(1)
    plan, _ = await planned(sandbox, checks=["LIC-02", "SPM-08", "SEC-01", "activity"])

    assert plan.checks == ("ACT-01", "ACT-04", "LIC-02", "SEC-01", "SPM-08")
    assert plan.mailbox_probes == ("cleanmailplus", "secrets", "statistics")
    assert plan.domain_probes == (
        "cleanmailplus",
        "webmail_names",
        "webmail_upgrade",
        "secret_minimum",
    )
    assert plan.skipped.keys() == {"ACT-02", "ACT-03"}
    assert (plan.domains, plan.concurrency) == (1, 32)


@pytest.mark.anyio
async def test_default_plan(tmp_path: Path) -> None:
    """By default every check of the catalogue is planned or skipped."""
    plan, _ = await planned(ordinary(1))

    assert {*plan.checks} | plan.skipped.keys() == {check.id for check in CATALOGUE}
