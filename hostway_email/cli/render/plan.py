"""The plan of an audit, printed for a terminal."""

from __future__ import annotations

from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table

from hostway_email.audit import AuditPlan, Between
from hostway_email.audit.text import number_of
from hostway_email.cli.render.text import plain_text, skipped_lines

__all__ = ["print_plan"]

_SIZES: Final = (100, 1_000, 10_000)


def print_plan(console: Console, plan: AuditPlan, mailboxes: int | None) -> None:
    """Print the requests of an audit and an estimate of its time.

    Parameters:
        console: the output.
        plan: the plan.
        mailboxes: the number of mailboxes; None to print some typical sizes.
    """
    domains = number_of(plan.domains, "domain", "domains")
    checks = number_of(len(plan.checks), "check", "checks")
    console.print(plain_text(f"Plan: {checks} on {domains}; no requests sent", "bold"))
    of_domain = Between(plan.requests_a_domain, plan.requests_a_domain)
    _print_probes(console, "each domain", of_domain, plan.domain_probes)
    _print_probes(console, "each mailbox", plan.requests_a_mailbox, plan.mailbox_probes)
    console.print("  1 request for every 100 usernames\n")
    console.print(_sizes(plan, _SIZES if mailboxes is None else (mailboxes,)))
    console.print(plain_text(_assumption(plan), "dim"))
    for line in skipped_lines(plan.skipped):
        console.print(plain_text(line, "dim"))


def _print_probes(console: Console, what: str, count: Between, probes: tuple[str, ...]) -> None:
    requests = number_of(count.most, "request", "requests")
    if count.least < count.most:
        requests = f"{count.least} or {requests}"
    row = ", ".join(probes).replace("mailbox, exchange", "mailbox or exchange")
    names = f": {row}" if probes else ""
    console.print(plain_text(f"  {requests} for {what}{names}"))


def _sizes(plan: AuditPlan, sizes: tuple[int, ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("Mailboxes", "Requests", "Time"):
        table.add_column(column, justify="right")
    for size in sizes:
        least, most = plan.requests(size)
        requests = f"{most:,}" if least == most else f"{least:,} to {most:,}"
        table.add_row(f"{size:,}", requests, _duration(plan.seconds(size)))
    return table


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def _assumption(plan: AuditPlan) -> str:
    each = f"{plan.seconds_a_request * 1000:,.0f} ms"
    source = "measured by the baseline" if plan.measured else "assumed"
    return (
        f"Estimated with {each} per request ({source}) and a concurrency of {plan.concurrency:,}. "
        "Retries and further pages of long black/white lists are not counted."
    )
