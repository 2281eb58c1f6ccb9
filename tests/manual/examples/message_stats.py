"""How many messages a mailbox holds: sections 50 and 72, printed alike."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import JsonValue

from hostway_email import HostwayEmail, MessageStats, UsernameHandle
from hostway_email.resources import MessageStatsResource

from ..example import Example, Reads, link

__all__ = ["EXAMPLES"]

TEMPLATE = "/accounts/{account}/email/{domain}/usernames/{mailboxName}"


def username(hostway: HostwayEmail) -> UsernameHandle:
    return hostway.account("{account}").domain("{domain}").username("{mailboxName}")


def wire(*counts: tuple[int, int]) -> JsonValue:
    return {
        folder: {"allMessages": messages, "unreadMessages": unread}
        for folder, (messages, unread) in zip(("inbox", "sent", "spam"), counts, strict=True)
    }


def read(*counts: tuple[int, int]) -> object:
    return {
        folder: {"all_messages": messages, "unread_messages": unread}
        for folder, (messages, unread) in zip(("inbox", "sent", "spam"), counts, strict=True)
    }


def example(
    section: str,
    kind: str,
    of: Callable[[HostwayEmail], MessageStatsResource],
    *counts: tuple[int, int],
    corrected: str,
) -> Example:
    path = f"{TEMPLATE}/{kind}/messagestats"
    return Example(
        section=section,
        call=lambda hostway: of(hostway).message_stats(),
        request=f"GET {path}",
        status=200,
        answer={
            "messageCount": wire(*counts),
            "links": [link(f"https://api.hostway.com{path}/")],
        },
        gives=Reads(MessageStats, {"message_count": read(*counts)}),
        corrected=corrected,
    )


OUTLINE = ((6, 1), (5, 2), (4, 3))
PRINTED = ((3, 3), (0, 0), (0, 0))
NUMBERS = "the braces are numbers"
CLOSED = "the list of links is closed"

EXAMPLES = [
    example(
        "50.3.2",
        "exchange",
        lambda hostway: username(hostway).exchange,
        *OUTLINE,
        corrected=f"{NUMBERS}; {CLOSED}",
    ),
    example(
        "50.4.1",
        "exchange",
        lambda hostway: username(hostway).exchange,
        *PRINTED,
        corrected=CLOSED,
    ),
    example(
        "72.3.2",
        "mailbox",
        lambda hostway: username(hostway).mailbox,
        *OUTLINE,
        corrected=NUMBERS,
    ),
    example(
        "72.4.1",
        "mailbox",
        lambda hostway: username(hostway).mailbox,
        *PRINTED,
        corrected=CLOSED,
    ),
]
