"""What the command does around an audit: plans, comparisons, accepted risks, reports."""

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
    credentials,
    ended,
    holding_sandbox,
    interrupted,
    refused,
    run,
    run_process,
    started,
)
from ..held import held_sandbox

TARGET = "account007/example.com"
NEXT_WEEK = (date.today() + timedelta(days=7)).isoformat()
LAST_WEEK = (date.today() - timedelta(days=7)).isoformat()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A sandbox of 200 mailboxes, which have each kind of finding."""
    with sandbox_process(SandboxOptions(200, 7, 0.0, 0.0)) as sandbox:
        yield sandbox.base_url


@pytest.fixture(scope="module")
def recorded(server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records of an audit of its forwards."""
    records = tmp_path_factory.mktemp("audit") / "old.jsonl"
    arguments = ("audit", TARGET, "--checks", "forwards,quota", "--records", str(records))
    done = run(*arguments, **credentials(server))
    assert done.returncode == 0, done.stderr
    return records


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


def test_a_plan_sends_nothing_and_needs_no_password(server: str) -> None:
    """What an audit will cost is told before anything is sent, and without credentials."""
    before = requests(server)
    done = run("audit", TARGET, "--checks", "forwards", "--plan", HOSTWAY_BASE_URL=server)
    assert done.returncode == 0, done.stderr
    assert requests(server) == before
    assert "Plan: 9 checks on 1 domain; no requests sent" in done.stdout
    assert "2 requests for each mailbox: mailbox or exchange, forwards" not in done.stdout
    assert "1 or 2 requests for each mailbox: exchange, forwards" in done.stdout
    assert re.search(r"10,000 +10,101 to 20,101 +3 min", done.stdout)


def test_a_plan_knows_what_the_earlier_audit_knew(recorded: Path) -> None:
    """Mailboxes and speed are then no assumption."""
    done = run("audit", TARGET, "--checks", "forwards", "--plan", "--baseline", str(recorded))
    assert re.search(r"^ +200 +203 to 403 ", done.stdout, re.MULTILINE)
    assert "measured by the baseline" in done.stdout


def test_an_audit_is_compared_with_an_earlier_one(server: str, recorded: Path) -> None:
    """Nothing has changed between the two, and the summary says so."""
    arguments = ("audit", TARGET, "--checks", "forwards,quota,ACT-02", "--baseline", str(recorded))
    done = run(*arguments, **credentials(server))
    assert done.returncode == 0, done.stderr
    assert "findings: 0 new, 0 changed, 0 resolved; mailboxes: 0 new, 0 removed." in done.stdout
    assert "Skipped: ACT-02: the earlier audit did not ask for statistics." in done.stdout


def test_other_settings_are_named_beside_what_has_changed(
    server: str, recorded: Path, tmp_path: Path
) -> None:
    """A threshold that was moved makes findings of its own; nobody should look for their cause."""
    settings = tmp_path / "settings.toml"
    settings.write_text("near_quota = 0.05")
    arguments = ("audit", TARGET, "--checks", "quota", "--baseline", str(recorded))
    done = run(*arguments, "--settings", str(settings), **credentials(server))
    assert done.returncode == 0, done.stderr
    assert re.search(r"findings: [1-9]\d* new", done.stdout)
    assert "Other settings than then, which may be why: near_quota." in done.stdout


def test_accepted_risks_do_not_count(server: str, tmp_path: Path) -> None:
    """They fail no job; what has expired and what matches nothing is named."""
    accepted = tmp_path / "accepted.toml"
    accepted.write_text(
        "\n".join(
            [
                suppression(),
                suppression(mailbox='"nobody"'),
                suppression(expires=LAST_WEEK, owner='"[bold]Tom[/bold]"'),
            ]
        )
    )
    arguments = ("audit", TARGET, "--checks", "QUO-01", "--fail-on", "high")
    assert run(*arguments, **credentials(server)).returncode == 1

    done = run(*arguments, "--suppress", str(accepted), **credentials(server))
    assert done.returncode == 0, done.stderr
    assert re.search(r"Accepted, and not counted: \d+ findings?\.", done.stdout)
    assert "of QUO-01 for nobody (Ana): it matches nothing, and can go." in done.stdout
    assert f"([bold]Tom[/bold]): it expired on {LAST_WEEK}" in done.stdout


def test_settings_come_from_a_file(server: str, tmp_path: Path) -> None:
    """Domains that are one's own are no findings."""
    settings = tmp_path / "settings.toml"
    settings.write_text("max_masters = 100")
    arguments = ("audit", TARGET, "--checks", "PRV-01")
    assert "PRV-01" in run(*arguments, **credentials(server)).stdout
    done = run(*arguments, "--settings", str(settings), **credentials(server))
    assert "nothing was found" in done.stdout


@pytest.mark.parametrize(
    ("option", "content", "said"),
    [
        ("--settings", "max_master = 3", "has an unknown setting: 'max_master'; did you mean"),
        ("--settings", "near_quota = 7", "near_quota: Input should be less than or equal to 1"),
        ("--settings", "near_quota =", "is not TOML: "),
        ("--settings", None, "cannot be read: No such file or directory"),
        ("--suppress", suppression(id='"FWD-1"'), "entry 1: id: there is no check 'FWD-1'"),
        ("--suppress", suppression(expires='"soon"'), "entry 1: expires: "),
        ("--suppress", None, "cannot be read: No such file or directory"),
        ("--baseline", "{}\n", "line 1 is not a record of an audit"),
        ("--baseline", "", "does not start with the header of an audit"),
        ("--baseline", None, "cannot be read: No such file or directory"),
    ],
)
def test_files_that_cannot_be_used_are_status_2(
    tmp_path: Path, option: str, content: str | None, said: str
) -> None:
    """The file and what is wrong with it are named, before anything is sent."""
    file = tmp_path / "file"
    if content is not None:
        file.write_text(content)
    arguments = ("audit", TARGET, option, str(file))
    assert f"{file} {said}" in refused(*arguments, **credentials("http://127.0.0.1:9"))


def test_reports_that_could_not_be_written_are_refused_at_once(tmp_path: Path) -> None:
    """Not after an audit of hours."""
    nowhere = credentials("http://127.0.0.1:9")
    away = str(tmp_path / "missing" / "report.html")
    assert "its folder does not exist" in refused("audit", TARGET, "--html", away, **nowhere)

    assert "it is a folder" in refused("audit", TARGET, "--csv", str(tmp_path), **nowhere)

    long = str(tmp_path / ("long" * 64))
    assert "written: File name too long" in refused("audit", TARGET, "--csv", long, **nowhere)

    same = str(tmp_path / "audit")
    arguments = ("audit", TARGET, "--records", same, "--csv", same)
    assert "must go to files of their own" in refused(*arguments, **nowhere)


def test_reports_are_written_without_a_file_of_records(server: str, tmp_path: Path) -> None:
    """Records are only a means then, and nothing of them stays behind."""
    table, page = tmp_path / "audit.csv", tmp_path / "audit.html"
    arguments = ("audit", TARGET, "--checks", "quota", "--csv", str(table), "--html", str(page))
    done = run_process(*arguments, **credentials(server) | {"TMPDIR": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines()))
    assert {row["check"] for row in rows} >= {"QUO-01", "QUO-02"}
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert sorted(tmp_path.iterdir()) == [table, page]
    assert page.stat().st_mode & 0o777 == 0o600


def test_an_audit_is_not_lost_with_its_report(tmp_path: Path) -> None:
    """Where the disk has no room for a report after all, the records are kept, and can be used."""
    table, page = tmp_path / "audit.csv", tmp_path / "audit.html"
    arguments = ("audit", "--sandbox", "--mailboxes", "10", "--checks", "quota")
    with started(
        *(*arguments, "--html", str(page), "--csv", str(table)),
        most_bytes=24_000,
        environment={"TMPDIR": str(tmp_path)},
    ) as process:
        done = ended(process)
    assert done.returncode == 4
    assert f"hostway-email: {page}: File too large; what was recorded is in " in done.stderr
    kept = done.stderr.strip().rpartition("what was recorded is in ")[2]
    assert "10 mailboxes" in run("report", kept).stdout
    # One report that fails costs no other, and the summary is told all the same.
    assert "QUO-0" in table.read_text()
    assert "10 mailboxes" in done.stdout
    assert sorted(tmp_path.iterdir()) == sorted([table, Path(kept).parent])


def test_reports_are_made_again_from_records(recorded: Path, tmp_path: Path) -> None:
    """Nothing is asked for it; the summary is the same."""
    page = tmp_path / "audit.html"
    done = run("report", str(recorded), "--html", str(page))
    assert done.returncode == 0, done.stderr
    assert f"Audit of {TARGET}" in done.stdout
    assert "FWD-01" in done.stdout
    assert "FWD-01" in page.read_text()


def test_no_report_without_records(tmp_path: Path) -> None:
    """A name that was mistyped is said to be that."""
    missing = str(tmp_path / "no.jsonl")
    assert f"{missing} cannot be read: No such file" in refused("report", missing)


def test_redacted_output_has_no_names(server: str, recorded: Path, tmp_path: Path) -> None:
    """Summary and reports can be handed on without telling who it is about."""
    table = tmp_path / "audit.csv"
    arguments = ("--redact", "--csv", str(table))
    done = run("audit", TARGET, "--checks", "forwards", *arguments, **credentials(server))
    again = run("report", str(recorded), *arguments)
    for shown in (done.stdout, again.stdout, table.read_text(encoding="utf-8-sig")):
        assert "FWD-01" in shown
        assert "example.com" not in shown
        assert "account007" not in shown
        assert "@gmail.com" not in shown


def test_an_interrupted_audit_reports_what_it_has_read(tmp_path: Path) -> None:
    """Ctrl-C after half an hour loses nothing: the reports are there, and say what they lack."""
    table, records = tmp_path / "audit.csv", tmp_path / "audit.jsonl"
    with holding_sandbox(200, answered=50) as sandbox:
        arguments = ("audit", TARGET, "--concurrency", "4", "--csv", str(table))
        done = interrupted(*arguments, records=records, lines=20, **credentials(sandbox.base_url))
    assert done.returncode == 130
    assert f"complete up to here; so far reported in {table}" in done.stderr
    assert table.read_text(encoding="utf-8-sig").startswith("account,domain,")

    again = run("report", str(records))
    assert "the audit was stopped before its end" in again.stdout


def test_an_interrupted_audit_tells_that_its_report_is_missing(tmp_path: Path) -> None:
    """Where the report cannot be written, that it was interrupted is said all the same."""
    records, page = tmp_path / "audit.jsonl", tmp_path / "audit.html"
    arguments = ("audit", TARGET, "--checks", "quota", "--concurrency", "2")
    files = ("--records", str(records), "--html", str(page))
    with held_sandbox(40, answers=20) as sandbox:
        access = credentials(sandbox.base_url)
        with started(*arguments, *files, most_bytes=24_000, environment=access) as process:
            sandbox.wait()
            done = ended(process, signal.SIGINT)
    assert done.returncode == 130
    assert f"interrupted; {records} is complete up to here; a report is missing: " in done.stderr
    assert f"{page}: File too large" in done.stderr


def test_no_later_audit_can_be_compared_without_its_baseline(recorded: Path) -> None:
    """The header of the records tells what was asked, so that the next audit knows."""
    header, _ = next(read_records(recorded))
    assert isinstance(header, HeaderRecord)
    assert "statistics" not in header.probes
    assert "forwards" in header.probes
