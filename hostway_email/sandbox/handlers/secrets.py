"""The secret questions of a username and of the provider."""

from __future__ import annotations

from hostway_email.sandbox.http.errors import field_errors, malformed_error
from hostway_email.sandbox.http.links import HOST, base_url, link, short_username_url, username_url
from hostway_email.sandbox.http.request import Handler, Request
from hostway_email.sandbox.http.responses import Response, no_content, ok

__all__ = ["HANDLERS"]


def list_keys(request: Request) -> Response:
    """Return the keys of the questions of a username."""
    return _keys(request, username_url(request, request.mailbox, HOST))


def list_keys_short(request: Request) -> Response:
    """Return the keys of the questions of a username, with the short path in the link."""
    return _keys(request, short_username_url(request, request.mailbox, HOST))


def put(request: Request) -> Response:
    """Replace all answers of a username."""
    mailbox, state = request.mailbox, request.state
    errors: dict[str, str] = {}
    answers: dict[str, str] = {}
    for key, answer in request.body.items():
        if key not in state.secret_questions:
            errors[key] = "Not a supported secret question"
        elif not isinstance(answer, str) or len(answer) < 2:
            errors[key] = "Shorter than minimum length 2"
        else:
            answers[key] = answer
    if len(request.body) < state.secret_minimum:
        # The manual shows only this fragment, without the braces that would make it JSON.
        shortage = f"Shorter than minimum length {state.secret_minimum}"
        raise malformed_error(400, f'"details": {{"": "{shortage}"}}')
    if errors:
        raise field_errors(errors)
    mailbox.secrets = answers
    return no_content()


def questions(request: Request) -> Response:
    """Return the supported questions."""
    location = f"{base_url(request, HOST)}/email/secretQuestions/"
    return ok(
        {
            "questions": request.state.secret_questions,
            "links": [{"location": location, "rel": "self"}],
        }
    )


def settings(request: Request) -> Response:
    """Return the minimum number of questions of a mailbox."""
    location = f"{base_url(request, HOST)}/email/secretQuestionSettings"
    return ok(
        {
            "minimum": request.state.secret_minimum,
            "links": [{"location": location, "rel": "self"}],
        }
    )


def _keys(request: Request, url: str) -> Response:
    return ok({"list": list(request.mailbox.secrets), "links": [link(f"{url}/secrets")]})


HANDLERS: dict[str, Handler] = {
    "secrets.get": list_keys,
    "secrets.put": put,
    "short.secrets.get": list_keys_short,
    "short.secrets.put": put,
    "secret_questions.get": questions,
    "secret_question_settings.get": settings,
}
