"""Helpers that run the command with arguments and an environment."""

from __future__ import annotations

import contextlib
import io
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from hostway_email.cli import main
from hostway_email.cli.commands.sandbox import PASSWORD, USERNAME

from ..support import processes
from ..support.waiting import HANGS, until_in_thread

COMMAND = [sys.executable, "-m", "hostway_email.cli"]
TIMEOUT = HANGS


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in this process, which is faster than a process for each run."""
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.dict(os.environ, _environment(environment), clear=True),
        patch.object(sys, "argv", ["hostway-email", *arguments]),
        patch.object(sys, "stdin", io.StringIO()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as end,
    ):
        main()
    return subprocess.CompletedProcess(
        arguments, int(end.value.code or 0), out.getvalue(), err.getvalue()
    )


def run_process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in its own process."""
    return processes.run_process([*COMMAND[1:], *arguments], _environment(environment))


def refused(*arguments: str, **environment: str) -> str:
    """Run a command that ends with status 2 and an empty stdout; return its stderr."""
    done = run(*arguments, **environment)
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr


def _environment(changes: dict[str, str]) -> dict[str, str]:
    inherited = {name: text for name, text in os.environ.items() if "HOSTWAY" not in name}
    return inherited | {"COLUMNS": "200"} | changes


def credentials(base_url: str, password: str = PASSWORD) -> dict[str, str]:
    return {
        "HOSTWAY_USERNAME": USERNAME,
        "HOSTWAY_PASSWORD": password,
        "HOSTWAY_BASE_URL": base_url,
    }


@contextlib.contextmanager
def started(
    *arguments: str,
    ignored: Iterable[signal.Signals] = (),
    most_bytes: int | None = None,
    environment: Mapping[str, str] | None = None,
    program: str | None = None,
    **options: Any,
) -> Iterator[processes.Process]:
    """Start the command in its own process, and end it with the test.

    Parameters:
        arguments: the arguments of the command.
        ignored: the signals that it inherits as ignored.
        most_bytes: the maximum size of a file, to simulate a full disk.
        environment: additional environment variables.
        program: a Python program that runs the command.
        options: further options of the process, such as its streams; by default pipes.
    """

    def prepare() -> None:
        # A shell that runs the tests in the background makes child processes ignore Ctrl-C.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN if number in ignored else signal.SIG_DFL)
        if most_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    with processes.running(
        ["-c", program, *arguments] if program else [*COMMAND[1:], *arguments],
        _environment(dict(environment or {})),
        preexec_fn=prepare,
        **({"stdin": subprocess.DEVNULL} | options),
    ) as process:
        yield process


def ended(
    process: processes.Process, number: signal.Signals | None = None
) -> subprocess.CompletedProcess[str]:
    """Send a process a signal, if given, and wait until it ends."""
    status, out, err = processes.end_of(process, number)
    return subprocess.CompletedProcess(process.args, status, out or "", err or "")


def interrupted(
    *arguments: str, records: Path, lines: int, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command until its records file has more than `lines` lines, then send SIGINT."""
    command = [*COMMAND[1:], *arguments, "--records", str(records)]
    with processes.running(command, os.environ | environment) as process:
        until_in_thread(
            lambda: (
                process.poll() is not None
                or (records.exists() and records.read_bytes().count(b"\n") > lines)
            )
        )
        return ended(process, signal.SIGINT)


HOLDING = """
import asyncio, re, sys, threading
from hostway_email.sandbox import Sandbox, serve

sandbox, answered, limit = Sandbox(int(sys.argv[1]), seed=7), set(), int(sys.argv[2])
app = sandbox.app

async def hold(scope, receive, send):
    name = re.search("/usernames/([^/]+)", scope["path"])
    if name and name[1] not in answered:
        while len(answered) >= limit:
            await asyncio.sleep(0.01)
        answered.add(name[1])
    await app(scope, receive, send)

def release():
    global limit
    sys.stdin.readline()
    limit = sys.maxsize

sandbox.app = hold
threading.Thread(target=release, daemon=True).start()
serve(sandbox, port=0, on_ready=lambda url: print(url, flush=True))
"""


@dataclass(frozen=True)
class HoldingSandbox:
    """A sandbox on which no audit ends before `release()`."""

    base_url: str
    process: processes.Process

    def release(self) -> None:
        """Respond to all requests from now on."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()


@contextlib.contextmanager
def holding_sandbox(mailboxes: int, answered: int) -> Iterator[HoldingSandbox]:
    """Run a sandbox that blocks the requests about all but `answered` mailboxes.

    An audit of it cannot end before the test interrupts it, however slow the machine is.
    """
    arguments = ["-W", "error", "-c", HOLDING, str(mailboxes), str(answered)]
    with processes.running(arguments) as process:
        assert process.stdout is not None
        yield HoldingSandbox(process.stdout.readline().strip(), process)
