"""Standard streams that are closed, full, without a reader, or narrow."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import sys
from pathlib import Path

import pytest

from hostway_email.audit import AuditRecord, read_records

from .conftest import SLOW, TARGET, credentials, ended, run, shell, started
from .held import held_sandbox

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")


def unread() -> int:
    """Return the write end of a pipe without a reader."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


@pytest.mark.parametrize("status", [1, pytest.param(0, marks=SLOW)])
def test_broken_pipe_does_not_affect_reports(status: int, server: str, tmp_path: Path) -> None:
    """With `| true` and `| head -2` all reports are written, and the status is the audit's."""
    table, page = tmp_path / "audit.csv", tmp_path / "audit.html"
    writer = unread()
    with started(
        *("audit", TARGET, "--csv", str(table), "--html", str(page)),
        *(("--fail-on", "low") if status else ()),
        stdout=writer,
        environment=credentials(server),
    ) as process:
        os.close(writer)
        done = ended(process)
    assert (done.returncode, done.stderr) == (status, "")
    assert list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines()))
    assert page.read_text().endswith("</html>")


SOME = [["audit", TARGET, "--checks", "quota"]]
OTHERS = [
    ["--help"],
    ["usernames", TARGET, "--format", "csv"],
    ["audit", TARGET, "--plan"],
    ["audit", "--sandbox", "--mailboxes", "1"],
    ["usernames", TARGET],
    ["usernames", TARGET, "--format", "json"],
    ["report", "RECORDS"],
    ["--version"],
    ["audit", "--help"],
]
commands = pytest.mark.parametrize(
    "arguments",
    [*SOME, *(pytest.param(one, marks=SLOW) for one in OTHERS)],
    ids=" ".join,
)


@commands
@pytest.mark.parametrize("stdout", ["broken pipe", "closed"])
def test_stdout_without_a_reader(
    stdout: str, arguments: list[str], server: str, recorded: Path
) -> None:
    """A broken pipe and a closed stdout are not errors."""
    command = [str(recorded) if one == "RECORDS" else one for one in arguments]
    if stdout == "closed":
        done = shell(f"hostway-email {' '.join(command)} >&-", **credentials(server))
    else:
        writer = unread()
        with started(*command, stdout=writer, environment=credentials(server)) as process:
            os.close(writer)
            done = ended(process)
    assert (done.returncode, done.stderr) == (0, "")


@needs_full
@commands
def test_full_stdout(arguments: list[str], server: str, recorded: Path) -> None:
    """Status 4, and a line with the name of the stream and the reason."""
    command = [str(recorded) if one == "RECORDS" else one for one in arguments]
    with (
        FULL.open("w") as full,
        started(*command, stdout=full, environment=credentials(server)) as process,
    ):
        done = ended(process)
    assert done.returncode == 4
    assert done.stderr == "hostway-email: standard output: No space left on device\n"


@needs_full
@SLOW
def test_full_stdout_does_not_affect_reports(recorded: Path, tmp_path: Path) -> None:
    """Reports are written before the summary is printed."""
    table, page = tmp_path / "audit.csv", tmp_path / "audit.html"
    arguments = ("report", str(recorded), "--csv", str(table), "--html", str(page))
    with FULL.open("w") as full, started(*arguments, stdout=full) as process:
        assert ended(process).returncode == 4
    assert table.stat().st_size
    assert page.read_text().endswith("</html>")


@needs_full
@SLOW
def test_full_stdout_of_a_sandbox() -> None:
    """The error names stdout, and not the port."""
    with FULL.open("w") as full, started("sandbox", "--port", "0", stdout=full) as process:
        done = ended(process)
    assert done.returncode == 4
    assert done.stderr == "hostway-email: standard output: No space left on device\n"


@pytest.mark.parametrize(
    "streams",
    [
        "2>/dev/full",
        *(pytest.param(one, marks=SLOW) for one in ("<&- >&- 2>&-", "2>&-", "<&-")),
    ],
)
def test_audit_without_standard_streams(streams: str, server: str, tmp_path: Path) -> None:
    """With closed or full streams, as of a daemon, all files are written with status 0."""
    if "full" in streams and not FULL.exists():
        pytest.skip("there is no /dev/full")
    table, records = tmp_path / "audit.csv", tmp_path / "audit.jsonl"
    files = f"--records {records} --csv {table}"
    done = shell(f"hostway-email audit {TARGET} {files} {streams}", **credentials(server))
    assert (done.returncode, done.stderr) == (0, "")
    assert table.read_text(encoding="utf-8-sig").startswith("account,domain,")
    # No file has got the descriptor of a closed stream, which other code writes to.
    mailboxes = [one for one, _ in read_records(records) if isinstance(one, AuditRecord)]
    assert len(mailboxes) == 40


@pytest.mark.parametrize(
    "streams",
    ["2>&-", "2>&1 >&-", "<&- >&- 2>&-"],
)
@SLOW
def test_sandbox_process_without_standard_streams(streams: str) -> None:
    """The sandbox process of an audit inherits closed streams."""
    done = shell(f"hostway-email audit --sandbox --mailboxes 2 {streams}")
    assert (done.returncode, done.stderr) == (0, "")


@SLOW
def test_no_prompt_with_a_closed_stdin() -> None:
    """Without a terminal the message says what to set."""
    done = shell(f"hostway-email audit {TARGET} --username admin <&-")
    assert done.returncode == 2
    assert done.stderr == (
        "hostway-email: the password is missing: set HOSTWAY_PASSWORD or --password-file\n"
    )


def test_names_are_not_wrapped_in_a_pipe(tmp_path: Path) -> None:
    """Long usernames are in one piece for `grep`, for any value of COLUMNS."""
    name = "jana." + "adams" * 50
    with held_sandbox(2, answers=1000) as sandbox:
        sandbox.sandbox.add_mailbox(name, usage=200, quota=100)
        access = credentials(sandbox.base_url)
        for columns in ("", "0", "20", "80", "1", "-1", "9" * 30, "\N{SUPERSCRIPT TWO}", "x"):
            done = run("usernames", TARGET, COLUMNS=columns, **access)
            assert [line for line in done.stdout.splitlines() if name in line], columns
            done = run("audit", TARGET, "--checks", "QUO-01", COLUMNS=columns, **access)
            assert f"{name}@example.com" in done.stdout
            assert wrapped(done.stdout) == []


def wrapped(text: str) -> list[str]:
    """Return the lines of a summary that continue the sentence of the previous line."""
    return [line for line in text.splitlines() if line[:1].islower()]


def in_terminal(*arguments: str, **environment: str) -> list[str]:
    """Run the command in a terminal, and return its output in lines."""
    terminal, side = pty.openpty()
    with started(*arguments, stdout=side, environment=environment) as process:
        os.close(side)
        shown = b""
        # On Linux the end of a terminal is an error, elsewhere an end of file.
        while chunk := read(terminal):
            shown += chunk
        assert ended(process).returncode == 0
    os.close(terminal)
    return re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).splitlines()


def read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""


@pytest.mark.parametrize(
    "columns",
    ["0", *(pytest.param(one, marks=SLOW) for one in ("1", "9" * 30, "\N{SUPERSCRIPT TWO}"))],
)
def test_invalid_columns_in_a_terminal(columns: str, recorded: Path) -> None:
    """With an invalid COLUMNS the width of the terminal is used."""
    lines = in_terminal("report", str(recorded), COLUMNS=columns, TERM="xterm")
    assert any(TARGET in line for line in lines)
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("arguments", [["--help"], ["audit", "--help"]], ids=" ".join)
@pytest.mark.parametrize("columns", ["0", "\N{SUPERSCRIPT TWO}", "x"])
def test_invalid_columns_with_help(columns: str, arguments: list[str]) -> None:
    """Help is printed with an invalid COLUMNS."""
    done = run(*arguments, COLUMNS=columns, TERMINAL_WIDTH=columns)
    assert done.returncode == 0
    assert "Usage:" in done.stdout
    assert "130" in done.stdout or arguments == ["--help"]


@pytest.mark.parametrize(
    "encoding", ["ascii", *(pytest.param(one, marks=SLOW) for one in ("latin-1", "utf-8"))]
)
def test_encoding_of_stdout(encoding: str) -> None:
    """A character that the encoding lacks is not an error, and JSON stays valid."""
    name = "zo\N{LATIN SMALL LETTER E WITH DIAERESIS}\N{CYRILLIC SMALL LETTER A}"
    with held_sandbox(0, answers=1000) as sandbox:
        sandbox.sandbox.add_mailbox(name)
        environment = {**credentials(sandbox.base_url), "PYTHONIOENCODING": encoding}
        for shape in ("table", "json"):
            arguments = ("usernames", TARGET, "--format", shape)
            with started(*arguments, environment=environment, encoding=encoding) as process:
                done = ended(process)
            assert (done.returncode, done.stderr) == (0, "")
        assert json.loads(done.stdout)[0]["username"] == name


@pytest.mark.skipif(sys.platform == "win32", reason="pipes block there")
def test_non_blocking_pipe(recorded: Path) -> None:
    """A pipe that another program has made non-blocking, as Node does, gets the whole report."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with started("report", str(recorded), "--html", "-", stdout=writer) as process:
        os.close(writer)
        with open(reader, "rb") as file:
            page = file.read()
        done = ended(process)
    assert done.returncode == 0
    assert page.endswith(b"</html>")
    assert f"Audit of {TARGET}" in done.stderr
