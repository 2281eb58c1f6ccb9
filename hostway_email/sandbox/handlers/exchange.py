"""Hosted Exchange mailboxes: read, create, update and delete."""

from __future__ import annotations

from hostway_email.sandbox.exchange_format import size_text, time_text
from hostway_email.sandbox.handlers._password_rules import violated_rule
from hostway_email.sandbox.handlers._validation import (
    MAILBOX_NAME,
    FieldErrors,
    optional_boolean,
    optional_choice,
    optional_string,
)
from hostway_email.sandbox.http.errors import conflict, empty_error, field_errors, plain_text_error
from hostway_email.sandbox.http.links import DOUBLE_BRACES, link, username_url
from hostway_email.sandbox.http.request import Handler, Request
from hostway_email.sandbox.http.responses import Response, created, no_content, ok
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


def get(request: Request) -> Response:
    """Return the details of an Exchange mailbox."""
    exchange, mailbox = request.exchange, request.mailbox
    url = username_url(request, mailbox, DOUBLE_BRACES)
    document = {
        **_limits(exchange, mailbox, f"{mailbox.username}@{request.domain.name}"),
        **_protocols(exchange),
        **_person(exchange, mailbox, request.domain.name),
        **_delivery(exchange, mailbox, request.domain.name),
        "links": [link(f"{url}/exchange/"), link(f"{url}/secrets", "related")],
    }
    return ok(document)


def put(request: Request) -> Response:
    """Create the mailbox or update the existing one."""
    existing = request.path_mailbox
    if existing is not None and (existing.gone or existing.exchange is None):
        raise conflict("Mailbox already exists")
    errors: FieldErrors = {}
    texts = {
        attribute: optional_string(request.body, name, errors, max_length=max_length)
        for name, attribute, max_length in _TEXTS
    }
    password = optional_string(request.body, "password", errors)
    reset = optional_boolean(request.body, "resetPassword", errors)
    kind = optional_choice(request.body, "type", _TYPES, errors)
    resource = optional_choice(request.body, "resourceType", _RESOURCES, errors)
    if existing is None:
        _check_creation(request, password, texts["display_name"], errors)
    if password is not None and "password" not in errors:
        _check_password(request, password, errors)
    if errors:
        raise field_errors(errors)
    if existing is not None:
        return _update(request, existing, password, kind, reset, texts)
    exchange = ExchangeMailbox.of_kind(resource or "user")
    exchange.type = kind or "standard"
    exchange.reset_password = bool(reset)
    exchange.when_created = request.state.now()
    mailbox = Mailbox(request.path_params["mailboxName"], password or "", exchange=exchange)
    mailbox.webmail, mailbox.secrets = None, {}
    mailbox.quota = request.domain.exchange_quotas[exchange.type]
    _write(request, exchange, texts)
    request.domain.mailboxes.add(mailbox)
    return created()


def delete(request: Request) -> Response:
    """Delete an Exchange mailbox."""
    assert request.exchange is not None
    if request.domain.disabled:
        raise conflict("Domain is disabled")
    request.domain.mailboxes.remove(request.mailbox)
    return no_content()


def _check_creation(
    request: Request, password: str | None, display_name: str | None, errors: FieldErrors
) -> None:
    name = request.path_params["mailboxName"]
    if not MAILBOX_NAME.fullmatch(name) or len(name) > 64:
        errors["username"] = "Invalid mailbox name"
    if not password:
        errors.setdefault("password", "Required")
    if not display_name:
        errors.setdefault("displayName", "Required")


def _check_password(request: Request, password: str, errors: FieldErrors) -> None:
    if not password:
        errors["password"] = "Required"
    elif request.state.password_rules:
        name, first = request.path_params["mailboxName"], request.path_mailbox is None
        violation = violated_rule(password, request.domain.name, name, letter_first=first)
        if violation:
            errors["password"] = violation


def _update(
    request: Request,
    mailbox: Mailbox,
    password: str | None,
    kind: str | None,
    reset: bool | None,
    texts: dict[str, str | None],
) -> Response:
    # Refused even if the value is the current one.
    if "resourceType" in request.body:
        raise plain_text_error("resourceType cannot be updated")
    if request.domain.disabled:
        raise conflict("Domain is disabled")
    if password is not None and mailbox.has_used(password):
        raise empty_error(400)
    exchange = request.exchange
    if kind is not None and kind != exchange.type:
        exchange.type = kind
        mailbox.quota = request.domain.exchange_quotas[kind]
    if reset is not None:
        exchange.reset_password = reset
    if password is not None:
        mailbox.change_password(password)
    _write(request, exchange, texts)
    return no_content()


def _write(request: Request, exchange: ExchangeMailbox, texts: dict[str, str | None]) -> None:
    for attribute, value in texts.items():
        if value is not None:
            setattr(exchange, attribute, value)
    exchange.when_changed = request.state.now()


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
