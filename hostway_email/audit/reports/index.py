"""An index of the records of an audit: totals, order, and where each mailbox is."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Self, cast

from hostway_email.audit.checks.base import Severity
from hostway_email.audit.records.models import (
    AuditRecord,
    DomainRecord,
    EndRecord,
    Finding,
    HeaderRecord,
)
from hostway_email.audit.records.reader import RecordsReader
from hostway_email.audit.records.summary import AuditSummary, score_of
from hostway_email.audit.reports.redact import Names, Pseudonyms

__all__ = ["OTHER_REASONS", "DomainFigures", "IndexedMailbox", "RecordsIndex"]

OTHER_REASONS: Final = "other reasons"
_REASONS: Final = 20
_CLEAN: Final = -1


class _Entry(NamedTuple):
    """Offset and sort key of the record of a mailbox."""

    score: int
    domain: int
    username: str
    start: int
    worst: int


@dataclass(slots=True)
class IndexedMailbox:
    """The record of a mailbox, with the findings of checks of its whole domain.

    Attributes:
        record: its record.
        findings: all its findings.
        resolved: all its resolved findings.
    """

    record: AuditRecord
    findings: list[Finding]
    resolved: list[Finding]


@dataclass(slots=True)
class DomainFigures:
    """Numbers of mailboxes of a domain: with a record, with findings, and new."""

    records: int = 0
    with_findings: int = 0
    new: int = 0


@dataclass(slots=True)
class _DomainFindings:
    """Findings about one mailbox from checks of its whole domain."""

    findings: list[Finding] = field(default_factory=list)
    resolved: list[Finding] = field(default_factory=list)


class RecordsIndex:
    """An index of a records file, read once; it keeps only name and offset of each mailbox.

    Parameters:
        path: the records file.
        redact: whether to replace names by pseudonyms.

    Attributes:
        names: writes names, or their pseudonyms.
        header: the header record.
        end: the end record; None if the run was interrupted.
        summary: the summary of the audit.
        domains: the domain records.
        figures: the numbers of mailboxes by account and domain in lower case.
        found: the number of findings by check and severity, without accepted ones.
        accepted: the number of accepted findings by check.
        unknown: the number of unknown results by check and reason.
        worst: the number of mailboxes by their worst severity; None for no finding.

    Raises:
        InvalidRequestError: the file was not found, or is not a records file.
    """

    def __init__(self, path: str | os.PathLike[str], *, redact: bool) -> None:
        self._reader = RecordsReader(path)
        self.header: HeaderRecord = self._reader.header
        self.names: Names = Pseudonyms(self.header) if redact else Names()
        self.end: EndRecord | None = None
        self.summary = AuditSummary.of(self.header)
        self.domains: list[DomainRecord] = []
        self.figures: defaultdict[tuple[str, str], DomainFigures] = defaultdict(DomainFigures)
        self.found: Counter[tuple[str, Severity]] = Counter()
        self.accepted: Counter[str] = Counter()
        self.unknown: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.worst: Counter[Severity | None] = Counter()
        self._entries: list[_Entry] = []
        self._numbers: dict[tuple[str, str], int] = {}
        self._domain_findings: defaultdict[tuple[int, str], _DomainFindings] = defaultdict(
            _DomainFindings
        )
        try:
            self._read()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        self._reader.close()

    def __len__(self) -> int:
        return len(self._entries)

    def mailboxes(self) -> Iterator[IndexedMailbox]:
        """Yield the mailboxes, the worst first, equal ones by name."""
        for entry in self._entries:
            record = cast("AuditRecord", self._reader.at(entry.start))
            extra = self._domain_findings.get(
                (entry.domain, entry.username.casefold()), _DomainFindings()
            )
            yield IndexedMailbox(
                record, [*record.findings, *extra.findings], [*record.resolved, *extra.resolved]
            )

    def of_domain(self, record: DomainRecord) -> tuple[list[Finding], list[Finding]]:
        """Return the findings and the resolved findings of a domain without those of its mailboxes.

        Findings about a mailbox without a record are included.
        """
        number = self._number(record)

        def is_its_own(finding: Finding) -> bool:
            name = finding.username
            return name is None or (number, name.casefold()) not in self._domain_findings

        return [*filter(is_its_own, record.findings)], [*filter(is_its_own, record.resolved)]

    def _read(self) -> None:
        for record, start, _ in self._reader:
            if isinstance(record, AuditRecord):
                self._add(record, start)
            elif isinstance(record, DomainRecord):
                self._add_domain(record)
            elif isinstance(record, EndRecord):
                self.end = record
        self.summary.finish(self.end, self._reader.damage.notes)
        self._rank()

    def _add(self, record: AuditRecord, start: int) -> None:
        self.summary.add(record)
        self.names.learn(record)
        self._count(record)
        figures = self.figures[_key(record)]
        figures.records += 1
        figures.new += record.new
        found = record.findings
        number = self._number(record)
        self._entries.append(_Entry(score_of(found), number, record.username, start, _worst(found)))

    def _add_domain(self, record: DomainRecord) -> None:
        self.summary.add_domain(record)
        self.names.learn_domain(record)
        self._count(record)
        self.domains.append(record)

    def _count(self, record: AuditRecord | DomainRecord) -> None:
        for finding in record.findings:
            if finding.accepted is None:
                self.found[finding.check, finding.severity] += 1
            else:
                self.accepted[finding.check] += 1
        for check, reason in record.unknown.items():
            reasons = self.unknown[check]
            # Each failure may have its own text, so the number of texts kept is limited.
            known = reason in reasons or len(reasons) < _REASONS
            reasons[reason if known else OTHER_REASONS] += 1

    def _rank(self) -> None:
        """Add the findings of domain checks to their mailboxes, and sort all mailboxes."""
        self._assign_domain_findings()
        for index, entry in enumerate(self._entries):
            extra = self._domain_findings.get((entry.domain, entry.username.casefold()))
            if extra is not None:
                worst = max(entry.worst, _worst(extra.findings))
                score = entry.score + score_of(extra.findings)
                entry = entry._replace(score=score, worst=worst)
                self._entries[index] = entry
            self.worst[_severity(entry.worst)] += 1
        keys = {number: key for key, number in self._numbers.items()}
        for entry in self._entries:
            self.figures[keys[entry.domain]].with_findings += entry.worst > _CLEAN
        self._entries.sort(
            key=lambda entry: (-entry.score, entry.domain, entry.username.casefold())
        )

    def _assign_domain_findings(self) -> None:
        for record in self.domains:
            number = self._number(record)
            for findings, are_resolved in ((record.findings, False), (record.resolved, True)):
                for finding in findings:
                    if finding.username is not None:
                        extra = self._domain_findings[number, finding.username.casefold()]
                        (extra.resolved if are_resolved else extra.findings).append(finding)
        if self._domain_findings:
            there = {(entry.domain, entry.username.casefold()) for entry in self._entries}
            for key in self._domain_findings.keys() - there:
                del self._domain_findings[key]

    def _number(self, record: AuditRecord | DomainRecord) -> int:
        # A number for each domain keeps the entry of a mailbox small.
        return self._numbers.setdefault(_key(record), len(self._numbers))


def _key(record: AuditRecord | DomainRecord) -> tuple[str, str]:
    return record.account, record.domain.casefold()


def _worst(findings: Sequence[Finding]) -> int:
    counting = (one.severity.weight for one in findings if one.accepted is None)
    return max(counting, default=_CLEAN)


def _severity(weight: int) -> Severity | None:
    return next((one for one in Severity if one.weight == weight), None)
