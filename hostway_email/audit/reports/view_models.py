"""View models: records as a report shows them, with names written by `Names`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hostway_email.audit.checks import CATALOGUE
from hostway_email.audit.checks.base import INCOMPLETE, CheckInfo, Severity, fields_of
from hostway_email.audit.records.models import AuditRecord, DomainRecord, Finding
from hostway_email.audit.reports.details import (
    Details,
    of_domain,
    of_mailbox,
    quota_use,
)
from hostway_email.audit.reports.index import DomainFigures, IndexedMailbox, RecordsIndex
from hostway_email.audit.reports.redact import Names

__all__ = ["CheckView", "DomainView", "FindingView", "MailboxView", "Viewer"]

KINDS: Final = {"mailbox": "regular", "exchange": "Exchange", None: "kind unknown"}


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding, as shown."""

    check: str
    severity: Severity
    title: str
    text: str
    username: str = ""
    change: str = ""
    owner: str = ""
    reason: str = ""
    until: str = ""

    @property
    def accepted(self) -> bool:
        """Whether it is accepted, and not counted."""
        return bool(self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView(CheckInfo):
    """A check and the numbers of its results, as shown."""

    found: int = 0
    worst: Severity | None = None
    accepted: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class MailboxView:
    """A mailbox, as shown."""

    anchor: str
    account: str
    domain: str
    username: str
    address: str
    kind: str
    new: bool
    findings: list[FindingView]
    resolved: list[FindingView]
    unknown: list[tuple[str, list[str]]]
    details: Details
    use: int | None

    @property
    def counting(self) -> list[FindingView]:
        """The findings that are not accepted."""
        return [finding for finding in self.findings if not finding.accepted]

    @property
    def changed(self) -> list[FindingView]:
        """The findings that are new or changed, and not accepted."""
        return [finding for finding in self.counting if finding.change]

    @property
    def worst(self) -> Severity | None:
        """The severity of the worst finding that is not accepted."""
        return max((one.severity for one in self.counting), key=_weight, default=None)


@dataclass(frozen=True, slots=True)
class DomainView:
    """A domain, as shown; without the findings of its mailboxes."""

    anchor: str
    account: str
    domain: str
    listed: int
    first_total: int | None
    last_total: int | None
    duplicates: int
    figures: DomainFigures
    removed_mailboxes: list[str]
    findings: list[FindingView]
    resolved: list[FindingView]
    unknown: list[tuple[str, list[str]]]
    details: Details


class Viewer:
    """The conversion of records to view models.

    Parameters:
        index: the index of the audit.
    """

    def __init__(self, index: RecordsIndex) -> None:
        self._index = index
        self._names: Names = index.names
        self.checks = {check.id: check for check in self._checks()}

    def mailboxes(self) -> Iterator[MailboxView]:
        """Yield all mailboxes, the worst first."""
        return map(self.mailbox, self._index.mailboxes())

    def mailbox(self, entry: IndexedMailbox) -> MailboxView:
        """Return the view of a mailbox."""
        names, record = self._names, entry.record
        username, domain = names.username(record.username), names.domain(record.domain)
        return MailboxView(
            anchor=f"m-{names.mark(record.account, record.domain, record.username)}",
            account=names.account(record.account),
            domain=domain,
            username=username,
            address=f"{username}@{domain}",
            kind=KINDS[record.kind],
            new=record.new,
            findings=self._findings(entry.findings),
            resolved=self._findings(entry.resolved),
            unknown=self._unknown(record),
            details=of_mailbox(record.facts, names),
            use=quota_use(record.facts),
        )

    def domains(self) -> Iterator[DomainView]:
        """Yield all domains with a record, in the order of the file."""
        return map(self.domain, self._index.domains)

    def domain(self, record: DomainRecord) -> DomainView:
        """Return the view of a domain."""
        names = self._names
        findings, resolved = self._index.of_domain(record)
        return DomainView(
            anchor=f"d-{names.mark(record.account, record.domain)}",
            account=names.account(record.account),
            domain=names.domain(record.domain),
            listed=record.mailboxes,
            first_total=record.first_total,
            last_total=record.last_total,
            duplicates=record.duplicates,
            figures=self._index.figures[record.account, record.domain.casefold()],
            removed_mailboxes=[names.username(name) for name in record.removed_mailboxes],
            findings=self._findings(findings),
            resolved=self._findings(resolved),
            unknown=self._unknown(record),
            details=of_domain(record.facts, names),
        )

    def skipped(self) -> list[tuple[str, str, str]]:
        """Return the skipped checks: id, title if known, and reason."""
        titles = {check.id: check.title for check in CATALOGUE}
        return [
            (check, titles.get(check, ""), self._names.text(reason))
            for check, reason in sorted(self._index.header.skipped.items())
        ]

    def _findings(self, findings: list[Finding]) -> list[FindingView]:
        views = [self.finding(finding) for finding in findings]
        return sorted(views, key=lambda one: (one.accepted, -one.severity.weight, one.check))

    def finding(self, finding: Finding) -> FindingView:
        """Return the view of a finding."""
        names, accepted = self._names, finding.accepted
        return FindingView(
            check=finding.check,
            severity=finding.severity,
            title=names.check_text(finding.title),
            text=names.text(finding.text),
            username=names.username(finding.username or ""),
            change=finding.change or "",
            owner=names.person(accepted.owner) if accepted else "",
            reason=names.free(accepted.reason) if accepted else "",
            until=accepted.expires.isoformat() if accepted else "",
        )

    def _unknown(self, record: AuditRecord | DomainRecord) -> list[tuple[str, list[str]]]:
        """Return each reason for unknown results, with the checks it affects."""
        by_reason: defaultdict[str, list[str]] = defaultdict(list)
        for check, reason in sorted(record.unknown.items()):
            by_reason[self._names.text(reason)].append(check)
        for probe, reason in sorted(record.failed.items()):
            failure = self._names.text(f"{probe}: {reason}")
            # Most failures are the reason of a check already.
            by_reason.setdefault(failure, [])
        return list(by_reason.items())

    def _checks(self) -> Iterator[CheckView]:
        infos = {check.id: check for check in self._index.header.checks}
        if any(found == INCOMPLETE.id for found, _ in self._index.found):
            infos.setdefault(INCOMPLETE.id, INCOMPLETE)
        for check in infos.values():
            yield self._check(check)

    def _check(self, check: CheckInfo) -> CheckView:
        index, names = self._index, self._names
        found = {severity: index.found[check.id, severity] for severity in Severity}
        return CheckView(
            **fields_of(names.check(check)),
            found=sum(found.values()),
            worst=next((severity for severity in Severity if found[severity]), None),
            accepted=index.accepted[check.id],
            unknown=index.summary.unknown[check.id],
        )


def _weight(severity: Severity) -> int:
    return severity.weight
