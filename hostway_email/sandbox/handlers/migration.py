"""Support tickets about failed migrations."""

from __future__ import annotations

from hostway_email.sandbox.handlers._validation import FieldErrors, optional_string
from hostway_email.sandbox.http.errors import field_errors
from hostway_email.sandbox.http.request import Handler, Request
from hostway_email.sandbox.http.responses import Response, created
from hostway_email.sandbox.state import Ticket

__all__ = ["HANDLERS"]


def create_ticket(request: Request) -> Response:
    """Open a ticket."""
    username = request.mailbox.username
    errors: FieldErrors = {}
    subject = optional_string(request.body, "subject", errors)
    body = optional_string(request.body, "body", errors)
    if errors:
        raise field_errors(errors)
    request.domain.tickets.append(Ticket(username, subject or "", body or ""))
    return created()


HANDLERS: dict[str, Handler] = {"migration.create_ticket": create_ticket}
