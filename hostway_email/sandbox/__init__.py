"""An embedded, in-memory Hostway Email API for development and tests."""

from __future__ import annotations

try:
    from hostway_email.sandbox.app import Sandbox
    from hostway_email.sandbox.server import serve
except ModuleNotFoundError as error:
    if error.name is None or error.name.startswith("hostway_email"):
        raise
    # Not always one of the two: they have dependencies of their own.
    raise ModuleNotFoundError(
        f"{error.name.partition('.')[0]} is not installed; the sandbox requires an extra: "
        "pip install 'hostway-email[sandbox]'",
        name=error.name,
    ) from error
from hostway_email.sandbox.faults import ConnectionDroppedError, Faults
from hostway_email.sandbox.http.routes import OPERATIONS, Access, Operation
from hostway_email.sandbox.state import (
    Autoresponder,
    Domain,
    DomainWebmail,
    ExchangeMailbox,
    InfoStore,
    Mailbox,
    Mailboxes,
    MessageStats,
    Ticket,
    Webmail,
)

__all__ = [
    "OPERATIONS",
    "Access",
    "Autoresponder",
    "ConnectionDroppedError",
    "Domain",
    "DomainWebmail",
    "ExchangeMailbox",
    "Faults",
    "InfoStore",
    "Mailbox",
    "Mailboxes",
    "MessageStats",
    "Operation",
    "Sandbox",
    "Ticket",
    "Webmail",
    "serve",
]
