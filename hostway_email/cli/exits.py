"""The exit statuses of the command: one place decides which error ends in which."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from enum import IntEnum
from signal import Signals

from hostway_email.cli.signals import Interrupted
from hostway_email.errors import HostwayEmailError, InvalidRequestError

__all__ = ["CommandError", "Exit", "described", "run_to_status"]


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
    UNEXPECTED = 70
    """An error that nobody foresaw, and that should be reported."""
    HUNG_UP = 129
    """Ended by SIGHUP; this and the next two are 128 and the signal's number, as in shells."""
    INTERRUPTED = 130
    """Ended by SIGINT."""
    TERMINATED = 143
    """Ended by SIGTERM."""


class CommandError(Exception):
    """The command cannot start or go on, and says why."""

    def __init__(self, message: str, status: Exit = Exit.FAILED) -> None:
        super().__init__(message, status)
        self.message = message
        self.status = status

    def __str__(self) -> str:
        return self.message


def run_to_status(command: Callable[[], object]) -> int:
    """Run a command, and return its exit status; what went wrong is said in a line on stderr.

    Notes that were added to an error on its way are part of the line. With `HOSTWAY_DEBUG` in the
    environment the traceback comes before it.
    """
    try:
        try:
            status = command()
        except SystemExit as end:
            status = end.code
        sys.stdout.flush()
    except BaseException as error:
        code, _ = _explained(error)
        if os.environ.get("HOSTWAY_DEBUG"):
            traceback.print_exception(error, file=sys.stderr)
        print(f"hostway-email: {described(error)}", file=sys.stderr)
        return code
    return status if isinstance(status, int) else Exit.OK


def described(error: BaseException) -> str:
    """Return what an error says in a line, with its notes."""
    _, message = _explained(error)
    return "; ".join([message, *getattr(error, "__notes__", ())])


def _explained(error: BaseException) -> tuple[int, str]:
    match error:
        case Interrupted():
            return 128 + error.number, str(error)
        case KeyboardInterrupt():
            return 128 + Signals.SIGINT, "interrupted"
        case CommandError():
            return error.status, str(error)
        case InvalidRequestError():
            return Exit.USAGE, str(error)
        case HostwayEmailError():
            return Exit.FAILED, str(error)
        case OSError(filename=str() | os.PathLike() as name, strerror=str() as why):
            return Exit.FAILED, f"{os.fspath(name)}: {why}"
        case BaseExceptionGroup(exceptions=[only]):
            return _explained(only)
    what = " ".join("".join(traceback.format_exception_only(error)[:1]).split())
    return (
        Exit.UNEXPECTED,
        f"unexpected error, please report it to the maintainers of hostway-email with the "
        f"traceback that HOSTWAY_DEBUG=1 shows: {what}",
    )
