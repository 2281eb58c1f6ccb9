"""Message statistics, which the API fetches through an IMAP gateway that may fail."""

from __future__ import annotations

from hostway_email.sandbox.http.errors import compute_fault, message_error, not_found
from hostway_email.sandbox.http.links import HOST, link, username_url
from hostway_email.sandbox.http.request import Handler, Request
from hostway_email.sandbox.http.responses import Response, ok
from hostway_email.sandbox.state import Mailbox

__all__ = ["HANDLERS"]


def of_mailbox(request: Request) -> Response:
    """Return the message counts of a regular mailbox."""
    return _stats(request, request.regular_mailbox, "mailbox")


def of_exchange(request: Request) -> Response:
    """Return the message counts of an Exchange mailbox."""
    assert request.exchange is not None
    return _stats(request, request.mailbox, "exchange")


def _stats(request: Request, mailbox: Mailbox, kind: str) -> Response:
    if request.domain.missing_records:
        raise compute_fault("Missing Domain or Installation records", status=500)
    if mailbox.virtual:
        raise not_found("Unable to get message count for virtual mailboxes.")
    imap_error = request.state.fault_injector.imap_error()
    if imap_error is not None:
        raise message_error(imap_error, status=502)
    stats = mailbox.stats
    return ok(
        {
            "messageCount": {
                "inbox": _folder(stats.inbox, stats.inbox_unread),
                "sent": _folder(stats.sent, stats.sent_unread),
                "spam": _folder(stats.spam, stats.spam_unread),
            },
            "links": [link(f"{username_url(request, mailbox, HOST)}/{kind}/messagestats/")],
        }
    )


def _folder(messages: int, unread: int) -> dict[str, int]:
    return {"allMessages": messages, "unreadMessages": unread}


HANDLERS: dict[str, Handler] = {
    "mailbox.messagestats": of_mailbox,
    "exchange.messagestats": of_exchange,
}
