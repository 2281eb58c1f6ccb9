"""Authentication and authorization of requests."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error

from hostway_email.sandbox.errors import forbidden, unauthorized
from hostway_email.sandbox.state import Mailbox
from hostway_email.sandbox.table import Access
from hostway_email.sandbox.world import World

__all__ = ["authorise"]


def authorise(
    world: World, access: Access, header: bytes | None, target: Mailbox | None
) -> Mailbox | None:
    """Return the mailbox that the credentials belong to, None for the account or no credentials.

    `target` is the mailbox in the path.

    Raises:
        RefusalError: 401, or 403 for the credentials of another mailbox.
    """
    if access is Access.ANYONE or not world.faults.check_credentials:
        return None
    name, password = _decode(header)
    if (name, password) == (world.username, world.password):
        if access is Access.OWNER:
            raise unauthorized()
        return None
    owner = _owner(world, name, password)
    if owner is None or access is Access.ACCOUNT:
        raise unauthorized()
    if access is Access.ACCOUNT_OR_ANY_OWNER or target is None or owner is target:
        return owner
    raise forbidden() if access is Access.ACCOUNT_OR_OWNER_ELSE_403 else unauthorized()


def _owner(world: World, name: str, password: str) -> Mailbox | None:
    username, at, domain = name.rpartition("@")
    if not at or domain.lower() != world.domain.name.lower():
        return None
    mailbox = world.domain.mailboxes.get(username)
    return mailbox if mailbox is not None and mailbox.password == password else None


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
