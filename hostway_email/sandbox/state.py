"""The state of a sandbox: its domains, their mailboxes and their settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from random import Random
from uuid import UUID

from hostway_email.sandbox.faults import FaultInjector, Faults

__all__ = [
    "Autoresponder",
    "Domain",
    "DomainWebmail",
    "ExchangeMailbox",
    "InfoStore",
    "Mailbox",
    "Mailboxes",
    "MessageStats",
    "SandboxState",
    "Ticket",
    "Webmail",
]

# Shared by all mailboxes: nothing changes them in place.
_SITEMAIL = (("https://sitemail7.example", "7"), ("https://sitemail8.example", "8"))
_ANSWERS = {"tk1": "answer1", "tk2": "answer2", "tk3": "answer3"}
_LONG_AGO = datetime(2013, 10, 11, 9, 43, 39)
_QUESTIONS = {
    "tk1": "What was the name of your first pet?",
    "tk2": "In which town did your parents meet?",
    "tk3": "What was the model of your first car?",
    "tk4": "What was the name of your first school?",
    "tk5": "What is your favourite dish?",
}


@dataclass(slots=True)
class SandboxState:
    """The state of a sandbox: its domains, the provider's settings and the faults."""

    domains: list[Domain]
    username: str
    password: str
    today: date
    password_rules: bool
    strict: bool
    faults: Faults
    fault_injector: FaultInjector
    guids: Random
    secret_questions: dict[str, str] = field(default_factory=_QUESTIONS.copy)
    secret_minimum: int = 3

    def domain(self, name: str) -> Domain | None:
        """Return the domain of this name, or None; all accounts together have a name once."""
        lowered = name.lower()
        return next((one for one in self.domains if one.name.lower() == lowered), None)

    def now(self) -> datetime:
        """Return the timestamp of changes, which is the same all day."""
        return datetime.combine(self.today, time(9, 43, 48))

    def guid(self) -> str:
        """Return the next error id."""
        return str(UUID(int=self.guids.getrandbits(128), version=4))


@dataclass(slots=True)
class Autoresponder:
    """The automatic reply of a mailbox."""

    active: bool = False
    subject: str = ""
    body: str = ""


@dataclass(slots=True)
class MessageStats:
    """The message counts of the three reported folders."""

    inbox: int = 0
    inbox_unread: int = 0
    sent: int = 0
    sent_unread: int = 0
    spam: int = 0
    spam_unread: int = 0


@dataclass(slots=True)
class Webmail:
    """The OpenXchange account of a mailbox."""

    type: str = "standard"
    allow_upgrade: bool = True
    reset_password: bool = False
    theme: str = "default"
    language: str = "en_US"
    timezone: str = "America/Chicago"


@dataclass(slots=True)
class ExchangeMailbox:
    """The settings of a hosted Exchange mailbox.

    `quota` and `total_item_size` are strings as on the wire; None derives them from the MB of the
    mailbox. `resource_type` is user, room or equipment.
    """

    display_name: str = ""
    type: str = "standard"
    resource_type: str = "user"
    recipient_type: str = "UserMailbox"
    first_name: str = ""
    last_name: str = ""
    city: str = ""
    company: str = ""
    country: str = ""
    department: str = ""
    fax: str = ""
    home_phone: str = ""
    manager: str = ""
    mobile_phone: str = ""
    notes: str = ""
    office: str = ""
    postal_code: str = ""
    state: str = ""
    street: str = ""
    title: str = ""
    web_page: str = ""
    work_phone: str = ""
    quota: str | None = None
    total_item_size: str | None = None
    item_count: int = 0
    max_receive_size: str = "50 MB (52,428,800 bytes)"
    max_send_size: str = "50 MB (52,428,800 bytes)"
    recipient_limits: str = "100"
    archive_database: str = ""
    archive_quota: str = "50 GB (53,687,091,200 bytes)"
    database: str = "DAG01-DB01"
    server_name: str = "uc4-exmbx01"
    when_created: datetime = _LONG_AGO
    when_changed: datetime = _LONG_AGO
    owa_enabled: bool = True
    mapi_enabled: bool = True
    pop_enabled: bool = False
    imap_enabled: bool = False
    active_sync_enabled: bool = False
    active_sync_mailbox_policy: str = "Default"
    active_sync_allowed_device_ids: list[str] = field(default_factory=list)
    active_sync_blocked_device_ids: list[str] = field(default_factory=list)
    has_active_sync_device_partnership: bool = False
    accept_messages_only_from: str = ""
    reject_messages_from: str = ""
    require_sender_authentication_enabled: bool = False
    proxy_addresses: list[str] = field(default_factory=list)
    forwarding_smtp_address: str = ""
    deliver_to_mailbox_and_forward: bool = False
    hidden_from_address_lists_enabled: bool = False
    reset_password: bool = False

    @classmethod
    def of_kind(cls, resource_type: str) -> ExchangeMailbox:
        """Return the default settings of a user, a room or equipment."""
        if resource_type == "user":
            return cls()
        # Rooms and equipment have no login, and only colleagues may book them.
        return cls(
            resource_type=resource_type,
            recipient_type=f"{resource_type.capitalize()}Mailbox",
            owa_enabled=False,
            mapi_enabled=False,
            require_sender_authentication_enabled=True,
        )


@dataclass(slots=True)
class Mailbox:
    """A username of the domain, on the regular mail platform or, with `exchange`, on Exchange.

    Sizes are in MB. `cleanmailplus` holds only the settings that differ from the domain's.
    `webmail` is None without an OpenXchange account. A `gone` mailbox is listed, but requests for
    its details get a 404.
    """

    username: str
    password: str = "sandbox"
    used_passwords: list[str] = field(default_factory=list)
    master: bool = False
    quota: int = 2048
    usage: int = 0
    virtual: bool = False
    gone: bool = False
    exchange: ExchangeMailbox | None = None
    webmail: Webmail | None = field(default_factory=Webmail)
    trial_type: str | None = None
    trial_expiration: date | None = None
    forwards: list[str] = field(default_factory=list)
    autoresponder: Autoresponder = field(default_factory=Autoresponder)
    blackwhitelist: dict[str, str] = field(default_factory=dict)
    cleanmailplus: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=_ANSWERS.copy)
    stats: MessageStats = field(default_factory=MessageStats)
    sitemail_urls: tuple[tuple[str, str], ...] = _SITEMAIL

    def change_password(self, password: str) -> None:
        """Set a password and remember the previous one."""
        self.used_passwords.append(self.password)
        self.password = password

    def has_used(self, password: str) -> bool:
        """Return True if this is, or was, the password."""
        return password == self.password or password in self.used_passwords


@dataclass(slots=True)
class InfoStore:
    """The shared file storage of a domain, in MB."""

    usage: int = 0
    quota: int = 20


@dataclass(slots=True)
class DomainWebmail:
    """The webmail settings of a domain."""

    type: str = "standard"
    allow_upgrade: bool = True
    trial_type: str | None = None
    trial_expiration: date | None = None


@dataclass(slots=True)
class Ticket:
    """A support ticket about a failed migration."""

    username: str
    subject: str
    body: str


class Mailboxes:
    """The mailboxes of a domain by case-insensitive username."""

    __slots__ = ("_by_name", "_in_order")

    def __init__(self) -> None:
        self._by_name: dict[str, Mailbox] = {}
        self._in_order: list[Mailbox] | None = None

    def get(self, username: str) -> Mailbox | None:
        """Return the mailbox, or None if it does not exist."""
        return self._by_name.get(username.lower())

    def add(self, mailbox: Mailbox) -> None:
        """Add a mailbox; its username must be unique."""
        key = mailbox.username.lower()
        if key in self._by_name:
            raise ValueError(f"mailbox {mailbox.username!r} already exists")
        self._by_name[key] = mailbox
        self._in_order = None

    def remove(self, mailbox: Mailbox) -> None:
        """Remove a mailbox."""
        del self._by_name[mailbox.username.lower()]
        self._in_order = None

    def rename(self, mailbox: Mailbox, username: str) -> None:
        """Change the username of a mailbox; the new one must be unique."""
        self.remove(mailbox)
        mailbox.username = username
        self.add(mailbox)

    def in_order(self) -> list[Mailbox]:
        """Return all mailboxes sorted by username; the list is cached and must not be changed."""
        # Cached between requests: sorting for each page would make reading all pages quadratic.
        if self._in_order is None:
            self._in_order = [self._by_name[key] for key in sorted(self._by_name)]
        return self._in_order

    def __iter__(self) -> Iterator[Mailbox]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def __contains__(self, username: str) -> bool:
        return username.lower() in self._by_name


@dataclass(slots=True)
class Domain:
    """A mail domain.

    `quota_drift` is the difference (MB) between its quota and the sum of its mailboxes' quotas.
    `limits` is the maximum number of mailboxes by webmail type, zero or less for no limit;
    `type_quotas` is the storage (MB) of a type; `upgrade` is the product's permission to upgrade.
    A `disabled` domain refuses changes to Exchange mailboxes; with `missing_records` all requests
    for message statistics get a 500.
    """

    account: str
    name: str
    mailboxes: Mailboxes = field(default_factory=Mailboxes)
    aliases: list[str] = field(default_factory=list)
    blackwhitelist: dict[str, str] = field(default_factory=dict)
    cleanmailplus: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, dict[str, str]] = field(default_factory=dict)
    infostore: InfoStore = field(default_factory=InfoStore)
    webmail: DomainWebmail = field(default_factory=DomainWebmail)
    limits: dict[str, int] = field(
        default_factory=lambda: {"activesync": -1, "premium": -1, "starter": -1, "standard": -1}
    )
    names: dict[str, str] = field(
        default_factory=lambda: {
            "activesync": "SMX Sync Advanced",
            "premium": "SMA Collaborate Premium",
            "standard": "SMX Mail Basic",
        }
    )
    type_quotas: dict[str, int] = field(
        default_factory=lambda: {
            "starter": 512,
            "standard": 2048,
            "activesync": 5120,
            "premium": 10240,
        }
    )
    exchange_quotas: dict[str, int] = field(
        default_factory=lambda: {"standard": 10240, "premium": 51200}
    )
    upgrade: bool = True
    disabled: bool = False
    missing_records: bool = False
    quota_drift: int = 0
    sso_link: str = "https://avas.example/sso?token=c2FuZGJveA"
    sso_redirects: bool = False
    tickets: list[Ticket] = field(default_factory=list)
