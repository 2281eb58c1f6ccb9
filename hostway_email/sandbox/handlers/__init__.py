"""The handlers of all operations, one module for each resource of the API."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType

from hostway_email.sandbox.handlers import (
    actions,
    autoresponder,
    blackwhitelist,
    cleanmailplus,
    contacts,
    domain,
    domain_webmail,
    exchange,
    forwards,
    mailbox,
    messagestats,
    migration,
    secrets,
    usernames,
    webmail,
)
from hostway_email.sandbox.http.request import Handler
from hostway_email.sandbox.http.routes import OPERATIONS

__all__ = ["HANDLERS", "MODULES", "collect"]

MODULES: tuple[ModuleType, ...] = (
    actions,
    autoresponder,
    blackwhitelist,
    cleanmailplus,
    contacts,
    domain,
    domain_webmail,
    exchange,
    forwards,
    mailbox,
    messagestats,
    migration,
    secrets,
    usernames,
    webmail,
)


def collect(modules: Iterable[ModuleType]) -> dict[str, Handler]:
    """Return the handlers of the modules by operation id.

    Raises:
        ImportError: an operation has no handler, or a handler no operation.
    """
    handlers: dict[str, Handler] = {}
    for module in modules:
        handlers.update(module.HANDLERS)
    known = {operation.id for operation in OPERATIONS}
    if handlers.keys() != known:
        raise ImportError(f"operations and handlers differ: {sorted(handlers.keys() ^ known)}")
    return handlers


HANDLERS: dict[str, Handler] = collect(MODULES)
