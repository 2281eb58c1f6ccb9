"""Hosted Exchange mailboxes: read, create, update and delete."""

from __future__ import annotations

from hostway_email.sandbox import checks
from hostway_email.sandbox.answers import Answer, created, no_content, ok
from hostway_email.sandbox.call import Call, Handler
from hostway_email.sandbox.errors import bare, conflict, fields, plain
from hostway_email.sandbox.formats import size_text, time_text
from hostway_email.sandbox.links import DOUBLE, base, link, username_path
from hostway_email.sandbox.passwords import broken_rule
from hostway_email.sandbox.state import ExchangeMailbox, Mailbox

__all__ = ["HANDLERS"]

# Wire name, attribute and maximum length of the writable fields.
_TEXTS = (
    ("displayName", "display_name", 256),
    ("firstName", "first_name", 64),
    ("lastName", "last_name", 64),
    ("city", "city", 128),
    ("company", "company", 64),
    ("country", "country", 128),
    ("department", "department", 64),
    ("fax", "fax", 64),
    ("homePhone", "home_phone", 64),
    ("mobilePhone", "mobile_phone", 64),
    ("postalCode", "postal_code", 40),
    ("state", "state", 128),
    ("street", "street", 1024),
    ("title", "title", 128),
)
_TYPES = ("standard", "premium")
_RESOURCES = ("user", "equipment", "room")


def get(call: Call) -> Answer:
    """Return the details of an Exchange mailbox."""
    exchange, mailbox = call.exchange, call.mailbox
    start = base(call.world, DOUBLE) + username_path(call.world, mailbox.username)
    document = {
        **_limits(exchange, mailbox, f"{mailbox.username}@{call.domain.name}"),
        **_protocols(exchange),
        **_person(exchange, mailbox, call.domain.name),
        **_delivery(exchange, mailbox, call.domain.name),
        "links": [link(f"{start}/exchange/"), link(f"{start}/secrets", "related")],
    }
    return ok(document)


def put(call: Call) -> Answer:
    """Create the mailbox or update the existing one."""
    found = call.found
    if found is not None and (found.gone or found.exchange is None):
        raise conflict("Mailbox already exists")
    errors: checks.Errors = {}
    texts = {
        attribute: checks.optional_text(call.body, name, errors, longest=longest)
        for name, attribute, longest in _TEXTS
    }
    password = checks.optional_text(call.body, "password", errors)
    reset = checks.optional_flag(call.body, "resetPassword", errors)
    kind = checks.one_of(call.body, "type", _TYPES, errors)
    resource = checks.one_of(call.body, "resourceType", _RESOURCES, errors)
    if found is None:
        _check_creation(call, password, texts["display_name"], errors)
    if password is not None and "password" not in errors:
        _check_password(call, password, errors)
    if errors:
        raise fields(errors)
    if found is not None:
        return _update(call, found, password, kind, reset, texts)
    exchange = ExchangeMailbox.of_kind(resource or "user")
    exchange.type = kind or "standard"
    exchange.reset_password = bool(reset)
    exchange.when_created = call.world.now()
    mailbox = Mailbox(call.values["mailboxName"], password or "", exchange=exchange)
    mailbox.webmail, mailbox.secrets = None, {}
    mailbox.quota = call.domain.exchange_quotas[exchange.type]
    _write(call, exchange, texts)
    call.domain.mailboxes.add(mailbox)
    return created()


def delete(call: Call) -> Answer:
    """Delete an Exchange mailbox."""
    assert call.exchange is not None
    if call.domain.disabled:
        raise conflict("Domain is disabled")
    call.domain.mailboxes.remove(call.mailbox)
    return no_content()


def _check_creation(
    call: Call, password: str | None, display_name: str | None, errors: checks.Errors
) -> None:
    name = call.values["mailboxName"]
    if not checks.NAME.fullmatch(name) or len(name) > 64:
        errors["username"] = "Invalid mailbox name"
    if not password:
        errors.setdefault("password", "Required")
    if not display_name:
        errors.setdefault("displayName", "Required")


def _check_password(call: Call, password: str, errors: checks.Errors) -> None:
    if not password:
        errors["password"] = "Required"
    elif call.world.password_rules:
        name, first = call.values["mailboxName"], call.found is None
        broken = broken_rule(password, call.domain.name, name, letter_first=first)
        if broken:
            errors["password"] = broken


def _update(
    call: Call,
    mailbox: Mailbox,
    password: str | None,
    kind: str | None,
    reset: bool | None,
    texts: dict[str, str | None],
) -> Answer:
    # Refused even if the value is the current one.
    if "resourceType" in call.body:
        raise plain("resourceType cannot be updated")
    if call.domain.disabled:
        raise conflict("Domain is disabled")
    if password is not None and mailbox.has_used(password):
        raise bare(400)
    exchange = call.exchange
    if kind is not None and kind != exchange.type:
        exchange.type = kind
        mailbox.quota = call.domain.exchange_quotas[kind]
    if reset is not None:
        exchange.reset_password = reset
    if password is not None:
        mailbox.change_password(password)
    _write(call, exchange, texts)
    return no_content()


def _write(call: Call, exchange: ExchangeMailbox, texts: dict[str, str | None]) -> None:
    for attribute, value in texts.items():
        if value is not None:
            setattr(exchange, attribute, value)
    exchange.when_changed = call.world.now()


def _limits(exchange: ExchangeMailbox, mailbox: Mailbox, address: str) -> dict[str, object]:
    quota, used = exchange.quota, exchange.total_item_size
    return {
        "maxReceiveSize": exchange.max_receive_size,
        "maxSendSize": exchange.max_send_size,
        "primarySmtpAddress": address,
        "quota": size_text(mailbox.quota) if quota is None else quota,
        "recipientLimits": exchange.recipient_limits,
        "rejectMessagesFromSendersOrMembers": exchange.reject_messages_from,
        "requireSenderAuthenticationEnabled": exchange.require_sender_authentication_enabled,
        "totalItemSize": size_text(mailbox.usage) if used is None else used,
    }


def _protocols(exchange: ExchangeMailbox) -> dict[str, object]:
    return {
        "activeSyncAllowedDeviceIDs": exchange.active_sync_allowed_device_ids,
        "activeSyncBlockedDeviceIDs": exchange.active_sync_blocked_device_ids,
        "activeSyncEnabled": exchange.active_sync_enabled,
        "activeSyncMailboxPolicy": exchange.active_sync_mailbox_policy,
        "hasActiveSyncDevicePartnership": exchange.has_active_sync_device_partnership,
        "imapEnabled": exchange.imap_enabled,
        "mapiEnabled": exchange.mapi_enabled,
        "owaEnabled": exchange.owa_enabled,
        "popEnabled": exchange.pop_enabled,
        "serverName": exchange.server_name,
        "whenChanged": time_text(exchange.when_changed),
        "whenCreated": time_text(exchange.when_created),
    }


def _person(exchange: ExchangeMailbox, mailbox: Mailbox, domain: str) -> dict[str, object]:
    return {
        "city": exchange.city,
        "company": exchange.company,
        "country": exchange.country,
        "department": exchange.department,
        "emailAddress": f"{mailbox.username}@{domain}",
        "fax": exchange.fax,
        "homePhone": exchange.home_phone,
        "manager": exchange.manager,
        "mobilePhone": exchange.mobile_phone,
        "notes": exchange.notes,
        "office": exchange.office,
        "postalCode": exchange.postal_code,
        "recipientType": exchange.recipient_type,
        "resourceType": exchange.resource_type,
        "type": exchange.type,
        "state": exchange.state,
        "street": exchange.street,
        "title": exchange.title,
        "webPage": exchange.web_page,
        "workPhone": exchange.work_phone,
        "displayName": exchange.display_name,
        "firstName": exchange.first_name,
        "lastName": exchange.last_name,
        "username": mailbox.username,
        "domain": domain,
        "alias": mailbox.username,
    }


def _delivery(exchange: ExchangeMailbox, mailbox: Mailbox, domain: str) -> dict[str, object]:
    addresses = [{"address": f"{mailbox.username}@{domain}", "header": "SMTP"}]
    addresses += [{"address": proxy, "header": "smtp"} for proxy in exchange.proxy_addresses]
    return {
        "acceptMessagesOnlyFromSendersOrMembers": exchange.accept_messages_only_from,
        "archiveDatabase": exchange.archive_database,
        "archiveQuota": exchange.archive_quota,
        "database": exchange.database,
        "deliverToMailboxAndForward": exchange.deliver_to_mailbox_and_forward,
        "emailAddresses": addresses,
        "forwardingSmtpAddress": exchange.forwarding_smtp_address,
        "hiddenFromAddressListsEnabled": exchange.hidden_from_address_lists_enabled,
        "itemCount": str(exchange.item_count),
    }


HANDLERS: dict[str, Handler] = {
    "exchange.get": get,
    "exchange.put": put,
    "exchange.delete": delete,
}
