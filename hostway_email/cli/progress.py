"""The progress of an audit, on stderr, and only where somebody is watching."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Coroutine, Iterator
from typing import Final

import anyio
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hostway_email.audit import AuditRun

__all__ = ["show_progress"]

REFRESH_SECONDS: Final = 0.1


@contextlib.contextmanager
def show_progress(run: AuditRun, *, quiet: bool) -> Iterator[Callable[[], Coroutine[object, object, None]]]:
    """Show where the run stands as long as the context lasts; yields what keeps it up to date."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield _nothing
        return
    columns = (
        TextColumn("mailboxes"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("[dim]{task.fields[figures]}"),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None, figures="")

        async def refresh() -> None:
            while True:
                now = run.progress
                rate = now.requests / now.seconds if now.seconds else 0.0
                waiting = f" · {now.waiting} wait for IMAP" if now.waiting else ""
                bar.update(
                    task,
                    completed=now.done,
                    total=now.total,
                    figures=f"{rate:.0f} requests/s · {now.retries} retries · "
                    f"{now.findings} findings{waiting}",
                )
                await anyio.sleep(REFRESH_SECONDS)

        yield refresh


async def _nothing() -> None:
    return
