"""The progress of an audit, on stderr, and only where somebody is watching."""

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
    """Return a context that shows where the run stands, as long as it lasts."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        return contextlib.nullcontext()
    # Drawn by a thread of rich's: the audit itself spends nothing on being watched.
    return Live(
        get_renderable=lambda: line_of(run.progress),
        console=console,
        refresh_per_second=10,
        transient=True,
    )


def line_of(now: AuditProgress) -> RenderableType:
    """Return the line that shows where an audit stands."""
    line = Table.grid(padding=(0, 1), expand=True)
    line.add_column(no_wrap=True)
    line.add_column(ratio=1)
    line.add_column(no_wrap=True)
    bar = ProgressBar(total=now.total, completed=now.done, pulse=now.total is None)
    total = "?" if now.total is None else f"{now.total:,}"
    line.add_row(Text(f"{now.done:,} of {total} mailboxes"), bar, Text(_figures(now), style="dim"))
    return line


def _figures(now: AuditProgress) -> str:
    rate = now.requests / now.seconds if now.seconds else 0.0
    figures = [f"{rate:,.0f} requests/s", f"{now.retries:,} retries", f"{now.findings:,} findings"]
    if now.waiting:
        figures.append(f"{now.waiting:,} wait for IMAP")
    if now.total and now.done:
        left = now.seconds / now.done * max(0, now.total - now.done)
        figures.append(f"{left:.0f} s left")
    return " · ".join(figures)
