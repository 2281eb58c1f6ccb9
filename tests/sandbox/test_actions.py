"""Password resets by secret answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox

Ask = Callable[..., Awaitable[httpx.Response]]

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


async def test_right_answers(ask: Ask, sandbox: Sandbox, start: str, name: str) -> None:
    """One right answer sets a new password, without any credentials."""
    answer = await ask("POST", f"{start}/{name}/action", reset({"tk1": "answer1"}), auth=None)

    assert (answer.status_code, answer.content) == (204, b"")
    assert sandbox.mailbox(name[:3]).password == "pWord123$"


@pytest.mark.parametrize("answers", [{"tk1": "wrong"}, {"tk1": "answer1", "tk9": "answer9"}])
async def test_wrong_answers(
    ask: Ask, sandbox: Sandbox, start: str, name: str, answers: object
) -> None:
    """One wrong answer is a 409 whose body has a comma too many, and changes nothing."""
    before = sandbox.mailbox(name[:3]).password

    answer = await ask("POST", f"{start}/{name}/action", reset(answers), auth=None)

    assert answer.status_code == 409
    assert answer.text == (
        '{\n  "conflict": {\n    "message": "Invalid secret questions and answers provided",\n'
        '    "code": 409,\n  }\n}'
    )
    assert sandbox.mailbox(name[:3]).password == before


async def test_the_other_spelling(ask: Ask, start: str, name: str) -> None:
    """The field's name in the manual's example of a wrong answer is understood too."""
    body = reset({})
    body["actionData"] = {
        "secretQuestionsAnswersList": {"tk1": "wrongAnswer"},
        "password": "pWord123$",
    }

    assert (await ask("POST", f"{start}/{name}/action", body)).status_code == 409


async def test_a_password_works_once(ask: Ask, start: str, name: str) -> None:
    """The same reset twice is refused the second time, without a body."""
    path = f"{start}/{name}/action"
    await ask("POST", path, reset({"tk1": "answer1"}))

    answer = await ask("POST", path, reset({"tk1": "answer1"}))

    assert (answer.status_code, answer.content) == (400, b"")


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
    ask: Ask, start: str, name: str, body: object, error: dict[str, str]
) -> None:
    """What is missing or wrong is named by its place."""
    answer = await ask("POST", f"{start}/{name}/action", body)

    assert answer.status_code == 400
    assert answer.json() == error


async def test_password_rules(ask: Ask, sandbox: Sandbox, start: str, name: str) -> None:
    """Where the rules hold, they hold here too."""
    sandbox.password_rules = True

    answer = await ask("POST", f"{start}/{name}/action", reset({"tk1": "answer1"}, "Short1$"))

    assert answer.json() == {"actionData.password": "Password minimum length is 8"}


async def test_clears_a_forced_reset(ask: Ask, sandbox: Sandbox, start: str, name: str) -> None:
    """Whoever had to choose a new password has done so."""
    mailbox = sandbox.mailbox(name[:3])
    flagged = mailbox.exchange or mailbox.webmail
    assert flagged is not None
    flagged.reset_password = True

    await ask("POST", f"{start}/{name}/action", reset({"tk1": "answer1"}))

    assert not flagged.reset_password


async def test_of_the_other_kind(ask: Ask, start: str, name: str) -> None:
    """A regular mailbox has no action of Exchange, nor the reverse."""
    other = {"ana/mailbox": "ana/exchange", "eva/exchange": "eva/mailbox"}[name]

    answer = await ask("POST", f"{start}/{other}/action", reset({"tk1": "answer1"}))

    assert answer.status_code == 404
