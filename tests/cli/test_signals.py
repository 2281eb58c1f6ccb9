"""Signals: a clean end with the status of the signal, and without temporary files."""

from __future__ import annotations

import csv
import fcntl
import os
import pty
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hostway_email.audit import AuditRecord, read_records
from hostway_email.cli import start
from hostway_email.cli.signals import Interrupted, handled_signals, interruptible, run_cancellable

from ..support.processes import ROOT
from .conftest import SLOW, TARGET, TIMEOUT, credentials, ended, run, started
from .held import held_sandbox

SIGNALS = pytest.mark.parametrize(
    ("number", "status", "message"),
    [
        (signal.SIGTERM, 143, "interrupted by SIGTERM;"),
        pytest.param(signal.SIGINT, 130, "interrupted;", marks=SLOW),
        pytest.param(signal.SIGHUP, 129, "interrupted by SIGHUP;", marks=SLOW),
    ],
)
# A module that reports that it is being imported, and then blocks.
STUB = f"""
import os, sys, time
print("importing", os.getpid(), file=sys.stderr, flush=True)
time.sleep({TIMEOUT})
"""


# Pipe sizes and process limits are set as on Linux.
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals and pipes as on Linux")


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """The temporary folder of the command."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@SIGNALS
def test_signal_during_an_audit(
    number: signal.Signals, status: int, message: str, tmp_path: Path
) -> None:
    """The records can be resumed, and a partial report is written."""
    records, table = tmp_path / "audit.jsonl", tmp_path / "audit.csv"
    arguments = ("audit", TARGET, "--checks", "quota", "--concurrency", "2", "--records")
    with held_sandbox(40, answers=20) as sandbox:
        access = credentials(sandbox.base_url)
        with started(*arguments, str(records), "--csv", str(table), environment=access) as process:
            sandbox.wait()
            done = ended(process, number)
        assert (done.returncode, done.stdout) == (status, "")
        assert (
            f"{message} the records so far are in {records}; partial report written to {table}"
            in done.stderr
        )
        assert done.stderr.count("\n") == 1
        assert records.read_bytes().endswith(b"\n")
        recorded = [one for one, _ in read_records(records) if isinstance(one, AuditRecord)]
        assert 0 < len(recorded) < 40
        assert "the audit was interrupted" in table.read_text(encoding="utf-8-sig")

        sandbox.release()
        resumed = run(*arguments, str(records), "--resume", **access)
    assert resumed.returncode == 0, resumed.stderr


@SIGNALS
@SLOW
def test_temporary_folder_is_empty_after_a_signal(
    number: signal.Signals, status: int, message: str, tmp_path: Path, temporary: Path
) -> None:
    """Without `--records` only the report is left."""
    table = tmp_path / "audit.csv"
    with held_sandbox(40, answers=20) as sandbox:
        access = {**credentials(sandbox.base_url), "TMPDIR": str(temporary)}
        with started("audit", TARGET, "--csv", str(table), environment=access) as process:
            sandbox.wait()
            done = ended(process, number)
    assert done.returncode == status
    assert f"{message} partial report written to {table}\n" in done.stderr
    assert list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines()))
    assert list(temporary.iterdir()) == []


@SLOW
def test_ignored_sighup(tmp_path: Path) -> None:
    """Under `nohup` an audit continues when its terminal is closed."""
    with held_sandbox(10, answers=5) as sandbox:
        access = credentials(sandbox.base_url)
        with started(
            *("audit", TARGET, "--checks", "QUO-01"), ignored=[signal.SIGHUP], environment=access
        ) as process:
            sandbox.wait()
            process.send_signal(signal.SIGHUP)
            sandbox.release()
            done = ended(process)
    assert (done.returncode, done.stderr) == (0, "")
    assert "10 mailboxes" in done.stdout


def test_further_signals(tmp_path: Path, temporary: Path) -> None:
    """Further signals are ignored while a report is written to a pipe."""
    fifo, table = tmp_path / "pipe", tmp_path / "audit.csv"
    os.mkfifo(fifo)
    # Open for reading and writing, so that opening does not block.
    reader = os.open(fifo, os.O_RDWR)
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 4096)
    with held_sandbox(200, answers=150) as sandbox:
        access = {**credentials(sandbox.base_url), "TMPDIR": str(temporary)}
        reports = ("--html", str(fifo), "--csv", str(table))
        with started("audit", TARGET, *reports, environment=access) as process:
            sandbox.wait()
            process.send_signal(signal.SIGINT)
            content = os.read(reader, 1)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                process.send_signal(number)
            while not content.rstrip().endswith(b"</html>"):
                content += os.read(reader, 65536)
            done = ended(process)
    os.close(reader)
    assert done.returncode == 130
    files = f"{table} and {fifo}"
    assert done.stderr == f"hostway-email: interrupted; partial report written to {files}\n"
    # Longer than the buffer of the pipe: the signals were sent while it was being written.
    assert len(content) > 2 * 4096
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("module", ["typer", pytest.param("pydantic", marks=SLOW)])
@pytest.mark.parametrize(
    ("number", "status"),
    [
        (signal.SIGINT, 130),
        pytest.param(signal.SIGTERM, 143, marks=SLOW),
        pytest.param(signal.SIGHUP, 129, marks=SLOW),
    ],
)
def test_signal_during_the_imports(
    module: str, number: signal.Signals, status: int, tmp_path: Path
) -> None:
    """A signal during the imports of the package or the command shows no traceback."""
    (tmp_path / f"{module}.py").write_text(STUB)
    # As the installed script, which has its own copy of this file.
    program = f"import runpy; runpy.run_path({start.__file__!r})['main']()"
    environment = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    with started("--version", program=program, environment=environment) as process:
        assert process.stderr
        assert process.stderr.readline().startswith("importing")
        done = ended(process, number)
    assert done.returncode == status
    assert done.stderr in ("", str(Interrupted(number)).join(["hostway-email: ", "\n"]))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@SLOW
def test_signal_while_the_sandbox_starts(
    number: signal.Signals, tmp_path: Path, temporary: Path
) -> None:
    """The sandbox process ends with the command, even before it is ready."""
    (tmp_path / "starlette.py").write_text(STUB)
    environment = {"PYTHONPATH": str(tmp_path), "TMPDIR": str(temporary)}
    table = tmp_path / "audit.csv"
    with started("audit", "--sandbox", "--csv", str(table), environment=environment) as process:
        assert process.stderr
        server = int(process.stderr.readline().split()[1])
        done = ended(process, number)
    assert done.returncode == 128 + number
    assert done.stderr == f"hostway-email: {Interrupted(number)}\n"
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)
    assert list(temporary.iterdir()) == []
    assert not table.exists()


@SLOW
def test_signal_at_the_prompt() -> None:
    """Ctrl-C at the password prompt ends the command."""
    terminal, side = pty.openpty()
    with started(*("audit", TARGET, "--username", "admin"), stdin=side) as process:
        os.close(side)
        assert process.stderr
        # Without a controlling terminal the prompt is written to stderr.
        prompt = ""
        while "Password of admin: " not in prompt:
            prompt += process.stderr.read(1)
        done = ended(process, signal.SIGINT)
    os.close(terminal)
    assert done.returncode == 130
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@SLOW
def test_signal_to_a_sandbox(number: signal.Signals) -> None:
    """A signal is the normal end of the server, with status 0."""
    with started("sandbox", "--port", "0", "--mailboxes", "1") as process:
        assert process.stdout
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        done = ended(process, number)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


@SLOW
def test_signal_during_usernames() -> None:
    """`usernames` can be interrupted."""
    with held_sandbox(3, answers=0) as sandbox:
        with started("usernames", TARGET, environment=credentials(sandbox.base_url)) as process:
            sandbox.wait()
            done = ended(process, signal.SIGTERM)
    assert (done.returncode, done.stdout) == (143, "")
    assert done.stderr == "hostway-email: interrupted by SIGTERM\n"


@pytest.fixture
def _handled() -> Iterator[None]:
    with handled_signals():
        yield


@pytest.mark.usefixtures("_handled")
def test_signal_outside_of_interruptible() -> None:
    """A signal is deferred until an interruptible block, and raised once."""
    done = []
    os.kill(os.getpid(), signal.SIGTERM)
    done.append("a folder was removed")
    with pytest.raises(Interrupted) as caught, interruptible():
        done.append("never")
    assert caught.value.number is signal.SIGTERM
    os.kill(os.getpid(), signal.SIGINT)
    with interruptible():
        done.append("a partial report was written")
    assert done == ["a folder was removed", "a partial report was written"]


@pytest.mark.usefixtures("_handled")
def test_signal_before_the_event_loop() -> None:
    """A signal before the event loop starts cancels the function that runs on it."""
    import anyio

    os.kill(os.getpid(), signal.SIGHUP)
    with pytest.raises(Interrupted, match="SIGHUP"):
        run_cancellable(anyio.sleep_forever)


def test_signal_handlers_are_restored() -> None:
    """A program that calls the command keeps its own signal handlers."""
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    assert run("--version").returncode == 0
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
