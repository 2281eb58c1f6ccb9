"""The summary of an audit, printed for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table

from hostway_email.audit import AuditSummary, Severity, SuppressionUse
from hostway_email.audit.checks.base import NOT_COVERED
from hostway_email.audit.text import number_of
from hostway_email.cli.render.text import plain_text, skipped_lines

__all__ = ["print_summary"]

_COLOURS: Final = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}


def print_summary(
    console: Console,
    summary: AuditSummary,
    targets: Sequence[tuple[str, str]],
    *,
    counted_by_server: int | None = None,
    hide: Callable[[str], str] = str,
) -> None:
    """Print findings, the worst mailboxes, what is unknown, and the requests of an audit.

    Parameters:
        console: the output.
        summary: the figures.
        targets: the accounts and domains.
        counted_by_server: the number of requests that the sandbox has received.
        hide: redacts a text with names.
    """
    names = hide(", ".join(f"{account}/{domain}" for account, domain in targets))
    console.print(plain_text(f"Audit of {names}", "bold"))
    console.print(
        f"{number_of(summary.mailboxes, 'mailbox', 'mailboxes')}, "
        f"{summary.with_findings:,} with findings; "
        f"{_by_severity(summary)}\n"
    )
    if summary.findings:
        console.print(_findings(summary))
    if summary.worst:
        console.print(_worst(summary, hide))
    if not summary.complete:
        _print_gaps(console, summary, hide)
    for line in _notes(summary, hide):
        console.print(plain_text(line))
    for line in (*skipped_lines(summary.skipped), _cost(summary, counted_by_server)):
        console.print(plain_text(line, "dim"))
    console.print(plain_text(f"Not covered by this API: {', '.join(NOT_COVERED)}.", "dim"))


def _by_severity(summary: AuditSummary) -> str:
    counts = [f"{summary.severities[one]} {one}" for one in Severity if summary.severities[one]]
    return f"findings: {', '.join(counts)}" if counts else "no findings"


def _findings(summary: AuditSummary) -> Table:
    table = _table("Findings", "Check", "Severity", "Finding", "Count")
    table.columns[3].justify = "right"
    order = sorted(
        summary.findings.items(),
        key=lambda item: (-summary.titles[item[0]][0].weight, -item[1], item[0]),
    )
    for check, count in order:
        severity, title = summary.titles[check]
        colour = _COLOURS[severity]
        table.add_row(
            plain_text(check), plain_text(severity, colour), plain_text(title), f"{count:,}"
        )
    return table


def _worst(summary: AuditSummary, hide: Callable[[str], str]) -> Table:
    table = _table("Worst mailboxes", "Mailbox", "Checks")
    for mailbox in summary.worst:
        table.add_row(plain_text(hide(mailbox.name)), plain_text(" ".join(mailbox.checks)))
    return table


def _print_gaps(console: Console, summary: AuditSummary, hide: Callable[[str], str]) -> None:
    console.print(plain_text("This audit is incomplete: unknown is not a pass.", "bold red"))
    for line in summary.incomplete:
        console.print(plain_text(f"  {hide(line)}"))
    if summary.unknown:
        unknown = ", ".join(
            f"{check} ({count:,})" for check, count in sorted(summary.unknown.items())
        )
        console.print(plain_text(f"  unknown: {unknown}"))
    console.print()


def _notes(summary: AuditSummary, hide: Callable[[str], str]) -> Iterator[str]:
    """Yield the notes about the run, the baseline and the suppressions."""
    yield from map(hide, summary.notes)
    if summary.compared:
        new, changed, resolved = (summary.changes[one] for one in ("new", "changed", "resolved"))
        yield (
            f"Since the baseline: findings: {new:,} new, {changed:,} changed, "
            f"{resolved:,} resolved; "
            f"mailboxes: {summary.new_mailboxes:,} new, {summary.removed_mailboxes:,} removed."
        )
        if summary.changed_settings:
            names = ", ".join(summary.changed_settings)
            yield f"Settings changed since the baseline: {names}."
    if summary.accepted:
        yield f"Accepted (not counted): {number_of(summary.accepted, 'finding', 'findings')}."
    for use in summary.suppressions:
        if use.state in ("expired", "unused"):
            yield hide(_about(use))


def _about(use: SuppressionUse) -> str:
    one = use.suppression
    if use.state == "expired":
        problem = f"expired on {one.expires}; renew or remove it"
    else:
        problem = "matches nothing; remove it"
    return f"Suppression of {one.id} for {one.mailbox} ({one.owner}) {problem}."


def _cost(summary: AuditSummary, counted_by_server: int | None) -> str:
    rate = summary.requests / summary.seconds if summary.seconds else 0.0
    counted = (
        "" if counted_by_server is None else f" ({counted_by_server:,} counted by the sandbox)"
    )
    times = number_of(summary.slowed_down, "time", "times")
    slowed = f"; concurrency halved {times} (HTTP 429)" if summary.slowed_down else ""
    return (
        f"{summary.requests:,} requests{counted}, {summary.retries:,} of them retries, "
        f"in {summary.seconds:.1f} s ({rate:.0f}/s){slowed}."
    )


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
