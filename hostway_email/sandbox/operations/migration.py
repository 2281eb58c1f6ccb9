"""Support tickets about failed migrations."""

from __future__ import annotations

from hostway_email.sandbox import checks
from hostway_email.sandbox.answers import Answer, created
from hostway_email.sandbox.call import Call, Handler
from hostway_email.sandbox.errors import fields
from hostway_email.sandbox.state import Ticket

__all__ = ["HANDLERS"]


def create_ticket(call: Call) -> Answer:
    """Open a ticket."""
    username = call.mailbox.username
    errors: checks.Errors = {}
    subject = checks.optional_text(call.body, "subject", errors)
    body = checks.optional_text(call.body, "body", errors)
    if errors:
        raise fields(errors)
    call.domain.tickets.append(Ticket(username, subject or "", body or ""))
    return created()


HANDLERS: dict[str, Handler] = {"migration.create_ticket": create_ticket}
