"""The file of records: what is in it, and how a run that was stopped goes on."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from hostway_email import InvalidRequestError
from hostway_email.audit import (
    AuditRecord,
    AuditSettings,
    DomainRecord,
    EndRecord,
    HeaderRecord,
    audit,
    read_records,
)
from hostway_email.sandbox import Sandbox

from ..conftest import Opened

pytestmark = pytest.mark.anyio
Open = Callable[..., Opened]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.jsonl"


def usernames(path: Path) -> list[str]:
    records = [record for record, _ in read_records(path)]
    return [record.username for record in records if isinstance(record, AuditRecord)]


async def write(opened: Open, sandbox: Sandbox, path: Path, *, stop_after: int = 1000) -> None:
    async with opened(sandbox) as domain, audit(domain, records=path, concurrency=2) as run:
        number = 0
        async for _ in run:
            number += 1
            if number == stop_after:
                break


async def test_a_whole_file(small: Sandbox, opened: Open, path: Path) -> None:
    """A header, a line for each mailbox, one for the domain, one with the figures of the run."""
    await write(opened, small, path)
    records = [record for record, _ in read_records(path)]
    kinds = Counter(type(record) for record in records)
    assert kinds == {HeaderRecord: 1, AuditRecord: 40, DomainRecord: 1, EndRecord: 1}
    assert isinstance(records[0], HeaderRecord)
    assert isinstance(records[-1], EndRecord)
    assert records[-1].requests == small.count()


async def test_only_the_owner_can_read_it(small: Sandbox, opened: Open, path: Path) -> None:
    """It holds names and forwards of people: nobody else on the machine may read it."""
    await write(opened, small, path)
    assert os.stat(path).st_mode & 0o777 == 0o600


async def test_no_secret_gets_into_it(small: Sandbox, opened: Open, path: Path) -> None:
    """Tokens, passwords and answers are nowhere in the records."""
    small.add_mailbox("canary", password="CANARY-password", secrets={"tk1": "CANARY-answer"})
    await write(opened, small, path)
    text = path.read_text()
    assert "CANARY" not in text
    assert "sandbox" not in text
    assert "authToken" not in text
    assert "auth_token" not in text


async def test_a_stopped_run_goes_on(small: Sandbox, opened: Open, path: Path) -> None:
    """Each mailbox is there exactly once, and those that were held are not asked again."""
    await write(opened, small, path, stop_after=15)
    held = set(usernames(path))
    assert 15 <= len(held) < 40

    second = Sandbox(mailboxes=40, seed=3)
    async with opened(second) as domain:
        run = audit(domain, records=path, resume=True)
        async with run:
            new = [record.username async for record in run]

    assert not held & set(new)
    assert sorted(usernames(path)) == sorted(mailbox.username for mailbox in small.domain.mailboxes)
    assert all(second.count("GET", f"/usernames/{name}/forwards") == 0 for name in held)
    assert run.summary.mailboxes == 40
    assert run.summary.complete


async def test_joins_know_the_mailboxes_that_were_held(
    small: Sandbox, opened: Open, path: Path
) -> None:
    """A resumed run finds over the whole domain what one run would have found."""
    await write(opened, small, path)
    whole = [record for record, _ in read_records(path) if isinstance(record, DomainRecord)]
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:20]))

    async with opened(Sandbox(mailboxes=40, seed=3)) as domain:
        async with audit(domain, records=path, resume=True) as run:
            async for _ in run:
                pass
    assert run.domains[0].findings == whole[0].findings


async def test_a_torn_last_line_is_mended(small: Sandbox, opened: Open, path: Path) -> None:
    """Whatever stopped the run in the middle of a line, the line is written anew."""
    await write(opened, small, path)
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:10]) + lines[10][:37])

    async with opened(small) as domain, audit(domain, records=path, resume=True) as run:
        new = [record.username async for record in run]
    assert len(new) == 40 - 9
    assert len(usernames(path)) == len(set(usernames(path))) == 40


@pytest.mark.parametrize("left", [b"", b'{"reco', b'{"record":"header","form'])
async def test_a_run_stopped_before_its_first_record(
    small: Sandbox, opened: Open, path: Path, left: bytes
) -> None:
    """Not even a whole header: the run simply begins."""
    path.write_bytes(left)
    async with opened(small) as domain:
        async with audit(domain, checks=["QUO-01"], records=path, resume=True) as run:
            async for _ in run:
                pass
    assert len(usernames(path)) == 40


async def test_resuming_without_a_file_begins_one(small: Sandbox, opened: Open, path: Path) -> None:
    """The same command works the first time and after a stop."""
    async with opened(small) as domain:
        async with audit(domain, checks=["QUO-01"], records=path, resume=True) as run:
            async for _ in run:
                pass
    assert len(usernames(path)) == 40


async def test_a_file_that_is_no_audit_is_left_alone(
    small: Sandbox, opened: Open, path: Path
) -> None:
    """A mistyped name must not cost anybody their notes."""
    path.write_text("remember the milk")
    async with opened(small) as domain:
        with pytest.raises(InvalidRequestError, match="does not start with the header"):
            await audit(domain, records=path, resume=True).__aenter__()
        assert path.read_text() == "remember the milk"
        path.write_text("remember the milk\n")
        with pytest.raises(InvalidRequestError, match="line 1 is not a record"):
            await audit(domain, records=path, resume=True).__aenter__()
    assert path.read_text() == "remember the milk\n"


async def test_an_existing_file_is_not_overwritten(
    small: Sandbox, opened: Open, path: Path
) -> None:
    """Without `resume`, a file that is there already is refused."""
    await write(opened, small, path)
    before = path.read_bytes()
    async with opened(small) as domain:
        with pytest.raises(InvalidRequestError, match="exists already"):
            await audit(domain, records=path).__aenter__()
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"checks": ["QUO-01"]}, "checks"),
        ({"settings": AuditSettings(near_quota=0.5)}, "settings"),
    ],
)
async def test_a_file_of_another_audit_is_refused(
    small: Sandbox, opened: Open, path: Path, other: dict[str, object], named: str
) -> None:
    """Records of two different questions in one file would be worth nothing."""
    await write(opened, small, path, stop_after=3)
    async with opened(small) as domain:
        with pytest.raises(InvalidRequestError, match=f"other {named}"):
            await audit(domain, records=path, resume=True, **other).__aenter__()


async def test_another_format_is_refused(path: Path) -> None:
    """A file of a later version is not half understood."""
    header = HeaderRecord(
        targets=[],
        checks=[],
        probes=[],
        settings=AuditSettings(),
        today=date(2026, 3, 2),
        started="now",
        pseudonym_key="k",
    )
    document = json.loads(header.model_dump_json())
    document["format"] = 99
    for field in ("targets", "checks"):
        path.write_text(json.dumps(document) + "\n")
        with pytest.raises(InvalidRequestError, match="has format 99; this version reads 2"):
            list(read_records(path))
        # Nor is it called damaged, where the later version has given up a field.
        del document[field]
