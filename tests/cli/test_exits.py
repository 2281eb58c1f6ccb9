"""Exit statuses, and the error line on stderr."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path

import jinja2
import pytest

from hostway_email import InvalidRequestError, RequestTimeoutError
from hostway_email.audit.reports import page
from hostway_email.cli.commands.audit import AuditCommand
from hostway_email.cli.commands.report import ReportCommand
from hostway_email.cli.commands.sandbox import SandboxCommand
from hostway_email.cli.commands.usernames import UsernamesCommand
from hostway_email.cli.exits import CommandError, Exit, run_to_status
from hostway_email.cli.signals import Interrupted

from .conftest import TARGET, run


def raising(error: BaseException) -> object:
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (SystemExit(3), 3, ""),
        (SystemExit(), 0, ""),
        (CommandError("no"), 4, "no"),
        (CommandError("no", Exit.USAGE), 2, "no"),
        (InvalidRequestError("wrong"), 2, "wrong"),
        (RequestTimeoutError("late", "GET", "/x"), 4, "late"),
        (OSError(errno.ENOSPC, "No space left on device", "a.csv"), 4, "a.csv: No space left"),
        (PermissionError(errno.EACCES, "Permission denied", Path("b")), 4, "b: Permission denied"),
        (Interrupted(signal.SIGTERM), 143, "interrupted by SIGTERM"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (ExceptionGroup("x", [InvalidRequestError("wrong")]), 2, "wrong"),
        (OSError(errno.EIO, "Input/output error"), 70, "OSError: [Errno 5]"),
        (TypeError("a\nb"), 70, "TypeError: a b"),
        (AssertionError(), 70, "AssertionError"),
        (MemoryError(), 70, "MemoryError"),
        (RecursionError("deep"), 70, "RecursionError: deep"),
        (ExceptionGroup("x", [TypeError("a"), TypeError("b")]), 70, "ExceptionGroup: x"),
        (GeneratorExit(), 70, "GeneratorExit"),
    ],
    ids=repr,
)
def test_error_status_and_line(
    error: BaseException, status: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each error has a status and one line on stderr; only unexpected errors have status 70."""
    assert run_to_status(raising(error)) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("hostway-email: " if message else "")
    assert message in err
    assert err.count("\n") == bool(message)
    assert ("please report it to the maintainers of hostway-email" in err) == (status == 70)


def test_notes_are_part_of_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    """The notes of an error follow its message in the same line."""
    error = CommandError("it ended")
    error.add_note("the records are complete")
    run_to_status(raising(error))
    assert capsys.readouterr().err == "hostway-email: it ended; the records are complete\n"


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (AuditCommand, ["audit", "--sandbox"]),
        (ReportCommand, ["report", "audit.jsonl"]),
        (UsernamesCommand, ["usernames", TARGET]),
        (SandboxCommand, ["sandbox"]),
    ],
)
def test_unexpected_error(
    command: type, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line says where to report it, and how to show the traceback."""
    monkeypatch.setattr(command, "run", lambda _: 1 / 0)
    done = run(*arguments)
    assert done.returncode == 70
    assert "ZeroDivisionError: division by zero" in done.stderr
    assert "HOSTWAY_DEBUG=1" in done.stderr
    assert done.stderr.count("\n") == 1

    done = run(*arguments, HOSTWAY_DEBUG="1")
    assert "Traceback (most recent call last):" in done.stderr


def test_missing_template(recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the template, not the report, and the other report is written."""

    def missing(_: object, name: str, *__: object) -> None:
        raise jinja2.TemplateNotFound(name)

    monkeypatch.setattr(jinja2.Environment, "get_template", missing)
    table, html = tmp_path / "audit.csv", tmp_path / "audit.html"
    done = run("report", str(recorded), "--html", str(html), "--csv", str(table))
    assert done.returncode == 70
    assert "TemplateNotFound: report.html" in done.stderr
    assert str(html) not in done.stderr
    assert table.exists()
    assert os.listdir(tmp_path) == [table.name]


def test_missing_style_sheet(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the style sheet."""
    monkeypatch.setattr(page, "_static", lambda name: (tmp_path / "static" / name).read_text())
    done = run("report", str(recorded), "--html", str(tmp_path / "audit.html"))
    assert done.returncode == 4
    assert done.stderr == f"hostway-email: {tmp_path}/static/report.css: {os.strerror(2)}\n"


def test_help_lists_all_statuses() -> None:
    """`audit --help` documents every exit status."""
    shown = run("audit", "--help").stdout
    for status in Exit:
        assert str(status.value) in shown.partition("Exit status")[2].partition("Arguments")[0]
