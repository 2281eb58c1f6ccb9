"""The command, run as a user runs it, or in this process where it only refuses."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

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
