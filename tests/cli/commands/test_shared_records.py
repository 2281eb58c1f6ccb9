"""Records that another audit is writing, or that are damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from hostway_email.audit.records.file import RecordsFile
from hostway_email.cli.commands.sandbox import SandboxOptions, sandbox_process

from ..conftest import SLOW, TARGET, credentials, refused, run


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The records of a complete audit."""
    path = tmp_path_factory.mktemp("complete") / "records.jsonl"
    arguments = ("--mailboxes", "12", "--checks", "quota", "--records", str(path))
    done = run("audit", "--sandbox", *arguments)
    assert done.returncode == 0, done.stderr
    return path.read_bytes()


@pytest.mark.parametrize("resume", [["--resume"], []])
def test_locked_records(tmp_path: Path, resume: list[str]) -> None:
    """A second audit is refused before it sends a request, with a line that names the file."""
    path = tmp_path / "records.jsonl"
    with sandbox_process(SandboxOptions(12, 7, 0.0, 0.0)) as sandbox:
        done = run("audit", TARGET, "--records", str(path), **credentials(sandbox.base_url))
        assert done.returncode == 0
        before = path.read_bytes()
        requests = sandbox.requests()
        other = RecordsFile.resume(path)
        done = run(
            *("audit", TARGET, "--records", str(path), *resume),
            *("--csv", str(tmp_path / "report.csv")),
            **credentials(sandbox.base_url),
        )
        other.close()
        assert sandbox.requests() == requests
    assert done.returncode == 2
    message = "is being written by another audit" if resume else "already exists"
    assert f"{path} {message}" in done.stderr
    assert path.read_bytes() == before
    assert [*tmp_path.iterdir()] == [path]


def test_report_of_damaged_records(complete: bytes, tmp_path: Path) -> None:
    """The summary and the reports say that the audit is incomplete, with the damaged line."""
    path, table, page = (tmp_path / name for name in ("r.jsonl", "r.csv", "r.html"))
    lines = complete.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:4] + lines[5:]))
    done = run("report", str(path), "--csv", str(table), "--html", str(page))
    assert done.returncode == 0
    message = "line 5 follows a gap: 1 line is missing before it"
    assert "11 mailboxes" in done.stdout
    assert "This audit is incomplete" in done.stdout
    assert message in " ".join(done.stdout.split())
    assert message in table.read_text("utf-8-sig")
    assert message in page.read_text()


@SLOW
def test_damaged_records_are_not_resumed(complete: bytes, tmp_path: Path) -> None:
    """The message names the line, and says what to do."""
    path = tmp_path / "r.jsonl"
    lines = complete.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:4] + lines[3:]))
    arguments = ("--mailboxes", "12", "--checks", "quota", "--records", str(path), "--resume")
    message = refused("audit", "--sandbox", *arguments)
    assert (
        "is damaged: line 5 is duplicated or out of order; run a new audit with another" in message
    )


def test_other_format(complete: bytes, tmp_path: Path) -> None:
    """Records of an earlier format, whose fields have other names, are refused."""
    path = tmp_path / "r.jsonl"
    path.write_bytes(complete.replace(b'"format":3', b'"format":2', 1))
    message = refused("report", str(path))
    assert "has format 2; this version reads only format 3: run a new audit" in message


def test_truncated_line(complete: bytes, tmp_path: Path) -> None:
    """The summary says where the truncated last line was moved to."""
    path = tmp_path / "r.jsonl"
    path.write_bytes(complete[: len(complete) // 2])
    arguments = ("--mailboxes", "12", "--checks", "quota", "--records", str(path), "--resume")
    done = run("audit", "--sandbox", *arguments)
    assert done.returncode == 0, done.stderr
    note = f"{path} had a truncated last line, moved to {path}.torn"
    assert note in done.stdout.replace("\n", "")
