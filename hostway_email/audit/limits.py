"""What no audit over this API can tell; every report says so."""

from __future__ import annotations

from typing import Final

__all__ = ["CANNOT_ANSWER"]

CANNOT_ANSWER: Final = (
    "when somebody last logged on, and from where",
    "whether a second factor is needed (secret questions are the nearest thing)",
    "how old a password is",
    "rules in the inbox or on the server",
    "delegates and full access to mailboxes",
    "whether SMTP AUTH is on",
    "app passwords",
    "sign-in logs",
    "mailbox auditing",
    "SPF, DKIM and DMARC, which are in the DNS",
)
"""Questions that administrators ask, and whose answers this API does not hold."""
