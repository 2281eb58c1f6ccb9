"""The entry point of the `hostway-email` command.

It imports the package only after signals are handled, so that Ctrl-C shows no traceback.
"""

from __future__ import annotations

import signal
import sys
from types import FrameType

__all__ = ["main"]


def main() -> None:
    """Run the command; until it handles signals, a signal ends the process at once."""
    numbers = [
        number
        for name, number in signal.Signals.__members__.items()
        # Windows has no SIGHUP; under `nohup` it is ignored, and stays so.
        if name in ("SIGINT", "SIGTERM", "SIGHUP")
        and signal.getsignal(number) is not signal.SIG_IGN
    ]
    for number in numbers:
        signal.signal(number, _end)
    try:
        from hostway_email.cli import main

        main()
    finally:
        # The shutdown of the interpreter must not show a traceback either.
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)


def _end(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)
