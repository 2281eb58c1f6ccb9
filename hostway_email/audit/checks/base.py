"""Checks: pure functions from facts to evidence, with title, rationale and remediation.

The outcome of a check is finding, pass or unknown. A check sees facts, settings and today's date,
and nothing else. Unknown is decided by its probes: where one of them failed, the check is not run,
so that a missing response is never taken for a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final, Protocol, TypeAlias

from pydantic import PlainSerializer

from hostway_email.audit.checks.settings import AuditSettings
from hostway_email.audit.collect.facts import DomainFacts, MailboxFacts

__all__ = [
    "INCOMPLETE",
    "NOT_COVERED",
    "Aggregate",
    "AggregateCheck",
    "Baseline",
    "Check",
    "CheckInfo",
    "Context",
    "DomainCheck",
    "Evidence",
    "MailboxCheck",
    "Severity",
    "failure_of_check",
    "fields_of",
    "infos_of",
]


class Severity(StrEnum):
    """Severity of a finding, from `critical` down to `info`."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def weight(self) -> int:
        """The rank of the severity: 4 for critical, 0 for info."""
        return 4 - list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact that a check found, in one line.

    Attributes:
        text: the fact, as in `forwards to ana@gmail.com`.
        severity: overrides the severity of the check.
        username: the mailbox concerned, where a check of a whole domain found it.
    """

    text: str
    severity: Severity | None = None
    username: str | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """The facts of a mailbox in the baseline audit.

    Attributes:
        facts: the facts it read.
        days: its age in days.
    """

    facts: MailboxFacts
    days: int


@dataclass(frozen=True, slots=True)
class Context:
    """The input of a check besides the mailbox.

    Attributes:
        domain: the facts of the domain.
        settings: thresholds and domain lists.
        today: the date used as today.
        baseline: the facts of the mailbox in the baseline audit; None without a baseline, for a
            mailbox that it does not have, and for checks of a whole domain.
    """

    domain: DomainFacts
    settings: AuditSettings
    today: date
    baseline: Baseline | None = None

    def own_domains(self) -> frozenset[str]:
        """Return the domain, its aliases and the configured internal domains, in lower case."""
        names = {self.domain.domain, *(self.domain.aliases or ()), *self.settings.internal_domains}
        return frozenset(name.casefold() for name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInfo:
    """A check without its function, as in records and reports.

    Attributes:
        id: the identifier, such as `FWD-01`.
        title: the finding in a few words.
        severity: the severity of its findings.
        group: the group in the catalogue: `forwards`, `quota`, ...
        rationale: why a finding matters.
        remediation: what to do about a finding.
        probes: the facts it needs: names of mailbox probes, and `domain.NAME` for domain probes.
    """

    id: str
    title: str
    severity: Severity
    group: str
    rationale: str
    remediation: str
    probes: Annotated[
        frozenset[str], PlainSerializer(sorted, return_type=list[str], when_used="json")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxCheck(CheckInfo):
    """A check of one mailbox at a time.

    Attributes:
        find: yields the evidence for one mailbox, given its facts and those of its domain.
        min_baseline_age_days: makes it a comparing check: returns from the settings the minimum
            age of the baseline in days. The check runs only with a baseline, and only for mailboxes
            in it; where the baseline lacks a probe, the check is unknown.
    """

    find: Callable[[MailboxFacts, Context], Iterable[Evidence]]
    min_baseline_age_days: Callable[[AuditSettings], int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainCheck(CheckInfo):
    """A check of the settings of a domain.

    Attributes:
        find: yields the evidence for one domain.
    """

    find: Callable[[Context], Iterable[Evidence]]


class Aggregate(Protocol):
    """The aggregation behind an `AggregateCheck`: collects facts of all mailboxes of a domain.

    It must keep little, and only of relevant mailboxes: a domain may have very many.
    """

    def add(self, mailbox: MailboxFacts) -> None:
        """Add the facts of one mailbox."""
        ...

    def find(self, names: Set[str], /) -> Iterable[Evidence]:
        """Yield the evidence, after all mailboxes have been added.

        `names` are the usernames of the domain, case-folded.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregateCheck(CheckInfo):
    """A check over all mailboxes of a domain together.

    Attributes:
        start: creates the aggregation for one domain.
        allow_partial: whether findings are valid although some mailboxes could not be read. The
            check may then have findings and be unknown at the same time.
    """

    start: Callable[[Context], Aggregate]
    allow_partial: bool = False


Check: TypeAlias = MailboxCheck | DomainCheck | AggregateCheck
"""A check that can be run."""


def failure_of_check(error: Exception) -> str:
    """Return the reason for a check that has raised an error.

    Checks may come from other packages. A broken one must neither end the audit of thousands of
    mailboxes nor count as a pass.
    """
    return f"the check raised {type(error).__name__}: {error}"


def fields_of(check: CheckInfo, **changes: object) -> dict[str, Any]:
    """Return the fields that all checks have, with changes, for a check of another type."""
    return {field.name: getattr(check, field.name) for field in fields(CheckInfo)} | changes


def infos_of(checks: Iterable[CheckInfo]) -> list[CheckInfo]:
    """Return checks without their functions, sorted by id; those with the same id are merged."""
    infos: dict[str, CheckInfo] = {}
    for check in checks:
        twin = infos.get(check.id)
        probes = check.probes | twin.probes if twin else check.probes
        infos[check.id] = CheckInfo(**fields_of(check, probes=probes))
    return [infos[check_id] for check_id in sorted(infos)]


INCOMPLETE: Final = CheckInfo(
    id="AUD-01",
    title="Audit incomplete",
    severity=Severity.HIGH,
    group="audit",
    rationale="What could not be read is unknown and may be anything, so the other findings are "
    "not the full picture.",
    remediation="Review what failed, and run the audit again.",
    probes=frozenset(),
)
"""The finding that an audit is incomplete; not a check that can be selected."""

NOT_COVERED: Final[tuple[str, ...]] = (
    "last logon",
    "multi-factor login",
    "password age",
    "inbox and server rules",
    "delegates",
    "SMTP AUTH",
    "app passwords",
    "sign-in logs",
    "mailbox auditing",
    "SPF, DKIM and DMARC, which are in the DNS",
)
"""Subjects of a usual mail audit that this API has no data about."""
