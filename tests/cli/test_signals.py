"""Signals: the command ends in good order, with the status of the signal, and leaves nothing."""

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
from hostway_email.cli import _start
from hostway_email.cli.signals import Interrupted, handled_signals, interruptible, run_cancellable

from ..support.processes import ROOT
from .conftest import TIMEOUT, credentials, ended, run, started
from .held import held_sandbox

TARGET = "account007/example.com"
SIGNALS = pytest.mark.parametrize(
    ("number", "status", "said"),
    [
        (signal.SIGINT, 130, "interrupted;"),
        (signal.SIGTERM, 143, "interrupted by SIGTERM;"),
        (signal.SIGHUP, 129, "interrupted by SIGHUP;"),
    ],
)
# A module that is imported at the start tells that it is, and does not come to its end.
STUB = f"""
import os, sys, time
print("importing", os.getpid(), file=sys.stderr, flush=True)
time.sleep({TIMEOUT})
"""


# Pipes of a chosen size, and limits of a process, are those of Linux.
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals and pipes as on Linux")


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """The folder for temporary files of the command."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@SIGNALS
def test_an_audit_ends_with_records_and_reports(
    number: signal.Signals, status: int, said: str, tmp_path: Path
) -> None:
    """Records are complete up to then and can be resumed; the report has what there is."""
    records, table = tmp_path / "audit.jsonl", tmp_path / "audit.csv"
    arguments = ("audit", TARGET, "--checks", "quota", "--concurrency", "2", "--records")
    with held_sandbox(40, answers=20) as sandbox:
        access = credentials(sandbox.base_url)
        with started(*arguments, str(records), "--csv", str(table), environment=access) as process:
            sandbox.wait()
            done = ended(process, number)
        assert (done.returncode, done.stdout) == (status, "")
        assert f"{said} {records} is complete up to here; so far reported in {table}" in done.stderr
        assert done.stderr.count("\n") == 1
        assert records.read_bytes().endswith(b"\n")
        held = [one for one, _ in read_records(records) if isinstance(one, AuditRecord)]
        assert 0 < len(held) < 40
        assert "stopped before its end" in table.read_text(encoding="utf-8-sig")

        sandbox.release()
        again = run(*arguments, str(records), "--resume", **access)
    assert again.returncode == 0, again.stderr


@SIGNALS
def test_no_names_are_left_under_the_temporary_folder(
    number: signal.Signals, status: int, said: str, tmp_path: Path, temporary: Path
) -> None:
    """Without `--records` there is the report, and nothing else."""
    table = tmp_path / "audit.csv"
    with held_sandbox(40, answers=20) as sandbox:
        access = {**credentials(sandbox.base_url), "TMPDIR": str(temporary)}
        with started("audit", TARGET, "--csv", str(table), environment=access) as process:
            sandbox.wait()
            done = ended(process, number)
    assert done.returncode == status
    assert f"{said} so far reported in {table}\n" in done.stderr
    assert list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines()))
    assert list(temporary.iterdir()) == []


def test_a_hangup_that_is_ignored_stays_so(tmp_path: Path) -> None:
    """Under `nohup` an audit goes on when its terminal is closed."""
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


def test_more_signals_at_the_end_cost_no_report(tmp_path: Path, temporary: Path) -> None:
    """An impatient user presses Ctrl-C again while the page is being written to a pipe."""
    fifo, table = tmp_path / "pipe", tmp_path / "audit.csv"
    os.mkfifo(fifo)
    # Open for both, so that neither side has to wait for the other.
    reader = os.open(fifo, os.O_RDWR)
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 4096)
    with held_sandbox(200, answers=150) as sandbox:
        access = {**credentials(sandbox.base_url), "TMPDIR": str(temporary)}
        reports = ("--html", str(fifo), "--csv", str(table))
        with started("audit", TARGET, *reports, environment=access) as process:
            sandbox.wait()
            process.send_signal(signal.SIGINT)
            begun = os.read(reader, 1)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                process.send_signal(number)
            whole = begun
            while not whole.rstrip().endswith(b"</html>"):
                whole += os.read(reader, 65536)
            done = ended(process)
    os.close(reader)
    assert done.returncode == 130
    assert done.stderr == f"hostway-email: interrupted; so far reported in {table} and {fifo}\n"
    # More than a pipe holds: the signals came while it was being written.
    assert len(whole) > 2 * 4096
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("module", ["pydantic", "typer"])
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_during_the_imports(
    module: str, number: signal.Signals, status: int, tmp_path: Path
) -> None:
    """No traceback tells where the command has come to: of the package, or of the command's own."""
    (tmp_path / f"{module}.py").write_text(STUB)
    # As the installed script does, which has its own copy of this file.
    program = f"import runpy; runpy.run_path({_start.__file__!r})['main']()"
    environment = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    with started("--version", program=program, environment=environment) as process:
        assert process.stderr
        assert process.stderr.readline().startswith("importing")
        done = ended(process, number)
    assert done.returncode == status
    assert done.stderr in ("", str(Interrupted(number)).join(["hostway-email: ", "\n"]))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_sandbox_starts(
    number: signal.Signals, tmp_path: Path, temporary: Path
) -> None:
    """The server ends with the command, though it does not listen to anything yet."""
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


def test_a_signal_at_the_prompt() -> None:
    """Whoever does not know the password may leave."""
    terminal, side = pty.openpty()
    with started(*("audit", TARGET, "--username", "admin"), stdin=side) as process:
        os.close(side)
        assert process.stderr
        # Without a terminal of its session the prompt is on stderr.
        prompt = ""
        while "Password of admin: " not in prompt:
            prompt += process.stderr.read(1)
        done = ended(process, signal.SIGINT)
    os.close(terminal)
    assert done.returncode == 130
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_sandbox_ends_without_complaint(number: signal.Signals) -> None:
    """A signal is the normal end of a server."""
    with started("sandbox", "--port", "0", "--mailboxes", "1") as process:
        assert process.stdout
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        done = ended(process, number)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_a_listing_can_be_interrupted() -> None:
    """What nobody waits for any more is not asked to the end."""
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
def test_a_signal_is_kept_until_it_does_no_harm() -> None:
    """What must not be torn is done first; after that the signal counts, once."""
    done = []
    os.kill(os.getpid(), signal.SIGTERM)
    done.append("a folder is removed")
    with pytest.raises(Interrupted) as caught, interruptible():
        done.append("never")
    assert caught.value.number is signal.SIGTERM
    os.kill(os.getpid(), signal.SIGINT)
    with interruptible():
        done.append("a report of what there is")
    assert done == ["a folder is removed", "a report of what there is"]


@pytest.mark.usefixtures("_handled")
def test_a_signal_before_the_event_loop_cancels_what_runs_on_it() -> None:
    """It is not lost between the start of the command and that of its audit."""
    import anyio

    os.kill(os.getpid(), signal.SIGHUP)
    with pytest.raises(Interrupted, match="SIGHUP"):
        run_cancellable(anyio.sleep_forever)


def test_handlers_are_put_back() -> None:
    """A program that calls the command keeps its own way with signals."""
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    assert run("--version").returncode == 0
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
