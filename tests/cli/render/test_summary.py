"""What the command shows: the summary, the progress, and the status that goes with them."""

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
from hostway_email.cli.render.text import harmless_cell
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


async def test_an_incomplete_audit_has_a_status_of_its_own() -> None:
    """What is unknown wins over what was found: status 3, and the summary says what is missing."""
    run = await audited(Sandbox(200, faults=Faults(imap_failure_rate=1.0)))
    assert exit_status(run.summary, None) is Exit.INCOMPLETE
    assert exit_status(run.summary, Severity.CRITICAL) is Exit.INCOMPLETE
    text = shown(run)
    assert "This audit is incomplete: what is unknown is not a pass." in text
    assert re.search(r"without an answer: ACT-01 \(19\d\), ACT-04 \(19\d\)", text)


async def test_a_complete_audit_fails_only_where_it_is_asked_to() -> None:
    """Findings alone are no failure; those at or above `--fail-on` are."""
    run = await audited(Sandbox(200))
    assert exit_status(run.summary, None) is Exit.OK
    assert exit_status(run.summary, Severity.CRITICAL) is Exit.FINDINGS
    assert "This audit is incomplete" not in shown(run)


async def test_a_clean_domain_is_said_to_be_clean() -> None:
    """No table stands empty."""
    sandbox = Sandbox(0)
    sandbox.add_mailbox("ana")
    run = await audited(sandbox)
    assert exit_status(run.summary, Severity.INFO) is Exit.OK
    text = shown(run)
    assert "1 mailbox, 0 with findings; nothing was found" in text
    assert "Worst mailboxes" not in text


async def test_hostile_names_are_text_and_nothing_else() -> None:
    """Markup in a name has no effect, and control characters never reach the terminal."""
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


def test_progress_tells_how_far_how_fast_and_how_long() -> None:
    """The line holds mailboxes, rate, retries, findings, who waits, and the time left."""
    text = drawn(NOW)
    assert "250 of 1,000 mailboxes" in text
    assert "200 requests/s · 3 retries · 42 findings · 7 deferred (IMAP) · 30 s left" in text


def test_progress_claims_no_more_than_it_knows() -> None:
    """While a list has not told its total there is no time left, and the sum is a lower bound."""
    text = drawn(replace(NOW, final=False))
    assert "250 of 1,000+ mailboxes" in text
    assert "left" not in text


def test_progress_tells_unknowns_as_they_come() -> None:
    """Whoever watches need not wait for the end to see that something is wrong."""
    assert "42 findings · 5 with unknown results · 7 deferred" in drawn(replace(NOW, unknown=5))
    assert "unknowns" not in drawn(NOW)


def test_progress_of_a_resumed_audit_counts_what_is_left() -> None:
    """What was taken over took no time, so it says nothing about how long the rest takes."""
    assert "1:00 min left" in drawn(replace(NOW, done=500, resumed=416, seconds=10.08))


def test_progress_before_anything_is_known() -> None:
    """Until the list has told its total, none is claimed."""
    now = replace(NOW, total=None, final=False, done=0, seconds=0.0)
    assert "0 of ? mailboxes" in drawn(now)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start: str) -> None:
    """What a spreadsheet would compute is text there, and everything else is as it was."""
    assert harmless_cell(f"{start}1+1") == f"'{start}1+1"
    assert harmless_cell(f"a{start}") == f"a{start}"
    assert harmless_cell(-5) == -5
