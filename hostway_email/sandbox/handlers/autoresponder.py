"""The automatic reply of a username."""

from __future__ import annotations

from zlib import crc32

from hostway_email.sandbox.handlers._validation import (
    FieldErrors,
    optional_string,
    required_boolean,
    required_string,
)
from hostway_email.sandbox.http.errors import field_errors
from hostway_email.sandbox.http.links import HOST, SINGLE_BRACES, link, username_url
from hostway_email.sandbox.http.request import Handler, Request
from hostway_email.sandbox.http.responses import Response, no_content, ok

__all__ = ["HANDLERS"]


def get(request: Request) -> Response:
    """Return the automatic reply, in the selected shape."""
    mailbox = request.mailbox
    reply = mailbox.autoresponder
    content = {"body": reply.body, "active": reply.active, "subject": reply.subject}
    if _nested(request.state.faults.autoresponder, mailbox.username):
        location = f"{username_url(request, mailbox, SINGLE_BRACES)}/autoresponder/"
        links = [{"location": location, "rel": "self"}]
        return ok({"autoresponder": content, "links": links})
    href = f"{username_url(request, mailbox, HOST)}/autoresponder"
    return ok({**content, "links": [link(href)]})


def put(request: Request) -> Response:
    """Change the automatic reply."""
    reply = request.mailbox.autoresponder
    errors: FieldErrors = {}
    body = required_string(request.body, "body", errors)
    active = required_boolean(request.body, "active", errors)
    subject = optional_string(request.body, "subject", errors)
    if errors:
        raise field_errors(errors)
    reply.body, reply.active = body, active
    if subject is not None:
        reply.subject = subject
    return no_content()


def _nested(shape: str, username: str) -> bool:
    # With "mixed" a mailbox keeps its shape, or a run would not be reproducible.
    return shape == "nested" or (shape == "mixed" and crc32(username.encode()) % 2 == 0)


HANDLERS: dict[str, Handler] = {"autoresponder.get": get, "autoresponder.put": put}
