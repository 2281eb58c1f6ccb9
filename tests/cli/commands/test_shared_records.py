"""What the command says of records that another audit writes, or that are damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from hostway_email.audit.records.file import RecordsFile
from hostway_email.cli.commands.sandbox import SandboxOptions, sandbox_process

from ..conftest import credentials, refused, run

TARGET = "account007/example.com"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The records of a whole audit."""
    path = tmp_path_factory.mktemp("whole") / "records.jsonl"
    arguments = ("--mailboxes", "12", "--checks", "quota", "--records", str(path))
    done = run("audit", "--sandbox", *arguments)
    assert done.returncode == 0, done.stderr
    return path.read_bytes()


@pytest.mark.parametrize("resume", [["--resume"], []])
def test_records_that_another_audit_writes(tmp_path: Path, resume: list[str]) -> None:
    """The second audit ends before it has sent a request, with a line that names the file."""
    path = tmp_path / "records.jsonl"
    with sandbox_process(SandboxOptions(12, 7, 0.0, 0.0)) as sandbox:
        done = run("audit", TARGET, "--records", str(path), **credentials(sandbox.base_url))
        assert done.returncode == 0
        before = path.read_bytes()
        asked = sandbox.requests()
        other = RecordsFile.resume(path)
        done = run(
            *("audit", TARGET, "--records", str(path), *resume),
            *("--csv", str(tmp_path / "report.csv")),
            **credentials(sandbox.base_url),
        )
        other.close()
        assert sandbox.requests() == asked
    assert done.returncode == 2
    said = "is being written by another audit" if resume else "exists already"
    assert f"{path} {said}" in done.stderr
    assert path.read_bytes() == before
    assert [*tmp_path.iterdir()] == [path]


def test_a_report_of_damaged_records(whole: bytes, tmp_path: Path) -> None:
    """The summary and both reports say that the audit is incomplete, and which line is missing."""
    path, table, page = (tmp_path / name for name in ("r.jsonl", "r.csv", "r.html"))
    lines = whole.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:4] + lines[5:]))
    done = run("report", str(path), "--csv", str(table), "--html", str(page))
    assert done.returncode == 0
    said = "line 5 comes after a gap: a line is missing before it"
    assert "11 mailboxes" in done.stdout
    assert "This audit is incomplete" in done.stdout
    assert said in " ".join(done.stdout.split())
    assert said in table.read_text("utf-8-sig")
    assert said in page.read_text()


def test_damaged_records_are_not_resumed(whole: bytes, tmp_path: Path) -> None:
    """Status 2, the line, and what to do."""
    path = tmp_path / "r.jsonl"
    lines = whole.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:4] + lines[3:]))
    arguments = ("--mailboxes", "12", "--checks", "quota", "--records", str(path), "--resume")
    said = refused("audit", "--sandbox", *arguments)
    assert "is damaged: line 5 is there twice, or out of order; audit into another file" in said


def test_records_of_an_earlier_format_are_refused(whole: bytes, tmp_path: Path) -> None:
    """They have no digests by which damage could be told."""
    path = tmp_path / "r.jsonl"
    path.write_bytes(whole.replace(b'"format":2', b'"format":1', 1))
    assert "has format 1; this version reads 2" in refused("report", str(path))


def test_a_moved_torn_line_is_told(whole: bytes, tmp_path: Path) -> None:
    """Beside the figures stands where the torn line is now."""
    path = tmp_path / "r.jsonl"
    path.write_bytes(whole[: len(whole) // 2])
    arguments = ("--mailboxes", "12", "--checks", "quota", "--records", str(path), "--resume")
    done = run("audit", "--sandbox", *arguments)
    assert done.returncode == 0, done.stderr
    assert f"{path} had a torn last line, now in {path}.torn" in done.stdout.replace("\n", "")
