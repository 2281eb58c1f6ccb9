"""Licences: exhausted seats, and plans that the product does not offer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hostway_email.audit.checks.base import (
    Check,
    Context,
    DomainCheck,
    Evidence,
    MailboxCheck,
    Severity,
)
from hostway_email.audit.collect.facts import MailboxFacts
from hostway_email.audit.text import shown

__all__ = ["CHECKS"]

_GROUP: Final = "licences"


def seats_exhausted(context: Context) -> Iterator[Evidence]:
    counts = context.domain.mailbox_type_count or {}
    # The limit `activesync` applies to the count `numActiveSync`.
    used_by_type = {name.casefold().removeprefix("num"): count for name, count in counts.items()}
    for webmail_type, limit in (context.domain.webmail_limits or {}).items():
        used = used_by_type.get(webmail_type.casefold())
        if used is not None and limit is not None and 0 < limit <= used:
            yield Evidence(f"{shown(webmail_type)}: {used:,} of {limit:,} seats used")


LIC_01 = DomainCheck(
    id="LIC-01",
    title="Seats of a plan exhausted",
    severity=Severity.MEDIUM,
    group=_GROUP,
    rationale="The next mailbox of this plan will be refused, usually on a new employee's first "
    "day.",
    remediation="Order more seats, or move mailboxes that do not need the plan to a smaller one.",
    probes=frozenset({"domain.webmail_limits", "domain.mailbox_type_count"}),
    find=seats_exhausted,
)


def contradictory_plan(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    plan = (mailbox.webmail_access or "").strip()
    # Without offered plans there is nothing to compare with.
    offered = {name.casefold() for name in context.domain.webmail_names or ()}
    if plan and offered and plan.casefold() not in offered:
        yield Evidence(f"plan {shown(plan)} is not offered")
    if mailbox.allow_upgrade and context.domain.webmail_upgrade is False:
        yield Evidence("plan upgrades are allowed for the mailbox, but not by the product")


LIC_02 = MailboxCheck(
    id="LIC-02",
    title="Unknown or contradictory plan",
    severity=Severity.LOW,
    group=_GROUP,
    rationale="The mailbox dates from an older product: changes to it can be refused, and billing "
    "may not match its use.",
    remediation="Move the mailbox to a plan that is offered, and disable upgrades that the product "
    "does not allow.",
    probes=frozenset({"details", "domain.webmail_names", "domain.webmail_upgrade"}),
    find=contradictory_plan,
)

CHECKS: Final[tuple[Check, ...]] = (LIC_01, LIC_02)
