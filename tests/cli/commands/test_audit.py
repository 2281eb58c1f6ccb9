"""The `hostway-email` command, run as a user runs it."""

from __future__ import annotations

import csv
import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hostway_email import __version__
from hostway_email.audit import AuditRecord, read_records
from hostway_email.cli.commands.sandbox import PASSWORD, USERNAME, SandboxOptions, sandbox_process

from ...support import processes
from ..conftest import (
    COMMAND,
    TIMEOUT,
    credentials,
    holding_sandbox,
    interrupted,
    refused,
    run,
    run_process,
)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A sandbox of 40 mailboxes in a process of its own."""
    with sandbox_process(SandboxOptions(40, 7, 0.0, 0.0)) as sandbox:
        yield sandbox.base_url


def test_the_sandbox_is_audited_with_one_line() -> None:
    """The newcomer's first command: a summary on stdout, and the server counted the same."""
    done = run_process("audit", "--sandbox", "--mailboxes", "40")
    assert done.returncode == 0, done.stderr
    assert "40 mailboxes" in done.stdout
    requests = re.search(r"([\d,]+) requests \(([\d,]+) counted by the sandbox\)", done.stdout)
    assert requests
    assert requests[1] == requests[2]
    # Nobody is watching: no progress, no colours.
    assert done.stderr == ""
    assert "\x1b" not in done.stdout


def test_findings_fail_a_script_that_asks_for_it(server: str) -> None:
    """With `--fail-on` a finding that severe is status 1, otherwise 0."""
    assert run("audit", "account007/example.com", **credentials(server)).returncode == 0
    arguments = ("audit", "account007/example.com", "--fail-on")
    assert run(*arguments, "low", **credentials(server)).returncode == 1
    assert run(*arguments, "info", "--checks", "AR-03", **credentials(server)).returncode in (0, 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["audit"], "name ACCOUNT/DOMAIN to audit, or use --sandbox"),
        (["audit", "--sandbox", "a/b"], "name ACCOUNT/DOMAIN to audit, or use --sandbox"),
        (["audit", "example.com"], "'example.com' is not of the form ACCOUNT/DOMAIN"),
        (["audit", "a/example.com"], "set HOSTWAY_USERNAME"),
        (["audit", "a/b", "--username", "x"], "set HOSTWAY_PASSWORD, or give --password-file"),
        (["audit", "--sandbox", "--mailboxes", "3", "--checks", "QUO-1"], "did you mean 'QUO-01'"),
        (["audit", "--sandbox", "--fail-on", "fatal"], "fatal"),
        (["audit", "--sandbox", "--concurrency", "0"], "concurrency"),
        (["nonsense"], "nonsense"),
    ],
)
def test_wrong_usage_is_status_2(arguments: list[str], said: str) -> None:
    """What was wrong is said on stderr, in a line, without a traceback."""
    assert said in refused(*arguments)


def test_wrong_usage_of_a_process_of_its_own() -> None:
    """As a shell sees it: status 2, a line on stderr, and nothing on stdout."""
    done = run_process("audit", "example.com")
    assert done.returncode == 2
    assert done.stderr == "hostway-email: 'example.com' is not of the form ACCOUNT/DOMAIN\n"
    assert done.stdout == ""


def test_refused_credentials_are_status_4_and_not_shown(server: str) -> None:
    """A wrong password ends the audit; what was tried is nowhere in the output."""
    done = run("audit", "account007/example.com", **credentials(server, "CANARY-password"))
    assert done.returncode == 4
    assert "HTTP 401" in done.stderr
    assert "CANARY" not in done.stderr + done.stdout


def test_a_domain_that_is_not_there_is_status_4(server: str) -> None:
    """No mailbox could be listed, so there is nothing to report."""
    done = run("audit", "account007/example.org", **credentials(server))
    assert done.returncode == 4
    assert "no mailbox could be listed: HTTP 404" in done.stderr


def test_targets_can_come_from_a_file(server: str, tmp_path: Path) -> None:
    """One target a line; what is no target is told with its line, before anything is sent."""
    targets = tmp_path / "targets"
    targets.write_text("# ours\n\naccount007/example.com\n")
    done = run("audit", "--targets", str(targets), "--checks", "QUO-01", **credentials(server))
    assert done.returncode == 0, done.stderr
    assert "Audit of account007/example.com" in done.stdout

    targets.write_text("account007/example.com\nexample.org\n")
    done = run("audit", "--targets", str(targets), **credentials(server))
    assert done.returncode == 2
    assert f"{targets}, line 2: 'example.org' is not of the form ACCOUNT/DOMAIN" in done.stderr


def test_checks_can_be_left_out(server: str) -> None:
    """What is excluded is not looked for, whatever else is chosen."""
    arguments = ("audit", "account007/example.com", "--checks", "quota,spam", "--exclude")
    done = run(*arguments, "spam,QUO-02", "--fail-on", "info", **credentials(server))
    assert "SPM-" not in done.stdout
    assert "QUO-02" not in done.stdout
    done = run(*arguments, "quota,spam", **credentials(server))
    assert done.returncode == 2
    assert "checks must name at least one check" in done.stderr


def test_usernames_are_listed_for_people_and_programs(server: str) -> None:
    """A table, JSON or CSV of the same mailboxes, filtered and sorted by the API."""
    arguments = ("usernames", "account007/example.com", "--sort", "username")
    table = run(*arguments, **credentials(server))
    assert table.returncode == 0, table.stderr
    assert "postmaster" in table.stdout

    rows = json.loads(run(*arguments, "--format", "json", **credentials(server)).stdout)
    assert len(rows) == 40
    assert [row["username"] for row in rows] == sorted(row["username"] for row in rows)
    assert {row["kind"] for row in rows} == {"mailbox", "exchange"}

    lines = run(*arguments, "--format", "csv", "--filter", "p*", **credentials(server)).stdout
    found = list(csv.DictReader(lines.splitlines()))
    assert found
    assert all(row["username"].startswith("p") for row in found)

    wrong = run("usernames", "example.com", **credentials(server))
    assert wrong.returncode == 2
    missing = run("usernames", "account007/example.org", **credentials(server))
    assert missing.returncode == 4
    assert "HTTP 404" in missing.stderr


def test_the_password_can_come_from_a_file(server: str, tmp_path: Path) -> None:
    """The newline an editor leaves at its end is not part of it."""
    secret = tmp_path / "password"
    secret.write_text(f"{PASSWORD}\n")
    environment = credentials(server) | {"HOSTWAY_PASSWORD": ""}
    arguments = ("audit", "account007/example.com", "--password-file", str(secret))
    assert run(*arguments, **environment).returncode == 0
    missing = ("audit", "account007/example.com", "--password-file", str(tmp_path / "no"))
    done = run(*missing, **environment)
    assert done.returncode == 2
    assert "cannot be read: No such file" in done.stderr


def test_an_interrupted_audit_goes_on_where_it_stood(tmp_path: Path) -> None:
    """Ctrl-C is status 130, with a complete file of records; `--resume` does the rest."""
    records = tmp_path / "records.jsonl"
    with holding_sandbox(150, answered=50) as sandbox:
        access = credentials(sandbox.base_url)
        arguments = ("audit", "account007/example.com")
        done = interrupted(*arguments, "--concurrency=4", records=records, lines=5, **access)
        sandbox.release()
        assert done.returncode == 130
        assert f"interrupted; {records} is complete up to here" in done.stderr
        assert "Traceback" not in done.stderr
        held = [record for record, _ in read_records(records)]
        assert 5 <= len(held) < 150

        again = run(*arguments, "--records", str(records), "--resume", **access)
    assert again.returncode == 0, again.stderr
    found = [record for record, _ in read_records(records)]
    names = [record.username for record in found if isinstance(record, AuditRecord)]
    assert len(names) == len(set(names)) == 150


def test_records_are_not_overwritten(server: str, tmp_path: Path) -> None:
    """A file of records that is there already is refused, with a way out."""
    records = tmp_path / "records.jsonl"
    arguments = ("audit", "account007/example.com", "--records", str(records))
    assert run(*arguments, **credentials(server)).returncode == 0
    before = records.read_bytes()
    done = run(*arguments, **credentials(server))
    assert done.returncode == 2
    assert "exists already; resume it or choose another name" in done.stderr
    assert records.read_bytes() == before


def test_the_sandbox_serves_until_it_is_told_to_stop() -> None:
    """Its address is the first line of stdout; SIGTERM ends it without complaint."""
    with processes.running([*COMMAND[1:], "sandbox", "--port", "0", "--mailboxes", "3"]) as process:
        assert process.stdout
        base_url = process.stdout.readline().strip()
        path = "/accounts/account007/email/example.com/aliases"
        headers = {"Content-Type": "application/json; charset=UTF-8"}
        answer = httpx.get(
            base_url + path, auth=(USERNAME, PASSWORD), headers=headers, timeout=TIMEOUT
        )
        assert answer.status_code == 200
        taken = run("sandbox", "--port", base_url.rpartition(":")[2])
        assert taken.returncode == 4
        assert "cannot be used: Address already in use" in taken.stderr
        status, _, said = processes.end_of(process, signal.SIGTERM)
    assert status == 0
    assert f"HOSTWAY_BASE_URL={base_url}" in said


def test_the_sandbox_beside_an_audit_ends_with_it() -> None:
    """However the parent ended, no server is left behind."""
    command = [*COMMAND[1:], "sandbox", "--port=0", "--with-parent", "--mailboxes=1"]
    with processes.running(command) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.stdin.close()
        assert process.wait(TIMEOUT) == 0


def test_the_version() -> None:
    """`--version` prints it and nothing else."""
    assert run("--version").stdout == f"{__version__}\n"


@pytest.mark.parametrize(
    ("missing", "extra", "arguments"),
    [("typer", "cli", ["--version"]), ("starlette", "sandbox", ["sandbox"])],
)
def test_a_missing_extra_is_named(missing: str, extra: str, arguments: list[str]) -> None:
    """Without an extra the command says how to install it, with status 2."""
    program = (
        f"import sys; sys.modules[{missing!r}] = None; sys.argv[1:] = {json.dumps(arguments)}; "
        "from hostway_email.cli import main; main()"
    )
    done = processes.run_process(["-c", program])
    assert done.returncode == 2
    assert f"pip install 'hostway-email[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr
