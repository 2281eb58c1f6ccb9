"""The state of the audit of one domain."""

from __future__ import annotations

from dataclasses import dataclass, field

import anyio

from hostway_email.audit.checks.base import Context
from hostway_email.audit.collect.facts import DomainFacts
from hostway_email.audit.collect.units import Collected
from hostway_email.audit.records.models import AuditRecord
from hostway_email.audit.run.aggregates import Aggregates
from hostway_email.audit.run.comparison import Comparison
from hostway_email.handles import MeteredDomain
from hostway_email.pagination import WalkSummary

__all__ = ["DomainAudit", "Mailbox"]


@dataclass(slots=True)
class DomainAudit:
    """The state of the audit of one domain.

    Attributes:
        handle: the domain, with a session that belongs to the run.
        facts: the facts about the domain.
        context: the input of its checks.
        aggregates: the checks over all of its mailboxes; None without any.
        comparison: the comparison with the baseline; None if there is none for this domain.
        failed: the probes of the domain that failed, as `domain.NAME`, with the reason.
        ready: set once its probes are done; mailboxes are evaluated only then.
        walk: the summary of the walk over its usernames.
        list_ended: whether its list has ended or has failed.
        names: the listed usernames, case-folded.
        resumed: the usernames with a record of an interrupted run, case-folded.
        duplicates: the number of usernames that were listed again.
        unknown: how many mailboxes have unknown checks.
    """

    handle: MeteredDomain
    facts: DomainFacts
    context: Context
    aggregates: Aggregates | None
    comparison: Comparison | None = None
    failed: dict[str, str] = field(default_factory=dict)
    ready: anyio.Event = field(default_factory=anyio.Event)
    walk: WalkSummary = field(default_factory=WalkSummary)
    list_ended: bool = False
    names: set[str] = field(default_factory=set)
    resumed: set[str] = field(default_factory=set)
    duplicates: int = 0
    unknown: int = 0

    @property
    def total(self) -> int | None:
        """The number of its mailboxes, as far as it is known; None before the first page."""
        return len(self.names) if self.list_ended else self.walk.first_total

    def restore(self, record: AuditRecord) -> None:
        """Take over the record of an interrupted run, so that its mailbox is not read again."""
        self.resumed.add(record.username.casefold())
        self.unknown += bool(record.unknown)
        if self.comparison is not None:
            self.comparison.take(record.username)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox on its way through the stages of a run.

    Attributes:
        domain: the state of its domain.
        collected: what was read of it so far.
    """

    domain: DomainAudit
    collected: Collected
