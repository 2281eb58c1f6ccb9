"""The console for results: as wide as a terminal, and unwrapped for everything else."""

from __future__ import annotations

import sys
from typing import Final

from rich.console import Console

__all__ = ["result_console"]

# Wider than any line: lines to a pipe must not be wrapped, or programs would miss names.
_UNBOUNDED: Final = 1_000_000


def result_console(*, to_stderr: bool = False) -> Console:
    """Return the console for results, on stderr if a report is written to stdout."""
    stream = sys.stderr if to_stderr else sys.stdout
    width = None if stream.isatty() else _UNBOUNDED
    return Console(file=stream, width=width, highlight=False)
