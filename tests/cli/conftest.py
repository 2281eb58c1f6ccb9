"""The command, run as a user runs it, or in this process where it only refuses."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hostway_email.cli import main
from hostway_email.cli.sandboxes import PASSWORD, USERNAME

COMMAND = [sys.executable, "-m", "hostway_email.cli"]
TIMEOUT = 60


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: text for name, text in os.environ.items() if "HOSTWAY" not in name}
    return subprocess.run(
        [*COMMAND, *arguments],
        env=inherited | {"COLUMNS": "200"} | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )


@pytest.fixture
def refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Run the command in this process, where it ends with status 2; return what stderr said.

    Of wrong usage there are many ways, and starting a process for each takes longer than all else.
    """

    def refused(*arguments: str, **environment: str) -> str:
        for name in [name for name in os.environ if "HOSTWAY" in name]:
            monkeypatch.delenv(name)
        for name, text in ({"COLUMNS": "200"} | environment).items():
            monkeypatch.setenv(name, text)
        monkeypatch.setattr(sys, "argv", ["hostway-email", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        assert end.value.code == 2
        assert out == ""
        return err

    return refused


def credentials(base_url: str, password: str = PASSWORD) -> dict[str, str]:
    return {
        "HOSTWAY_USERNAME": USERNAME,
        "HOSTWAY_PASSWORD": password,
        "HOSTWAY_BASE_URL": base_url,
    }


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
