"""Disks that fill up during an audit: what was recorded stays whole, and is reported."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hostway_email.audit import AuditRecord, read_records
from hostway_email.cli.commands.sandbox import SandboxOptions, sandbox_process

from ..conftest import credentials, ended, run, started

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
TARGET = "account007/example.com"
ARGUMENTS = ("audit", TARGET, "--checks", "quota")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A sandbox of 60 mailboxes in a process of its own."""
    with sandbox_process(SandboxOptions(60, 7, 0.0, 0.0)) as sandbox:
        yield sandbox.base_url


def test_records_stay_whole_and_can_be_resumed(server: str, tmp_path: Path) -> None:
    """One line names the file and the way on; the report has what there is."""
    records, table = tmp_path / "audit.jsonl", tmp_path / "audit.csv"
    files = ("--records", str(records), "--csv", str(table))
    with started(*ARGUMENTS, *files, most_bytes=8192, environment=credentials(server)) as process:
        done = ended(process)
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == (
        f"hostway-email: {records}: File too large; {records} is complete up to here; "
        f"so far reported in {table}; repeat the command with --resume to go on\n"
    )
    assert records.read_bytes().endswith(b"}\n")
    held = [one for one, _ in read_records(records) if isinstance(one, AuditRecord)]
    assert 0 < len(held) < 60
    assert "stopped before its end" in table.read_text(encoding="utf-8-sig")

    again = run(*ARGUMENTS, "--records", str(records), "--resume", **credentials(server))
    assert again.returncode == 0, again.stderr
    names = [one.username for one, _ in read_records(records) if isinstance(one, AuditRecord)]
    assert len(names) == len(set(names)) == 60


def test_records_that_could_not_be_begun_can_be_resumed(server: str, tmp_path: Path) -> None:
    """Without room for the first line there is nothing to report, and the way on is the same."""
    records, table = tmp_path / "audit.jsonl", tmp_path / "audit.csv"
    files = ("--records", str(records), "--csv", str(table))
    access = credentials(server)
    with started(*ARGUMENTS, *files, most_bytes=100, environment=access) as process:
        done = ended(process)
    assert done.returncode == 4
    assert done.stderr == (
        f"hostway-email: {records}: File too large; repeat the command with --resume to go on\n"
    )
    assert not table.exists()
    assert run(*ARGUMENTS, *files, "--resume", **access).returncode == 0


def test_passing_records_are_named_as_such(server: str, tmp_path: Path) -> None:
    """Without `--records` the disk of temporary files is the one that is full."""
    temporary, table = tmp_path / "temporary", tmp_path / "audit.csv"
    temporary.mkdir()
    access = {**credentials(server), "TMPDIR": str(temporary)}
    arguments = (*ARGUMENTS, "--csv", str(table))
    with started(*arguments, most_bytes=8192, environment=access) as process:
        done = ended(process)
    assert done.returncode == 4
    assert done.stderr.startswith(f"hostway-email: {temporary}/hostway-email-")
    assert done.stderr.endswith(f"records.jsonl: File too large; so far reported in {table}\n")
    assert "stopped before its end" in table.read_text(encoding="utf-8-sig")
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_no_room_for_who_waits_for_the_gateway(tmp_path: Path) -> None:
    """What waits on disk needs room too: the temporary folder is named, the records stay."""
    program = (
        "import tempfile; tempfile.gettempdir();"
        "tempfile.TemporaryFile = lambda *_: open('/dev/full', 'w+b');"
        "from hostway_email.cli import main; main()"
    )
    records = tmp_path / "audit.jsonl"
    arguments = ("--checks", "ACT-01", "--records", str(records))
    sandbox = ("--sandbox", "--mailboxes", "60", "--imap-failure-rate", "1")
    environment = {"TMPDIR": str(tmp_path)}
    with started(
        "audit", *sandbox, *arguments, program=program, environment=environment
    ) as process:
        done = ended(process)
    assert done.returncode == 4
    assert done.stderr.startswith(f"hostway-email: {tmp_path}: No space left on device; ")
    assert f"{records} is complete up to here; repeat the command with --resume" in done.stderr
    assert done.stderr.count("\n") == 1
