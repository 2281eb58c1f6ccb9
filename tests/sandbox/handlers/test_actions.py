"""Password resets by answers to secret questions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox

Send = Callable[..., Awaitable[httpx.Response]]

LONG = "/accounts/account007/email/example.com/usernames"
SHORT = "/email/example.com/usernames"

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("start", [LONG, SHORT]),
    pytest.mark.parametrize("name", ["ana/mailbox", "eva/exchange"]),
]


def reset(answers: object, password: object = "pWord123$") -> dict[str, object]:
    return {
        "action": "resetPassword",
        "actionData": {"secretQuestionsAnswers": answers, "password": password},
    }


async def test_right_answers(send: Send, sandbox: Sandbox, start: str, name: str) -> None:
    """One correct answer sets a new password, without credentials."""
    response = await send("POST", f"{start}/{name}/action", reset({"tk1": "answer1"}), auth=None)

    assert (response.status_code, response.content) == (204, b"")
    assert sandbox.mailbox(name[:3]).password == "pWord123$"


@pytest.mark.parametrize("answers", [{"tk1": "wrong"}, {"tk1": "answer1", "tk9": "answer9"}])
async def test_wrong_answers(
    send: Send, sandbox: Sandbox, start: str, name: str, answers: object
) -> None:
    """One wrong answer is a 409 whose body has a trailing comma, and changes nothing."""
    before = sandbox.mailbox(name[:3]).password

    response = await send("POST", f"{start}/{name}/action", reset(answers), auth=None)

    assert response.status_code == 409
    assert response.text == (
        '{\n  "conflict": {\n    "message": "Invalid secret questions and answers provided",\n'
        '    "code": 409,\n  }\n}'
    )
    assert sandbox.mailbox(name[:3]).password == before


async def test_alternative_field_name(send: Send, start: str, name: str) -> None:
    """The field name in the manual's example of a wrong answer is accepted too."""
    body = reset({})
    body["actionData"] = {
        "secretQuestionsAnswersList": {"tk1": "wrongAnswer"},
        "password": "pWord123$",
    }

    assert (await send("POST", f"{start}/{name}/action", body)).status_code == 409


async def test_password_cannot_be_reused(send: Send, start: str, name: str) -> None:
    """A second reset to the same password is refused without a body."""
    path = f"{start}/{name}/action"
    await send("POST", path, reset({"tk1": "answer1"}))

    response = await send("POST", path, reset({"tk1": "answer1"}))

    assert (response.status_code, response.content) == (400, b"")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, {"action": "Required", "actionData": "Required"}),
        (
            {**reset({"tk1": "answer1"}), "action": "explode"},
            {"action": '"explode" is not one of resetPassword'},
        ),
        (
            {"action": "resetPassword", "actionData": {}},
            {
                "actionData.password": "Required",
                "actionData.secretQuestionsAnswers": "Required",
            },
        ),
        (
            reset({}),
            {"actionData.secretQuestionsAnswers": "Shorter than minimum length 1"},
        ),
        (
            reset({"tk1": "x"}),
            {"actionData.secretQuestionsAnswers.tk1": "Shorter than minimum length 2"},
        ),
    ],
)
async def test_refuses(
    send: Send, start: str, name: str, body: object, error: dict[str, str]
) -> None:
    """Missing and invalid fields are named by their path."""
    response = await send("POST", f"{start}/{name}/action", body)

    assert response.status_code == 400
    assert response.json() == error


async def test_password_rules(send: Send, sandbox: Sandbox, start: str, name: str) -> None:
    """Enabled password rules apply to resets."""
    sandbox.password_rules = True

    response = await send("POST", f"{start}/{name}/action", reset({"tk1": "answer1"}, "Short1$"))

    assert response.json() == {"actionData.password": "Password minimum length is 8"}


async def test_clears_a_forced_reset(send: Send, sandbox: Sandbox, start: str, name: str) -> None:
    """A reset clears the obligation to choose a new password."""
    mailbox = sandbox.mailbox(name[:3])
    flagged = mailbox.exchange or mailbox.webmail
    assert flagged is not None
    flagged.reset_password = True

    await send("POST", f"{start}/{name}/action", reset({"tk1": "answer1"}))

    assert not flagged.reset_password


async def test_wrong_kind_of_mailbox(send: Send, start: str, name: str) -> None:
    """A regular mailbox has no Exchange action, nor the reverse."""
    other = {"ana/mailbox": "ana/exchange", "eva/exchange": "eva/mailbox"}[name]

    response = await send("POST", f"{start}/{other}/action", reset({"tk1": "answer1"}))

    assert response.status_code == 404
