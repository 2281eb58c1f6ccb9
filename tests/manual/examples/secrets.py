"""Secret questions: sections 76, 78, 107, 109, 117 and 119."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import JsonValue

from hostway_email import (
    BadRequestError,
    HostwayEmail,
    SecretQuestions,
    SecretQuestionSettings,
)
from hostway_email.resources import SecretsResource

from ..example import Example, Raises, Reads, link

__all__ = ["EXAMPLES"]

Secrets = Callable[[HostwayEmail], SecretsResource]

HOST = "https://api.hostway.com"
TOO_FEW = '"details": {"": "Shorter than minimum length 3"}'
CLOSED = "no status is printed: 200; the answer closes once only"


def examples(
    get: str,
    put: str,
    path: str,
    of: Secrets,
    template: str,
    anywhere: Secrets,
    *,
    corrected: tuple[str, str],
) -> list[Example]:
    three: dict[str, str] = {"tk1": "answer1", "tk2": "answer2", "tk3": "answer3"}
    two: dict[str, str] = {"tk1": "answer1", "tk2": "answer2"}
    return [
        Example(
            section=f"{get}.3.2",
            call=lambda hostway: anywhere(hostway).list(),
            request=f"GET {template}",
            status=200,
            answer={"list": ["{tk}", "{tk}", "{tk}"], "links": [link(f"{HOST}{template}")]},
            gives=["{tk}", "{tk}", "{tk}"],
        ),
        Example(
            section=f"{get}.4.1",
            call=lambda hostway: of(hostway).list(),
            request=f"GET {path}",
            status=200,
            answer={"list": ["tk1", "tk2", "tk3"], "links": [link(f"{HOST}{path}")]},
            gives=["tk1", "tk2", "tk3"],
            corrected=CLOSED,
        ),
        Example(
            section=f"{put}.4.1",
            call=lambda hostway: of(hostway).set(three),
            request=f"PUT {path}",
            body={**three},
            status=204,
            corrected=corrected[0],
        ),
        Example(
            section=f"{put}.4.2",
            call=lambda hostway: of(hostway).set(two),
            request=f"PUT {path}",
            body={**two},
            status=400,
            # As printed, a piece of JSON only: errors are parsed nevertheless.
            answer=TOO_FEW,
            gives=Raises(
                BadRequestError,
                "Shorter than minimum length 3",
                {"": "Shorter than minimum length 3"},
            ),
            corrected=corrected[1],
        ),
    ]


def offered(**questions: str) -> JsonValue:
    return {
        "questions": {**questions},
        "links": [{"location": f"{HOST}/email/secretQuestions/", "rel": "self"}],
    }


def wanted(minimum: int) -> JsonValue:
    return {
        "minimum": minimum,
        "links": [{"location": f"{HOST}/email/secretQuestionSettings", "rel": "self"}],
    }


QUESTIONS = {
    "tk1": "What is question one?",
    "tk2": "What is question two?",
    "tk3": "What is question three?",
}

EXAMPLES = [
    *examples(
        "76",
        "78",
        "/accounts/test-account123/email/test.com/usernames/test-mailbox/secrets",
        lambda hostway: (
            hostway.account("test-account123").domain("test.com").username("test-mailbox").secrets
        ),
        "/accounts/{account}/email/{domain}/usernames/{maiboxName}/secrets",
        lambda hostway: (
            hostway.account("{account}").domain("{domain}").username("{maiboxName}").secrets
        ),
        corrected=("", ""),
    ),
    *examples(
        "107",
        "109",
        "/email/test.com/usernames/test-mailbox/secrets",
        lambda hostway: hostway.domain("test.com").username("test-mailbox").secrets,
        "/email/{domain}/usernames/{mailboxName}/secrets",
        lambda hostway: hostway.domain("{domain}").username("{mailboxName}").secrets,
        corrected=(
            "the third answer, printed behind the body's last brace, stands before it",
            "the body has its last brace",
        ),
    ),
    Example(
        section="117.3.2",
        call=lambda hostway: hostway.secret_questions.get(),
        request="GET /email/secretQuestions",
        status=200,
        answer=offered(**{"{tk}": "{question}"}),
        gives=Reads(SecretQuestions, {"questions": {"{tk}": "{question}"}}),
        corrected="the same pair, printed twice and followed by dots, is there once",
    ),
    Example(
        section="117.4.1",
        call=lambda hostway: hostway.secret_questions.get(),
        request="GET /email/secretQuestions",
        status=200,
        answer=offered(**QUESTIONS),
        gives=Reads(SecretQuestions, {"questions": QUESTIONS}),
    ),
    Example(
        section="117.4.2",
        call=lambda hostway: hostway.secret_questions.get(),
        request="GET /email/secretQuestions",
        status=200,
        answer=offered(),
        gives=Reads(SecretQuestions, {"questions": {}}),
    ),
    Example(
        section="119.3.2",
        call=lambda hostway: hostway.secret_question_settings.get(),
        request="GET /email/secretQuestionSettings",
        status=200,
        answer=wanted(1),
        gives=Reads(SecretQuestionSettings, {"minimum": 1}),
    ),
    Example(
        section="119.4.1",
        call=lambda hostway: hostway.secret_question_settings.get(),
        request="GET /email/secretQuestionSettings",
        status=200,
        answer=wanted(3),
        gives=Reads(SecretQuestionSettings, {"minimum": 3}),
    ),
]
