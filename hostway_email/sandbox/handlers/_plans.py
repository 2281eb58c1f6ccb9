"""Webmail plans: availability, limits and quotas."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha512

from hostway_email.sandbox.http.errors import compute_fault, message_error
from hostway_email.sandbox.state import Domain, Mailbox, Webmail

__all__ = ["available_plans", "change_plan", "check_plan_limit", "login_token"]

# The order of plans in the manual's messages; others follow.
_ORDER = ("standard", "activesync", "premium")


def available_plans(domain: Domain) -> list[str]:
    """Return the available plans."""
    known = [name for name in _ORDER if name in domain.names]
    return known + [name for name in domain.names if name not in _ORDER]


def check_plan_limit(domain: Domain, kind: str) -> None:
    """Refuse another mailbox of a plan whose limit is reached."""
    limit = domain.limits.get(kind, 0)
    if limit <= 0:
        return
    used = sum(1 for box in domain.mailboxes if box.webmail and box.webmail.type == kind)
    if used >= limit:
        raise compute_fault("Number of mailboxes exceeded")


def change_plan(domain: Domain, mailbox: Mailbox, kind: str) -> None:
    """Change the plan of a mailbox, and its quota to that of the plan."""
    if mailbox.webmail is not None and mailbox.webmail.type == kind:
        return
    check_plan_limit(domain, kind)
    quota = domain.type_quotas.get(kind, mailbox.quota)
    if mailbox.usage > quota:
        raise message_error("Current mailbox usage is larger than the new quota value")
    mailbox.quota = quota
    if mailbox.webmail is None:
        mailbox.webmail = Webmail(type=kind)
    else:
        mailbox.webmail.type = kind


def login_token(mailbox: Mailbox) -> str:
    """Return a login token of the mailbox, which changes with its password."""
    return b64encode(sha512(f"{mailbox.username}/{mailbox.password}".encode()).digest()).decode()
