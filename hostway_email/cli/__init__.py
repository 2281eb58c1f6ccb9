"""The `hostway-email` command."""

from __future__ import annotations

import os
import sys

from hostway_email.cli.exits import CommandError, Exit, run_to_status
from hostway_email.cli.signals import handled_signals, interruptible
from hostway_email.cli.streams import guarded_streams

__all__ = ["main"]


def main() -> None:
    """Run the command, and exit with its status."""
    with guarded_streams(), handled_signals():
        status = run_to_status(_main)
    sys.exit(status)


def _main() -> None:
    _drop_unusable_sizes()
    with interruptible():
        try:
            from hostway_email.cli.app import app
        except ModuleNotFoundError as error:
            if error.name is None or error.name.startswith("hostway_email"):
                raise
            raise CommandError(
                f"{error.name} is not installed; the command needs an extra:\n"
                "  pip install 'hostway-email[cli]'",
                Exit.USAGE,
            ) from error
    app()


def _drop_unusable_sizes() -> None:
    """Remove unusable terminal sizes from the environment, so that the real size is used."""
    for name, least in (("COLUMNS", 20), ("TERMINAL_WIDTH", 20), ("LINES", 2)):
        text = os.environ.get(name, "")
        if not (text.isascii() and text.isdigit() and least <= int(text[:5]) <= 9_999):
            os.environ.pop(name, None)
