"""Where results are printed: in a terminal's width to a terminal, whole to everything else."""

from __future__ import annotations

import sys
from typing import Final

from rich.console import Console

__all__ = ["result_console"]

# Wider than any line: a pipe has no width, and what reads it must find each name in one piece.
_UNBOUNDED: Final = 1_000_000


def result_console(*, to_stderr: bool = False) -> Console:
    """Return the console for a result, which goes to standard error where a report has stdout."""
    stream = sys.stderr if to_stderr else sys.stdout
    width = None if stream.isatty() else _UNBOUNDED
    return Console(file=stream, width=width, highlight=False)
