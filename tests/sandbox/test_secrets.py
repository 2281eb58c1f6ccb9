"""Secret questions, of a username and on offer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox

Ask = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

LONG = "/accounts/account007/email/example.com/usernames/ana/secrets"
SHORT = "/email/example.com/usernames/ana/secrets"
BOTH = pytest.mark.parametrize("path", [LONG, SHORT])


@BOTH
async def test_set_and_read_back(ask: Ask, sandbox: Sandbox, path: str) -> None:
    """The whole set is replaced; only keys are ever read, never answers."""
    answer = await ask("PUT", path, {"tk1": "a1", "tk2": "a2", "tk5": "a5"})

    assert (answer.status_code, answer.content) == (204, b"")
    assert (await ask("GET", path, auth=None)).json() == {
        "list": ["tk1", "tk2", "tk5"],
        "links": [{"href": f"https://api.hostway.com{path}", "rel": "self"}],
    }
    assert sandbox.mailbox("ana").secrets == {"tk1": "a1", "tk2": "a2", "tk5": "a5"}


@BOTH
async def test_too_few(ask: Ask, sandbox: Sandbox, path: str) -> None:
    """Fewer than the minimum is answered with the manual's fragment, which is not JSON."""
    answer = await ask("PUT", path, {"tk1": "answer1", "tk2": "answer2"})

    assert answer.status_code == 400
    assert answer.text == '"details": {"": "Shorter than minimum length 3"}'
    sandbox.secret_minimum = 2
    assert (await ask("PUT", path, {"tk1": "aa", "tk2": "bb"})).status_code == 204


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"tk3": "x"}, {"tk3": "Shorter than minimum length 2"}),
        ({"tk3": 12}, {"tk3": "Shorter than minimum length 2"}),
        ({"tk99": "answer"}, {"tk99": "Not a supported secret question"}),
    ],
)
async def test_refuses(
    ask: Ask, sandbox: Sandbox, answers: dict[str, object], error: dict[str, str]
) -> None:
    """Answers have two characters or more, and questions must be on offer."""
    answer = await ask("PUT", LONG, {"tk1": "new", "tk2": "new", **answers})

    assert answer.status_code == 400
    assert answer.json() == error
    assert sandbox.mailbox("ana").secrets["tk1"] == "answer1"


async def test_nobody_need_have_any(ask: Ask, sandbox: Sandbox) -> None:
    """A mailbox without questions has an empty list."""
    sandbox.mailbox("ana").secrets = {}

    assert (await ask("GET", LONG)).json()["list"] == []


async def test_offer_and_minimum(ask: Ask, sandbox: Sandbox) -> None:
    """What is on offer, and how many are needed, belongs to the whole franchise."""
    sandbox.secret_questions = {}
    sandbox.secret_minimum = 4

    assert (await ask("GET", "/email/secretQuestions", auth=None)).json() == {
        "questions": {},
        "links": [{"location": "https://api.hostway.com/email/secretQuestions/", "rel": "self"}],
    }
    assert (await ask("GET", "/email/secretQuestionSettings", auth=None)).json() == {
        "minimum": 4,
        "links": [
            {"location": "https://api.hostway.com/email/secretQuestionSettings", "rel": "self"}
        ],
    }
