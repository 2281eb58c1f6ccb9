"""Details of a mailbox or a domain, as lines of label and value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from hostway_email.audit.collect.facts import DomainFacts, ExchangeFacts, FolderFacts, MailboxFacts
from hostway_email.audit.reports.redact import Names
from hostway_email.audit.text import megabytes, number_of

__all__ = ["Details", "of_domain", "of_mailbox", "quota_use"]

Details = list[tuple[str, str]]

_MOST: Final = 20
_BYTES_PER_MEGABYTE: Final = 1024 * 1024


def quota_use(facts: MailboxFacts) -> int | None:
    """Return the use of a mailbox's quota in percent; None if unknown."""
    used, quota = _sizes(facts)
    return None if used is None or not quota else used * 100 // quota


def of_mailbox(facts: MailboxFacts, names: Names) -> Details:
    """Return the details of a mailbox; unset ones are omitted."""
    return [(label, value) for label, value in _mailbox_lines(facts, names) if value]


def of_domain(facts: DomainFacts, names: Names) -> Details:
    """Return the details of a domain; unset ones are omitted."""
    return [(label, value) for label, value in _domain_lines(facts, names) if value]


def _mailbox_lines(facts: MailboxFacts, names: Names) -> Iterator[tuple[str, str]]:
    exchange = facts.exchange
    if exchange is not None:
        yield "Display name", names.person(exchange.display_name) if exchange.display_name else ""
    yield "Storage", _storage(facts)
    yield "Privileges", "master mailbox" if facts.master else ""
    yield "Forwards to", _row([names.address(target) for target in facts.forwards or ()])
    if exchange is not None:
        yield from _exchange_lines(exchange, names)
    if facts.autoresponder is not None:
        yield "Autoresponder", "on" if facts.autoresponder.active else ""
    entries = facts.blackwhitelist or ()
    for label, kind in (("Whitelisted", "W"), ("Blacklisted", "B")):
        yield label, _row([names.address(one.address) for one in entries if one.type == kind])
    plan = facts.webmail.type if facts.webmail else facts.webmail_access
    yield "Webmail", names.text(plan or "")
    if facts.trial_expiration is not None:
        yield "Trial", f"{names.text(facts.trial_type or 'a plan')}, to {facts.trial_expiration}"
    yield "Messages", _messages(facts)
    yield "State", "listed but not found" if facts.gone else ""


def _exchange_lines(exchange: ExchangeFacts, names: Names) -> Iterator[tuple[str, str]]:
    target = exchange.forwarding_smtp_address
    if target:
        copy = "keeps a copy" if exchange.deliver_to_mailbox_and_forward else "keeps no copy"
        yield "Exchange forwards to", f"{names.address(target)}, {copy}"
    yield "Addresses", _row([names.address(address) for address in exchange.addresses])
    yield "Resource", _resource(exchange, names)
    switches = {
        "POP3": exchange.pop_enabled,
        "IMAP": exchange.imap_enabled,
        "MAPI": exchange.mapi_enabled,
        "webmail": exchange.owa_enabled,
        "ActiveSync": exchange.active_sync_enabled,
    }
    yield "Access protocols", ", ".join(name for name, is_on in switches.items() if is_on)
    hidden = exchange.hidden_from_address_lists_enabled
    yield "Address lists", "hidden" if hidden else ""


def _domain_lines(facts: DomainFacts, names: Names) -> Iterator[tuple[str, str]]:
    yield "Aliases", _row([names.domain(alias) for alias in facts.aliases or ()])
    if facts.quota_mb is not None:
        yield "Sum of quotas", megabytes(facts.quota_mb)
    store = facts.infostore
    if store is not None and store.usage_mb is not None and store.quota_mb is not None:
        yield "InfoStore", f"{megabytes(store.usage_mb)} of {megabytes(store.quota_mb)}"
    entries = facts.blackwhitelist or ()
    for label, kind in (("Whitelisted", "W"), ("Blacklisted", "B")):
        yield label, _row([names.address(one.address) for one in entries if one.type == kind])
    if facts.contacts is not None:
        yield "Address book", number_of(len(facts.contacts), "entry", "entries")
    if facts.webmail is not None:
        yield "Webmail", names.text(facts.webmail.type or "")
    if facts.secret_minimum is not None:
        yield "Secret questions required", f"{facts.secret_minimum:,}"


def _resource(exchange: ExchangeFacts, names: Names) -> str:
    kind = exchange.resource_type or ""
    return "" if kind.casefold() in ("", "user") else names.text(kind)


def _messages(facts: MailboxFacts) -> str:
    if facts.statistics is None:
        return ""
    folders = {
        "inbox": facts.statistics.inbox,
        "sent": facts.statistics.sent,
        "spam": facts.statistics.spam,
    }
    return ", ".join(_folder(name, count) for name, count in folders.items() if count is not None)


def _folder(name: str, count: FolderFacts) -> str:
    total = "an unknown number" if count.all_messages is None else f"{count.all_messages:,}"
    unread = f" ({count.unread_messages:,} unread)" if count.unread_messages else ""
    return f"{total} in {name}{unread}"


def _storage(facts: MailboxFacts) -> str:
    used, quota = _sizes(facts)
    if used is None:
        return f"quota {megabytes(quota)}" if quota is not None else ""
    return f"{megabytes(used)} of {megabytes(quota)}" if quota else megabytes(used)


def _sizes(facts: MailboxFacts) -> tuple[int | None, int | None]:
    """Return use and quota, in MB."""
    if facts.exchange is not None:
        used, quota = facts.exchange.used_bytes, facts.exchange.quota_bytes
        return _in_megabytes(used), _in_megabytes(quota)
    if facts.mailbox is not None:
        return facts.mailbox.usage_mb, facts.mailbox.quota_mb
    return None, facts.quota_mb


def _in_megabytes(size: int | None) -> int | None:
    return None if size is None else size // _BYTES_PER_MEGABYTE


def _row(names: Sequence[str]) -> str:
    more = len(names) - _MOST
    row = ", ".join(names[:_MOST])
    return f"{row} and {more:,} more" if more > 0 else row
