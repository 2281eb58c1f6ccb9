"""The summary of an audit: counts, the worst mailboxes, and what is unknown."""

from __future__ import annotations

import heapq
import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Self

from hostway_email.audit.checks.base import INCOMPLETE, Severity
from hostway_email.audit.records.models import (
    AuditRecord,
    DomainRecord,
    EndRecord,
    Finding,
    HeaderRecord,
)
from hostway_email.audit.records.reader import RecordsReader
from hostway_email.audit.records.suppressions import SuppressionUse

__all__ = ["AuditSummary", "WorstMailbox", "score_of"]

WORST: Final = 10
# A critical finding outweighs all minor ones that a mailbox can have.
_SCORES: Final = {
    Severity.CRITICAL: 1000,
    Severity.HIGH: 200,
    Severity.MEDIUM: 30,
    Severity.LOW: 5,
    Severity.INFO: 1,
}


def score_of(findings: Iterable[Finding]) -> int:
    """Return the total score of findings; accepted ones do not count."""
    return sum(_SCORES[finding.severity] for finding in findings if finding.accepted is None)


@dataclass(frozen=True, slots=True, order=True)
class WorstMailbox:
    """One of the mailboxes with the highest scores.

    Attributes:
        score: the score: 1000 for each critical finding, 200 for a high one, down to 1.
        name: its address.
        checks: the ids of the checks with a finding.
    """

    score: int
    name: str
    checks: tuple[str, ...] = field(compare=False)


@dataclass(slots=True)
class AuditSummary:
    """The figures of an audit so far.

    Attributes:
        mailboxes: how many mailboxes have a record.
        with_findings: how many of them have findings of their own that are not accepted; findings
            of checks of the whole domain do not count here.
        with_unknown: how many of them have unknown checks.
        failed: how many of them have failed probes.
        domains: how many domains have a record.
        findings: the number of findings of each check that are not accepted, by id.
        severities: the number of such findings by severity, without AUD-01.
        accepted: the number of accepted findings; they are not counted elsewhere.
        changes: the number of `new`, `changed` and `resolved` findings compared with the baseline,
            including accepted ones.
        new_mailboxes: the number of mailboxes that the baseline does not have.
        removed_mailboxes: the number of mailboxes that only the baseline has.
        suppressions: the state of each suppression; filled at the end.
        skipped: the selected checks that could not run, by id, with the reason.
        compared: whether the audit has a baseline.
        changed_settings: the names of the settings that differ from the baseline: findings may be
            new or resolved only because of them.
        titles: the title of each check with findings, with the highest severity.
        unknown: how often each check is unknown, by id.
        requests: how many requests were sent.
        retries: how many of them were retries.
        seconds: the duration of the audit.
        slowed_down: how often the concurrency was halved because of HTTP 429.
        incomplete: why the audit is incomplete: one line for each incomplete domain, and the
            `gaps`.
        gaps: what is missing from the audit as a whole: its end, or damaged records.
        notes: further notes about the run, such as about its records file.
        ended: whether the audit has ended, and was not interrupted.
    """

    mailboxes: int = 0
    with_findings: int = 0
    with_unknown: int = 0
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
    gaps: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    ended: bool = False
    accepted: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    new_mailboxes: int = 0
    removed_mailboxes: int = 0
    suppressions: list[SuppressionUse] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    compared: bool = False
    changed_settings: list[str] = field(default_factory=list)
    _worst: list[WorstMailbox] = field(default_factory=list, repr=False)

    @property
    def complete(self) -> bool:
        """Whether the audit has ended, nothing is unknown, and no mailbox is missing."""
        return self.ended and not self.incomplete and not self.unknown

    @property
    def worst(self) -> list[WorstMailbox]:
        """The ten mailboxes with the highest scores, the worst first."""
        return sorted(self._worst, key=lambda one: (-one.score, one.name))

    @classmethod
    def of(cls, header: HeaderRecord) -> Self:
        """Return the summary of an audit without records yet."""
        summary = cls(
            skipped=dict(header.skipped),
            compared=header.baseline is not None,
            changed_settings=header.changed_settings,
        )
        summary.add_gaps(f"baseline: {damage}" for damage in header.baseline_damage)
        return summary

    @classmethod
    def of_file(cls, path: str | os.PathLike[str]) -> Self:
        """Return the summary of a records file.

        If the run was interrupted, the summary is incomplete and says so.

        Raises:
            InvalidRequestError: the file does not exist, or is not a records file.
        """
        with RecordsReader(path) as reader:
            summary = cls.of(reader.header)
            end: EndRecord | None = None
            for record, _, _ in reader:
                if isinstance(record, AuditRecord):
                    summary.add(record)
                elif isinstance(record, DomainRecord):
                    summary.add_domain(record)
                elif isinstance(record, EndRecord):
                    end = record
            summary.finish(end, reader.damage.notes)
            return summary

    def add(self, record: AuditRecord) -> None:
        """Count the record of a mailbox."""
        counting = [finding for finding in record.findings if finding.accepted is None]
        self.mailboxes += 1
        self.with_findings += bool(counting)
        self.with_unknown += bool(record.unknown)
        self.failed += bool(record.failed)
        self.new_mailboxes += record.new
        self._count(record)
        if counting:
            self._rank(f"{record.username}@{record.domain}", counting)

    def add_domain(self, record: DomainRecord) -> None:
        """Count the record of a domain."""
        counting = [finding for finding in record.findings if finding.accepted is None]
        self.domains += 1
        self.removed_mailboxes += len(record.removed_mailboxes)
        for finding in counting:
            if finding.check == INCOMPLETE.id:
                self.incomplete.append(f"{record.domain}: {finding.text}")
        self._count(record)
        by_mailbox = defaultdict[str, list[Finding]](list)
        for finding in counting:
            if finding.username is not None:
                by_mailbox[finding.username].append(finding)
        for name, own in by_mailbox.items():
            self._rank(f"{name}@{record.domain}", own)

    def finish(self, end: EndRecord | None, damage: Iterable[str]) -> None:
        """Add the figures of the end record, if there is one, and the damage of the file."""
        if end is None:
            self.add_gaps(["the audit was interrupted, or is still running"])
        else:
            self.ended = True
            self.requests = end.requests
            self.retries = end.retries
            self.seconds = end.seconds
            self.slowed_down = end.slowed_down
            self.suppressions = end.suppressions
        self.add_gaps(damage)

    def stop(self, error: BaseException | None) -> None:
        """Note that the run was interrupted, with the error if there was one."""
        self.add_gaps([f"the audit was interrupted{f': {error}' if error else ''}"])

    def add_gaps(self, gaps: Iterable[str]) -> None:
        """Add reasons why the audit as a whole is incomplete."""
        for gap in gaps:
            self.gaps.append(gap)
            self.incomplete.append(gap)

    def at_or_above(self, severity: Severity) -> int:
        """Return the number of findings of at least this severity, without AUD-01."""
        return sum(
            count for found, count in self.severities.items() if found.weight >= severity.weight
        )

    def _count(self, record: AuditRecord | DomainRecord) -> None:
        self.unknown.update(record.unknown.keys())
        self.changes.update(finding.change for finding in record.findings if finding.change)
        self.changes.update("resolved" for _ in record.resolved)
        for finding in record.findings:
            if finding.accepted is not None:
                self.accepted += 1
                continue
            self.findings[finding.check] += 1
            worst = self.titles.get(finding.check)
            if worst is None or worst[0].weight < finding.severity.weight:
                self.titles[finding.check] = (finding.severity, finding.title)
            if finding.check != INCOMPLETE.id:
                self.severities[finding.severity] += 1

    def _rank(self, name: str, findings: Iterable[Finding]) -> None:
        """Rank a mailbox by these findings, added to those it is already ranked by."""
        score = score_of(findings)
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
