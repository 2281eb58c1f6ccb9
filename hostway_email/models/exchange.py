"""A hosted Exchange mailbox."""

from typing import Annotated, Literal

from pydantic import AliasChoices, Field, Strict

from hostway_email._core.decoding import MemoryCost
from hostway_email.models._lenient_values import ReadFlag
from hostway_email.models._request import RequestModel, Secret
from hostway_email.models._response import Lenient, Listing, Readable, ResponseModel
from hostway_email.models._types import Flag
from hostway_email.models.exchange_values import ExchangeNumber, ExchangeSize, ExchangeTimestamp
from hostway_email.models.links import LinkList

__all__ = ["ExchangeCreate", "ExchangeMailbox", "ExchangeUpdate", "ProxyAddress"]

_Device = Annotated[str, Field(min_length=1)]
_Text40 = Annotated[str, Strict(), Field(max_length=40)]
_Text64 = Annotated[str, Strict(), Field(max_length=64)]
_Text128 = Annotated[str, Strict(), Field(max_length=128)]
_Text1024 = Annotated[str, Strict(), Field(max_length=1024)]
_DisplayName = Annotated[str, Strict(), Field(min_length=1, max_length=256)]


class ProxyAddress(ResponseModel):
    """One address under which an Exchange mailbox receives mail.

    Attributes:
        address: the address.
        header: `SMTP` for the primary address, `smtp` for the others.
    """

    address: str
    header: Lenient[str] = None

    @property
    def primary(self) -> bool:
        """Whether mail is sent from this address."""
        return self.header == "SMTP"


class ExchangeMailbox(ResponseModel):
    """An Exchange mailbox, as Exchange reports it; fields that are not set are usually `""`.

    Sizes, counts and times are kept as the text of Exchange, and parsed by properties:
    `quota.bytes`, `recipient_limits.number`, `when_created.to_datetime()`.

    Attributes:
        type: the Exchange account type, `standard` or `premium`.
        resource_type: the kind of resource; `user`, `room` and `equipment` are known.
        quota: the quota.
        total_item_size: the storage used.
        forwarding_smtp_address: the address its mail is forwarded to, as in
            `smtp:ana@example.com`.
        deliver_to_mailbox_and_forward: whether a copy of forwarded mail is kept.
        email_addresses: all its addresses, of which one is `primary`.
        active_sync_allowed_device_ids: the devices that may connect; empty if there is no rule.
        links: the mailbox's links.
    """

    memory_cost = MemoryCost(item=200)

    username: Lenient[str] = None
    domain: Lenient[str] = None
    alias: Lenient[str] = None
    display_name: Lenient[str] = None
    type: Lenient[str] = None
    recipient_type: Lenient[str] = None
    resource_type: Lenient[str] = None

    quota: Lenient[ExchangeSize] = None
    total_item_size: Lenient[ExchangeSize] = None
    item_count: Lenient[ExchangeNumber] = None
    archive_database: Lenient[str] = None
    archive_quota: Lenient[ExchangeSize] = None
    database: Lenient[str] = None
    server_name: Lenient[str] = None
    when_created: Lenient[ExchangeTimestamp] = None
    when_changed: Lenient[ExchangeTimestamp] = None

    max_receive_size: Lenient[ExchangeSize] = None
    max_send_size: Lenient[ExchangeSize] = None
    recipient_limits: Lenient[ExchangeNumber] = None
    # The manual documents these as lists in one place and as text in another.
    accept_messages_only_from_senders_or_members: Lenient[str | list[Readable[str]]] = None
    reject_messages_from_senders_or_members: Lenient[str | list[Readable[str]]] = None
    require_sender_authentication_enabled: Lenient[ReadFlag] = None
    hidden_from_address_lists_enabled: Lenient[ReadFlag] = None
    deliver_to_mailbox_and_forward: Lenient[ReadFlag] = None
    forwarding_smtp_address: Annotated[
        Lenient[str],
        Field(validation_alias=AliasChoices("forwardingSmtpAddress", "forwardingSmtAddress")),
    ] = None
    primary_smtp_address: Lenient[str] = None
    email_addresses: Listing[ProxyAddress] = []

    active_sync_enabled: Lenient[ReadFlag] = None
    active_sync_mailbox_policy: Lenient[str] = None
    # An empty list is also written `[""]`.
    active_sync_allowed_device_ids: Annotated[
        Listing[_Device], Field(alias="activeSyncAllowedDeviceIDs")
    ] = []
    active_sync_blocked_device_ids: Annotated[
        Listing[_Device], Field(alias="activeSyncBlockedDeviceIDs")
    ] = []
    has_active_sync_device_partnership: Lenient[ReadFlag] = None
    imap_enabled: Lenient[ReadFlag] = None
    mapi_enabled: Lenient[ReadFlag] = None
    owa_enabled: Lenient[ReadFlag] = None
    pop_enabled: Lenient[ReadFlag] = None

    first_name: Lenient[str] = None
    last_name: Lenient[str] = None
    title: Lenient[str] = None
    company: Lenient[str] = None
    department: Lenient[str] = None
    office: Lenient[str] = None
    manager: Lenient[str] = None
    email_address: Lenient[str] = None
    web_page: Lenient[str] = None
    work_phone: Lenient[str] = None
    home_phone: Lenient[str] = None
    mobile_phone: Lenient[str] = None
    fax: Lenient[str] = None
    street: Lenient[str] = None
    city: Lenient[str] = None
    state: Lenient[str] = None
    postal_code: Lenient[str] = None
    country: Lenient[str] = None
    notes: Lenient[str] = None
    links: LinkList = []


class _Settings(RequestModel):
    """The fields that can be set when an Exchange mailbox is created or updated."""

    leaves_out_none = True

    type: Literal["standard", "premium"] | None = None
    reset_password: Flag | None = None
    first_name: _Text64 | None = None
    last_name: _Text64 | None = None
    title: _Text128 | None = None
    company: _Text64 | None = None
    department: _Text64 | None = None
    home_phone: _Text64 | None = None
    mobile_phone: _Text64 | None = None
    fax: _Text64 | None = None
    street: _Text1024 | None = None
    city: _Text128 | None = None
    state: _Text128 | None = None
    postal_code: _Text40 | None = None
    country: _Text128 | None = None


class ExchangeCreate(_Settings):
    """An Exchange mailbox to create.

    Attributes:
        password: its password; `password_problems(..., exchange=True)` returns the documented
            rules that it violates.
        display_name: the display name, of up to 256 characters.
        type: the account type; `standard` by default.
        resource_type: the kind of resource; `user` by default. It cannot be changed later.
        reset_password: whether its user must choose a new password at the next login.
    """

    sets_once = frozenset({"password"})

    password: Secret
    display_name: _DisplayName
    resource_type: Literal["user", "equipment", "room"] | None = None


class ExchangeUpdate(_Settings):
    """The fields of an Exchange mailbox to change, at least one; others stay unchanged.

    The resource type cannot be changed.

    Attributes:
        password: a new password that was never used before.
        display_name: the display name, of up to 256 characters.
        type: the account type.
        reset_password: whether its user must choose a new password at the next login.
    """

    needs_a_field = True
    sets_once = frozenset({"password"})

    password: Secret | None = None
    display_name: _DisplayName | None = None
