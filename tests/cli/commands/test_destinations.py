"""Destinations of reports: files, standard output, pipes and devices."""

from __future__ import annotations

import csv
import io
import os
import threading
from pathlib import Path

import pytest

from ..conftest import SLOW, TARGET, TIMEOUT, credentials, ended, refused, run, shell, started
from ..held import held_sandbox

NOWHERE = credentials("http://127.0.0.1:9")


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("name", ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
@pytest.mark.parametrize("command", ["audit", "report"])
def test_csv_on_stdout(command: str, name: str, server: str, recorded: Path) -> None:
    """Stdout has only the CSV report; the summary is on stderr."""
    if not (name == "-" or os.path.exists(name)):
        pytest.skip(f"there is no {name}")
    what = ["report", str(recorded)] if command == "report" else ["audit", TARGET]
    done = run(*what, "--csv", name, **credentials(server))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("account,domain,mailbox,")
    assert {"finding", "skipped"} >= {row["status"] for row in rows(done.stdout)} > set()
    assert f"Audit of {TARGET}" in done.stderr


def test_html_on_stdout(recorded: Path) -> None:
    """Stdout has only the HTML report."""
    done = run("report", str(recorded), "--html", "-")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("<!DOCTYPE html>")
    assert done.stdout.endswith("</html>")


@SLOW
def test_encoding_of_a_report_on_stdout() -> None:
    """A report on stdout is UTF-8, whatever the encoding of the terminal."""
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


def test_stdout_redirected_to_a_file(recorded: Path, tmp_path: Path) -> None:
    """The report is written to the file that the shell has opened, which is not replaced."""
    table = tmp_path / "audit.csv"
    done = shell(f"hostway-email report {recorded} --csv /dev/stdout > {table}")
    assert done.returncode == 0, done.stderr
    assert rows(table.read_text())
    assert "Audit of" not in table.read_text()


def test_named_pipe(recorded: Path, tmp_path: Path) -> None:
    """The command waits for a reader, as a shell does; other reports are written as well."""
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


@SLOW
def test_broken_named_pipe(recorded: Path, tmp_path: Path) -> None:
    """A reader that closes the pipe early is not an error."""
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    done = shell(f"head -c 1 {fifo} & hostway-email report {recorded} --html {fifo} > /dev/null")
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "<")


@SLOW
def test_process_substitution(recorded: Path) -> None:
    """`--csv >(program)` works in bash."""
    done = shell(f"hostway-email report {recorded} --csv >(wc -l >&2) > /dev/null; wait")
    assert done.returncode == 0
    assert int(done.stderr) > 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_full_device(recorded: Path, tmp_path: Path) -> None:
    """The error names the device; the other report is written."""
    page = tmp_path / "audit.html"
    done = run("report", str(recorded), "--csv", "/dev/full", "--html", str(page))
    assert done.returncode == 4
    assert done.stderr == "hostway-email: /dev/full: No space left on device\n"
    assert page.exists()
    assert f"Audit of {TARGET}" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--csv", "{0}", "--html", "{0}"], "--csv and --html are both {0}"),
        (["--csv", "{0}", "--html", "{1}/../one"], "--csv and --html are both {0}"),
        (["--records", "{0}", "--html", "{0}"], "--html and --records are both {0}"),
        (["--csv", "-", "--html", "-"], "--csv and --html are both -"),
        (["--csv", "-", "--html", "/dev/stdout"], "--csv and --html are both -"),
        (["--records", "-"], "--records must be a file"),
        (["--records", "/dev/stdout"], "--records must be a file"),
        (["--settings", "{0}", "--csv", "{0}"], "--csv would overwrite the file of --settings"),
        (["--suppress", "{0}", "--html", "{0}"], "--html would overwrite the file of --suppress"),
        (["--baseline", "{0}", "--csv", "{2}"], "overwrite the file of --baseline, {2}"),
        (["--targets", "{3}", "--csv", "{3}"], "overwrite the file of --targets, {3}"),
        (["--password-file", "{0}", "--csv", "{0}"], "overwrite the file of --password-file"),
        (["--csv", "/dev/fd/77"], "/dev/fd/77 cannot be written: Bad file descriptor"),
        (["--csv", "{1}"], "{1} cannot be written: it is a folder"),
    ],
    ids=str,
)
def test_conflicting_files(arguments: list[str], message: str, tmp_path: Path) -> None:
    """Conflicts are refused before the audit, and no file is changed."""
    one, folder, link, targets = (tmp_path / name for name in ("one", "folder", "link", "targets"))
    one.write_text("something")
    folder.mkdir()
    link.symlink_to(one)
    targets.write_text(f"{TARGET}\n")
    names = [str(path) for path in (one, folder, link, targets)]
    given = [argument.format(*names) for argument in arguments]
    target = [] if "--targets" in given else [TARGET]
    assert message.format(*names) in refused("audit", *target, *given, **NOWHERE)
    assert one.read_text() == "something"
    assert len(list(tmp_path.iterdir())) == 4


def test_report_does_not_replace_its_records(recorded: Path, tmp_path: Path) -> None:
    """A report is not written over its records, even by another name of the file."""
    content = recorded.read_bytes()
    link = tmp_path / "link"
    link.symlink_to(recorded)
    for name in (str(recorded), str(link)):
        assert "overwrite the file of RECORDS" in refused("report", str(recorded), "--csv", name)
    assert recorded.read_bytes() == content


@SLOW
def test_records_in_a_pipe(recorded: Path) -> None:
    """Records in a pipe are refused, as they are read more than once."""
    done = shell(f"hostway-email report <(cat {recorded})")
    assert done.returncode == 2
    assert "cannot be read: it is not a regular file" in done.stderr
    assert done.stderr.count("\n") == 1


@SLOW
def test_report_in_the_file_of_stdout(recorded: Path, tmp_path: Path) -> None:
    """A report cannot be written to the file that stdout is redirected to."""
    table = tmp_path / "audit.csv"
    done = shell(f"hostway-email report {recorded} --csv {table} > {table}")
    assert done.returncode == 2
    assert f"--csv and standard output are the same file, {table}" in done.stderr


def test_report_on_a_closed_stdout(recorded: Path) -> None:
    """A report cannot be written to a closed stdout."""
    done = shell(f"hostway-email report {recorded} --csv - >&-")
    assert done.returncode == 2
    assert "--csv cannot be written: standard output is closed" in done.stderr
