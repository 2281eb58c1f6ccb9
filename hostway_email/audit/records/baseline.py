"""An earlier audit, from its file of records: what a new one is compared with."""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence, Set
from datetime import date
from typing import cast

from hostway_email.audit.checks.base import Check
from hostway_email.audit.records.models import (
    AuditRecord,
    DomainRecord,
    EndRecord,
    Finding,
    HeaderRecord,
)
from hostway_email.audit.records.reader import RecordsReader
from hostway_email.errors import InvalidRequestError

__all__ = ["BaselineAudit", "BaselineDomain", "compared"]


class BaselineDomain:
    """What an earlier audit knew of one domain: where each record is, and not what is in it.

    Attributes:
        record: what it said of the domain as a whole; None if it was stopped before that.
    """

    def __init__(self, reader: RecordsReader) -> None:
        self.record: DomainRecord | None = None
        self._reader = reader
        # Of each name the hash, in order, and beside it where the record begins: 17 bytes a
        # mailbox, where a dictionary of names takes 170.
        self._hashes = array("q")
        self._places = array("Q")
        self._taken = bytearray()

    def note(self, username: str, place: int) -> None:
        """Note where the record of a mailbox begins."""
        self._hashes.append(hash(username.casefold()))
        self._places.append(place)

    def arrange(self) -> None:
        """Make what was noted ready to be taken."""
        order = sorted(range(len(self._hashes)), key=self._hashes.__getitem__)
        self._hashes = array("q", [self._hashes[number] for number in order])
        self._places = array("Q", [self._places[number] for number in order])
        self._taken = bytearray(len(order))

    @property
    def mailboxes(self) -> int:
        """How many mailboxes it knew."""
        return len(self._hashes)

    @property
    def knew_all(self) -> bool:
        """Whether it knew all mailboxes, so that one it did not know is new."""
        # Without a record of the domain the run was stopped before its end.
        whole = self.record is not None and self.record.list_gap is None
        return whole and not self._reader.damage

    def take(self, username: str) -> AuditRecord | None:
        """Return the record of a mailbox, once; what was never taken is left."""
        name = username.casefold()
        first = bisect_left(self._hashes, hash(name))
        for number in range(first, bisect_right(self._hashes, hash(name), first)):
            record = self._at(number)
            # Two names may have the same hash.
            if record.username.casefold() == name and not self._taken[number]:
                self._taken[number] = True
                return record
        return None

    def left(self) -> Iterator[str]:
        """Yield the names of the mailboxes that were not taken."""
        for number, taken in enumerate(self._taken):
            if not taken:
                yield self._at(number).username

    def _at(self, number: int) -> AuditRecord:
        return cast("AuditRecord", self._reader.at(self._places[number]))


class BaselineAudit:
    """A file of records that a run is compared with; of each mailbox only its place is kept.

    Attributes:
        header: what was asked then.
        days: how many days ago that was.
        mailboxes: how many mailboxes of the targets it knew; 0 before it is opened.
        end: the figures of that run, if it came to its end; None before it is opened.
        damage: what is wrong with the file; empty before it is opened.

    Raises:
        InvalidRequestError: there is no such file, it is no file of records, or it is of a day
            later than today.
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
            raise self._refused(f"is of {self.header.today}, which is later than today")

    def open(self, targets: Sequence[tuple[str, str]]) -> None:
        """Find out where the records of the targets are; may be called again.

        Raises:
            InvalidRequestError: a line is not a record, or the audit was of other domains.
        """
        wanted = {_key(*target) for target in targets}
        if not wanted & {_key(*target) for target in self.header.targets}:
            raise self._refused("is an audit of other domains")
        self.close()
        self._domains.clear()
        self.mailboxes = 0
        self._reader = RecordsReader(self._path, "baseline")
        try:
            self._note_places(self._reader, wanted)
        except InvalidRequestError:
            self.close()
            raise
        self.damage = self._reader.damage.notes
        for domain in self._domains.values():
            domain.arrange()
            self.mailboxes += domain.mailboxes

    def _note_places(self, reader: RecordsReader, wanted: Set[tuple[str, str]]) -> None:
        for line, place, _ in reader.outline():
            if line.record == "end":
                self.end = cast("EndRecord", reader.at(place))
                continue
            key = _key(line.account, line.domain)
            if line.record == "header" or key not in wanted:
                continue
            domain = self._domains.setdefault(key, BaselineDomain(reader))
            if line.record == "mailbox":
                domain.note(line.username, place)
            else:
                domain.record = cast("DomainRecord", reader.at(place))

    def of(self, account: str, domain: str) -> BaselineDomain | None:
        """Return what it knew of a domain; None if nothing."""
        return self._domains.get(_key(account, domain))

    @property
    def asked(self) -> frozenset[str]:
        """The ids of the checks that it asked."""
        return frozenset(check.id for check in self.header.checks)

    def lacks(self, check: Check, days: int) -> str | None:
        """Return why a check cannot be compared with this audit; None if it can.

        Parameters:
            check: the check.
            days: how many days ago this audit must have been at least.
        """
        missing = check.probes - {*self.header.probes}
        if missing:
            return f"the earlier audit did not ask for {', '.join(sorted(missing))}"
        if self.days < days:
            age = (
                f"{self.days} days old"
                if self.days > 1
                else "1 day old"
                if self.days
                else "of today"
            )
            return f"the earlier audit is {age}, and must be {days} or more days old"
        return None

    def close(self) -> None:
        """Close the file; may be called twice."""
        if self._reader is not None:
            self._reader.close()

    def _refused(self, rule: str) -> InvalidRequestError:
        return InvalidRequestError(f"{os.fspath(self._path)} {rule}", {"baseline": rule})


def compared(
    baseline: Sequence[Finding], now: Sequence[Finding], comparable: Set[str]
) -> tuple[list[Finding], list[Finding]]:
    """Return the present findings, marked as new or changed, and the resolved ones.

    Parameters:
        baseline: what was found then.
        now: what is found now.
        comparable: the ids of the checks that had an answer both times; without it nobody can tell
            whether a finding is new, or resolved.
    """
    then = [finding for finding in baseline if finding.check in comparable]
    asked = [finding for finding in now if finding.check in comparable]
    other_then, other_now = _unpaired(then, asked, _words), _unpaired(asked, then, _words)
    # What one check says of one mailbox in other words is the same matter, a little further on.
    resolved, new = (
        _unpaired(other_then, other_now, _matter),
        _unpaired(other_now, other_then, _matter),
    )
    changes = dict.fromkeys(map(id, other_now), "changed") | dict.fromkeys(map(id, new), "new")
    marked = [one.model_copy(update={"change": changes.get(id(one))}) for one in now]
    return marked, [one.model_copy(update={"change": None, "accepted": None}) for one in resolved]


def _unpaired(
    findings: Sequence[Finding], others: Sequence[Finding], of: Callable[[Finding], Hashable]
) -> list[Finding]:
    """Return those findings that have no other of their own that is alike in something."""
    # Counted, not searched: a check over a whole domain may find ten thousand things.
    spare = Counter(map(of, others))
    unpaired = []
    for finding in findings:
        if spare[of(finding)]:
            spare[of(finding)] -= 1
        else:
            unpaired.append(finding)
    return unpaired


def _matter(finding: Finding) -> tuple[str, str]:
    return finding.check, (finding.username or "").casefold()


def _words(finding: Finding) -> tuple[str, str, str]:
    return *_matter(finding), finding.text


def _key(account: str, domain: str) -> tuple[str, str]:
    return account, domain.casefold()
