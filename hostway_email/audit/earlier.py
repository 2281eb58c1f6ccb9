"""An earlier audit, from its file of records: what a new one is compared with."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence, Set
from datetime import date
from typing import cast

from hostway_email.audit.check import Check
from hostway_email.audit.record_files import RecordsReader
from hostway_email.audit.records import (
    USERNAMES,
    AuditRecord,
    DomainRecord,
    EndRecord,
    Finding,
    HeaderRecord,
)
from hostway_email.errors import InvalidRequestError

__all__ = ["EarlierAudit", "EarlierDomain", "compared"]


class EarlierDomain:
    """What an earlier audit knew of one domain: where each record is, and not what is in it."""

    def __init__(self, reader: RecordsReader) -> None:
        self._reader = reader
        self._places: dict[str, int] = {}
        self.record: DomainRecord | None = None

    def note(self, username: str, place: int) -> None:
        """Note where the record of a mailbox begins."""
        self._places[username.casefold()] = place

    @property
    def knew_all(self) -> bool:
        """Whether it knew all mailboxes, so that one it did not know is new."""
        return self.record is not None and USERNAMES not in self.record.failed

    def take(self, username: str) -> AuditRecord | None:
        """Return the record of a mailbox, once; what was never taken is left."""
        place = self._places.pop(username.casefold(), None)
        if place is None:
            return None
        return cast("AuditRecord", self._reader.at(place))

    def left(self) -> Iterator[str]:
        """Yield the names of the mailboxes that were not taken, in their order."""
        for place in self._places.values():
            yield cast("AuditRecord", self._reader.at(place)).username


class EarlierAudit:
    """A file of records that a run is compared with; of each mailbox only its place is kept.

    Attributes:
        header: what was asked then.
        days: how many days ago that was.
        mailboxes: how many mailboxes of the targets it knew; 0 before it is opened.
        end: the figures of that run, if it came to its end; None before it is opened.

    Raises:
        InvalidRequestError: there is no such file, it is no file of records, or it is of a day
            later than today.
    """

    def __init__(self, path: str | os.PathLike[str], today: date) -> None:
        self._path = path
        with RecordsReader(path) as reader:
            self.header: HeaderRecord = reader.header
        self.days = (today - self.header.today).days
        self.mailboxes = 0
        self.end: EndRecord | None = None
        self._domains: dict[tuple[str, str], EarlierDomain] = {}
        self._reader: RecordsReader | None = None
        if self.days < 0:
            raise self._refused(f"is of {self.header.today}, which is later than today")

    def open(self, targets: Sequence[tuple[str, str]]) -> None:
        """Find out where the records of the targets are.

        Raises:
            InvalidRequestError: a line is not a record, or the audit was of other domains.
        """
        wanted = {_key(*target) for target in targets}
        if not wanted & {_key(*target) for target in self.header.targets}:
            raise self._refused("is an audit of other domains")
        self._reader = reader = RecordsReader(self._path)
        self._domains.clear()
        self.mailboxes = 0
        for line, place in reader.places():
            if line.record == "end":
                self.end = cast("EndRecord", reader.at(place))
            elif line.record != "header" and _key(line.account, line.domain) in wanted:
                domain = self._domains.setdefault(
                    _key(line.account, line.domain), EarlierDomain(reader)
                )
                if line.record == "mailbox":
                    domain.note(line.username, place)
                    self.mailboxes += 1
                else:
                    domain.record = cast("DomainRecord", reader.at(place))

    def of(self, account: str, domain: str) -> EarlierDomain | None:
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
            return f"the earlier audit is {self.days} days old, and must be {days} or more"
        return None

    def close(self) -> None:
        """Close the file; may be called twice."""
        if self._reader is not None:
            self._reader.close()

    def _refused(self, rule: str) -> InvalidRequestError:
        return InvalidRequestError(f"{os.fspath(self._path)} {rule}", {"since": rule})


def compared(
    earlier: Sequence[Finding], now: Sequence[Finding], comparable: Set[str]
) -> tuple[list[Finding], list[Finding]]:
    """Return the findings of now, marked where they are new or changed, and those that are gone.

    Parameters:
        earlier: what was found then.
        now: what is found now.
        comparable: the ids of the checks that had an answer both times; without it nobody can tell
            whether a finding is new, or gone.
    """
    left = [finding for finding in earlier if finding.check in comparable]
    marked: list[Finding] = []
    unmatched: list[Finding] = []
    for finding in now:
        same = next((one for one in left if _subject(one) == _subject(finding)), None)
        if same is not None:
            left.remove(same)
        elif finding.check in comparable:
            unmatched.append(finding)
    for finding in unmatched:
        # What one check says of one mailbox in other words is the same matter, a little further on.
        other = next((one for one in left if _subject(one)[:2] == _subject(finding)[:2]), None)
        if other is not None:
            left.remove(other)
        change = "new" if other is None else "changed"
        marked.append(finding.model_copy(update={"change": change}))
    done = {id(old): new for old, new in zip(unmatched, marked, strict=True)}
    gone = [one.model_copy(update={"change": None, "accepted": None}) for one in left]
    return [done.get(id(finding), finding) for finding in now], gone


def _subject(finding: Finding) -> tuple[str, str, str]:
    return finding.check, (finding.username or "").casefold(), finding.text


def _key(account: str, domain: str) -> tuple[str, str]:
    return account, domain.casefold()
