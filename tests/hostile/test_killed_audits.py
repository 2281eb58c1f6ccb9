"""An audit that is killed at any moment, and goes on: nothing lost, nothing twice, nothing torn."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, Final

import anyio
import pytest

import hostway_email
from hostway_email import HostwayEmail, Request, Response
from hostway_email.audit import AuditRecord, audit, read_records
from hostway_email.cli.sandboxes import ACCOUNT, DOMAIN, PASSWORD, USERNAME, SandboxOptions, beside
from hostway_email.transports.httpx import HttpxTransport

ROOT = Path(hostway_email.__file__).parents[1]
MAILBOXES: Final = 60
CHAINS: Final = 10
KILLS: Final = 2
"""For each chain: an audit, killed; resumed, and killed again; and resumed to its end."""

PROGRAM = """
import asyncio, sys
from datetime import date
from hostway_email import HostwayEmail
from hostway_email.audit import audit

async def main(base_url, path, account, domain, username, password):
    async with HostwayEmail(username, password, base_url=base_url) as hostway:
        domain = hostway.account(account).domain(domain)
        today = date(2026, 1, 1)
        async with audit(domain, concurrency=4, records=path, resume=True, today=today) as run:
            async for record in run:
                pass

asyncio.run(main(*sys.argv[1:]))
"""


class Recording:
    """The default transport, and the paths of all requests it sent."""

    def __init__(self, base_url: str) -> None:
        self._inner = HttpxTransport(base_url)
        self.paths: list[str] = []

    async def send(self, request: Request) -> Response:
        self.paths.append(request.url.partition("/email/")[2])
        return await self._inner.send(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    """A sandbox in a process of its own, which is a little slow."""
    with beside(SandboxOptions(MAILBOXES, 7, 0.0, 3.0)) as server:
        yield server.base_url


def audit_to_the_end(base_url: str, path: Path) -> tuple[list[AuditRecord], Recording]:
    """Audit, or go on with an audit, in this process; return what was handed out and asked."""
    transport = Recording(base_url)

    async def run() -> list[AuditRecord]:
        async with HostwayEmail(
            USERNAME, PASSWORD, base_url=base_url, transport=transport
        ) as hostway:
            domain = hostway.account(ACCOUNT).domain(DOMAIN)
            today = date(2026, 1, 1)
            async with audit(domain, records=path, resume=True, today=today) as going:
                return [record async for record in going]

    return anyio.run(run), transport


def kill_an_audit(base_url: str, path: Path, lines: int, seconds: float) -> bool:
    """Start an audit, kill it once its file has so many lines and some time is over; did it die?"""
    arguments = [base_url, str(path), ACCOUNT, DOMAIN, USERNAME, PASSWORD]
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        until = time.monotonic() + 20
        while process.poll() is None and time.monotonic() < until:
            if path.exists() and path.read_bytes().count(b"\n") >= lines:
                time.sleep(seconds)
                break
            time.sleep(0.001)
        process.kill()
        _, errors = process.communicate()
    assert errors == b""
    return process.returncode == -signal.SIGKILL


def tear(path: Path, random: Random) -> None:
    """Cut the last line of a file short, as a machine that loses its power does."""
    content = path.read_bytes()
    last = content.rstrip(b"\n").rfind(b"\n") + 1
    path.write_bytes(content[: random.randrange(last, len(content))])


def held_in(path: Path) -> list[str]:
    """Return the mailboxes whose records a file holds whole."""
    whole = path.read_bytes().rpartition(b"\n")[0].splitlines()
    records: list[dict[str, Any]] = [json.loads(line) for line in whole]
    return [record["username"] for record in records if record["record"] == "mailbox"]


def break_and_mend(base_url: str, path: Path, number: int) -> int:
    """Kill one audit again and again, resume it, and return how often it was killed."""
    killed = 0
    random = Random(f"kill {number}")
    for kill in range(KILLS):
        done = len(held_in(path)) if path.exists() else 0
        wanted = random.randint(done, max(done, MAILBOXES - 10)) + kill
        killed += kill_an_audit(base_url, path, wanted, random.uniform(0, 0.03))
        if number % 2 and path.exists() and path.read_bytes():
            tear(path, random)
    held = held_in(path) if path.exists() else []

    records, transport = audit_to_the_end(base_url, path)

    handed_out = [record.username for record in records]
    assert len(held) == len(set(held))
    assert len(handed_out) == len(set(handed_out)) == MAILBOXES - len(held)
    assert not set(held) & set(handed_out)
    names = [one.username for one, _ in read_records(path) if isinstance(one, AuditRecord)]
    assert len(names) == len(set(names)) == MAILBOXES
    asked = {path.partition("/usernames/")[2].partition("/")[0] for path in transport.paths}
    assert not asked & set(held)
    return killed


def test_killed_audits_lose_nothing(base_url: str, tmp_path: Path) -> None:
    """Twenty audits are killed, and what is left of them resumed: every mailbox exactly once."""
    whole, _ = audit_to_the_end(base_url, tmp_path / "whole.jsonl")
    with ThreadPoolExecutor(4) as pool:
        chains = [
            pool.submit(break_and_mend, base_url, tmp_path / f"{number}.jsonl", number)
            for number in range(CHAINS)
        ]
        killed = sum(chain.result() for chain in chains)

    assert killed == CHAINS * KILLS
    expected = {record.username: record for record in whole}
    assert len(expected) == MAILBOXES
    for number in range(CHAINS):
        found = [one for one, _ in read_records(tmp_path / f"{number}.jsonl")]
        mailboxes = {one.username: one for one in found if isinstance(one, AuditRecord)}
        assert mailboxes == expected
        assert [one.record for one in found[-2:]] == ["domain", "end"]
