"""Regular mailboxes: read, create, update, rename and delete."""

from __future__ import annotations

from hostway_email.sandbox import checks
from hostway_email.sandbox.answers import Answer, created, no_content, ok
from hostway_email.sandbox.call import Call, Handler
from hostway_email.sandbox.errors import bare, compute_fault, conflict, fields
from hostway_email.sandbox.links import SINGLE, base, link, username_path
from hostway_email.sandbox.operations.plans import change_type, check_quantity, offered, token
from hostway_email.sandbox.passwords import broken_rule
from hostway_email.sandbox.state import Mailbox, Webmail

__all__ = ["HANDLERS"]


def get(call: Call) -> Answer:
    """Return the details of a regular mailbox."""
    mailbox = call.regular
    href = f"{base(call.world, SINGLE)}{username_path(call.world, mailbox.username)}/mailbox/"
    return ok(
        {
            "username": mailbox.username,
            "authToken": token(mailbox),
            "master": mailbox.master,
            "quota": mailbox.quota,
            "usage": mailbox.usage,
            "links": [link(href)],
            "sitemail_urls": [
                {"url": url, "version": version} for url, version in mailbox.sitemail_urls
            ],
        }
    )


def put(call: Call) -> Answer:
    """Create the mailbox or update the existing one."""
    found = call.found
    if found is not None and (found.gone or found.exchange is not None):
        raise conflict("Mailbox already exists")
    errors: checks.Errors = {}
    password = checks.optional_text(call.body, "password", errors)
    master = checks.optional_flag(call.body, "master", errors)
    quota = checks.whole(call.body, "quota", errors)
    kind = checks.one_of(call.body, "type", offered(call.domain), errors)
    username = checks.optional_text(call.body, "username", errors)
    name = call.values["mailboxName"]
    if found is None and not checks.NAME.fullmatch(name):
        errors["username"] = "Invalid mailbox name"
    if found is None and not password:
        errors.setdefault("password", "Required")
    elif password is not None and not _allowed(call, password):
        # In the manual, the error of a forbidden password is that of a missing one.
        errors["password"] = "Required"
    if errors:
        raise fields(errors)
    if quota is not None and quota <= 0:
        raise compute_fault("Quota must be greater than 0")
    if found is None:
        return _create(call, name, password or "", bool(master), quota, kind or "standard")
    return _update(call, found, password, master, quota, kind, username)


def delete(call: Call) -> Answer:
    """Delete a regular mailbox."""
    call.domain.mailboxes.remove(call.regular)
    return no_content()


def _allowed(call: Call, password: str) -> bool:
    if not password:
        return False
    if not call.world.password_rules:
        return True
    return broken_rule(password, call.domain.name, call.values["mailboxName"]) is None


def _create(
    call: Call, name: str, password: str, master: bool, quota: int | None, kind: str
) -> Answer:
    check_quantity(call.domain, kind)
    mailbox = Mailbox(
        name,
        password,
        master=master,
        quota=call.domain.type_quotas.get(kind, 2048) if quota is None else quota,
        webmail=Webmail(type=kind),
        secrets={},
    )
    call.domain.mailboxes.add(mailbox)
    return created()


def _update(
    call: Call,
    mailbox: Mailbox,
    password: str | None,
    master: bool | None,
    quota: int | None,
    kind: str | None,
    username: str | None,
) -> Answer:
    # Validation comes first: an update takes effect completely or not at all.
    if password is not None and mailbox.has_used(password):
        raise bare(400)
    if username is not None:
        _check_new_name(call, mailbox, username)
    if kind is not None:
        change_type(call.domain, mailbox, kind)
    if username is not None:
        call.domain.mailboxes.rename(mailbox, username)
    if password is not None:
        mailbox.change_password(password)
    mailbox.master = mailbox.master if master is None else master
    mailbox.quota = mailbox.quota if quota is None else quota
    return no_content()


def _check_new_name(call: Call, mailbox: Mailbox, username: str) -> None:
    if not checks.NAME.fullmatch(username):
        raise fields({"username": "Invalid mailbox name"})
    holder = call.domain.mailboxes.get(username)
    if holder is not None and holder is not mailbox:
        raise bare(400)


HANDLERS: dict[str, Handler] = {"mailbox.get": get, "mailbox.put": put, "mailbox.delete": delete}
