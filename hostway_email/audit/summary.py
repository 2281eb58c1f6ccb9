"""The figures of an audit: counts, the worst mailboxes, and what remains unknown."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from hostway_email.audit.check import Severity
from hostway_email.audit.records import AuditRecord, DomainRecord, Finding

__all__ = ["AuditSummary", "WorstMailbox"]

WORST: Final = 10
# A critical finding must outweigh any number of small ones that a mailbox can really have.
_SCORES: Final = {
    Severity.CRITICAL: 1000,
    Severity.HIGH: 200,
    Severity.MEDIUM: 30,
    Severity.LOW: 5,
    Severity.INFO: 1,
}


@dataclass(frozen=True, slots=True, order=True)
class WorstMailbox:
    """A mailbox among the worst, by the weight of its findings.

    Attributes:
        score: the weight: 1000 for each critical finding, 200 for a high one, down to 1.
        name: its address.
        checks: the ids of the checks that found something.
    """

    score: int
    name: str
    checks: tuple[str, ...] = field(compare=False)


@dataclass(slots=True)
class AuditSummary:
    """What an audit has found so far.

    Attributes:
        mailboxes: how many mailboxes have a record.
        with_findings: how many of them have a finding of their own; what checks over the whole
            domain found is not among these.
        failed: how many of them have a probe that failed.
        domains: how many domains have a record.
        findings: how often each check found something, by id.
        severities: how many findings there are of each severity, not counting AUD-01.
        titles: the title of each check that found something, with its severity.
        unknown: how often each check could not be answered, by id.
        requests: how many requests were sent.
        retries: how many of them were repetitions.
        seconds: how long the audit took.
        slowed_down: how often the concurrency was halved because the API said 429.
        incomplete: why the audit is incomplete, one line for each domain that is.
    """

    mailboxes: int = 0
    with_findings: int = 0
    failed: int = 0
    domains: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    severities: Counter[Severity] = field(default_factory=Counter)
    titles: dict[str, tuple[Severity, str]] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    retries: int = 0
    seconds: float = 0.0
    slowed_down: int = 0
    incomplete: list[str] = field(default_factory=list)
    _worst: list[WorstMailbox] = field(default_factory=list, repr=False)

    @property
    def complete(self) -> bool:
        """Whether nothing is unknown and no mailbox is missing."""
        return not self.incomplete and not self.unknown

    @property
    def worst(self) -> list[WorstMailbox]:
        """The ten mailboxes whose findings weigh most, the worst first."""
        return sorted(self._worst, key=lambda one: (-one.score, one.name))

    def add(self, record: AuditRecord) -> None:
        """Count the record of a mailbox."""
        self.mailboxes += 1
        self.with_findings += bool(record.findings)
        self.failed += bool(record.failed)
        self._count(record.findings, record.unknown.keys())
        if record.findings:
            self._rank(f"{record.username}@{record.domain}", record.findings)

    def add_domain(self, record: DomainRecord) -> None:
        """Count the record of a domain."""
        self.domains += 1
        for finding in record.findings:
            if finding.check == "AUD-01":
                self.incomplete.append(f"{record.domain}: {finding.text}")
        self._count(record.findings, record.unknown.keys())
        for name in {finding.username for finding in record.findings} - {None}:
            own = [finding for finding in record.findings if finding.username == name]
            self._rank(f"{name}@{record.domain}", own)

    def at_or_above(self, severity: Severity) -> int:
        """Return how many findings are at least as severe; that the audit is incomplete is none."""
        return sum(
            count for found, count in self.severities.items() if found.weight >= severity.weight
        )

    def _count(self, findings: Iterable[Finding], unknown: Iterable[str]) -> None:
        self.unknown.update(unknown)
        for finding in findings:
            self.findings[finding.check] += 1
            worst = self.titles.get(finding.check)
            if worst is None or worst[0].weight < finding.severity.weight:
                self.titles[finding.check] = (finding.severity, finding.title)
            if finding.check != "AUD-01":
                self.severities[finding.severity] += 1

    def _rank(self, name: str, findings: Iterable[Finding]) -> None:
        """Rank a mailbox by these findings, and by those it is among the worst for already."""
        score = sum(_SCORES[finding.severity] for finding in findings)
        checks = {finding.check for finding in findings}
        for known in self._worst:
            if known.name == name:
                self._worst.remove(known)
                heapq.heapify(self._worst)
                score, checks = score + known.score, checks | {*known.checks}
                break
        mailbox = WorstMailbox(score, name, tuple(sorted(checks)))
        if len(self._worst) < WORST:
            heapq.heappush(self._worst, mailbox)
        else:
            heapq.heappushpop(self._worst, mailbox)
