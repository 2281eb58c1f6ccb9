"""Authentication and authorization of requests."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error

from hostway_email.sandbox.http.errors import forbidden, unauthorized
from hostway_email.sandbox.http.routes import Access
from hostway_email.sandbox.state import Domain, Mailbox, SandboxState

__all__ = ["authorize"]


def authorize(
    state: SandboxState,
    access: Access,
    header: bytes | None,
    domain: Domain | None,
    path_mailbox: Mailbox | None,
) -> Mailbox | None:
    """Return the mailbox that the credentials belong to, None for the account or no credentials.

    `domain` and `path_mailbox` are those in the path, None if they do not exist.

    Raises:
        ApiError: 401, or 403 for the credentials of another mailbox.
    """
    if access is Access.ANYONE or not state.faults.check_credentials:
        return None
    name, password = _decode(header)
    if (name, password) == (state.username, state.password):
        if access is Access.OWNER:
            raise unauthorized()
        return None
    home, owner = _owner(state, name, password)
    if owner is None or access is Access.ACCOUNT:
        raise unauthorized()
    if domain is None:
        return owner
    any_owner = access is Access.ACCOUNT_OR_ANY_OWNER or path_mailbox is None
    if home is domain and (any_owner or owner is path_mailbox):
        return owner
    raise forbidden() if access is Access.ACCOUNT_OR_OWNER_ELSE_403 else unauthorized()


def _owner(state: SandboxState, name: str, password: str) -> tuple[Domain | None, Mailbox | None]:
    username, at, domain_name = name.rpartition("@")
    domain = state.domain(domain_name) if at else None
    mailbox = None if domain is None else domain.mailboxes.get(username)
    if mailbox is None or mailbox.password != password:
        return domain, None
    return domain, mailbox


def _decode(header: bytes | None) -> tuple[str, str]:
    scheme, _, encoded = (header or b"").partition(b" ")
    if scheme.lower() != b"basic":
        raise unauthorized()
    try:
        name, colon, password = b64decode(encoded, validate=True).decode().partition(":")
    except (Base64Error, UnicodeDecodeError):
        raise unauthorized() from None
    if not colon:
        raise unauthorized()
    return name, password
