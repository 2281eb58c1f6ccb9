"""Helpers that run the command with arguments and an environment, and a sandbox for it."""

from __future__ import annotations

import contextlib
import io
import os
import resource
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from hostway_email.cli import main
from hostway_email.cli.commands.sandbox import (
    PASSWORD,
    USERNAME,
    SandboxOptions,
    sandbox_process,
)

from ..support import processes
from ..support.waiting import HANGS

SLOW = pytest.mark.slow
"""For a case that starts a process, and differs little from another one that is not slow."""

COMMAND = [sys.executable, "-m", "hostway_email"]
TARGET = "account007/example.com"
TIMEOUT = HANGS


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A sandbox with 40 mailboxes in its own process."""
    with sandbox_process(SandboxOptions(40, 7, 0.0, 0.0)) as sandbox:
        yield sandbox.base_url


@pytest.fixture(scope="session")
def recorded(server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records of an audit of forwards and quotas, which no test changes."""
    return audited(server, tmp_path_factory)


def audited(server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Audit forwards and quotas, and return the records file."""
    records = tmp_path_factory.mktemp("audit") / "old.jsonl"
    arguments = ("audit", TARGET, "--checks", "forwards,quota", "--records", str(records))
    done = run(*arguments, **credentials(server))
    assert done.returncode == 0, done.stderr
    return records


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


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `hostway-email` in a shell, with redirections."""
    program = "import os, sys; os.execvp('bash', ['bash', '-c', sys.argv[1]])"
    line = command.replace("hostway-email", shlex.join(COMMAND))
    with started(line, program=program, environment=environment) as process:
        return ended(process)
