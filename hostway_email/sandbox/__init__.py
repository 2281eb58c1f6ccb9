"""An embedded, in-memory Hostway Email API for development and tests."""

from __future__ import annotations

from hostway_email.sandbox.app import Sandbox
from hostway_email.sandbox.faults import ConnectionDroppedError, Faults
from hostway_email.sandbox.http.routes import OPERATIONS, Access, Operation
from hostway_email.sandbox.server import serve
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
