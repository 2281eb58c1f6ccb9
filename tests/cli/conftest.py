"""The command, run with the arguments and the environment that a user gives it."""

from __future__ import annotations

import contextlib
import io
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from hostway_email.cli import main
from hostway_email.cli.sandboxes import PASSWORD, USERNAME

COMMAND = [sys.executable, "-m", "hostway_email.cli"]
TIMEOUT = 60


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in this process: starting one for each run takes longer than the runs."""
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
    """Run the command in a process of its own."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=_environment(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )


def refused(*arguments: str, **environment: str) -> str:
    """Run the command where it ends with status 2 and prints nothing; return what stderr said."""
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
) -> Iterator[subprocess.Popen[str]]:
    """Start the command in a process of its own, and end it with the test.

    Parameters:
        arguments: those of the command.
        ignored: the signals that it inherits as ignored.
        most_bytes: how long a file may become, which is how a disk fills up.
        environment: what is added to the environment.
        program: a program in Python that runs the command in its own way.
        options: others of the process, such as its streams; by default these are pipes.
    """

    def prepare() -> None:
        # A shell that runs the tests in the background makes all below it deaf to Ctrl-C.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN if number in ignored else signal.SIG_DFL)
        if most_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(
        [*COMMAND[:-2], "-c", program, *arguments] if program else [*COMMAND, *arguments],
        env=_environment(dict(environment or {})),
        preexec_fn=prepare,
        text=True,
        **(pipes | options),
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    """Wait for the end of a process that was started."""
    out, err = process.communicate(timeout=TIMEOUT)
    return subprocess.CompletedProcess(process.args, process.returncode, out or "", err or "")


def interrupted(
    *arguments: str, records: Path, lines: int, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command until its file of records has more than so many lines, and press Ctrl-C."""
    process = subprocess.Popen(
        [*COMMAND, *arguments, "--records", str(records)],
        env=os.environ | environment,
        # A shell that runs the tests in the background makes all below it deaf to Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    give_up = time.monotonic() + TIMEOUT
    while not (records.exists() and records.read_bytes().count(b"\n") > lines):
        assert time.monotonic() < give_up
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=TIMEOUT)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)
