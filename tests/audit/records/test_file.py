"""The records file: its content, and resuming an interrupted run."""

from __future__ import annotations

import json
import os
import pickle
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from hostway_email import InvalidRequestError
from hostway_email.audit import (
    CATALOGUE,
    AuditRecord,
    AuditSettings,
    CheckInfo,
    DomainRecord,
    EndRecord,
    HeaderRecord,
    MailboxCheck,
    audit,
    read_records,
)
from hostway_email.sandbox import Sandbox

from ..conftest import Opened

pytestmark = pytest.mark.anyio
Open = Callable[..., Opened]
# The checks that need a baseline.
SKIPPED = {
    check.id
    for check in CATALOGUE
    if isinstance(check, MailboxCheck) and check.min_baseline_age_days is not None
}


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


async def test_complete_file(small: Sandbox, opened: Open, path: Path) -> None:
    """A header, a record for each mailbox, one for the domain, and one for the end of the run."""
    await write(opened, small, path)
    records = [record for record, _ in read_records(path)]
    kinds = Counter(type(record) for record in records)
    assert kinds == {HeaderRecord: 1, AuditRecord: 40, DomainRecord: 1, EndRecord: 1}
    assert isinstance(records[0], HeaderRecord)
    assert isinstance(records[-1], EndRecord)
    assert records[-1].requests == small.count()


async def test_checks_in_the_header(small: Sandbox, opened: Open, path: Path) -> None:
    """The header has each check once, without its function, with the probes of all its kinds."""
    await write(opened, small, path)

    recorded = json.loads(path.read_text().partition("\n")[0])["checks"]
    header, _ = next(read_records(path))
    (whitelist,) = [one for one in recorded if one["id"] == "WL-01"]
    (check,) = [one for one in CATALOGUE if one.id == "WL-01" and isinstance(one, MailboxCheck)]

    assert whitelist == {
        **{name: getattr(check, name) for name in ("id", "title", "severity", "group")},
        **{name: getattr(check, name) for name in ("rationale", "remediation")},
        "probes": ["blackwhitelist", "domain.aliases", "domain.blackwhitelist"],
    }
    assert all(one["probes"] == sorted(one["probes"]) for one in recorded)
    assert [one["id"] for one in recorded] == sorted({one.id for one in CATALOGUE} - SKIPPED)
    assert isinstance(header, HeaderRecord)
    assert {type(one) for one in header.checks} == {CheckInfo}
    assert HeaderRecord.model_validate(header.model_dump()) == header
    assert pickle.loads(pickle.dumps(header)) == header


async def test_permissions(small: Sandbox, opened: Open, path: Path) -> None:
    """The file has personal data, so only its owner can read it."""
    await write(opened, small, path)
    assert os.stat(path).st_mode & 0o777 == 0o600


async def test_no_secrets(small: Sandbox, opened: Open, path: Path) -> None:
    """The records have no tokens, passwords or answers to secret questions."""
    small.add_mailbox("canary", password="CANARY-password", secrets={"tk1": "CANARY-answer"})
    await write(opened, small, path)
    text = path.read_text()
    assert "CANARY" not in text
    assert "sandbox" not in text
    assert "authToken" not in text
    assert "auth_token" not in text


async def test_resume(small: Sandbox, opened: Open, path: Path) -> None:
    """Each mailbox has exactly one record, and mailboxes with a record are not read again."""
    await write(opened, small, path, stop_after=15)
    resumed = set(usernames(path))
    assert 15 <= len(resumed) < 40

    second = Sandbox(mailboxes=40, seed=3)
    async with opened(second) as domain:
        run = audit(domain, records=path, resume=True)
        async with run:
            new = [record.username async for record in run]

    assert not resumed & set(new)
    assert sorted(usernames(path)) == sorted(mailbox.username for mailbox in small.domain.mailboxes)
    assert all(second.count("GET", f"/usernames/{name}/forwards") == 0 for name in resumed)
    assert run.summary.mailboxes == 40
    assert run.summary.complete


async def test_aggregates_of_a_resumed_run(small: Sandbox, opened: Open, path: Path) -> None:
    """Checks over all mailboxes have the same findings in a resumed run."""
    await write(opened, small, path)
    complete = [record for record, _ in read_records(path) if isinstance(record, DomainRecord)]
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:20]))

    async with opened(Sandbox(mailboxes=40, seed=3)) as domain:
        async with audit(domain, records=path, resume=True) as run:
            async for _ in run:
                pass
    assert run.domains[0].findings == complete[0].findings


async def test_truncated_last_line(small: Sandbox, opened: Open, path: Path) -> None:
    """The mailbox of a truncated last line is read again."""
    await write(opened, small, path)
    complete = path.read_bytes()
    lines = complete.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:10]) + lines[10][:37])

    async with opened(small) as domain, audit(domain, records=path, resume=True) as run:
        new = [record.username async for record in run]
    assert len(new) == 40 - 9
    assert len(usernames(path)) == len(set(usernames(path))) == 40


@pytest.mark.parametrize("left", [b"", b'{"reco', b'{"record":"header","form'])
async def test_resume_without_a_header(
    small: Sandbox, opened: Open, path: Path, left: bytes
) -> None:
    """A file that is empty or has a truncated header is resumed as a new one."""
    path.write_bytes(left)
    async with opened(small) as domain:
        async with audit(domain, checks=["QUO-01"], records=path, resume=True) as run:
            async for _ in run:
                pass
    assert len(usernames(path)) == 40


async def test_resume_without_a_file(small: Sandbox, opened: Open, path: Path) -> None:
    """A missing file is created."""
    async with opened(small) as domain:
        async with audit(domain, checks=["QUO-01"], records=path, resume=True) as run:
            async for _ in run:
                pass
    assert len(usernames(path)) == 40


async def test_resume_of_another_kind_of_file(small: Sandbox, opened: Open, path: Path) -> None:
    """A file that is not a records file is refused, and not changed."""
    path.write_text("remember the milk")
    async with opened(small) as domain:
        with pytest.raises(InvalidRequestError, match="does not start with a header"):
            await audit(domain, records=path, resume=True).__aenter__()
        assert path.read_text() == "remember the milk"
        path.write_text("remember the milk\n")
        with pytest.raises(InvalidRequestError, match="line 1 is not a valid record"):
            await audit(domain, records=path, resume=True).__aenter__()
    assert path.read_text() == "remember the milk\n"


async def test_existing_file_without_resume(small: Sandbox, opened: Open, path: Path) -> None:
    """Without `resume`, an existing file is refused, and not changed."""
    await write(opened, small, path)
    before = path.read_bytes()
    async with opened(small) as domain:
        with pytest.raises(InvalidRequestError, match="already exists"):
            await audit(domain, records=path).__aenter__()
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"checks": ["QUO-01"]}, "checks"),
        ({"settings": AuditSettings(near_quota=0.5)}, "settings"),
    ],
)
async def test_resume_with_different_arguments(
    small: Sandbox, opened: Open, path: Path, other: dict[str, object], named: str
) -> None:
    """A run cannot be resumed with different checks or settings."""
    await write(opened, small, path, stop_after=3)
    async with opened(small) as domain:
        with pytest.raises(InvalidRequestError, match=f"different {named}"):
            await audit(domain, records=path, resume=True, **other).__aenter__()


async def test_other_format(path: Path) -> None:
    """A file of another format version is refused."""
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
        with pytest.raises(
            InvalidRequestError, match="format 99; this version reads only format 3"
        ):
            list(read_records(path))
        # The message is the same if the other version has fewer fields.
        del document[field]
