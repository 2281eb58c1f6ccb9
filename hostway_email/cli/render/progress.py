"""The progress of an audit, on stderr if it is a terminal."""

from __future__ import annotations

import contextlib

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from hostway_email.audit import AuditProgress, AuditRun

__all__ = ["line_of", "showing_progress"]


def showing_progress(run: AuditRun, *, quiet: bool) -> contextlib.AbstractContextManager[object]:
    """Return a context manager that shows the progress of a run."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        return contextlib.nullcontext()
    # Drawn by a thread of rich, so that it costs the audit no time.
    return Live(
        get_renderable=lambda: line_of(run.progress),
        console=console,
        refresh_per_second=10,
        transient=True,
    )


def line_of(now: AuditProgress) -> RenderableType:
    """Return the progress line of an audit."""
    line = Table.grid(padding=(0, 1), expand=True)
    line.add_column(no_wrap=True)
    line.add_column(ratio=1)
    line.add_column(no_wrap=True)
    bar = ProgressBar(total=now.total, completed=now.done, pulse=not now.final)
    line.add_row(Text(_done_of_total(now)), bar, Text(_figures(now), style="dim"))
    return line


def _done_of_total(now: AuditProgress) -> str:
    if now.total is None:
        return f"{now.done:,} of ? mailboxes"
    # The total grows until the first page of every list has been received.
    return f"{now.done:,} of {now.total:,}{'' if now.final else '+'} mailboxes"


def _figures(now: AuditProgress) -> str:
    rate = now.requests / now.seconds if now.seconds else 0.0
    figures = [f"{rate:,.0f} requests/s", f"{now.retries:,} retries", f"{now.findings:,} findings"]
    if now.unknown:
        figures.append(f"{now.unknown:,} with unknown results")
    if now.waiting:
        figures.append(f"{now.waiting:,} deferred (IMAP)")
    fresh = now.done - now.resumed
    if now.final and now.total and fresh:
        left = now.seconds / fresh * max(0, now.total - now.done)
        figures.append(f"{_time(left)} left")
    return " · ".join(figures)


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02} min" if minutes else f"{rest} s"
