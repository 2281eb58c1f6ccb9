"""Licences: seats that are used up, and plans that do not fit what the product offers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hostway_email.audit.check import (
    Check,
    Context,
    DomainCheck,
    Evidence,
    MailboxCheck,
    Severity,
)
from hostway_email.audit.checks.wording import shown
from hostway_email.audit.facts import MailboxFacts

__all__ = ["CHECKS"]

_GROUP: Final = "licences"


def seats_used_up(context: Context) -> Iterator[Evidence]:
    counts = context.domain.mailbox_type_count or {}
    # The limit of `activesync` belongs to the count of `numActiveSync`.
    used_by_type = {name.casefold().removeprefix("num"): count for name, count in counts.items()}
    for webmail_type, limit in (context.domain.webmail_limits or {}).items():
        used = used_by_type.get(webmail_type.casefold())
        if used is not None and limit is not None and 0 < limit <= used:
            yield Evidence(f"{shown(webmail_type)}: {used:,} of {limit:,} seats taken")


LIC_01 = DomainCheck(
    id="LIC-01",
    title="All seats of a plan are taken",
    severity=Severity.MEDIUM,
    group=_GROUP,
    why="The next mailbox of this plan will be refused, usually on a new colleague's first day.",
    mend="Order more seats, or move mailboxes that do not need the plan to a smaller one.",
    probes=frozenset({"domain.webmail_limits", "domain.mailbox_type_count"}),
    find=seats_used_up,
)


def contradictory_plan(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    plan = (mailbox.webmail_access or "").strip()
    # Where nothing is on offer there is nothing to compare with.
    offered = {name.casefold() for name in context.domain.webmail_names or ()}
    if plan and offered and plan.casefold() not in offered:
        yield Evidence(f"the plan {shown(plan)} is not on offer")
    if mailbox.allow_upgrade and context.domain.webmail_upgrade is False:
        yield Evidence("may change the plan, which the product does not allow")


LIC_02 = MailboxCheck(
    id="LIC-02",
    title="The plan is unknown or contradicts the product",
    severity=Severity.LOW,
    group=_GROUP,
    why="The mailbox is left over from an older product: changes to it can be refused, and what "
    "is billed may not be what is used.",
    mend="Move the mailbox to a plan that is on offer, and switch off upgrades that the product "
    "does not allow.",
    probes=frozenset({"details", "domain.webmail_names", "domain.webmail_upgrade"}),
    find=contradictory_plan,
)

CHECKS: Final[tuple[Check, ...]] = (LIC_01, LIC_02)
