"""OpenXchange accounts: read, create, upgrade and downgrade."""

from __future__ import annotations

from hostway_email.sandbox import checks
from hostway_email.sandbox.answers import Answer, created, no_content, ok
from hostway_email.sandbox.call import Call, Handler
from hostway_email.sandbox.errors import conflict, fields, message, not_found
from hostway_email.sandbox.links import SINGLE, base, link, segment, username_path
from hostway_email.sandbox.operations.plans import change_type, check_quantity, offered, token
from hostway_email.sandbox.state import Mailbox, Webmail

__all__ = ["HANDLERS"]


def get(call: Call) -> Answer:
    """Return an account and its login token."""
    mailbox, webmail = _account(call)
    path = username_path(call.world, mailbox.username)
    return ok(
        {
            "authToken": token(mailbox),
            "type": webmail.type,
            "allowUpgrade": webmail.allow_upgrade,
            "resetPassword": webmail.reset_password,
            **_appearance(webmail),
            "links": [link(f"{base(call.world, SINGLE)}{path}/webmail/")],
        }
    )


def get_short(call: Call) -> Answer:
    """Return an account as its owner may see it."""
    mailbox, webmail = _account(call)
    domain, username = segment(call.domain.name), segment(mailbox.username)
    path = f"/email/{domain}/usernames/{username}"
    return ok(
        {
            "type": webmail.type,
            "allowUpgrade": webmail.allow_upgrade,
            **_appearance(webmail),
            "links": [link(f"{base(call.world, SINGLE)}{path}/webmail/")],
        }
    )


def create(call: Call) -> Answer:
    """Create an account for a mailbox without one."""
    mailbox = call.regular
    kind, allowed, _, looks = _read(call)
    if mailbox.webmail is not None:
        raise conflict("OpenXchange account already exists")
    kind = kind or "standard"
    check_quantity(call.domain, kind)
    mailbox.webmail = Webmail(type=kind, allow_upgrade=allowed is not False)
    _apply(mailbox.webmail, looks)
    return created()


def put(call: Call) -> Answer:
    """Update an account, including its plan."""
    mailbox, webmail = _account(call)
    kind, allowed, reset, looks = _read(call)
    _check_upgrade(call, webmail, kind, allowed)
    if kind is not None:
        change_type(call.domain, mailbox, kind)
    if allowed is not None:
        webmail.allow_upgrade = allowed
    if reset is not None:
        webmail.reset_password = reset
    _apply(webmail, looks)
    return no_content()


def _account(call: Call) -> tuple[Mailbox, Webmail]:
    mailbox = call.regular
    if mailbox.webmail is None:
        raise not_found("OpenXchange account not found")
    return mailbox, mailbox.webmail


def _appearance(webmail: Webmail) -> dict[str, str]:
    return {
        "theme": webmail.theme,
        "language": webmail.language,
        "timezone": webmail.timezone,
    }


def _read(call: Call) -> tuple[str | None, bool | None, bool | None, dict[str, str | None]]:
    errors: checks.Errors = {}
    kind = checks.one_of(call.body, "type", offered(call.domain), errors)
    allowed = checks.optional_flag(call.body, "allowUpgrade", errors)
    reset = checks.optional_flag(call.body, "resetPassword", errors)
    looks = {
        name: checks.optional_text(call.body, name, errors)
        for name in ("theme", "language", "timezone")
    }
    if errors:
        raise fields(errors)
    return kind, allowed, reset, looks


def _apply(webmail: Webmail, looks: dict[str, str | None]) -> None:
    for name, value in looks.items():
        if value is not None:
            setattr(webmail, name, value)


def _check_upgrade(call: Call, webmail: Webmail, kind: str | None, allowed: bool | None) -> None:
    becomes = kind or webmail.type
    if not call.domain.upgrade and (allowed or becomes != webmail.type):
        raise message("Upgrades are disabled by the product")
    if allowed is False and kind not in (None, "standard"):
        raise message("The allowUpgrade option is inconsistent with the provided type")
    if allowed is False and becomes != "standard":
        raise message("The account is already upgraded. Please downgrade it to standard first.")
    # The account's credentials permit upgrades that an end user may not make.
    if call.owner is None or kind is None or webmail.allow_upgrade:
        return
    if kind != "standard" or webmail.type != "standard":
        raise message("This account is not allowed to be upgraded")


HANDLERS: dict[str, Handler] = {
    "webmail.get": get,
    "webmail.create": create,
    "webmail.put": put,
    "short.webmail.get": get_short,
    "short.webmail.create": create,
    "short.webmail.put": put,
}
