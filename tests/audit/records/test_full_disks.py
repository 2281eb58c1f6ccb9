"""Full disks: the error names the file, and the file has complete lines only."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

import pytest

from hostway_email.audit.collect.facts import MailboxFacts
from hostway_email.audit.collect.units import Collected
from hostway_email.audit.named_files import NamedFile
from hostway_email.audit.run.circuit_breaker import DeferredMailbox, DeferredQueue

from ...support.processes import run_process

PROGRAM = """
import sys
import anyio
from hostway_email import HostwayEmail
from hostway_email.audit import audit, read_records
from hostway_email.sandbox import Sandbox
from hostway_email.transports.httpx import for_app

async def main(path):
    transport = for_app(Sandbox(60).app)
    async with HostwayEmail("admin", "sandbox", transport=transport) as hostway:
        domain = hostway.account("account007").domain("example.com")
        try:
            async with audit(domain, checks=["quota"], records=path) as run:
                async for record in run:
                    pass
        except OSError as error:
            print(type(error).__name__, error.strerror, error.filename == path)
    print(sum(1 for _ in read_records(path)) > 2)

anyio.run(main, sys.argv[1], backend=sys.argv[2])
"""
FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_records_on_a_full_disk(backend: str, tmp_path: Path) -> None:
    """The run raises an `OSError` with the filename, and the file has complete lines only."""
    path = tmp_path / "records.jsonl"
    done = run_process(
        ["-W", "always", "-c", PROGRAM, str(path), backend],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)),
    )
    assert done.stdout == "OSError File too large True\nTrue\n"
    assert done.stderr == ""
    assert path.read_bytes().endswith(b"}\n")


@needs_full
def test_deferred_queue_on_a_full_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The error names the temporary folder, and `close()` raises nothing."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("tempfile.TemporaryFile", lambda *_: FULL.open("w+b"))
    queue = DeferredQueue()
    collected = Collected(facts=MailboxFacts(username="ana"))
    with pytest.raises(OSError, match="No space left on device") as caught:
        for _ in range(1000):
            queue.add(DeferredMailbox(domain_index=0, collected=collected, reason="down"))
    assert caught.value.filename == str(tmp_path)
    queue.close()


@needs_full
def test_named_file_on_a_full_disk() -> None:
    """A write error has the filename."""
    with NamedFile(os.open(FULL, os.O_WRONLY), "records.jsonl") as file:
        with pytest.raises(OSError, match="No space left") as caught:
            file.write_all(b"line\n")
    assert caught.value.filename == "records.jsonl"
