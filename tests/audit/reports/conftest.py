"""Records files for reports: small ones made by hand, and those of audits of a sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

import pytest

from hostway_email import HostwayEmail, RetryPolicy
from hostway_email.audit import (
    CATALOGUE,
    Acceptance,
    AuditRecord,
    AuditSettings,
    DomainFacts,
    DomainRecord,
    EndRecord,
    Finding,
    HeaderRecord,
    MailboxFacts,
    Severity,
    Suppression,
    audit,
)
from hostway_email.audit.checks.base import infos_of
from hostway_email.audit.records.file import RecordsFile
from hostway_email.audit.records.models import Record
from hostway_email.sandbox import Sandbox
from hostway_email.transports.httpx import for_app

DOMAIN = "example.net"
END = EndRecord(requests=1234, retries=5, seconds=6.5, concurrency=32, slowed_down=1)
Keep = Callable[..., Path]


def header(**fields: object) -> HeaderRecord:
    """Return a header that names the whole catalogue."""
    known: dict[str, object] = {
        "targets": [("a1", DOMAIN)],
        "checks": infos_of(CATALOGUE),
        "probes": ["forwards"],
        "settings": AuditSettings(),
        "today": date(2026, 3, 2),
        "started": "2026-03-02T09:43:48+00:00",
        "pseudonym_key": "f00d" * 8,
    }
    return HeaderRecord.model_validate({**known, **fields})


def finding(
    check: str = "FWD-01", text: str = "forwards to ana@gmail.com", **fields: object
) -> Finding:
    """Return a finding, by default a high one."""
    known: dict[str, object] = {"severity": Severity.HIGH, "title": "External forward"}
    return Finding.model_validate({"check": check, "text": text, **known, **fields})


def accepted(reason: str = "agreed", owner: str = "Ines Roth") -> Acceptance:
    """Return the acceptance of a finding."""
    return Acceptance(reason=reason, owner=owner, expires=date(2026, 9, 1))


def mailbox(
    username: str = "ana",
    findings: Sequence[Finding] = (),
    *,
    domain: str = DOMAIN,
    facts: dict[str, object] | None = None,
    **fields: object,
) -> AuditRecord:
    """Return the record of a regular mailbox."""
    known = {"account": "a1", "domain": domain, "username": username, "kind": "mailbox"}
    every = {"username": username, **(facts or {})}
    return AuditRecord.model_validate(
        {
            **known,
            "findings": list(findings),
            "facts": MailboxFacts.model_validate(every),
            **fields,
        }
    )


def of_domain(
    findings: Sequence[Finding] = (),
    *,
    domain: str = DOMAIN,
    facts: dict[str, object] | None = None,
    **fields: object,
) -> DomainRecord:
    """Return the record of a domain."""
    every = {"account": "a1", "domain": domain, **(facts or {})}
    return DomainRecord.model_validate(
        {
            "account": "a1",
            "domain": domain,
            "findings": list(findings),
            "facts": DomainFacts.model_validate(every),
            **fields,
        }
    )


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    """Write records to a file, and return its path."""

    def keep(*records: Record, name: str = "records.jsonl") -> Path:
        path = tmp_path / name
        path.unlink(missing_ok=True)
        first, *rest = records if isinstance(records[0], HeaderRecord) else (header(), *records)
        assert isinstance(first, HeaderRecord)
        file = RecordsFile.create(path, first)
        for record in rest:
            file.write(record)
        file.close()
        return path

    return keep


def audited(
    sandbox: Sandbox,
    path: Path,
    *,
    baseline: Path | None = None,
    suppress: Iterable[Suppression] = (),
    today: date | None = None,
) -> Path:
    """Audit a sandbox, and return its records file."""

    async def run() -> None:
        client = HostwayEmail(
            "admin",
            "sandbox",
            transport=for_app(sandbox.app),
            retry=RetryPolicy(base_delay=0),
        )
        async with client as hostway:
            domain = hostway.account(sandbox.domain.account).domain(sandbox.domain.name)
            async with audit(
                domain, records=path, baseline=baseline, suppress=suppress, today=today
            ) as running:
                async for _ in running:
                    pass

    asyncio.run(run())
    return path


@pytest.fixture(scope="session")
def of_500(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records of the sandbox with 500 mailboxes, as the command writes them."""
    return audited(Sandbox(mailboxes=500), tmp_path_factory.mktemp("audit") / "of-500.jsonl")
