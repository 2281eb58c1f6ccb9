"""OpenXchange accounts: read, create, upgrade and downgrade."""

from __future__ import annotations

from hostway_email.sandbox.handlers._plans import (
    available_plans,
    change_plan,
    check_plan_limit,
    login_token,
)
from hostway_email.sandbox.handlers._validation import (
    FieldErrors,
    optional_boolean,
    optional_choice,
    optional_string,
)
from hostway_email.sandbox.http.errors import conflict, field_errors, message_error, not_found
from hostway_email.sandbox.http.links import SINGLE_BRACES, link, short_username_url, username_url
from hostway_email.sandbox.http.request import Handler, Request
from hostway_email.sandbox.http.responses import Response, created, no_content, ok
from hostway_email.sandbox.state import Mailbox, Webmail

__all__ = ["HANDLERS"]


def get(request: Request) -> Response:
    """Return an account and its login token."""
    mailbox, webmail = _account(request)
    url = username_url(request, mailbox, SINGLE_BRACES)
    return ok(
        {
            "authToken": login_token(mailbox),
            "type": webmail.type,
            "allowUpgrade": webmail.allow_upgrade,
            "resetPassword": webmail.reset_password,
            **_appearance(webmail),
            "links": [link(f"{url}/webmail/")],
        }
    )


def get_short(request: Request) -> Response:
    """Return an account as its owner may see it."""
    mailbox, webmail = _account(request)
    url = short_username_url(request, mailbox, SINGLE_BRACES)
    return ok(
        {
            "type": webmail.type,
            "allowUpgrade": webmail.allow_upgrade,
            **_appearance(webmail),
            "links": [link(f"{url}/webmail/")],
        }
    )


def create(request: Request) -> Response:
    """Create an account for a mailbox without one."""
    mailbox = request.regular_mailbox
    kind, allowed, _, appearance = _validated(request)
    if mailbox.webmail is not None:
        raise conflict("OpenXchange account already exists")
    kind = kind or "standard"
    check_plan_limit(request.domain, kind)
    mailbox.webmail = Webmail(type=kind, allow_upgrade=allowed is not False)
    _apply(mailbox.webmail, appearance)
    return created()


def put(request: Request) -> Response:
    """Update an account, including its plan."""
    mailbox, webmail = _account(request)
    kind, allowed, reset, appearance = _validated(request)
    _check_upgrade(request, webmail, kind, allowed)
    if kind is not None:
        change_plan(request.domain, mailbox, kind)
    if allowed is not None:
        webmail.allow_upgrade = allowed
    if reset is not None:
        webmail.reset_password = reset
    _apply(webmail, appearance)
    return no_content()


def _account(request: Request) -> tuple[Mailbox, Webmail]:
    mailbox = request.regular_mailbox
    if mailbox.webmail is None:
        raise not_found("OpenXchange account not found")
    return mailbox, mailbox.webmail


def _appearance(webmail: Webmail) -> dict[str, str]:
    return {
        "theme": webmail.theme,
        "language": webmail.language,
        "timezone": webmail.timezone,
    }


def _validated(
    request: Request,
) -> tuple[str | None, bool | None, bool | None, dict[str, str | None]]:
    errors: FieldErrors = {}
    kind = optional_choice(request.body, "type", available_plans(request.domain), errors)
    allowed = optional_boolean(request.body, "allowUpgrade", errors)
    reset = optional_boolean(request.body, "resetPassword", errors)
    appearance = {
        name: optional_string(request.body, name, errors)
        for name in ("theme", "language", "timezone")
    }
    if errors:
        raise field_errors(errors)
    return kind, allowed, reset, appearance


def _apply(webmail: Webmail, appearance: dict[str, str | None]) -> None:
    for name, value in appearance.items():
        if value is not None:
            setattr(webmail, name, value)


def _check_upgrade(
    request: Request, webmail: Webmail, kind: str | None, allowed: bool | None
) -> None:
    new_type = kind or webmail.type
    if not request.domain.upgrade and (allowed or new_type != webmail.type):
        raise message_error("Upgrades are disabled by the product")
    if allowed is False and kind not in (None, "standard"):
        raise message_error("The allowUpgrade option is inconsistent with the provided type")
    if allowed is False and new_type != "standard":
        raise message_error(
            "The account is already upgraded. Please downgrade it to standard first."
        )
    # The account's credentials permit upgrades that an end user may not make.
    if request.owner is None or kind is None or webmail.allow_upgrade:
        return
    if kind != "standard" or webmail.type != "standard":
        raise message_error("This account is not allowed to be upgraded")


HANDLERS: dict[str, Handler] = {
    "webmail.get": get,
    "webmail.create": create,
    "webmail.put": put,
    "short.webmail.get": get_short,
    "short.webmail.create": create,
    "short.webmail.put": put,
}
