"""What a report needs to know of a whole audit before its first line can be written."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Self, cast

from hostway_email.audit.check import Severity
from hostway_email.audit.record_reader import RecordsReader
from hostway_email.audit.records import (
    AuditRecord,
    DomainRecord,
    EndRecord,
    Finding,
    HeaderRecord,
)
from hostway_email.audit.reports.redact import Names, Pseudonyms
from hostway_email.audit.summary import AuditSummary, score_of

__all__ = ["OTHER_REASONS", "Digest", "DomainFigures", "Whole"]

OTHER_REASONS: Final = "other reasons"
_REASONS: Final = 20
_CLEAN: Final = -1


class Place(NamedTuple):
    """Where the record of a mailbox is, and what orders it among the others."""

    score: int
    domain: int
    username: str
    start: int
    worst: int


@dataclass(slots=True)
class Whole:
    """The record of a mailbox, and what checks over its whole domain said of it.

    Attributes:
        record: its record.
        findings: all that was found of it.
        gone: all that is not found of it any more.
    """

    record: AuditRecord
    findings: list[Finding]
    gone: list[Finding]


@dataclass(slots=True)
class DomainFigures:
    """How many mailboxes of a domain have a record, and how many of these have what."""

    records: int = 0
    with_findings: int = 0
    new: int = 0


@dataclass(slots=True)
class _Said:
    """What checks over a whole domain said of one of its mailboxes."""

    findings: list[Finding] = field(default_factory=list)
    gone: list[Finding] = field(default_factory=list)


class Digest:
    """A file of records, walked through once; of each mailbox only its name and place are kept.

    Parameters:
        path: the file.
        redact: whether names are replaced by pseudonyms.

    Attributes:
        names: how names are written.
        header: what was asked.
        end: the figures of the run; None if it was stopped.
        summary: the figures of the audit.
        domains: the records of its domains.
        figures: the figures of each of its domains, by account and domain in lower case.
        found: how often each check found something of each severity, not counting what is accepted.
        accepted: how often something was found by each check and is accepted.
        unknown: why each check has no answer, and how often for that reason.
        worst: how many mailboxes have a worst finding of each severity; None for no finding.

    Raises:
        InvalidRequestError: there is no such file, or it is no file of records.
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
        self._places: list[Place] = []
        self._numbers: dict[tuple[str, str], int] = {}
        self._said: defaultdict[tuple[int, str], _Said] = defaultdict(_Said)
        try:
            self._walk()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._reader.close()

    def __len__(self) -> int:
        return len(self._places)

    def mailboxes(self) -> Iterator[Whole]:
        """Yield the mailboxes, the worst first, and those that are equally bad by their names."""
        for place in self._places:
            record = cast("AuditRecord", self._reader.at(place.start))
            said = self._said.get((place.domain, place.username.casefold()), _Said())
            yield Whole(record, [*record.findings, *said.findings], [*record.gone, *said.gone])

    def of_domain(self, record: DomainRecord) -> tuple[list[Finding], list[Finding]]:
        """Return what was found of a domain, and is not any more, but for that of its mailboxes.

        Of a mailbox that has no record, it is told with the domain.
        """
        number = self._number(record)

        def is_its_own(finding: Finding) -> bool:
            name = finding.username
            return name is None or (number, name.casefold()) not in self._said

        return [*filter(is_its_own, record.findings)], [*filter(is_its_own, record.gone)]

    def _walk(self) -> None:
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
        self._places.append(Place(score_of(found), number, record.username, start, _worst(found)))

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
            # Each failure may have words of its own, and there may be very many of them.
            known = reason in reasons or len(reasons) < _REASONS
            reasons[reason if known else OTHER_REASONS] += 1

    def _rank(self) -> None:
        """Add to each mailbox what checks over its whole domain said, and order all of them."""
        self._hand_out()
        for index, place in enumerate(self._places):
            said = self._said.get((place.domain, place.username.casefold()))
            if said is not None:
                worst = max(place.worst, _worst(said.findings))
                score = place.score + score_of(said.findings)
                place = place._replace(score=score, worst=worst)
                self._places[index] = place
            self.worst[_severity(place.worst)] += 1
        keys = {number: key for key, number in self._numbers.items()}
        for place in self._places:
            self.figures[keys[place.domain]].with_findings += place.worst > _CLEAN
        self._places.sort(key=lambda place: (-place.score, place.domain, place.username.casefold()))

    def _hand_out(self) -> None:
        for record in self.domains:
            number = self._number(record)
            for findings, are_gone in ((record.findings, False), (record.gone, True)):
                for finding in findings:
                    if finding.username is not None:
                        said = self._said[number, finding.username.casefold()]
                        (said.gone if are_gone else said.findings).append(finding)
        if self._said:
            there = {(place.domain, place.username.casefold()) for place in self._places}
            for key in self._said.keys() - there:
                del self._said[key]

    def _number(self, record: AuditRecord | DomainRecord) -> int:
        # A number for each domain keeps the place of a mailbox small.
        return self._numbers.setdefault(_key(record), len(self._numbers))


def _key(record: AuditRecord | DomainRecord) -> tuple[str, str]:
    return record.account, record.domain.casefold()


def _worst(findings: Sequence[Finding]) -> int:
    counting = (one.severity.weight for one in findings if one.accepted is None)
    return max(counting, default=_CLEAN)


def _severity(weight: int) -> Severity | None:
    return next((one for one in Severity if one.weight == weight), None)
