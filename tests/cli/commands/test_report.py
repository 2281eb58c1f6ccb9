"""Plans, baselines, suppressions, settings and reports."""

from __future__ import annotations

import csv
import re
import signal
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from hostway_email.audit import HeaderRecord, read_records
from hostway_email.cli.commands.sandbox import SandboxOptions, sandbox_process

from ..conftest import (
    SLOW,
    TARGET,
    audited,
    credentials,
    ended,
    refused,
    run,
    run_process,
    started,
)
from ..held import held_sandbox

NEXT_WEEK = (date.today() + timedelta(days=7)).isoformat()
LAST_WEEK = (date.today() - timedelta(days=7)).isoformat()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A sandbox with 200 mailboxes, which have findings of all kinds."""
    with sandbox_process(SandboxOptions(200, 7, 0.0, 0.0)) as sandbox:
        yield sandbox.base_url


@pytest.fixture(scope="module")
def recorded(server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records of its forwards and quotas."""
    return audited(server, tmp_path_factory)


def requests(server: str) -> int:
    return int(httpx.get(f"{server}/_sandbox").json()["requests"])


def suppression(**fields: str) -> str:
    given = {
        "id": '"QUO-01"',
        "mailbox": '"*"',
        "reason": '"contract"',
        "owner": '"Ana"',
        "expires": NEXT_WEEK,
    }
    lines = [f"{key} = {value}" for key, value in (given | fields).items()]
    return "\n".join(["[[suppress]]", *lines])


def test_plan(server: str) -> None:
    """`--plan` sends no requests, and needs no credentials."""
    before = requests(server)
    done = run("audit", TARGET, "--checks", "forwards", "--plan", HOSTWAY_BASE_URL=server)
    assert done.returncode == 0, done.stderr
    assert requests(server) == before
    assert "Plan: 9 checks on 1 domain; no requests sent" in done.stdout
    assert "2 requests for each mailbox: mailbox or exchange, forwards" not in done.stdout
    assert "1 or 2 requests for each mailbox: exchange, forwards" in done.stdout
    assert re.search(r"10,000 +10,101 to 20,101 +3 min", done.stdout)


def test_plan_with_a_baseline(recorded: Path) -> None:
    """The plan uses the number of mailboxes and the request time of the baseline."""
    done = run("audit", TARGET, "--checks", "forwards", "--plan", "--baseline", str(recorded))
    assert re.search(r"^ +200 +203 to 403 ", done.stdout, re.MULTILINE)
    assert "measured by the baseline" in done.stdout


def test_baseline(server: str, recorded: Path) -> None:
    """The summary has the changes since the baseline, and the skipped checks."""
    arguments = ("audit", TARGET, "--checks", "forwards,quota,ACT-02", "--baseline", str(recorded))
    done = run(*arguments, **credentials(server))
    assert done.returncode == 0, done.stderr
    assert "findings: 0 new, 0 changed, 0 resolved; mailboxes: 0 new, 0 removed." in done.stdout
    assert "Skipped: ACT-02: the baseline lacks statistics." in done.stdout


def test_settings_that_differ_from_the_baseline(
    server: str, recorded: Path, tmp_path: Path
) -> None:
    """The summary names changed settings, which may be the only reason for new findings."""
    settings = tmp_path / "settings.toml"
    settings.write_text("near_quota = 0.05")
    arguments = ("audit", TARGET, "--checks", "quota", "--baseline", str(recorded))
    done = run(*arguments, "--settings", str(settings), **credentials(server))
    assert done.returncode == 0, done.stderr
    assert re.search(r"findings: [1-9]\d* new", done.stdout)
    assert "Settings changed since the baseline: near_quota." in done.stdout


def test_suppress(server: str, tmp_path: Path) -> None:
    """Accepted findings are not counted; expired and unused suppressions are listed."""
    accepted = tmp_path / "accepted.toml"
    accepted.write_text(
        "\n".join(
            [
                suppression(),
                suppression(mailbox='"missing"'),
                suppression(expires=LAST_WEEK, owner='"[bold]Tom[/bold]"'),
            ]
        )
    )
    arguments = ("audit", TARGET, "--checks", "QUO-01", "--fail-on", "high")
    assert run(*arguments, **credentials(server)).returncode == 1

    done = run(*arguments, "--suppress", str(accepted), **credentials(server))
    assert done.returncode == 0, done.stderr
    assert re.search(r"Accepted \(not counted\): \d+ findings?\.", done.stdout)
    assert "of QUO-01 for missing (Ana) matches nothing; remove it." in done.stdout
    assert f"([bold]Tom[/bold]) expired on {LAST_WEEK}; renew or remove it." in done.stdout


def test_settings(server: str, tmp_path: Path) -> None:
    """Thresholds are read from a TOML file."""
    settings = tmp_path / "settings.toml"
    settings.write_text("max_masters = 100")
    arguments = ("audit", TARGET, "--checks", "PRV-01")
    assert "PRV-01" in run(*arguments, **credentials(server)).stdout
    done = run(*arguments, "--settings", str(settings), **credentials(server))
    assert "no findings" in done.stdout


@pytest.mark.parametrize(
    ("option", "content", "message"),
    [
        ("--settings", "max_master = 3", "has an unknown setting: 'max_master'; did you mean"),
        ("--settings", "near_quota = 7", "near_quota: Input should be less than or equal to 1"),
        ("--settings", "near_quota =", "is not TOML: "),
        ("--settings", None, "cannot be read: No such file or directory"),
        ("--suppress", suppression(id='"FWD-1"'), "entry 1: id: unknown check 'FWD-1'"),
        ("--suppress", suppression(expires='"soon"'), "entry 1: expires: "),
        ("--suppress", None, "cannot be read: No such file or directory"),
        ("--baseline", "{}\n", "line 1 is not a valid record"),
        ("--baseline", "", "is not a records file: it does not start with a header"),
        ("--baseline", None, "cannot be read: No such file or directory"),
    ],
)
def test_invalid_input_files(
    tmp_path: Path, option: str, content: str | None, message: str
) -> None:
    """An invalid input file has status 2 and a message that names it; nothing is sent."""
    file = tmp_path / "file"
    if content is not None:
        file.write_text(content)
    arguments = ("audit", TARGET, option, str(file))
    assert f"{file} {message}" in refused(*arguments, **credentials("http://127.0.0.1:9"))


def test_invalid_output_files(tmp_path: Path) -> None:
    """An output that cannot be written is refused before the audit starts."""
    nowhere = credentials("http://127.0.0.1:9")
    away = str(tmp_path / "missing" / "report.html")
    assert "its folder does not exist" in refused("audit", TARGET, "--html", away, **nowhere)

    assert "it is a folder" in refused("audit", TARGET, "--csv", str(tmp_path), **nowhere)

    long = str(tmp_path / ("long" * 64))
    assert "written: File name too long" in refused("audit", TARGET, "--csv", long, **nowhere)

    same = str(tmp_path / "audit")
    arguments = ("audit", TARGET, "--records", same, "--csv", same)
    assert "each output must have its own file" in refused(*arguments, **nowhere)


def test_reports_without_records(server: str, tmp_path: Path) -> None:
    """Without `--records` the temporary records are deleted at the end."""
    table, page = tmp_path / "audit.csv", tmp_path / "audit.html"
    arguments = ("audit", TARGET, "--checks", "quota", "--csv", str(table), "--html", str(page))
    done = run_process(*arguments, **credentials(server) | {"TMPDIR": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines()))
    assert {row["check"] for row in rows} >= {"QUO-01", "QUO-02"}
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert sorted(tmp_path.iterdir()) == [table, page]
    assert page.stat().st_mode & 0o777 == 0o600


@SLOW
def test_failed_report_keeps_the_records(tmp_path: Path) -> None:
    """If a report fails on a full disk, the temporary records are kept, and named."""
    table, page = tmp_path / "audit.csv", tmp_path / "audit.html"
    arguments = ("audit", "--sandbox", "--mailboxes", "10", "--checks", "quota")
    with started(
        *(*arguments, "--html", str(page), "--csv", str(table)),
        most_bytes=24_000,
        environment={"TMPDIR": str(tmp_path)},
    ) as process:
        done = ended(process)
    assert done.returncode == 4
    assert f"hostway-email: {page}: File too large; the records are in " in done.stderr
    kept = done.stderr.strip().rpartition("the records are in ")[2]
    assert "10 mailboxes" in run("report", kept).stdout
    # The other report is written, and the summary is printed.
    assert "QUO-0" in table.read_text()
    assert "10 mailboxes" in done.stdout
    assert sorted(tmp_path.iterdir()) == sorted([table, Path(kept).parent])


def test_report(recorded: Path, tmp_path: Path) -> None:
    """`report` prints the summary and writes the reports of a records file."""
    page = tmp_path / "audit.html"
    done = run("report", str(recorded), "--html", str(page))
    assert done.returncode == 0, done.stderr
    assert f"Audit of {TARGET}" in done.stdout
    assert "FWD-01" in done.stdout
    assert "FWD-01" in page.read_text()


def test_report_of_a_missing_file(tmp_path: Path) -> None:
    """A missing records file is a usage error."""
    missing = str(tmp_path / "no.jsonl")
    assert f"{missing} cannot be read: No such file" in refused("report", missing)


def test_redact(server: str, recorded: Path, tmp_path: Path) -> None:
    """With `--redact` the summary and the reports have no names."""
    table = tmp_path / "audit.csv"
    arguments = ("--redact", "--csv", str(table))
    done = run("audit", TARGET, "--checks", "forwards", *arguments, **credentials(server))
    again = run("report", str(recorded), *arguments)
    for shown in (done.stdout, again.stdout, table.read_text(encoding="utf-8-sig")):
        assert "FWD-01" in shown
        assert "example.com" not in shown
        assert "account007" not in shown
        assert "@gmail.com" not in shown


def test_partial_report(tmp_path: Path) -> None:
    """After Ctrl-C a partial report is written, which says that the audit is incomplete."""
    table, records = tmp_path / "audit.csv", tmp_path / "audit.jsonl"
    files = ("--csv", str(table), "--records", str(records))
    with held_sandbox(200, answers=200) as sandbox:
        access = credentials(sandbox.base_url)
        with started("audit", TARGET, "--concurrency", "4", *files, environment=access) as process:
            sandbox.wait()
            done = ended(process, signal.SIGINT)
    assert done.returncode == 130
    assert f"; partial report written to {table}" in done.stderr
    assert table.read_text(encoding="utf-8-sig").startswith("account,domain,")

    report = run("report", str(records))
    assert "the audit was interrupted, or is still running" in report.stdout


@SLOW
def test_partial_report_on_a_full_disk(tmp_path: Path) -> None:
    """If the partial report cannot be written, the status is still that of the signal."""
    records, page = tmp_path / "audit.jsonl", tmp_path / "audit.html"
    arguments = ("audit", TARGET, "--checks", "quota", "--concurrency", "2")
    files = ("--records", str(records), "--html", str(page))
    with held_sandbox(40, answers=20) as sandbox:
        access = credentials(sandbox.base_url)
        with started(*arguments, *files, most_bytes=24_000, environment=access) as process:
            sandbox.wait()
            done = ended(process, signal.SIGINT)
    assert done.returncode == 130
    assert f"interrupted; the records so far are in {records}; " in done.stderr
    assert f"; a report could not be written: {page}: File too large" in done.stderr


def test_header_has_the_probes(recorded: Path) -> None:
    """The header lists the probes that were run, for a later comparison."""
    header, _ = next(read_records(recorded))
    assert isinstance(header, HeaderRecord)
    assert "statistics" not in header.probes
    assert "forwards" in header.probes
