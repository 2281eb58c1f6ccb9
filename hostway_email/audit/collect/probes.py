"""Probes: the named API requests of an audit for a mailbox or a domain.

A check names the probes it needs; only these are sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from hostway_email.audit.collect.facts import (
    AutoresponderFacts,
    ContactFacts,
    DomainWebmailFacts,
    ExchangeFacts,
    FolderFacts,
    InfoStoreFacts,
    ListedFacts,
    RegularFacts,
    StatisticsFacts,
    WebmailFacts,
)
from hostway_email.errors import HostwayEmailError, StatusError
from hostway_email.handles import MeteredDomain, UsernameHandle
from hostway_email.models import FilterAttribute, FolderCount, ListedAddress, MailboxKind
from hostway_email.pagination import AsyncPager

__all__ = [
    "DETAILS",
    "DOMAIN_PROBES",
    "MAILBOX_PROBES",
    "STATISTICS",
    "MailboxProbe",
    "read_message_counts",
    "reason_of",
]

DETAILS: Final = "details"
"""The probe name for the details in the list of usernames."""

STATISTICS: Final = "statistics"
"""The probe name of the message statistics, which have their own circuit breaker."""


@dataclass(frozen=True, slots=True)
class MailboxProbe:
    """A request about one mailbox; its result is the field of `MailboxFacts` of the same name.

    Attributes:
        read: sends the request.
        kind: the kind of mailbox it applies to; None for both.
        may_be_absent: whether HTTP 404 means that the mailbox has no such resource.
    """

    read: Callable[[UsernameHandle], Awaitable[object]]
    kind: MailboxKind | None = None
    may_be_absent: bool = False


async def _forwards(username: UsernameHandle) -> list[str]:
    return await username.forwards.list()


async def _autoresponder(username: UsernameHandle) -> AutoresponderFacts:
    settings = await username.autoresponder.get()
    return AutoresponderFacts(
        active=settings.active,
        has_subject=bool((settings.subject or "").strip()),
        has_body=bool((settings.body or "").strip()),
    )


async def _blackwhitelist(username: UsernameHandle) -> list[ListedFacts]:
    return await _entries(username.blackwhitelist.list())


async def _cleanmailplus(username: UsernameHandle) -> dict[str, str]:
    return _selected(await username.cleanmailplus.get())


async def _secrets(username: UsernameHandle) -> list[str]:
    return await username.secrets.list()


async def _webmail(username: UsernameHandle) -> WebmailFacts:
    return WebmailFacts.model_validate(await username.webmail.get())


async def _mailbox(username: UsernameHandle) -> RegularFacts:
    mailbox = await username.mailbox.get()
    return RegularFacts(
        quota_mb=mailbox.quota_mb,
        usage_mb=mailbox.usage_mb,
        master=mailbox.master,
        webmail_urls=[site.url for site in mailbox.sitemail_urls],
    )


async def _exchange(username: UsernameHandle) -> ExchangeFacts:
    mailbox = await username.exchange.get()
    facts = ExchangeFacts.model_validate(mailbox)
    facts.quota_bytes = mailbox.quota.bytes if mailbox.quota else None
    facts.used_bytes = mailbox.total_item_size.bytes if mailbox.total_item_size else None
    facts.addresses = [proxy.address for proxy in mailbox.email_addresses]
    facts.active_sync_allowed_devices = len(mailbox.active_sync_allowed_device_ids)
    facts.recipients_unlimited = bool(
        mailbox.recipient_limits and mailbox.recipient_limits.unlimited
    )
    facts.send_size_unlimited = bool(mailbox.max_send_size and mailbox.max_send_size.unlimited)
    return facts


async def read_message_counts(username: UsernameHandle, kind: MailboxKind) -> StatisticsFacts:
    """Return the message counts of the folders of a mailbox."""
    hosted = username.exchange if kind == "exchange" else username.mailbox
    count = (await hosted.message_stats()).message_count
    return StatisticsFacts(
        inbox=_folder(count.inbox), sent=_folder(count.sent), spam=_folder(count.spam)
    )


# The mailbox itself comes first: it shows whether the mailbox still exists.
MAILBOX_PROBES: Final[Mapping[str, MailboxProbe]] = MappingProxyType(
    {
        "mailbox": MailboxProbe(_mailbox, kind="mailbox"),
        "exchange": MailboxProbe(_exchange, kind="exchange"),
        "forwards": MailboxProbe(_forwards),
        "autoresponder": MailboxProbe(_autoresponder),
        "blackwhitelist": MailboxProbe(_blackwhitelist),
        "cleanmailplus": MailboxProbe(_cleanmailplus),
        "secrets": MailboxProbe(_secrets),
        "webmail": MailboxProbe(_webmail, may_be_absent=True),
    }
)


async def _domain_aliases(domain: MeteredDomain) -> list[str]:
    return await domain.aliases.list()


async def _domain_quota(domain: MeteredDomain) -> int:
    return (await domain.get()).quota_mb


async def _domain_blackwhitelist(domain: MeteredDomain) -> list[ListedFacts]:
    return await _entries(domain.blackwhitelist.list())


async def _domain_cleanmailplus(domain: MeteredDomain) -> dict[str, str]:
    return _selected(await domain.cleanmailplus.get())


async def _domain_contacts(domain: MeteredDomain) -> list[ContactFacts]:
    return [ContactFacts.model_validate(contact) async for contact in domain.contacts.list()]


async def _domain_infostore(domain: MeteredDomain) -> InfoStoreFacts:
    return InfoStoreFacts.model_validate(await domain.infostore.get())


async def _domain_webmail(domain: MeteredDomain) -> DomainWebmailFacts:
    return DomainWebmailFacts.model_validate(await domain.webmail.get())


async def _webmail_limits(domain: MeteredDomain) -> dict[str, int | None]:
    return (await domain.webmail_limits.get()).limits


async def _webmail_names(domain: MeteredDomain) -> list[str]:
    return list((await domain.webmail_names.get()).names)


async def _webmail_upgrade(domain: MeteredDomain) -> bool:
    return (await domain.webmail_upgrade.get()).allowed


async def _mailbox_type_count(domain: MeteredDomain) -> dict[str, int]:
    counts = await domain.statistics.mailbox_type_count()
    numbers = counts.model_dump(by_alias=True, exclude={"links"})
    return {name: number for name, number in numbers.items() if isinstance(number, int)}


async def _secret_questions(domain: MeteredDomain) -> list[str]:
    return list((await domain.secret_questions.get()).questions)


async def _secret_minimum(domain: MeteredDomain) -> int:
    return (await domain.secret_question_settings.get()).minimum


DOMAIN_PROBES: Final[Mapping[str, Callable[[MeteredDomain], Awaitable[object]]]] = MappingProxyType(
    {
        "aliases": _domain_aliases,
        "quota_mb": _domain_quota,
        "blackwhitelist": _domain_blackwhitelist,
        "cleanmailplus": _domain_cleanmailplus,
        "contacts": _domain_contacts,
        "infostore": _domain_infostore,
        "webmail": _domain_webmail,
        "webmail_limits": _webmail_limits,
        "webmail_names": _webmail_names,
        "webmail_upgrade": _webmail_upgrade,
        "mailbox_type_count": _mailbox_type_count,
        "secret_questions": _secret_questions,
        "secret_minimum": _secret_minimum,
    }
)
"""The requests about a domain; each result is the field of `DomainFacts` of the same name."""


def reason_of(error: HostwayEmailError) -> str:
    """Return the reason of a failed probe in one line, without the path, which its record has."""
    if isinstance(error, StatusError):
        reason = (
            f"HTTP {error.status}: {error.message}" if error.message else f"HTTP {error.status}"
        )
        return reason if error.attempts == 1 else f"{reason} (after {error.attempts} attempts)"
    return str(error)


async def _entries(listed: AsyncPager[ListedAddress]) -> list[ListedFacts]:
    return [ListedFacts.model_validate(entry) async for entry in listed]


def _selected(attributes: list[FilterAttribute]) -> dict[str, str]:
    return {one.field_name: one.selected for one in attributes if one.selected is not None}


def _folder(count: FolderCount | None) -> FolderFacts | None:
    return None if count is None else FolderFacts.model_validate(count)
