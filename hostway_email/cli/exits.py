"""The exit statuses of the command, and the way to them."""

from __future__ import annotations

import sys
from enum import IntEnum
from typing import NoReturn

__all__ = ["Exit", "leave"]


class Exit(IntEnum):
    """What the command's status tells a script."""

    OK = 0
    FINDINGS = 1
    """Something was found at or above `--fail-on`."""
    USAGE = 2
    INCOMPLETE = 3
    """Something remained unknown; this wins over FINDINGS."""
    FAILED = 4
    """It could not start, or not go on."""
    INTERRUPTED = 130


def leave(status: Exit, message: str) -> NoReturn:
    """Say why on stderr, and end with the status."""
    print(f"hostway-email: {message}", file=sys.stderr)
    sys.exit(status)
