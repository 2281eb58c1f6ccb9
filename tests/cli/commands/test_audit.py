"""The `audit`, `usernames` and `sandbox` commands."""

from __future__ import annotations

import csv
import json
import re
import signal
from pathlib import Path

import httpx
import pytest

from hostway_email import __version__
from hostway_email.audit import AuditRecord, read_records
from hostway_email.cli.commands.sandbox import PASSWORD, USERNAME

from ...support import processes
from ..conftest import (
    COMMAND,
    SLOW,
    TARGET,
    TIMEOUT,
    credentials,
    ended,
    refused,
    run,
    run_process,
    started,
)
from ..held import held_sandbox


def test_audit_of_the_sandbox() -> None:
    """The summary is on stdout, and its request count matches the server's."""
    done = run_process("audit", "--sandbox", "--mailboxes", "40")
    assert done.returncode == 0, done.stderr
    assert "40 mailboxes" in done.stdout
    requests = re.search(r"([\d,]+) requests \(([\d,]+) counted by the sandbox\)", done.stdout)
    assert requests
    assert requests[1] == requests[2]
    # Without a terminal there are no progress and no colours.
    assert done.stderr == ""
    assert "\x1b" not in done.stdout


def test_fail_on(server: str) -> None:
    """With `--fail-on`, findings of at least this severity have status 1."""
    assert run("audit", TARGET, **credentials(server)).returncode == 0
    arguments = ("audit", TARGET, "--fail-on")
    assert run(*arguments, "low", **credentials(server)).returncode == 1
    assert run(*arguments, "info", "--checks", "AR-03", **credentials(server)).returncode in (0, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["audit"], "either ACCOUNT/DOMAIN or --sandbox is required"),
        (["audit", "--sandbox", "a/b"], "either ACCOUNT/DOMAIN or --sandbox is required"),
        (["audit", "example.com"], "'example.com' must have the form ACCOUNT/DOMAIN"),
        (["audit", "a/example.com"], "set HOSTWAY_USERNAME"),
        (["audit", "a/b", "--username", "x"], "set HOSTWAY_PASSWORD or --password-file"),
        (["audit", "--sandbox", "--mailboxes", "3", "--checks", "QUO-1"], "did you mean 'QUO-01'"),
        (["audit", "--sandbox", "--fail-on", "fatal"], "fatal"),
        (["audit", "--sandbox", "--concurrency", "0"], "concurrency"),
        (["nonsense"], "nonsense"),
    ],
)
def test_usage_error(arguments: list[str], message: str) -> None:
    """A usage error has status 2 and a line on stderr, without a traceback."""
    assert message in refused(*arguments)


@SLOW
def test_usage_error_of_a_process() -> None:
    """In its own process: status 2, a line on stderr, and an empty stdout."""
    done = run_process("audit", "example.com")
    assert done.returncode == 2
    assert done.stderr == "hostway-email: 'example.com' must have the form ACCOUNT/DOMAIN\n"
    assert done.stdout == ""


def test_rejected_credentials(server: str) -> None:
    """A wrong password has status 4, and is not in the output."""
    done = run("audit", TARGET, **credentials(server, "CANARY-password"))
    assert done.returncode == 4
    assert "HTTP 401" in done.stderr
    assert "CANARY" not in done.stderr + done.stdout


def test_missing_domain(server: str) -> None:
    """If no list of usernames can be read, the status is 4."""
    done = run("audit", "account007/example.org", **credentials(server))
    assert done.returncode == 4
    assert "no list of usernames could be read: HTTP 404" in done.stderr


def test_targets_from_a_file(server: str, tmp_path: Path) -> None:
    """The file has one target per line; an invalid line is an error with its number."""
    targets = tmp_path / "targets"
    targets.write_text("# ours\n\naccount007/example.com\n")
    done = run("audit", "--targets", str(targets), "--checks", "QUO-01", **credentials(server))
    assert done.returncode == 0, done.stderr
    assert "Audit of account007/example.com" in done.stdout

    targets.write_text("account007/example.com\nexample.org\n")
    done = run("audit", "--targets", str(targets), **credentials(server))
    assert done.returncode == 2
    assert f"{targets}, line 2: 'example.org' must have the form ACCOUNT/DOMAIN" in done.stderr


def test_exclude(server: str) -> None:
    """Excluded checks are not run; excluding all checks is a usage error."""
    arguments = ("audit", TARGET, "--checks", "quota,spam", "--exclude")
    done = run(*arguments, "spam,QUO-02", "--fail-on", "info", **credentials(server))
    assert "SPM-" not in done.stdout
    assert "QUO-02" not in done.stdout
    done = run(*arguments, "quota,spam", **credentials(server))
    assert done.returncode == 2
    assert "checks must name at least one check" in done.stderr


def test_usernames(server: str) -> None:
    """A table, JSON or CSV of the same mailboxes, filtered and sorted by the API."""
    arguments = ("usernames", TARGET, "--sort", "username")
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


def test_password_from_a_file(server: str, tmp_path: Path) -> None:
    """A line break at the end of the file is not part of the password."""
    secret = tmp_path / "password"
    secret.write_text(f"{PASSWORD}\n")
    environment = credentials(server) | {"HOSTWAY_PASSWORD": ""}
    arguments = ("audit", TARGET, "--password-file", str(secret))
    assert run(*arguments, **environment).returncode == 0
    missing = ("audit", TARGET, "--password-file", str(tmp_path / "no"))
    done = run(*missing, **environment)
    assert done.returncode == 2
    assert "cannot be read: No such file" in done.stderr


def test_resume(tmp_path: Path) -> None:
    """An audit interrupted by Ctrl-C has status 130, and `--resume` reads the rest."""
    records = tmp_path / "records.jsonl"
    with held_sandbox(150, answers=200) as sandbox:
        access = credentials(sandbox.base_url)
        arguments = ("audit", TARGET, "--concurrency", "4", "--records", str(records))
        with started(*arguments, environment=access) as process:
            sandbox.wait()
            done = ended(process, signal.SIGINT)
        sandbox.release()
        assert done.returncode == 130
        assert f"interrupted; the records so far are in {records}" in done.stderr
        assert "Traceback" not in done.stderr
        recorded = [record for record, _ in read_records(records)]
        assert 5 <= len(recorded) < 150

        resumed = run(*arguments, "--resume", **access)
    assert resumed.returncode == 0, resumed.stderr
    found = [record for record, _ in read_records(records)]
    names = [record.username for record in found if isinstance(record, AuditRecord)]
    assert len(names) == len(set(names)) == 150


def test_records_are_not_overwritten(server: str, tmp_path: Path) -> None:
    """An existing records file is refused, and not changed."""
    records = tmp_path / "records.jsonl"
    arguments = ("audit", TARGET, "--records", str(records))
    assert run(*arguments, **credentials(server)).returncode == 0
    before = records.read_bytes()
    done = run(*arguments, **credentials(server))
    assert done.returncode == 2
    assert "already exists; resume it, or use another file" in done.stderr
    assert records.read_bytes() == before


def test_sandbox() -> None:
    """The base URL is the first line of stdout; SIGTERM ends the server with status 0."""
    with processes.running([*COMMAND[1:], "sandbox", "--port", "0", "--mailboxes", "3"]) as process:
        assert process.stdout
        base_url = process.stdout.readline().strip()
        path = "/accounts/account007/email/example.com/aliases"
        headers = {"Content-Type": "application/json; charset=UTF-8"}
        response = httpx.get(
            base_url + path, auth=(USERNAME, PASSWORD), headers=headers, timeout=TIMEOUT
        )
        assert response.status_code == 200
        second = run("sandbox", "--port", base_url.rpartition(":")[2])
        assert second.returncode == 4
        assert "cannot be used: Address already in use" in second.stderr
        status, _, stderr = processes.end_of(process, signal.SIGTERM)
    assert status == 0
    assert f"HOSTWAY_BASE_URL={base_url}" in stderr


def test_audit_of_several_sandbox_domains(tmp_path: Path) -> None:
    """`--domains` audits as many domains with as many mailboxes each; each name is recorded."""
    records = tmp_path / "audit.jsonl"
    options = ["--sandbox", "--domains", "3", "--mailboxes", "4", "--checks", "QUO-01"]
    done = run("audit", *options, "--records", str(records), "--quiet")
    assert done.returncode == 0, done.stderr
    assert "12 mailboxes" in done.stdout
    lines = [json.loads(line) for line in records.read_text().splitlines()]
    found = [(line["account"], line["domain"]) for line in lines if line["record"] == "mailbox"]
    assert {pair: found.count(pair) for pair in found} == {
        ("account007", "example.com"): 4,
        ("account008", "example2.com"): 4,
        ("account009", "example3.com"): 4,
    }
    plan = run("audit", *options, "--plan")
    assert "Plan: 1 check on 3 domains" in plan.stdout
    assert "\n         12 " in plan.stdout


def test_sandbox_names_its_domains() -> None:
    """The command prints one line for each domain that it serves."""
    command = [*COMMAND[1:], "sandbox", "--port=0", "--mailboxes=0", "--domains=2"]
    with processes.running(command) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        status, _, stderr = processes.end_of(process, signal.SIGTERM)
    assert status == 0
    assert stderr.splitlines()[:2] == [
        "account account007, domain example.com, 0 mailboxes",
        "account account008, domain example2.com, 0 mailboxes",
    ]


def test_sandbox_process_ends_with_its_parent() -> None:
    """The sandbox process of an audit ends when its stdin is closed."""
    command = [*COMMAND[1:], "sandbox", "--port=0", "--with-parent", "--mailboxes=1"]
    with processes.running(command) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.stdin.close()
        assert process.wait(TIMEOUT) == 0


def test_version() -> None:
    """`--version` prints only the version."""
    assert run("--version").stdout == f"{__version__}\n"


@pytest.mark.parametrize(
    ("missing", "extra", "arguments"),
    [("typer", "cli", ["--version"]), ("starlette", "sandbox", ["sandbox"])],
)
def test_missing_extra(missing: str, extra: str, arguments: list[str]) -> None:
    """Without an extra the status is 2, and the message says how to install it."""
    program = (
        f"import sys; sys.modules[{missing!r}] = None; sys.argv[1:] = {json.dumps(arguments)}; "
        "from hostway_email.cli import main; main()"
    )
    done = processes.run_process(["-c", program])
    assert done.returncode == 2
    assert f"pip install 'hostway-email[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr
