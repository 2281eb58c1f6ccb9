"""What a check is: a question to the facts, with the words that explain its answer.

A check answers finding, pass or unknown. It is a pure function: it sees facts, settings and
today's date, and nothing else. Whether it is unknown is decided for it, by its probes: where one
of them failed, the check is not asked, so that silence is never taken for a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Protocol

from hostway_email.audit.facts import DomainFacts, MailboxFacts
from hostway_email.audit.settings import AuditSettings

__all__ = [
    "INCOMPLETE_ID",
    "Check",
    "Context",
    "DomainCheck",
    "Earlier",
    "Evidence",
    "Join",
    "JoinCheck",
    "MailboxCheck",
    "Severity",
]

INCOMPLETE_ID: Final = "AUD-01"
"""The id under which it is reported that an audit is incomplete; it is no check, and always on."""


class Severity(StrEnum):
    """How much a finding matters, from `critical` down to `info`."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def weight(self) -> int:
        """A number that orders severities: 4 for critical, 0 for info."""
        return 4 - list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a check found, in one line that names the fact.

    Attributes:
        text: the fact, as in `forwards to ana@gmail.com`.
        severity: another severity than the check's own.
        username: whose it is, where a check over a whole domain found it.
    """

    text: str
    severity: Severity | None = None
    username: str | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier audit knew of the mailbox.

    Attributes:
        facts: what it read.
        days: how many days ago that was.
    """

    facts: MailboxFacts
    days: int


@dataclass(frozen=True, slots=True)
class Context:
    """What all checks of one domain may look at beside the mailbox.

    Attributes:
        domain: what is known of the domain.
        settings: thresholds and lists.
        today: the date that counts as today.
        earlier: what an earlier audit knew of the mailbox; None where there was none, where it did
            not know the mailbox, and for checks of a whole domain.
    """

    domain: DomainFacts
    settings: AuditSettings
    today: date
    earlier: Earlier | None = None

    def own_domains(self) -> frozenset[str]:
        """Return the domain, its aliases and the configured ones, in lower case."""
        names = {self.domain.domain, *(self.domain.aliases or ()), *self.settings.internal_domains}
        return frozenset(name.casefold() for name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What all checks have in common.

    Attributes:
        id: the name that users see, such as `FWD-01`.
        title: what a finding says, in a few words.
        severity: how much it matters.
        group: the folder of the catalogue: `forwards`, `quota`, ...
        why: why it matters, in a sentence.
        mend: what to do about it, in a sentence.
        probes: what it needs to know: names of mailbox probes, and `domain.NAME` for domain probes.
    """

    id: str
    title: str
    severity: Severity
    group: str
    why: str
    mend: str
    probes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxCheck(Check):
    """A check of one mailbox at a time.

    Attributes:
        find: yields what is amiss with a mailbox, given its facts and those of its domain.
        apart: makes it a check that compares: how many days ago the earlier audit must have been
            at least, by the settings. It is asked only where there is one, and only of mailboxes
            that it knew; where the earlier audit lacks a probe, the check is unknown.
    """

    find: Callable[[MailboxFacts, Context], Iterable[Evidence]]
    apart: Callable[[AuditSettings], int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainCheck(Check):
    """A check of a domain's own settings.

    Attributes:
        find: yields what is amiss with a domain.
    """

    find: Callable[[Context], Iterable[Evidence]]


class Join(Protocol):
    """Gathers from all mailboxes of a domain what only together tells something.

    It must keep little, and only of mailboxes that matter: a domain may have very many.
    """

    def add(self, mailbox: MailboxFacts) -> None:
        """Take from a mailbox what is needed of it."""
        ...

    def find(self, names: Set[str], /) -> Iterable[Evidence]:
        """Yield what was found, once all mailboxes have been added.

        `names` are the usernames of the domain, case-folded.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinCheck(Check):
    """A check over all mailboxes of a domain together.

    Attributes:
        start: begins the gathering for one domain.
        holds_in_part: whether what it finds is true even where some mailboxes could not be read.
            Then it may have findings and be unknown at once.
    """

    start: Callable[[Context], Join]
    holds_in_part: bool = False
