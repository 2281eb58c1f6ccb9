"""Where reports go: files, standard output, pipes; what cannot work is refused before the audit."""

from __future__ import annotations

import csv
import io
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hostway_email.cli.commands.sandbox import SandboxOptions, sandbox_process

from ..conftest import TIMEOUT, credentials, ended, refused, run, started
from ..held import held_sandbox
from ..test_streams import shell

TARGET = "account007/example.com"
NOWHERE = credentials("http://127.0.0.1:9")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A sandbox of 40 mailboxes in a process of its own."""
    with sandbox_process(SandboxOptions(40, 7, 0.0, 0.0)) as sandbox:
        yield sandbox.base_url


@pytest.fixture(scope="module")
def recorded(server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records of an audit."""
    records = tmp_path_factory.mktemp("audit") / "old.jsonl"
    arguments = ("audit", TARGET, "--checks", "quota", "--records", str(records))
    assert run(*arguments, **credentials(server)).returncode == 0
    return records


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("name", ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
@pytest.mark.parametrize("command", ["audit", "report"])
def test_the_table_on_stdout_is_nothing_but_the_table(
    command: str, name: str, server: str, recorded: Path
) -> None:
    """A program can read it from a pipe; the summary is on stderr then."""
    if not (name == "-" or os.path.exists(name)):
        pytest.skip(f"there is no {name}")
    what = ["report", str(recorded)] if command == "report" else ["audit", TARGET]
    done = run(*what, "--csv", name, **credentials(server))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("account,domain,mailbox,")
    assert {"finding", "skipped"} >= {row["status"] for row in rows(done.stdout)} > set()
    assert f"Audit of {TARGET}" in done.stderr


def test_the_page_on_stdout_is_nothing_but_the_page(recorded: Path) -> None:
    """It can be sent on as it is."""
    done = run("report", str(recorded), "--html", "-")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("<!DOCTYPE html>")
    assert done.stdout.endswith("</html>")


def test_a_report_on_stdout_is_utf8_whatever_the_terminal_is() -> None:
    """As its file would be, but for the mark at its beginning."""
    name = "zo\N{LATIN SMALL LETTER E WITH DIAERESIS}"
    with held_sandbox(0, answers=100) as sandbox:
        sandbox.sandbox.add_mailbox(name, usage=200, quota=100)
        environment = {**credentials(sandbox.base_url), "PYTHONIOENCODING": "ascii"}
        arguments = ("audit", TARGET, "--checks", "QUO-01", "--csv", "-")
        with started(*arguments, environment=environment, encoding="utf-8") as process:
            done = ended(process)
    assert done.returncode == 0, done.stderr
    assert [row["mailbox"] for row in rows(done.stdout)] == [name]
    assert "zo\\xeb@example.com" in done.stderr


def test_stdout_in_a_file_gets_the_table_alone(recorded: Path, tmp_path: Path) -> None:
    """`/dev/stdout` is what the shell has opened, which must not be replaced."""
    table = tmp_path / "audit.csv"
    done = shell(f"hostway-email report {recorded} --csv /dev/stdout > {table}")
    assert done.returncode == 0, done.stderr
    assert rows(table.read_text())
    assert "Audit of" not in table.read_text()


def test_a_named_pipe_is_written_to_its_reader(recorded: Path, tmp_path: Path) -> None:
    """As in a shell, the command waits for who reads it; the file beside is there before."""
    fifo, page = tmp_path / "pipe", tmp_path / "audit.html"
    os.mkfifo(fifo)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(fifo.read_text(encoding="utf-8")))
    reader.start()
    done = run("report", str(recorded), "--csv", str(fifo), "--html", str(page))
    reader.join(TIMEOUT)
    assert done.returncode == 0, done.stderr
    assert rows(read[0])
    assert page.exists()
    assert f"Audit of {TARGET}" in done.stdout


def test_a_named_pipe_whose_reader_leaves_is_no_error(recorded: Path, tmp_path: Path) -> None:
    """It has what it wanted."""
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    done = shell(f"head -c 1 {fifo} & hostway-email report {recorded} --html {fifo} > /dev/null")
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "<")


def test_a_substituted_process_is_a_pipe(recorded: Path) -> None:
    """`--csv >(program)` works in bash."""
    done = shell(f"hostway-email report {recorded} --csv >(wc -l >&2) > /dev/null; wait")
    assert done.returncode == 0
    assert int(done.stderr) > 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_a_device_that_is_full_is_named(recorded: Path, tmp_path: Path) -> None:
    """It is an output like others, and keeps no other report from being written."""
    page = tmp_path / "audit.html"
    done = run("report", str(recorded), "--csv", "/dev/full", "--html", str(page))
    assert done.returncode == 4
    assert done.stderr == "hostway-email: /dev/full: No space left on device\n"
    assert page.exists()
    assert f"Audit of {TARGET}" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--csv", "{0}", "--html", "{0}"], "--csv and --html are both {0}"),
        (["--csv", "{0}", "--html", "{1}/../one"], "--csv and --html are both {0}"),
        (["--records", "{0}", "--html", "{0}"], "--html and --records are both {0}"),
        (["--csv", "-", "--html", "-"], "--csv and --html are both -"),
        (["--csv", "-", "--html", "/dev/stdout"], "--csv and --html are both -"),
        (["--records", "-"], "--records must be a file"),
        (["--records", "/dev/stdout"], "--records must be a file"),
        (["--settings", "{0}", "--csv", "{0}"], "--csv is the file of --settings, {0}"),
        (["--suppress", "{0}", "--html", "{0}"], "--html is the file of --suppress, {0}"),
        (["--baseline", "{0}", "--csv", "{2}"], "--csv is the file of --baseline, {2}"),
        (["--targets", "{3}", "--csv", "{3}"], "--csv is the file of --targets, {3}"),
        (["--password-file", "{0}", "--csv", "{0}"], "--csv is the file of --password-file"),
        (["--csv", "/dev/fd/77"], "/dev/fd/77 cannot be written: Bad file descriptor"),
        (["--csv", "{1}"], "{1} cannot be written: it is a folder"),
    ],
    ids=str,
)
def test_what_cannot_work_is_refused_before_the_audit(
    arguments: list[str], said: str, tmp_path: Path
) -> None:
    """Nothing is asked, nothing that was there is changed."""
    one, folder, link, targets = (tmp_path / name for name in ("one", "folder", "link", "targets"))
    one.write_text("something")
    folder.mkdir()
    link.symlink_to(one)
    targets.write_text(f"{TARGET}\n")
    names = [str(path) for path in (one, folder, link, targets)]
    given = [argument.format(*names) for argument in arguments]
    target = [] if "--targets" in given else [TARGET]
    assert said.format(*names) in refused("audit", *target, *given, **NOWHERE)
    assert one.read_text() == "something"
    assert len(list(tmp_path.iterdir())) == 4


def test_a_report_does_not_replace_its_records(recorded: Path, tmp_path: Path) -> None:
    """Also where they have another name."""
    whole = recorded.read_bytes()
    link = tmp_path / "link"
    link.symlink_to(recorded)
    for name in (str(recorded), str(link)):
        assert "is the file of RECORDS" in refused("report", str(recorded), "--csv", name)
    assert recorded.read_bytes() == whole


def test_records_are_no_pipe(recorded: Path) -> None:
    """They are read more than once: that is said, and not an error of seeking."""
    done = shell(f"hostway-email report <(cat {recorded})")
    assert done.returncode == 2
    assert "cannot be read: it is not a regular file" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_file_that_stdout_goes_to_is_no_other_output(recorded: Path, tmp_path: Path) -> None:
    """The report would take the place of the file in which the summary goes."""
    table = tmp_path / "audit.csv"
    done = shell(f"hostway-email report {recorded} --csv {table} > {table}")
    assert done.returncode == 2
    assert f"--csv is the file to which standard output goes, {table}" in done.stderr


def test_a_report_on_a_closed_stdout_is_refused(recorded: Path) -> None:
    """What was asked for cannot be had; that a summary is not read is another matter."""
    done = shell(f"hostway-email report {recorded} --csv - >&-")
    assert done.returncode == 2
    assert "--csv is to go to standard output, which is closed" in done.stderr
