"""Resetting a forgotten password: sections 48, 64, 103 and 105, made from one template."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import JsonValue

from hostway_email import ConflictError, HostwayEmail
from hostway_email.resources import PasswordResource

from ..example import Example, Raises

__all__ = ["EXAMPLES"]

LONG = "/accounts/account123/email/test.com/usernames/mailbox123"
SHORT = "/email/test.com/usernames/mailbox123"

WRONG_ANSWER = """
{
  "conflict": {
    "message": "Invalid secret questions and answers provided",
    "code": 409,
  }
}
"""


def reset(answer: str) -> JsonValue:
    return {
        "action": "resetPassword",
        "actionData": {"secretQuestionsAnswers": {"tk1": answer}, "password": "pWord123$"},
    }


def examples(
    section: str, path: str, of: Callable[[HostwayEmail], PasswordResource]
) -> list[Example]:
    return [
        Example(
            section=f"{section}.4.1",
            call=lambda hostway: of(hostway).reset_password(
                answers={"tk1": "answer123"}, password="pWord123$"
            ),
            request=f"POST {path}/action",
            body=reset("answer123"),
            status=204,
        ),
        Example(
            section=f"{section}.4.2",
            call=lambda hostway: of(hostway).reset_password(
                answers={"tk1": "wrongAnswer"}, password="pWord123$"
            ),
            request=f"POST {path}/action",
            body=reset("wrongAnswer"),
            status=409,
            # As printed, with a comma too many: errors are parsed nevertheless.
            answer=WRONG_ANSWER,
            gives=Raises(ConflictError, "Invalid secret questions and answers provided"),
            corrected="secretQuestionsAnswersList is secretQuestionsAnswers, as described",
        ),
    ]


EXAMPLES = [
    *examples(
        "48",
        f"{LONG}/exchange",
        lambda hostway: (
            hostway.account("account123").domain("test.com").username("mailbox123").exchange
        ),
    ),
    *examples(
        "64",
        f"{LONG}/mailbox",
        lambda hostway: (
            hostway.account("account123").domain("test.com").username("mailbox123").mailbox
        ),
    ),
    *examples(
        "103",
        f"{SHORT}/exchange",
        lambda hostway: hostway.domain("test.com").username("mailbox123").exchange,
    ),
    *examples(
        "105",
        f"{SHORT}/mailbox",
        lambda hostway: hostway.domain("test.com").username("mailbox123").mailbox,
    ),
]
