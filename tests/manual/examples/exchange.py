"""Exchange mailboxes: sections 52, 54 and 56."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from hostway_email import (
    BadRequestError,
    ExchangeCreate,
    ExchangeMailbox,
    ExchangeUpdate,
    HostwayEmail,
    NotFoundError,
    PutResult,
)
from hostway_email.resources import ExchangeResource

from ..example import NO_SLASH, Example, Raises, Reads, Refused, link

__all__ = ["EXAMPLES"]

USERNAMES = "/accounts/test-account123/email/test.com/usernames"
JOHN = f"{USERNAMES}/john.smith/exchange"
TEST_MB = "/accounts/test-account-id/email/test.com/usernames/test-mb"
TEMPLATE = "/accounts/{account}/email/{domain}/usernames/{mailbox}"

# Each field on the wire, in Python, and in the example.
FIELDS: tuple[tuple[str, str, JsonValue], ...] = (
    ("maxReceiveSize", "max_receive_size", "50 MB (52,428,800 bytes)"),
    ("maxSendSize", "max_send_size", "50 MB (52,428,800 bytes)"),
    ("primarySmtpAddress", "primary_smtp_address", "test-mb@test.com"),
    ("quota", "quota", "1000 MB (1,048,576,000 bytes)"),
    ("recipientLimits", "recipient_limits", "100"),
    ("rejectMessagesFromSendersOrMembers", "reject_messages_from_senders_or_members", ""),
    ("requireSenderAuthenticationEnabled", "require_sender_authentication_enabled", False),
    ("totalItemSize", "total_item_size", "0"),
    ("activeSyncAllowedDeviceIDs", "active_sync_allowed_device_ids", []),
    ("activeSyncBlockedDeviceIDs", "active_sync_blocked_device_ids", []),
    ("activeSyncEnabled", "active_sync_enabled", True),
    ("activeSyncMailboxPolicy", "active_sync_mailbox_policy", "Default"),
    ("hasActiveSyncDevicePartnership", "has_active_sync_device_partnership", False),
    ("imapEnabled", "imap_enabled", True),
    ("mapiEnabled", "mapi_enabled", True),
    ("owaEnabled", "owa_enabled", True),
    ("popEnabled", "pop_enabled", True),
    ("serverName", "server_name", "uc4-exmbx01"),
    ("whenChanged", "when_changed", "10/11/2013 9:43:48 AM"),
    ("whenCreated", "when_created", "10/11/2013 9:43:39 AM"),
    ("city", "city", "My City"),
    ("company", "company", "My Company"),
    ("country", "country", "Canada"),
    ("department", "department", "HR"),
    ("emailAddress", "email_address", "test-mb@test.com"),
    ("fax", "fax", "111-111-1111"),
    ("homePhone", "home_phone", "222-222-2222"),
    ("manager", "manager", ""),
    ("mobilePhone", "mobile_phone", "333-333-3333"),
    ("notes", "notes", "Hello Notes"),
    ("office", "office", "My Office"),
    ("postalCode", "postal_code", "V6C 3T3"),
    ("recipientType", "recipient_type", "UserMailbox"),
    ("resourceType", "resource_type", "user"),
    ("type", "type", "standard"),
    ("state", "state", "BC"),
    ("street", "street", "Burrard"),
    ("title", "title", "Title"),
    ("webPage", "web_page", "www.test.com"),
    ("workPhone", "work_phone", "222-222-2222"),
    ("displayName", "display_name", "My DisplayName"),
    ("firstName", "first_name", "My FirstName"),
    ("lastName", "last_name", "My LastName"),
    ("username", "username", "test-mb"),
    ("domain", "domain", "test.com"),
    ("alias", "alias", "test-mb-alias"),
    ("acceptMessagesOnlyFromSendersOrMembers", "accept_messages_only_from_senders_or_members", ""),
    ("archiveDatabase", "archive_database", ""),
    ("archiveQuota", "archive_quota", "50 GB (53,687,091,200 bytes)"),
    ("database", "database", "DAG01-DB01"),
    ("deliverToMailboxAndForward", "deliver_to_mailbox_and_forward", False),
    ("forwardingSmtpAddress", "forwarding_smtp_address", "smtp:test@google.com"),
    ("hiddenFromAddressListsEnabled", "hidden_from_address_lists_enabled", False),
    ("itemCount", "item_count", "0"),
)
WIRE: dict[str, JsonValue] = {wire: value for wire, _, value in FIELDS}
NAMES = {wire: name for wire, name, _ in FIELDS}
# Texts of the outline are their own names in braces; flags and lists have the example's values.
OUTLINE: dict[str, JsonValue] = {
    **WIRE,
    **{wire: f"{{{wire}}}" for wire, value in WIRE.items() if isinstance(value, str)},
    "activeSyncMailboxPolicy": "Default",
}
NO_DEVICES: dict[str, JsonValue] = {
    "activeSyncAllowedDeviceIDs": [""],
    "activeSyncBlockedDeviceIDs": [""],
}
PROXIES: JsonValue = [
    {"address": "test-mb@test.com", "header": "SMTP"},
    {"address": "test-mb@second.test.com", "header": "smtp"},
]
ANY_PROXIES: JsonValue = [
    {"address": "{address}", "header": "smtp"},
    {"address": "{address}", "header": "SMTP"},
]


def in_python(fields: Mapping[str, JsonValue], proxies: JsonValue) -> dict[str, object]:
    read: dict[str, object] = {NAMES[name]: value for name, value in fields.items()}
    return read | {"email_addresses": proxies}


def john(hostway: HostwayEmail, name: str = "john.smith") -> ExchangeResource:
    return hostway.account("test-account123").domain("test.com").username(name).exchange


def mailbox(hostway: HostwayEmail, domain: str, name: str) -> ExchangeResource:
    return hostway.account("test-account-id").domain(domain).username(name).exchange


def required(name: str) -> Raises:
    return Raises(BadRequestError, "Required", {name: "Required"})


EXAMPLES = [
    Example(
        section="52.4.1",
        call=lambda hostway: (
            hostway.account("test-account").domain("test.com").username("test").exchange.delete()
        ),
        request="DELETE /accounts/test-account/email/test.com/usernames/test/exchange",
        status=204,
    ),
    Example(
        section="54.3.2",
        call=lambda hostway: (
            hostway.account("{account}").domain("{domain}").username("{mailbox}").exchange.get()
        ),
        request=f"GET {TEMPLATE}/exchange",
        status=200,
        answer=OUTLINE
        | NO_DEVICES
        | {
            "emailAddresses": ANY_PROXIES,
            "links": [
                link(f"{{APIBaseURL}}{TEMPLATE}/exchange/"),
                link(f"{{APIBaseURL}}{TEMPLATE}/secrets", "related"),
            ],
        },
        # A list that holds an empty text alone is an empty list.
        gives=Reads(ExchangeMailbox, in_python(OUTLINE, ANY_PROXIES)),
        corrected=f"{NO_SLASH}; a comma follows the alias; braces without quotes are false",
    ),
    Example(
        section="54.4.1",
        call=lambda hostway: mailbox(hostway, "non-existent-domain.com", "test-mailbox").get(),
        request="GET /accounts/test-account-id/email/non-existent-domain.com/usernames/"
        "test-mailbox/exchange",
        status=404,
        gives=Raises(NotFoundError),
        corrected=NO_SLASH,
    ),
    Example(
        section="54.4.2",
        call=lambda hostway: mailbox(hostway, "test.com", "test-mb").get(),
        request=f"GET {TEST_MB}/exchange",
        status=200,
        answer=WIRE
        | {
            "emailAddresses": PROXIES,
            "links": [
                link(f"{{{{APIBaseURL}}}}{TEST_MB}/exchange/"),
                link(f"{{{{APIBaseURL}}}}{TEST_MB}/secrets", "related"),
            ],
        },
        gives=Reads(ExchangeMailbox, in_python(WIRE, PROXIES)),
        corrected=f"{NO_SLASH}; the response, printed in two pieces, is put together",
    ),
    Example(
        section="56.3.1",
        call=lambda hostway: john(hostway).create(
            ExchangeCreate(display_name="John")  # type: ignore[call-arg] # invalid on purpose
        ),
        refused=Refused.naming("password"),
        request=f"PUT {JOHN}",
        body={"displayName": "John"},
        status=400,
        answer={"password": "Required"},
        gives=required("password"),
    ),
    Example(
        section="56.3.2",
        call=lambda hostway: john(hostway).create(
            ExchangeCreate(password="pWord123$")  # type: ignore[call-arg] # invalid on purpose
        ),
        refused=Refused.naming("display_name"),
        request=f"PUT {JOHN}",
        body={"password": "pWord123$"},
        status=400,
        answer={"displayName": "Required"},
        gives=required("displayName"),
    ),
    Example(
        section="56.3.3",
        call=lambda hostway: john(hostway).create(
            ExchangeCreate(password="abc1234", display_name="John")
        ),
        request=f"PUT {JOHN}",
        body={"password": "abc1234", "displayName": "John"},
        status=400,
        answer={"password": "Password should not start with 'abc' case-insensitively"},
        gives=Raises(
            BadRequestError,
            "Password should not start with 'abc' case-insensitively",
            {"password": "Password should not start with 'abc' case-insensitively"},
        ),
    ),
    Example(
        section="56.3.4",
        call=lambda hostway: john(hostway).create(
            ExchangeCreate(password="pWord123$", display_name="John")
        ),
        request=f"PUT {JOHN}",
        body={"password": "pWord123$", "displayName": "John"},
        status=201,
        gives=PutResult.CREATED,
    ),
    Example(
        section="56.3.5",
        call=lambda hostway: john(hostway).create(
            ExchangeCreate(password="pWord123$", display_name="John", type="premium")
        ),
        request=f"PUT {JOHN}",
        body={"password": "pWord123$", "displayName": "John", "type": "premium"},
        status=201,
        gives=PutResult.CREATED,
    ),
    Example(
        section="56.3.6",
        call=lambda hostway: john(hostway).update(ExchangeUpdate(password="!q2w3e4R")),
        request=f"PUT {JOHN}",
        body={"password": "!q2w3e4R"},
        status=204,
        gives=PutResult.UPDATED,
    ),
    Example(
        section="56.3.7",
        call=lambda hostway: john(hostway, "john.smith.room").create(
            ExchangeCreate(password="pWord123$", display_name="John", resource_type="room")
        ),
        request=f"PUT {USERNAMES}/john.smith.room/exchange",
        body={"password": "pWord123$", "displayName": "John", "resourceType": "room"},
        status=201,
        gives=PutResult.CREATED,
    ),
    Example(
        section="56.3.8",
        call=lambda hostway: john(hostway, "john.smith.rooh").update(
            ExchangeUpdate(resource_type="equipment")  # type: ignore[call-arg] # invalid on purpose
        ),
        refused=Refused.naming("resource_type"),
        request=f"PUT {USERNAMES}/john.smith.rooh/exchange",
        body={"resourceType": "equipment"},
        status=400,
        answer="resourceType cannot be updated",
        gives=Raises(BadRequestError, "resourceType cannot be updated"),
    ),
    Example(
        section="56.3.9",
        call=lambda hostway: john(hostway).update(ExchangeUpdate(reset_password=True)),
        request=f"PUT {JOHN}",
        body={"resetPassword": True},
        status=204,
        gives=PutResult.UPDATED,
    ),
]
