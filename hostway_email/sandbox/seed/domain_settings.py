"""Generation of the domain's settings: aliases, lists, contacts, storage, limits, trial."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from hostway_email.sandbox.seed.mailboxes import MailboxGroups
from hostway_email.sandbox.seed.names import DEPARTMENTS, FAMILY, GIVEN, PARTNERS, to_ascii
from hostway_email.sandbox.state import Domain, DomainWebmail, InfoStore, SandboxState

__all__ = ["add_domain_settings"]


def add_domain_settings(
    state: SandboxState, domain: Domain, groups: MailboxGroups, random: Random
) -> None:
    """Add the domain's settings, with findings of their own."""
    domain.aliases = [f"mail.{domain.name}", f"group.{domain.name}"]
    domain.blackwhitelist = {
        f"invoices@{PARTNERS[0]}": "W",
        "@reseller.example": "W",
        "@bulk-mail.example": "B",
        "prizes@lottery.example": "B",
        "noreply@phish.example": "B",
    }
    domain.infostore = InfoStore(usage=940, quota=1000)
    trial = state.today + timedelta(days=5)
    domain.webmail = DomainWebmail("standard", True, "premium", trial)
    domain.quota_drift = 2048
    # The limit is reached, so another mailbox of this plan is refused.
    synced = sum(1 for m in domain.mailboxes if m.webmail and m.webmail.type == "activesync")
    domain.limits["activesync"] = max(1, synced)
    # One question is a weak policy, which mailboxes without questions still violate.
    state.secret_minimum = 1
    _add_proxy_addresses(domain, groups, random)
    _add_contacts(domain, random)


def _add_proxy_addresses(domain: Domain, groups: MailboxGroups, random: Random) -> None:
    alias = domain.aliases[0]
    for mailbox in groups.on_exchange:
        if mailbox.exchange is not None and random.random() < 0.3:
            mailbox.exchange.proxy_addresses.append(f"{mailbox.username}@{alias}")


def _add_contacts(domain: Domain, random: Random) -> None:
    contacts = domain.contacts
    for _ in range(min(60, 6 + len(domain.mailboxes) // 20)):
        given, family = random.choice(GIVEN), random.choice(FAMILY)
        partner = random.choice(PARTNERS)
        contacts[f"{given} {family}"] = {
            "email": f"{to_ascii(given)}.{to_ascii(family)}@{partner}",
            "firstName": given,
            "lastName": family,
            "displayName": f"{given} {family}",
            "company": partner.partition(".")[0].title(),
            "department": random.choice(DEPARTMENTS),
            "businessPhone": f"555-01{random.randrange(100):02}",
        }
    contacts["Night/Weekend desk"] = {
        "email": f"night.desk@{PARTNERS[1]}",
        "displayName": "<script>alert('desk')</script>",
    }
    # Their mailboxes no longer exist.
    for number in (1, 2):
        contacts[f"Former colleague {number}"] = {
            "email": f"left{number}@{domain.name}",
            "displayName": f"Former colleague {number}",
        }
