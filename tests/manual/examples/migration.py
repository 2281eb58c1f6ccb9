"""The support ticket for a failed migration: section 74."""

from __future__ import annotations

from ..example import NO_SLASH, Example

__all__ = ["EXAMPLES"]

EXAMPLES = [
    Example(
        section="74.4.1",
        call=lambda hostway: (
            hostway.account("test-account123")
            .domain("test.com")
            .username("john.smith")
            .migration.create(subject="subject", body="body")
        ),
        request="POST /accounts/test-account123/email/test.com/usernames/john.smith/migration",
        body={"subject": "subject", "body": "body"},
        status=201,
        corrected=f"{NO_SLASH}; the comma of the body stands between its fields, not behind them",
    ),
]
