"""What an audit will ask, counted before anything is sent."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from hostway_email.audit.collect.probes import DOMAIN_PROBES, MAILBOX_PROBES, STATISTICS
from hostway_email.audit.records.baseline import BaselineAudit
from hostway_email.audit.run.selection import Selection
from hostway_email.pagination.pager import PAGE_SIZE

__all__ = ["AuditPlan", "Between"]

SECONDS_A_REQUEST: Final = 0.25
"""What is assumed of a request where no earlier audit tells better."""


class Between(NamedTuple):
    """A number that is known to lie between two others, both of them included."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class AuditPlan:
    """The requests of an audit, where nothing goes wrong; nothing was sent to count them.

    Attributes:
        checks: the ids of the checks.
        skipped: chosen checks that cannot be asked at all, by id, with the reason.
        domains: how many domains there are.
        domain_probes: what is asked of each domain, beside its list of usernames.
        mailbox_probes: what is asked of each mailbox. Of `mailbox` and `exchange` it is the one of
            its kind.
        concurrency: how many mailboxes are read at once.
        mailboxes: how many mailboxes of these domains the earlier audit knew, if there is one; a
            domain that it did not know adds none.
        seconds_a_request: how long a request takes: as measured by the earlier audit, if there is
            one, or an assumption.
        measured: whether it was measured.
    """

    checks: tuple[str, ...]
    skipped: Mapping[str, str]
    domains: int
    domain_probes: tuple[str, ...]
    mailbox_probes: tuple[str, ...]
    concurrency: int
    mailboxes: int | None = None
    seconds_a_request: float = SECONDS_A_REQUEST
    measured: bool = False

    @classmethod
    def of(
        cls,
        selection: Selection,
        domains: int,
        concurrency: int,
        baseline: BaselineAudit | None,
    ) -> AuditPlan:
        """Return the plan of an audit."""
        needed = selection.probes
        end = baseline.end if baseline else None
        measured = end.seconds * end.concurrency / end.requests if end and end.requests else None
        return cls(
            checks=tuple(sorted({check.id for check in selection.checks})),
            skipped=selection.skipped,
            domains=domains,
            domain_probes=tuple(name for name in DOMAIN_PROBES if f"domain.{name}" in needed),
            mailbox_probes=tuple(n for n in (*MAILBOX_PROBES, STATISTICS) if n in needed),
            concurrency=concurrency,
            mailboxes=None if baseline is None else baseline.mailboxes,
            seconds_a_request=SECONDS_A_REQUEST if measured is None else measured,
            measured=measured is not None,
        )

    @property
    def requests_a_mailbox(self) -> Between:
        """How many requests each mailbox takes: a range where that depends on its kind."""
        of_a_kind = [name for name in self.mailbox_probes if _kind(name)]
        common = len(self.mailbox_probes) - len(of_a_kind)
        # Each mailbox is of one of the two kinds: with both probes it is asked exactly one.
        return Between(common + (len(of_a_kind) == 2), common + bool(of_a_kind))

    @property
    def requests_a_domain(self) -> int:
        """How many requests each domain takes, beside the pages of its list of usernames."""
        return len(self.domain_probes)

    def requests(self, mailboxes: int) -> Between:
        """Return how many requests the audit takes if its domains have so many mailboxes together.

        The least and the most differ by the kinds of the mailboxes, where only one of the two is
        asked for its details, and by how the mailboxes are spread over pages of several domains.

        More are sent for retries and for statistics that are asked for again at the end, for
        address books and black/white lists of more than 100 entries, and, one each, for mailboxes
        whose kind the list does not tell, or that are gone where no check needs their details.
        Fewer are sent where a mailbox is listed, but gone: it has no statistics; and while the IMAP
        gateway is down.
        """
        least, most = self.requests_a_mailbox
        fixed = self.domains * self.requests_a_domain
        fewest_pages = max(self.domains, _pages(mailboxes))
        # The most pages there are if one domain has all mailboxes: an empty list has a page too.
        most_pages = self.domains - 1 + _pages(mailboxes)
        return Between(
            fixed + fewest_pages + least * mailboxes, fixed + most_pages + most * mailboxes
        )

    def seconds(self, mailboxes: int) -> float:
        """Return about how long the audit takes, at most, for so many mailboxes."""
        return self.requests(mailboxes).most * self.seconds_a_request / self.concurrency


def _pages(mailboxes: int) -> int:
    return max(1, math.ceil(mailboxes / PAGE_SIZE))


def _kind(probe: str) -> bool:
    return probe in MAILBOX_PROBES and MAILBOX_PROBES[probe].kind is not None
