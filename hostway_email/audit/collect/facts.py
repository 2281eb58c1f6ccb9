"""Facts about a mailbox and its domain: plain values that can be written to records.

Only values that a check can use are kept, never a token or an answer to a secret question.
"""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from hostway_email.models import MailboxKind
from hostway_email.models.building import WHEN_USED

__all__ = [
    "AutoresponderFacts",
    "ContactFacts",
    "DomainFacts",
    "DomainWebmailFacts",
    "ExchangeFacts",
    "FolderFacts",
    "InfoStoreFacts",
    "ListedFacts",
    "MailboxFacts",
    "RegularFacts",
    "StatisticsFacts",
    "WebmailFacts",
]


class _Facts(BaseModel):
    model_config = ConfigDict(from_attributes=True, defer_build=WHEN_USED)


class AutoresponderFacts(_Facts):
    """The autoresponder of a mailbox, without its text."""

    active: bool | None = None
    has_subject: bool = False
    has_body: bool = False


class ListedFacts(_Facts):
    """An entry of a black/white list; `type` is `W` or `B`."""

    address: str
    type: str | None = None


class WebmailFacts(_Facts):
    """The webmail account of a mailbox."""

    type: str | None = None
    allow_upgrade: bool | None = None
    reset_password: bool | None = None


class RegularFacts(_Facts):
    """A regular mailbox: its size in MB, and its webmail URLs."""

    quota_mb: int | None = None
    usage_mb: int | None = None
    master: bool | None = None
    webmail_urls: list[str] = []


class ExchangeFacts(_Facts):
    """An Exchange mailbox: sizes in bytes, None for no limit or an unreadable value."""

    display_name: str | None = None
    type: str | None = None
    recipient_type: str | None = None
    resource_type: str | None = None
    quota_bytes: int | None = None
    used_bytes: int | None = None
    forwarding_smtp_address: str | None = None
    deliver_to_mailbox_and_forward: bool | None = None
    hidden_from_address_lists_enabled: bool | None = None
    addresses: list[str] = []
    pop_enabled: bool | None = None
    imap_enabled: bool | None = None
    mapi_enabled: bool | None = None
    owa_enabled: bool | None = None
    active_sync_enabled: bool | None = None
    active_sync_mailbox_policy: str | None = None
    active_sync_allowed_devices: int = 0
    has_active_sync_device_partnership: bool | None = None
    require_sender_authentication_enabled: bool | None = None
    recipients_unlimited: bool = False
    send_size_unlimited: bool = False


class FolderFacts(_Facts):
    """The message counts of a folder."""

    all_messages: int | None = None
    unread_messages: int | None = None


class StatisticsFacts(_Facts):
    """The message counts of a mailbox by folder."""

    inbox: FolderFacts | None = None
    sent: FolderFacts | None = None
    spam: FolderFacts | None = None


class MailboxFacts(_Facts):
    """The facts about one mailbox.

    Fields of the list of usernames are always set. A field that a probe fills is None if that probe
    was not selected, does not apply to this kind of mailbox, or failed.

    Attributes:
        username: its name, without the domain.
        kind: a regular mailbox or Exchange.
        type: its access type, such as `imap`.
        quota_mb: its quota in MB.
        master: whether it is a master mailbox.
        trial_type: the webmail type it has on trial.
        trial_expiration: the last day of the trial.
        allow_upgrade: whether its user may change the webmail type.
        webmail_access: its webmail type, if the list was requested with details.
        gone: whether it was listed, but not found by a later request.
        forwards: the forward targets.
        autoresponder: its autoresponder: `active`, `has_subject`, `has_body`.
        blackwhitelist: its own list: `address` and `type`, `W` or `B`, of each entry.
        cleanmailplus: the values of its filter, by the names of the settings.
        secrets: the text keys of the secret questions it has answered.
        webmail: its webmail account: `type`, `allow_upgrade`, `reset_password`.
        mailbox: a regular mailbox: `quota_mb`, `usage_mb`, `master`, `webmail_urls`.
        exchange: an Exchange mailbox: its settings, named as in `ExchangeMailbox`, with sizes as
            `quota_bytes` and `used_bytes`, and its `addresses`.
        statistics: `all_messages` and `unread_messages` of `inbox`, `sent` and `spam`.
    """

    username: str
    kind: MailboxKind | None = None
    type: str | None = None
    quota_mb: int | None = None
    master: bool | None = None
    trial_type: str | None = None
    trial_expiration: date | None = None
    allow_upgrade: bool | None = None
    webmail_access: str | None = None
    gone: bool = False

    forwards: list[str] | None = None
    autoresponder: AutoresponderFacts | None = None
    blackwhitelist: list[ListedFacts] | None = None
    cleanmailplus: dict[str, str] | None = None
    secrets: list[str] | None = None
    webmail: WebmailFacts | None = None
    mailbox: RegularFacts | None = None
    exchange: ExchangeFacts | None = None
    statistics: StatisticsFacts | None = None


class InfoStoreFacts(_Facts):
    """The InfoStore of a domain, in MB."""

    usage_mb: int | None = None
    quota_mb: int | None = None


class DomainWebmailFacts(_Facts):
    """The webmail settings of a domain."""

    type: str | None = None
    allow_upgrade: bool | None = None
    trial_type: str | None = None
    trial_expiration: date | None = None


class ContactFacts(_Facts):
    """An entry of the domain's address book."""

    name: str
    email: str | None = None


class DomainFacts(_Facts):
    """The facts about a domain; each field is filled by the probe of the same name.

    Attributes:
        account: the account.
        domain: the domain.
        aliases: its aliases.
        quota_mb: the quota of the domain: by the API, the sum of its mailbox quotas.
        blackwhitelist: its list: `address` and `type`, `W` or `B`, of each entry.
        cleanmailplus: the values of its filter, by the names of the settings.
        contacts: the address book: `name` and `email` of each entry.
        infostore: `usage_mb` and `quota_mb` of its InfoStore.
        webmail: its webmail settings: `type`, `allow_upgrade`, `trial_type`, `trial_expiration`.
        webmail_limits: the limit of mailboxes for each webmail type; None for no limit.
        webmail_names: the webmail types of its product.
        webmail_upgrade: whether its product allows changes of the webmail type.
        mailbox_type_count: the number of mailboxes of each type, by the names of the API.
        secret_questions: the text keys of the available questions.
        secret_minimum: the number of questions that a mailbox must have answered.
    """

    account: str
    domain: str
    aliases: list[str] | None = None
    quota_mb: int | None = None
    blackwhitelist: list[ListedFacts] | None = None
    cleanmailplus: dict[str, str] | None = None
    contacts: list[ContactFacts] | None = None
    infostore: InfoStoreFacts | None = None
    webmail: DomainWebmailFacts | None = None
    webmail_limits: dict[str, int | None] | None = None
    webmail_names: list[str] | None = None
    webmail_upgrade: bool | None = None
    mailbox_type_count: dict[str, int] | None = None
    secret_questions: list[str] | None = None
    secret_minimum: int | None = None
