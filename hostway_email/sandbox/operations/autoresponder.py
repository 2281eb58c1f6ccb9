"""The automatic reply of a username."""

from __future__ import annotations

from zlib import crc32

from hostway_email.sandbox import checks
from hostway_email.sandbox.answers import Answer, no_content, ok
from hostway_email.sandbox.call import Call, Handler
from hostway_email.sandbox.errors import fields
from hostway_email.sandbox.links import HOST, SINGLE, base, link, username_path

__all__ = ["HANDLERS"]


def get(call: Call) -> Answer:
    """Return the automatic reply, in the selected shape."""
    mailbox = call.mailbox
    reply = mailbox.autoresponder
    path = username_path(call.world, mailbox.username) + "/autoresponder"
    content = {"body": reply.body, "active": reply.active, "subject": reply.subject}
    if _nested(call.world.faults.autoresponder, mailbox.username):
        links = [{"location": f"{base(call.world, SINGLE)}{path}/", "rel": "self"}]
        return ok({"autoresponder": content, "links": links})
    return ok({**content, "links": [link(base(call.world, HOST) + path)]})


def put(call: Call) -> Answer:
    """Change the automatic reply."""
    reply = call.mailbox.autoresponder
    errors: checks.Errors = {}
    body = checks.text(call.body, "body", errors)
    active = checks.flag(call.body, "active", errors)
    subject = checks.optional_text(call.body, "subject", errors)
    if errors:
        raise fields(errors)
    reply.body, reply.active = body, active
    if subject is not None:
        reply.subject = subject
    return no_content()


def _nested(shape: str, username: str) -> bool:
    # With "mixed" a mailbox keeps its shape, or a run would not be reproducible.
    return shape == "nested" or (shape == "mixed" and crc32(username.encode()) % 2 == 0)


HANDLERS: dict[str, Handler] = {"autoresponder.get": get, "autoresponder.put": put}
