"""Hygiene: stale entries and outdated settings."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Final

from hostway_email.audit.checks._addresses import (
    canonical,
    is_local,
    local_part,
    second_addresses,
)
from hostway_email.audit.checks.base import (
    AggregateCheck,
    Check,
    Context,
    Evidence,
    MailboxCheck,
    Severity,
)
from hostway_email.audit.collect.facts import ContactFacts, MailboxFacts
from hostway_email.audit.text import shown

__all__ = ["CHECKS"]

_GROUP: Final = "hygiene"


class StaleContacts:
    """The internal contacts for which no mailbox was found yet."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._by_name: dict[str, list[ContactFacts]] = {}
        for contact in context.domain.contacts or ():
            if contact.email and is_local(contact.email, context):
                self._by_name.setdefault(local_part(contact.email), []).append(contact)

    def add(self, mailbox: MailboxFacts) -> None:
        self._by_name.pop(mailbox.username.casefold(), None)
        for address in second_addresses(mailbox, self._context):
            self._drop(address)

    def find(self, _names: Set[str]) -> Iterator[Evidence]:
        for name in sorted(self._by_name):
            for contact in self._by_name[name]:
                address = shown(contact.email or "")
                yield Evidence(f"{shown(contact.name)}: {address} does not exist")

    def _drop(self, address: str) -> None:
        same_name = self._by_name.get(local_part(address), [])
        same_name[:] = [one for one in same_name if canonical(one.email or "") != address]


HYG_01 = AggregateCheck(
    id="HYG-01",
    title="Stale address-book entry",
    severity=Severity.LOW,
    group=_GROUP,
    rationale="Mail to the contact bounces, or reaches the next owner of that name.",
    remediation="Delete the contact, or give it the successor's address.",
    probes=frozenset({"exchange", "domain.aliases", "domain.contacts"}),
    start=StaleContacts,
)


def plain_http(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    for url in dict.fromkeys(mailbox.mailbox.webmail_urls if mailbox.mailbox else ()):
        if url.strip().casefold().startswith("http:"):
            yield Evidence(f"webmail URL {shown(url)}")


HYG_02 = MailboxCheck(
    id="HYG-02",
    title="Webmail over plain HTTP",
    severity=Severity.LOW,
    group=_GROUP,
    rationale="Others on the user's network can read the password and the mail.",
    remediation="Give the user the https:// address, and ask Hostway to redirect the http:// one.",
    probes=frozenset({"mailbox"}),
    find=plain_http,
)


def listed_but_gone(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    if mailbox.gone:
        yield Evidence("in the list of usernames, but the API responded with not found")


HYG_03 = MailboxCheck(
    id="HYG-03",
    title="Listed but not found",
    severity=Severity.INFO,
    group=_GROUP,
    rationale="The mailbox was deleted during the audit, or the list of usernames is out of date.",
    remediation="Check again later; if it is still listed, report it to Hostway.",
    probes=frozenset({"mailbox", "exchange"}),
    find=listed_but_gone,
)

CHECKS: Final[tuple[Check, ...]] = (HYG_01, HYG_02, HYG_03)
