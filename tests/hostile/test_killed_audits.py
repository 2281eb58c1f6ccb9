"""Killed and resumed audits: no record lost, none twice, none torn."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, Final

import anyio
import pytest

from hostway_email import HostwayEmail
from hostway_email.audit import AuditRecord, audit, read_records
from hostway_email.cli.commands.sandbox import (
    ACCOUNT,
    DOMAIN,
    PASSWORD,
    USERNAME,
    SandboxOptions,
    sandbox_process,
)
from hostway_email.transports.httpx import HttpxTransport

from ..support.processes import end_of, running
from ..support.transports import FakeTransport
from ..support.waiting import until_in_thread

MAILBOXES: Final = 60
CHAINS: Final = 10
KILLS: Final = 2
"""For each chain: an audit is killed, resumed, killed again, and resumed to its end."""

PROGRAM = """
import asyncio, sys
from datetime import date
from hostway_email import HostwayEmail, RetryPolicy
from hostway_email.audit import audit
from hostway_email.transports.httpx import HttpxTransport

class Hanging(HttpxTransport):
    async def send(self, request):
        if f"/usernames/{last}/" in request.url:
            await asyncio.Event().wait()
        return await super().send(request)

async def main():
    forever = {"timeout": 1e6, "retry": RetryPolicy(deadline=1e6)}
    async with HostwayEmail(
        username, password, base_url=base_url, transport=Hanging(base_url), **forever
    ) as hostway:
        today = date(2026, 1, 1)
        async with audit(
            hostway.account(account).domain(domain),
            concurrency=4, records=path, resume=True, today=today,
        ) as run:
            async for record in run:
                pass

base_url, path, last, account, domain, username, password = sys.argv[1:]
asyncio.run(main())
"""
"""An audit that cannot end before it is killed: requests for its last mailbox hang."""


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    """A sandbox in a process of its own, which is a little slow."""
    with sandbox_process(SandboxOptions(MAILBOXES, 7, 0.0, 3.0)) as server:
        yield server.base_url


def audit_to_the_end(base_url: str, path: Path) -> tuple[list[AuditRecord], FakeTransport]:
    """Start or resume an audit in this process; return its records and its transport."""
    transport = FakeTransport(HttpxTransport(base_url))

    async def run() -> list[AuditRecord]:
        async with HostwayEmail(
            USERNAME, PASSWORD, base_url=base_url, transport=transport
        ) as hostway:
            domain = hostway.account(ACCOUNT).domain(DOMAIN)
            today = date(2026, 1, 1)
            async with audit(domain, records=path, resume=True, today=today) as going:
                return [record async for record in going]

    return anyio.run(run), transport


def kill_an_audit(base_url: str, path: Path, last: str, lines: int, seconds: float) -> None:
    """Start an audit, and kill it once its file has so many lines and some time has passed."""
    arguments = [base_url, str(path), last, ACCOUNT, DOMAIN, USERNAME, PASSWORD]
    with running(["-c", PROGRAM, *arguments]) as process:
        until_in_thread(
            lambda: (
                process.poll() is not None
                or (path.exists() and path.read_bytes().count(b"\n") >= lines)
            )
        )
        time.sleep(seconds)
        assert end_of(process, signal.SIGKILL) == (-signal.SIGKILL, "", "")


def tear(path: Path, random: Random) -> None:
    """Truncate the last line of a file, as a power failure does."""
    content = path.read_bytes()
    last = content.rstrip(b"\n").rfind(b"\n") + 1
    path.write_bytes(content[: random.randrange(last, len(content))])


def recorded_in(path: Path) -> list[str]:
    """Return the mailboxes with a complete record in a file."""
    whole = path.read_bytes().rpartition(b"\n")[0].splitlines()
    records: list[dict[str, Any]] = [json.loads(line) for line in whole]
    return [record["username"] for record in records if record["record"] == "mailbox"]


def kill_and_resume(base_url: str, path: Path, last: str, number: int) -> None:
    """Kill one audit again and again, and resume it."""
    random = Random(f"kill {number}")
    for kill in range(KILLS):
        done = len(recorded_in(path)) if path.exists() else 0
        wanted = random.randint(done, max(done, MAILBOXES - 10)) + kill
        kill_an_audit(base_url, path, last, wanted, random.uniform(0, 0.03))
        if number % 2 and path.exists() and path.read_bytes():
            tear(path, random)
    recorded = recorded_in(path) if path.exists() else []

    records, transport = audit_to_the_end(base_url, path)

    yielded = [record.username for record in records]
    assert len(recorded) == len(set(recorded))
    assert len(yielded) == len(set(yielded)) == MAILBOXES - len(recorded)
    assert not set(recorded) & set(yielded)
    names = [one.username for one, _ in read_records(path) if isinstance(one, AuditRecord)]
    assert len(names) == len(set(names)) == MAILBOXES
    paths = (request.url.partition("/usernames/")[2] for request in transport.requests)
    requested = {path.partition("/")[0] for path in paths}
    assert not requested & set(recorded)


@pytest.mark.slow
def test_killed_audits_lose_nothing(base_url: str, tmp_path: Path) -> None:
    """Twenty audits are killed and resumed: every mailbox has exactly one record."""
    whole, _ = audit_to_the_end(base_url, tmp_path / "whole.jsonl")
    with ThreadPoolExecutor(4) as pool:
        chains = [
            pool.submit(
                kill_and_resume,
                base_url,
                tmp_path / f"{number}.jsonl",
                whole[-1].username,
                number,
            )
            for number in range(CHAINS)
        ]
        for chain in chains:
            chain.result()

    expected = {record.username: record for record in whole}
    assert len(expected) == MAILBOXES
    for number in range(CHAINS):
        found = [one for one, _ in read_records(tmp_path / f"{number}.jsonl")]
        mailboxes = {one.username: one for one in found if isinstance(one, AuditRecord)}
        assert mailboxes == expected
        assert [one.record for one in found[-2:]] == ["domain", "end"]
