"""The summary of an audit, as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table

from hostway_email.audit import AuditRun, AuditSummary, Severity
from hostway_email.audit.limits import CANNOT_ANSWER
from hostway_email.cli.words import number_of, plain_text

__all__ = ["print_summary"]

_COLOURS: Final = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}


def print_summary(console: Console, run: AuditRun, counted_by_server: int | None) -> None:
    """Print findings, the worst mailboxes, what is unknown, and what the run has cost."""
    summary = run.summary
    names = ", ".join(f"{domain.account}/{domain.domain}" for domain in run.domains)
    console.print(plain_text(f"Audit of {names}", "bold"))
    console.print(
        f"{number_of(summary.mailboxes, 'mailbox', 'mailboxes')}, "
        f"{summary.with_findings:,} with findings; "
        f"{_by_severity(summary)}\n"
    )
    if summary.findings:
        console.print(_findings(summary))
    if summary.worst:
        console.print(_worst(summary))
    if not summary.complete:
        _print_gaps(console, summary)
    console.print(plain_text(_cost(summary, counted_by_server), "dim"))
    console.print(plain_text(f"Not told by this API: {', '.join(CANNOT_ANSWER)}.", "dim"))


def _by_severity(summary: AuditSummary) -> str:
    counts = [f"{summary.severities[one]} {one}" for one in Severity if summary.severities[one]]
    return f"findings: {', '.join(counts)}" if counts else "nothing was found"


def _findings(summary: AuditSummary) -> Table:
    table = _table("Findings", "Check", "Severity", "What", "Times")
    table.columns[3].justify = "right"
    order = sorted(
        summary.findings.items(),
        key=lambda item: (-summary.titles[item[0]][0].weight, -item[1], item[0]),
    )
    for check, count in order:
        severity, title = summary.titles[check]
        colour = _COLOURS[severity]
        table.add_row(check, plain_text(severity, colour), plain_text(title), f"{count:,}")
    return table


def _worst(summary: AuditSummary) -> Table:
    table = _table("Worst mailboxes", "Mailbox", "Findings")
    for mailbox in summary.worst:
        table.add_row(plain_text(mailbox.name), plain_text(" ".join(mailbox.checks)))
    return table


def _print_gaps(console: Console, summary: AuditSummary) -> None:
    console.print(
        plain_text("This audit is incomplete: what is unknown is not a pass.", "bold red")
    )
    for line in summary.incomplete:
        console.print(plain_text(f"  {line}"))
    if summary.unknown:
        unknown = ", ".join(f"{check} ({count:,})" for check, count in sorted(_items(summary)))
        console.print(plain_text(f"  without an answer: {unknown}"))
    console.print()


def _items(summary: AuditSummary) -> Iterable[tuple[str, int]]:
    return summary.unknown.items()


def _cost(summary: AuditSummary, counted_by_server: int | None) -> str:
    rate = summary.requests / summary.seconds if summary.seconds else 0.0
    counted = (
        "" if counted_by_server is None else f" ({counted_by_server:,} counted by the sandbox)"
    )
    times = number_of(summary.slowed_down, "time", "times")
    slowed = f"; slowed down {times} by 429s" if summary.slowed_down else ""
    return (
        f"{summary.requests:,} requests{counted}, {summary.retries:,} of them retries, "
        f"in {summary.seconds:.1f} s ({rate:.0f} a second){slowed}."
    )


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
