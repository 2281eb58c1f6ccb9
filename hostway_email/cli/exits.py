"""The exit statuses of the command, and the mapping of errors to them."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from enum import IntEnum
from signal import Signals

from hostway_email.cli.signals import Interrupted
from hostway_email.errors import HostwayEmailError, InvalidRequestError

__all__ = ["CommandError", "Exit", "error_message", "run_to_status"]


class Exit(IntEnum):
    """An exit status of the command."""

    OK = 0
    FINDINGS = 1
    """Findings at or above `--fail-on`."""
    USAGE = 2
    INCOMPLETE = 3
    """The audit is incomplete; takes precedence over FINDINGS."""
    FAILED = 4
    """The command could not start or continue."""
    UNEXPECTED = 70
    """An unexpected error, which should be reported."""
    HUNG_UP = 129
    """Terminated by SIGHUP; as in shells, this and the next two are 128 plus the signal number."""
    INTERRUPTED = 130
    """Terminated by SIGINT."""
    TERMINATED = 143
    """Terminated by SIGTERM."""


class CommandError(Exception):
    """An error of the command, with its exit status."""

    def __init__(self, message: str, status: Exit = Exit.FAILED) -> None:
        super().__init__(message, status)
        self.message = message
        self.status = status

    def __str__(self) -> str:
        return self.message


def run_to_status(command: Callable[[], object]) -> int:
    """Run a command, print its error as one line on stderr, and return its exit status.

    The line includes the notes of the error. With `HOSTWAY_DEBUG` in the environment, it follows
    the traceback.
    """
    try:
        try:
            status = command()
        except SystemExit as end:
            status = end.code
        sys.stdout.flush()
    except BaseException as error:
        code, _ = _status_and_message(error)
        if os.environ.get("HOSTWAY_DEBUG"):
            traceback.print_exception(error, file=sys.stderr)
        print(f"hostway-email: {error_message(error)}", file=sys.stderr)
        return code
    return status if isinstance(status, int) else Exit.OK


def error_message(error: BaseException) -> str:
    """Return the message of an error in one line, with its notes."""
    _, message = _status_and_message(error)
    return "; ".join([message, *getattr(error, "__notes__", ())])


def _status_and_message(error: BaseException) -> tuple[int, str]:
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
            return _status_and_message(only)
    what = " ".join("".join(traceback.format_exception_only(error)[:1]).split())
    return (
        Exit.UNEXPECTED,
        f"unexpected error, please report it to the maintainers of hostway-email with the "
        f"traceback that HOSTWAY_DEBUG=1 shows: {what}",
    )
