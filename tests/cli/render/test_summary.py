"""The summary, the progress line, and the exit status."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from hostway_email import HostwayEmail, RetryPolicy
from hostway_email.audit import AuditProgress, AuditRun, Severity, audit
from hostway_email.cli.commands.audit import exit_status
from hostway_email.cli.exits import Exit
from hostway_email.cli.render.progress import line_of
from hostway_email.cli.render.summary import print_summary
from hostway_email.sandbox import Faults, Sandbox
from hostway_email.transports.httpx import for_app

pytestmark = pytest.mark.anyio

TARGETS = [("account007", "example.com")]


async def audited(sandbox: Sandbox, *checks: str) -> AuditRun:
    transport, retry = for_app(sandbox.app), RetryPolicy.none()
    async with HostwayEmail("admin", "sandbox", transport=transport, retry=retry) as hostway:
        domain = hostway.account(sandbox.domain.account).domain(sandbox.domain.name)
        async with audit(domain, checks=checks or None) as run:
            async for _ in run:
                pass
    return run


def shown(run: AuditRun) -> str:
    file = io.StringIO()
    print_summary(Console(file=file, width=200, highlight=False), run.summary, TARGETS)
    return file.getvalue()


async def test_incomplete_audit() -> None:
    """An incomplete audit has status 3, even with findings, and the summary lists the gaps."""
    run = await audited(Sandbox(200, faults=Faults(imap_failure_rate=1.0)))
    assert exit_status(run.summary, None) is Exit.INCOMPLETE
    assert exit_status(run.summary, Severity.CRITICAL) is Exit.INCOMPLETE
    text = shown(run)
    assert "This audit is incomplete: unknown is not a pass." in text
    assert re.search(r"  unknown: ACT-01 \(19\d\), ACT-04 \(19\d\)", text)


async def test_complete_audit() -> None:
    """A complete audit has status 0, or 1 with findings at or above `--fail-on`."""
    run = await audited(Sandbox(200))
    assert exit_status(run.summary, None) is Exit.OK
    assert exit_status(run.summary, Severity.CRITICAL) is Exit.FINDINGS
    assert "This audit is incomplete" not in shown(run)


async def test_no_findings() -> None:
    """Without findings the summary has no tables."""
    sandbox = Sandbox(0)
    sandbox.add_mailbox("ana")
    run = await audited(sandbox)
    assert exit_status(run.summary, Severity.INFO) is Exit.OK
    text = shown(run)
    assert "1 mailbox, 0 with findings; no findings" in text
    assert "Worst mailboxes" not in text


async def test_untrusted_names() -> None:
    """Markup in a name has no effect, and control characters are replaced."""
    sandbox = Sandbox(0)
    sandbox.add_mailbox("[bold]evil[/bold]", forwards=["x\x1b[31m@gmail.com"])
    sandbox.add_mailbox("turned\u202e", usage=99999)
    text = shown(await audited(sandbox))
    assert "[bold]evil[/bold]@example.com" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "turned\N{REPLACEMENT CHARACTER}@example.com" in text


NOW = AuditProgress(
    total=1000,
    final=True,
    done=250,
    resumed=0,
    unknown=0,
    waiting=7,
    requests=2000,
    retries=3,
    findings=42,
    seconds=10.0,
)


def drawn(now: AuditProgress) -> str:
    file = io.StringIO()
    Console(file=file, width=150).print(line_of(now))
    return file.getvalue()


def test_progress() -> None:
    """The line has mailboxes, rate, retries, findings, deferred mailboxes and the time left."""
    text = drawn(NOW)
    assert "250 of 1,000 mailboxes" in text
    assert "200 requests/s · 3 retries · 42 findings · 7 deferred (IMAP) · 30 s left" in text


def test_progress_with_a_partial_total() -> None:
    """While a total is missing, the sum is marked as a lower bound, without a time left."""
    text = drawn(replace(NOW, final=False))
    assert "250 of 1,000+ mailboxes" in text
    assert "left" not in text


def test_progress_with_unknown_results() -> None:
    """Mailboxes with unknown results are counted in the progress line."""
    assert "42 findings · 5 with unknown results · 7 deferred" in drawn(replace(NOW, unknown=5))
    assert "unknowns" not in drawn(NOW)


def test_progress_of_a_resumed_audit() -> None:
    """The time left is estimated without the resumed mailboxes, which took no time."""
    assert "1:00 min left" in drawn(replace(NOW, done=500, resumed=416, seconds=10.08))


def test_progress_without_a_total() -> None:
    """Before the first page of a list the total is a question mark."""
    now = replace(NOW, total=None, final=False, done=0, seconds=0.0)
    assert "0 of ? mailboxes" in drawn(now)
