"""Hygiene: what is out of date, or still done the old way."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Final

from hostway_email.audit.check import Check, Context, Evidence, JoinCheck, MailboxCheck, Severity
from hostway_email.audit.checks.addresses import (
    canonical,
    is_local,
    local_part,
    second_addresses,
)
from hostway_email.audit.checks.wording import shown
from hostway_email.audit.facts import ContactFacts, MailboxFacts

__all__ = ["CHECKS"]

_GROUP: Final = "hygiene"


class StaleContacts:
    """Keeps the internal contacts for which no mailbox was seen yet."""

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
                where = shown(contact.email or "")
                yield Evidence(
                    f"{shown(contact.name)} has the address {where}, which does not exist"
                )

    def _drop(self, address: str) -> None:
        same_name = self._by_name.get(local_part(address), [])
        same_name[:] = [one for one in same_name if canonical(one.email or "") != address]


HYG_01 = JoinCheck(
    id="HYG-01",
    title="The address book names a mailbox that does not exist",
    severity=Severity.LOW,
    group=_GROUP,
    why="Colleagues pick the entry and their mail bounces, or reaches whoever gets that name next.",
    mend="Delete the contact, or give it the address of whoever took over the work.",
    probes=frozenset({"exchange", "domain.aliases", "domain.contacts"}),
    start=StaleContacts,
)


def plain_http(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    for url in dict.fromkeys(mailbox.mailbox.webmail_urls if mailbox.mailbox else ()):
        if url.strip().casefold().startswith("http:"):
            yield Evidence(f"webmail at {shown(url)}")


HYG_02 = MailboxCheck(
    id="HYG-02",
    title="Webmail over plain HTTP",
    severity=Severity.LOW,
    group=_GROUP,
    why="Whoever shares the network with the user can read the password and the mail.",
    mend="Tell the user the address with https://, and ask Hostway to redirect the other.",
    probes=frozenset({"mailbox"}),
    find=plain_http,
)


def listed_but_gone(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    if mailbox.gone:
        yield Evidence("in the list of usernames, but not found when it was asked for")


HYG_03 = MailboxCheck(
    id="HYG-03",
    title="Listed, but gone",
    severity=Severity.INFO,
    group=_GROUP,
    why="Either it was deleted while the audit ran, or the list names what is no longer there.",
    mend="Look again later; if it is still listed, report it to Hostway.",
    probes=frozenset({"mailbox", "exchange"}),
    find=listed_but_gone,
)

CHECKS: Final[tuple[Check, ...]] = (HYG_01, HYG_02, HYG_03)
