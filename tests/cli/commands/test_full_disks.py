"""Full disks during an audit: records keep complete lines, and a partial report is written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hostway_email.audit import AuditRecord, read_records

from ..conftest import SLOW, TARGET, credentials, ended, run, started

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
ARGUMENTS = ("audit", TARGET, "--checks", "quota")


def test_full_disk_of_the_records(server: str, tmp_path: Path) -> None:
    """The line on stderr names the file and says how to resume; a partial report is written."""
    records, table = tmp_path / "audit.jsonl", tmp_path / "audit.csv"
    files = ("--records", str(records), "--csv", str(table))
    with started(*ARGUMENTS, *files, most_bytes=8192, environment=credentials(server)) as process:
        done = ended(process)
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == (
        f"hostway-email: {records}: File too large; the records so far are in {records}; "
        f"partial report written to {table}; "
        "run the command again with --resume to continue\n"
    )
    assert records.read_bytes().endswith(b"}\n")
    recorded = [one for one, _ in read_records(records) if isinstance(one, AuditRecord)]
    assert 0 < len(recorded) < 40
    assert "the audit was interrupted" in table.read_text(encoding="utf-8-sig")

    resumed = run(*ARGUMENTS, "--records", str(records), "--resume", **credentials(server))
    assert resumed.returncode == 0, resumed.stderr
    names = [one.username for one, _ in read_records(records) if isinstance(one, AuditRecord)]
    assert len(names) == len(set(names)) == 40


@SLOW
def test_full_disk_at_the_header(server: str, tmp_path: Path) -> None:
    """If the header cannot be written, there is no report, and the run can be resumed."""
    records, table = tmp_path / "audit.jsonl", tmp_path / "audit.csv"
    files = ("--records", str(records), "--csv", str(table))
    access = credentials(server)
    with started(*ARGUMENTS, *files, most_bytes=100, environment=access) as process:
        done = ended(process)
    assert done.returncode == 4
    assert done.stderr == (
        f"hostway-email: {records}: File too large; "
        "run the command again with --resume to continue\n"
    )
    assert not table.exists()
    assert run(*ARGUMENTS, *files, "--resume", **access).returncode == 0


@SLOW
def test_full_disk_of_the_temporary_folder(server: str, tmp_path: Path) -> None:
    """Without `--records` the error names the temporary records, which are deleted."""
    temporary, table = tmp_path / "temporary", tmp_path / "audit.csv"
    temporary.mkdir()
    access = {**credentials(server), "TMPDIR": str(temporary)}
    arguments = (*ARGUMENTS, "--csv", str(table))
    with started(*arguments, most_bytes=8192, environment=access) as process:
        done = ended(process)
    assert done.returncode == 4
    assert done.stderr.startswith(f"hostway-email: {temporary}/hostway-email-")
    assert done.stderr.endswith(
        f"records.jsonl: File too large; partial report written to {table}\n"
    )
    assert "the audit was interrupted" in table.read_text(encoding="utf-8-sig")
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@SLOW
def test_full_disk_of_the_deferred_queue(tmp_path: Path) -> None:
    """The error names the temporary folder, and the run can be resumed."""
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
    assert f"; the records so far are in {records}; run the command again with" in done.stderr
    assert done.stderr.count("\n") == 1
