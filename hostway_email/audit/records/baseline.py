"""The baseline: the records file of an earlier audit, to compare a new audit with."""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence, Set
from datetime import date
from typing import cast

from hostway_email.audit.checks.base import CheckInfo
from hostway_email.audit.records.models import (
    AuditRecord,
    DomainRecord,
    EndRecord,
    Finding,
    HeaderRecord,
)
from hostway_email.audit.records.reader import RecordsReader
from hostway_email.audit.text import number_of
from hostway_email.audit.user_files import refused_file
from hostway_email.errors import InvalidRequestError

__all__ = ["BaselineAudit", "BaselineDomain", "compare"]


class BaselineDomain:
    """The baseline of one domain: an index of its records by username.

    Attributes:
        record: the record of the domain; None if the audit was interrupted before.
    """

    def __init__(self, reader: RecordsReader) -> None:
        self.record: DomainRecord | None = None
        self._reader = reader
        # The sorted hashes of the usernames, and the offsets of their records: 17 bytes for each
        # mailbox, where a dictionary needs 170.
        self._hashes = array("q")
        self._offsets = array("Q")
        self._taken = bytearray()

    def add(self, username: str, offset: int) -> None:
        """Add the offset of the record of a mailbox."""
        self._hashes.append(hash(username.casefold()))
        self._offsets.append(offset)

    def sort(self) -> None:
        """Sort the index, after the last `add()` and before the first `take()`."""
        order = sorted(range(len(self._hashes)), key=self._hashes.__getitem__)
        self._hashes = array("q", [self._hashes[number] for number in order])
        self._offsets = array("Q", [self._offsets[number] for number in order])
        self._taken = bytearray(len(order))

    @property
    def mailboxes(self) -> int:
        """The number of mailboxes with a record."""
        return len(self._hashes)

    @property
    def is_complete(self) -> bool:
        """Whether it has all mailboxes, so that any other mailbox is new."""
        # Without a record of the domain the run was interrupted.
        complete = self.record is not None and self.record.list_gap is None
        return complete and not self._reader.damage

    def take(self, username: str) -> AuditRecord | None:
        """Return the record of a mailbox, once; `remaining()` has those never taken."""
        name = username.casefold()
        first = bisect_left(self._hashes, hash(name))
        for number in range(first, bisect_right(self._hashes, hash(name), first)):
            record = self._at(number)
            # Two names may have the same hash.
            if record.username.casefold() == name and not self._taken[number]:
                self._taken[number] = True
                return record
        return None

    def remaining(self) -> Iterator[str]:
        """Yield the usernames of the records that were not taken."""
        for number, taken in enumerate(self._taken):
            if not taken:
                yield self._at(number).username

    def _at(self, number: int) -> AuditRecord:
        return cast("AuditRecord", self._reader.at(self._offsets[number]))


class BaselineAudit:
    """A records file to compare with, of which only an index is kept in memory.

    Attributes:
        header: its header.
        days: its age in days.
        mailboxes: the number of mailboxes of the targets in it; 0 before it is opened.
        end: the figures of its run; None if the run was interrupted, and before it is opened.
        damage: the damage found in the file; empty before it is opened.

    Raises:
        InvalidRequestError: the file does not exist, is not a records file, or is dated after
            today.
    """

    def __init__(self, path: str | os.PathLike[str], today: date) -> None:
        self._path = path
        with RecordsReader(path, "baseline") as reader:
            self.header: HeaderRecord = reader.header
        self.days = (today - self.header.today).days
        self.mailboxes = 0
        self.end: EndRecord | None = None
        self.damage: list[str] = []
        self._domains: dict[tuple[str, str], BaselineDomain] = {}
        self._reader: RecordsReader | None = None
        if self.days < 0:
            raise self._refused(f"is dated {self.header.today}, which is after today")

    def open(self, targets: Sequence[tuple[str, str]]) -> None:
        """Open the file, and index the records of the targets; may be called again.

        Raises:
            InvalidRequestError: a line is not a valid record, or the audit was of other domains.
        """
        wanted = {_key(*target) for target in targets}
        if not wanted & {_key(*target) for target in self.header.targets}:
            raise self._refused("is an audit of other domains")
        self.close()
        self._domains.clear()
        self.mailboxes = 0
        self._reader = RecordsReader(self._path, "baseline")
        try:
            self._build_index(self._reader, wanted)
        except InvalidRequestError:
            self.close()
            raise
        self.damage = self._reader.damage.notes
        for domain in self._domains.values():
            domain.sort()
            self.mailboxes += domain.mailboxes

    def _build_index(self, reader: RecordsReader, wanted: Set[tuple[str, str]]) -> None:
        for line, offset, _ in reader.iter_keys():
            if line.record == "end":
                self.end = cast("EndRecord", reader.at(offset))
                continue
            key = _key(line.account, line.domain)
            if line.record == "header" or key not in wanted:
                continue
            domain = self._domains.setdefault(key, BaselineDomain(reader))
            if line.record == "mailbox":
                domain.add(line.username, offset)
            else:
                domain.record = cast("DomainRecord", reader.at(offset))

    def of(self, account: str, domain: str) -> BaselineDomain | None:
        """Return the baseline of a domain; None without one."""
        return self._domains.get(_key(account, domain))

    @property
    def check_ids(self) -> frozenset[str]:
        """The ids of the checks that were run."""
        return frozenset(check.id for check in self.header.checks)

    def skip_reason(self, check: CheckInfo, days: int) -> str | None:
        """Return why a check cannot be compared with this baseline; None if it can.

        Parameters:
            check: the check.
            days: the minimum age of the baseline in days.
        """
        missing = check.probes - {*self.header.probes}
        if missing:
            return f"the baseline lacks {', '.join(sorted(missing))}"
        if self.days < days:
            age, minimum = (number_of(number, "day", "days") for number in (self.days, days))
            return f"the baseline is {age} old, and must be at least {minimum} old"
        return None

    def close(self) -> None:
        """Close the file; may be called twice."""
        if self._reader is not None:
            self._reader.close()

    def _refused(self, rule: str) -> InvalidRequestError:
        return refused_file(self._path, "baseline", rule)


def compare(
    baseline: Sequence[Finding], now: Sequence[Finding], comparable: Set[str]
) -> tuple[list[Finding], list[Finding]]:
    """Return the current findings, marked as new or changed, and the resolved findings.

    Parameters:
        baseline: the findings of the baseline.
        now: the current findings.
        comparable: the ids of the checks that have a result in both audits; only their findings
            can be new, changed or resolved.
    """
    then = [finding for finding in baseline if finding.check in comparable]
    current = [finding for finding in now if finding.check in comparable]
    unmatched_then = _unpaired(then, current, _identity)
    unmatched_now = _unpaired(current, then, _identity)
    # A finding of the same check about the same mailbox with another text is a changed one.
    resolved, new = (
        _unpaired(unmatched_then, unmatched_now, _subject),
        _unpaired(unmatched_now, unmatched_then, _subject),
    )
    changes = dict.fromkeys(map(id, unmatched_now), "changed") | dict.fromkeys(map(id, new), "new")
    marked = [one.model_copy(update={"change": changes.get(id(one))}) for one in now]
    return marked, [one.model_copy(update={"change": None, "accepted": None}) for one in resolved]


def _unpaired(
    findings: Sequence[Finding], others: Sequence[Finding], key: Callable[[Finding], Hashable]
) -> list[Finding]:
    """Return the findings without a counterpart, one each, with the same key."""
    # Counted, not searched: a check of a whole domain may have ten thousand findings.
    spare = Counter(map(key, others))
    unpaired = []
    for finding in findings:
        if spare[key(finding)]:
            spare[key(finding)] -= 1
        else:
            unpaired.append(finding)
    return unpaired


def _subject(finding: Finding) -> tuple[str, str]:
    return finding.check, (finding.username or "").casefold()


def _identity(finding: Finding) -> tuple[str, str, str]:
    return *_subject(finding), finding.text


def _key(account: str, domain: str) -> tuple[str, str]:
    return account, domain.casefold()
