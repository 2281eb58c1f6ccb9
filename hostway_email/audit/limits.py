"""What no audit over this API can tell."""

from __future__ import annotations

from typing import Final

__all__ = ["CANNOT_ANSWER"]

CANNOT_ANSWER: Final[tuple[str, ...]] = (
    "last logon",
    "multi-factor login",
    "password age",
    "inbox and server rules",
    "delegates",
    "SMTP AUTH",
    "app passwords",
    "sign-in logs",
    "mailbox auditing",
    "SPF, DKIM and DMARC, which are in the DNS",
)
"""Matters that an audit of mail usually covers. That nothing is found about them means nothing."""
