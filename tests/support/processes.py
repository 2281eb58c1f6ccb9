"""Processes started by tests, which always end with the test."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import hostway_email

from .waiting import HANGS

__all__ = ["ROOT", "Process", "end_of", "run_process", "running"]

ROOT = Path(hostway_email.__file__).parents[1]
"""The folder from which a process imports the package that is being tested."""

TOOK_LONG = re.compile(r"^Executing <.*> took .* seconds\n", re.MULTILINE)
"""Warnings of asyncio about a slow machine, enabled by PYTHONDEVMODE."""

Process = subprocess.Popen[str]


@contextlib.contextmanager
def running(
    arguments: Sequence[str], environment: Mapping[str, str] | None = None, **options: Any
) -> Iterator[Process]:
    """Start Python with all pipes open; at the end kill it and its children."""
    with subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)} if environment is None else environment,
        # Its own process group can be killed as a whole, and does not get Ctrl-C of the test run.
        start_new_session=True,
        text=True,
        **{
            "stdin": subprocess.PIPE,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            **options,
        },
    ) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def end_of(
    process: Process, number: signal.Signals | None = None, text: str | None = None
) -> tuple[int, str, str]:
    """Send a process a signal or input, if any; return its status and output, once it has ended."""
    if number is not None:
        process.send_signal(number)
    out, err = process.communicate(text, timeout=HANGS)
    return process.returncode, out, TOOK_LONG.sub("", err or "")


def run_process(
    arguments: Sequence[str],
    environment: Mapping[str, str] | None = None,
    text: str = "",
    **options: Any,
) -> subprocess.CompletedProcess[str]:
    """Run Python with arguments, and a text as its input, to its end."""
    with running(arguments, environment, **options) as process:
        return subprocess.CompletedProcess(process.args, *end_of(process, text=text))
