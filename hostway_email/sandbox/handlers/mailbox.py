"""Regular mailboxes: read, create, update, rename and delete."""

from __future__ import annotations

from hostway_email.sandbox.handlers._password_rules import violated_rule
from hostway_email.sandbox.handlers._plans import (
    available_plans,
    change_plan,
    check_plan_limit,
    login_token,
)
from hostway_email.sandbox.handlers._validation import (
    MAILBOX_NAME,
    FieldErrors,
    optional_boolean,
    optional_choice,
    optional_integer,
    optional_string,
)
from hostway_email.sandbox.http.errors import compute_fault, conflict, empty_error, field_errors
from hostway_email.sandbox.http.links import SINGLE_BRACES, link, username_url
from hostway_email.sandbox.http.request import Handler, Request
from hostway_email.sandbox.http.responses import Response, created, no_content, ok
from hostway_email.sandbox.state import Mailbox, Webmail

__all__ = ["HANDLERS"]


def get(request: Request) -> Response:
    """Return the details of a regular mailbox."""
    mailbox = request.regular_mailbox
    href = f"{username_url(request, mailbox, SINGLE_BRACES)}/mailbox/"
    return ok(
        {
            "username": mailbox.username,
            "authToken": login_token(mailbox),
            "master": mailbox.master,
            "quota": mailbox.quota,
            "usage": mailbox.usage,
            "links": [link(href)],
            "sitemail_urls": [
                {"url": url, "version": version} for url, version in mailbox.sitemail_urls
            ],
        }
    )


def put(request: Request) -> Response:
    """Create the mailbox or update the existing one."""
    existing = request.path_mailbox
    if existing is not None and (existing.gone or existing.exchange is not None):
        raise conflict("Mailbox already exists")
    errors: FieldErrors = {}
    password = optional_string(request.body, "password", errors)
    master = optional_boolean(request.body, "master", errors)
    quota = optional_integer(request.body, "quota", errors)
    kind = optional_choice(request.body, "type", available_plans(request.domain), errors)
    username = optional_string(request.body, "username", errors)
    name = request.path_params["mailboxName"]
    if existing is None and not MAILBOX_NAME.fullmatch(name):
        errors["username"] = "Invalid mailbox name"
    elif existing is None and username is not None and request.state.strict:
        errors["username"] = "username is for updates only"
    if existing is None and not password:
        errors.setdefault("password", "Required")
    elif password is not None and not _allowed(request, password):
        # In the manual, the error of a forbidden password is that of a missing one.
        errors["password"] = "Required"
    if errors:
        raise field_errors(errors)
    if quota is not None and quota <= 0:
        raise compute_fault("Quota must be greater than 0")
    if existing is None:
        return _create(request, name, password or "", bool(master), quota, kind or "standard")
    return _update(request, existing, password, master, quota, kind, username)


def delete(request: Request) -> Response:
    """Delete a regular mailbox."""
    request.domain.mailboxes.remove(request.regular_mailbox)
    return no_content()


def _allowed(request: Request, password: str) -> bool:
    if not password:
        return False
    if not request.state.password_rules:
        return True
    return violated_rule(password, request.domain.name, request.path_params["mailboxName"]) is None


def _create(
    request: Request, name: str, password: str, master: bool, quota: int | None, kind: str
) -> Response:
    check_plan_limit(request.domain, kind)
    mailbox = Mailbox(
        name,
        password,
        master=master,
        quota=request.domain.type_quotas.get(kind, 2048) if quota is None else quota,
        webmail=Webmail(type=kind),
        secrets={},
    )
    request.domain.mailboxes.add(mailbox)
    return created()


def _update(
    request: Request,
    mailbox: Mailbox,
    password: str | None,
    master: bool | None,
    quota: int | None,
    kind: str | None,
    username: str | None,
) -> Response:
    # Validation comes first: an update takes effect completely or not at all.
    if password is not None and mailbox.has_used(password):
        raise empty_error(400)
    if username is not None:
        _check_new_name(request, mailbox, username)
    if kind is not None:
        change_plan(request.domain, mailbox, kind)
    if username is not None:
        request.domain.mailboxes.rename(mailbox, username)
    if password is not None:
        mailbox.change_password(password)
    mailbox.master = mailbox.master if master is None else master
    mailbox.quota = mailbox.quota if quota is None else quota
    return no_content()


def _check_new_name(request: Request, mailbox: Mailbox, username: str) -> None:
    if not MAILBOX_NAME.fullmatch(username):
        raise field_errors({"username": "Invalid mailbox name"})
    holder = request.domain.mailboxes.get(username)
    if holder is not None and holder is not mailbox:
        raise empty_error(400)


HANDLERS: dict[str, Handler] = {"mailbox.get": get, "mailbox.put": put, "mailbox.delete": delete}
