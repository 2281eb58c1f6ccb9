"""Message statistics, which the API fetches through an IMAP gateway that may fail."""

from __future__ import annotations

from hostway_email.sandbox.answers import Answer, ok
from hostway_email.sandbox.call import Call, Handler
from hostway_email.sandbox.errors import compute_fault, not_found
from hostway_email.sandbox.links import HOST, base, link, username_path
from hostway_email.sandbox.state import Mailbox

__all__ = ["HANDLERS"]


def of_mailbox(call: Call) -> Answer:
    """Return the message counts of a regular mailbox."""
    return _stats(call, call.regular, "mailbox")


def of_exchange(call: Call) -> Answer:
    """Return the message counts of an Exchange mailbox."""
    assert call.exchange is not None
    return _stats(call, call.mailbox, "exchange")


def _stats(call: Call, mailbox: Mailbox, kind: str) -> Answer:
    if call.domain.missing_records:
        raise compute_fault("Missing Domain or Installation records", status=500)
    if mailbox.virtual:
        raise not_found("Unable to get message count for virtual mailboxes.")
    call.world.dice.check_imap(call.world.faults)
    stats = mailbox.stats
    path = username_path(call.world, mailbox.username)
    return ok(
        {
            "messageCount": {
                "inbox": _folder(stats.inbox, stats.inbox_unread),
                "sent": _folder(stats.sent, stats.sent_unread),
                "spam": _folder(stats.spam, stats.spam_unread),
            },
            "links": [link(f"{base(call.world, HOST)}{path}/{kind}/messagestats/")],
        }
    )


def _folder(messages: int, unread: int) -> dict[str, int]:
    return {"allMessages": messages, "unreadMessages": unread}


HANDLERS: dict[str, Handler] = {
    "mailbox.messagestats": of_mailbox,
    "exchange.messagestats": of_exchange,
}
