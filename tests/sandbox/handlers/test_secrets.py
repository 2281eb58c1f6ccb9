"""The secret questions of a username and of the provider."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox

Send = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

LONG = "/accounts/account007/email/example.com/usernames/ana/secrets"
SHORT = "/email/example.com/usernames/ana/secrets"
BOTH = pytest.mark.parametrize("path", [LONG, SHORT])


@BOTH
async def test_set_and_read_back(send: Send, sandbox: Sandbox, path: str) -> None:
    """All questions are replaced; only keys are returned, never answers."""
    response = await send("PUT", path, {"tk1": "a1", "tk2": "a2", "tk5": "a5"})

    assert (response.status_code, response.content) == (204, b"")
    assert (await send("GET", path, auth=None)).json() == {
        "list": ["tk1", "tk2", "tk5"],
        "links": [{"href": f"https://api.hostway.com{path}", "rel": "self"}],
    }
    assert sandbox.mailbox("ana").secrets == {"tk1": "a1", "tk2": "a2", "tk5": "a5"}


@BOTH
async def test_too_few(send: Send, sandbox: Sandbox, path: str) -> None:
    """Fewer questions than the minimum get the manual's fragment, which is not JSON."""
    response = await send("PUT", path, {"tk1": "answer1", "tk2": "answer2"})

    assert response.status_code == 400
    assert response.text == '"details": {"": "Shorter than minimum length 3"}'
    sandbox.secret_minimum = 2
    assert (await send("PUT", path, {"tk1": "aa", "tk2": "bb"})).status_code == 204


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"tk3": "x"}, {"tk3": "Shorter than minimum length 2"}),
        ({"tk3": 12}, {"tk3": "Shorter than minimum length 2"}),
        ({"tk99": "answer"}, {"tk99": "Not a supported secret question"}),
    ],
)
async def test_refuses(
    send: Send, sandbox: Sandbox, answers: dict[str, object], error: dict[str, str]
) -> None:
    """Answers must have at least two characters, and questions must be supported."""
    response = await send("PUT", LONG, {"tk1": "new", "tk2": "new", **answers})

    assert response.status_code == 400
    assert response.json() == error
    assert sandbox.mailbox("ana").secrets["tk1"] == "answer1"


async def test_no_questions(send: Send, sandbox: Sandbox) -> None:
    """A mailbox without questions has an empty list."""
    sandbox.mailbox("ana").secrets = {}

    assert (await send("GET", LONG)).json()["list"] == []


async def test_supported_questions_and_minimum(send: Send, sandbox: Sandbox) -> None:
    """Supported questions and their minimum number are settings of the provider."""
    sandbox.secret_questions = {}
    sandbox.secret_minimum = 4

    assert (await send("GET", "/email/secretQuestions", auth=None)).json() == {
        "questions": {},
        "links": [{"location": "https://api.hostway.com/email/secretQuestions/", "rel": "self"}],
    }
    assert (await send("GET", "/email/secretQuestionSettings", auth=None)).json() == {
        "minimum": 4,
        "links": [
            {"location": "https://api.hostway.com/email/secretQuestionSettings", "rel": "self"}
        ],
    }
