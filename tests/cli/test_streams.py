"""Standard streams that are closed, full, left by their reader, or narrow."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hostway_email.audit import AuditRecord, read_records
from hostway_email.cli.commands.sandbox import SandboxOptions, beside

from .conftest import COMMAND, credentials, ended, run, started
from .held import held_sandbox

TARGET = "account007/example.com"
FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A sandbox of 40 mailboxes in a process of its own."""
    with beside(SandboxOptions(40, 7, 0.0, 0.0)) as sandbox:
        yield sandbox.base_url


@pytest.fixture(scope="module")
def recorded(server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records of an audit."""
    records = tmp_path_factory.mktemp("audit") / "old.jsonl"
    arguments = ("audit", TARGET, "--checks", "quota", "--records", str(records))
    assert run(*arguments, **credentials(server)).returncode == 0
    return records


def unread() -> int:
    """Return the end of a pipe that nobody reads any more."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `hostway-email` as a shell does, with its redirections."""
    program = "import os, sys; os.execvp('bash', ['bash', '-c', sys.argv[1]])"
    line = command.replace("hostway-email", shlex.join(COMMAND))
    with started(line, program=program, environment=environment) as process:
        return ended(process)


@pytest.mark.parametrize("status", [0, 1])
def test_reports_are_written_though_nobody_reads_the_summary(
    status: int, server: str, tmp_path: Path
) -> None:
    """`| true` and `| head -2` cost no report, and the status is the audit's own."""
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


COMMANDS = [
    ["audit", TARGET, "--checks", "quota"],
    ["audit", TARGET, "--plan"],
    ["audit", "--sandbox", "--mailboxes", "1"],
    ["usernames", TARGET],
    ["usernames", TARGET, "--format", "json"],
    ["usernames", TARGET, "--format", "csv"],
    ["report", "RECORDS"],
    ["--version"],
    ["--help"],
    ["audit", "--help"],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("way", ["left", "closed"])
def test_output_that_nobody_reads_is_no_error(
    way: str, arguments: list[str], server: str, recorded: Path
) -> None:
    """Neither a reader that has left nor a stream that was closed from the start."""
    command = [str(recorded) if one == "RECORDS" else one for one in arguments]
    if way == "closed":
        done = shell(f"hostway-email {' '.join(command)} >&-", **credentials(server))
    else:
        writer = unread()
        with started(*command, stdout=writer, environment=credentials(server)) as process:
            os.close(writer)
            done = ended(process)
    assert (done.returncode, done.stderr) == (0, "")


@needs_full
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_output_that_cannot_be_written_is_named(
    arguments: list[str], server: str, recorded: Path
) -> None:
    """Status 4, and a line that says which stream and why; never the end of the interpreter."""
    command = [str(recorded) if one == "RECORDS" else one for one in arguments]
    with (
        FULL.open("w") as full,
        started(*command, stdout=full, environment=credentials(server)) as process,
    ):
        done = ended(process)
    assert done.returncode == 4
    assert done.stderr == "hostway-email: standard output: No space left on device\n"


@needs_full
def test_reports_are_written_before_a_full_stdout(recorded: Path, tmp_path: Path) -> None:
    """What was asked for in a file does not depend on what is printed."""
    table, page = tmp_path / "audit.csv", tmp_path / "audit.html"
    arguments = ("report", str(recorded), "--csv", str(table), "--html", str(page))
    with FULL.open("w") as full, started(*arguments, stdout=full) as process:
        assert ended(process).returncode == 4
    assert table.stat().st_size
    assert page.read_text().endswith("</html>")


@needs_full
def test_a_sandbox_tells_where_it_is_or_ends() -> None:
    """A full stdout is not taken for a port that is in use."""
    with FULL.open("w") as full, started("sandbox", "--port", "0", stdout=full) as process:
        done = ended(process)
    assert done.returncode == 4
    assert done.stderr == "hostway-email: standard output: No space left on device\n"


@pytest.mark.parametrize("streams", ["2>&-", "2>/dev/full", "<&- >&- 2>&-", "<&-"])
def test_an_audit_needs_no_streams(streams: str, server: str, tmp_path: Path) -> None:
    """Started by a daemon, it writes its files and has its own status."""
    if "full" in streams and not FULL.exists():
        pytest.skip("there is no /dev/full")
    table, records = tmp_path / "audit.csv", tmp_path / "audit.jsonl"
    files = f"--records {records} --csv {table}"
    done = shell(f"hostway-email audit {TARGET} {files} {streams}", **credentials(server))
    assert (done.returncode, done.stderr) == (0, "")
    assert table.read_text(encoding="utf-8-sig").startswith("account,domain,")
    # No file took the place of a stream, to be written by what else goes there.
    mailboxes = [one for one, _ in read_records(records) if isinstance(one, AuditRecord)]
    assert len(mailboxes) == 40


@pytest.mark.parametrize("streams", ["2>&-", "2>&1 >&-", "<&- >&- 2>&-"])
def test_a_server_of_its_own_needs_no_streams(streams: str) -> None:
    """Its process inherits them."""
    done = shell(f"hostway-email audit --sandbox --mailboxes 2 {streams}")
    assert (done.returncode, done.stderr) == (0, "")


def test_without_stdin_there_is_no_prompt() -> None:
    """A closed stdin is no terminal: the message says what to set."""
    done = shell(f"hostway-email audit {TARGET} --username admin <&-")
    assert done.returncode == 2
    assert done.stderr == "hostway-email: set HOSTWAY_PASSWORD, or give --password-file\n"


def test_names_are_whole_in_a_pipe(tmp_path: Path) -> None:
    """`usernames ... | grep` finds every name, however long, and whatever COLUMNS says."""
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
    """Return the lines of a summary that go on with the sentence of the line before."""
    return [line for line in text.splitlines() if line[:1].islower()]


def in_terminal(*arguments: str, **environment: str) -> list[str]:
    """Run the command in a terminal; return what it shows, in lines."""
    terminal, side = pty.openpty()
    with started(*arguments, stdout=side, environment=environment) as process:
        os.close(side)
        shown = b""
        # The end of a terminal is an error on Linux, and an end elsewhere.
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


@pytest.mark.parametrize("columns", ["0", "1", "9" * 30, "\N{SUPERSCRIPT TWO}"])
def test_odd_widths_are_harmless_in_a_terminal(columns: str, recorded: Path) -> None:
    """The terminal's own width counts then: nothing is empty, and nothing runs out of it."""
    lines = in_terminal("report", str(recorded), COLUMNS=columns, TERM="xterm")
    assert any(TARGET in line for line in lines)
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("arguments", [["--help"], ["audit", "--help"]], ids=" ".join)
@pytest.mark.parametrize("columns", ["0", "\N{SUPERSCRIPT TWO}", "x"])
def test_odd_widths_are_harmless_to_the_help(columns: str, arguments: list[str]) -> None:
    """Help is there, whatever the environment."""
    done = run(*arguments, COLUMNS=columns, TERMINAL_WIDTH=columns)
    assert done.returncode == 0
    assert "Usage:" in done.stdout
    assert "130" in done.stdout or arguments == ["--help"]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_output_does_not_depend_on_what_a_terminal_can_show(encoding: str) -> None:
    """A letter that the encoding lacks ends nothing, and JSON stays JSON."""
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
def test_a_pipe_that_does_not_block_gets_all(recorded: Path) -> None:
    """Another program has made the pipe non-blocking, as Node does: nothing is lost in it."""
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
