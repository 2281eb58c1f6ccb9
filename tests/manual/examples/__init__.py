"""The examples of the manual as cases, one module for each resource."""

from __future__ import annotations

from ..example import Example
from . import (
    autoresponder,
    blackwhitelist,
    cleanmailplus,
    contacts,
    domain,
    exchange,
    forwards,
    mailbox,
    message_stats,
    migration,
    passwords,
    secrets,
    usernames,
    webmail,
)

__all__ = ["EXAMPLES", "EXCUSED"]

EXAMPLES: list[Example] = [
    *autoresponder.EXAMPLES,
    *blackwhitelist.EXAMPLES,
    *cleanmailplus.EXAMPLES,
    *contacts.EXAMPLES,
    *domain.EXAMPLES,
    *exchange.EXAMPLES,
    *forwards.EXAMPLES,
    *mailbox.EXAMPLES,
    *message_stats.EXAMPLES,
    *migration.EXAMPLES,
    *passwords.EXAMPLES,
    *secrets.EXAMPLES,
    *usernames.EXAMPLES,
    *webmail.EXAMPLES,
]

_TEMPLATE = "the template of 48.4, 64.4, 103.4 and 105.4, with placeholders for names"

EXCUSED: dict[str, str] = {
    "62.4.5": "prose without a request: it explains the checks that 62.4.6 to 62.4.9 show",
    "121.4.1": _TEMPLATE,
    "121.4.2": _TEMPLATE,
}
"""The excluded examples, each with the reason."""
