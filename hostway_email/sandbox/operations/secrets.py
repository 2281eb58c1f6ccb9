"""The secret questions of a username and of the provider."""

from __future__ import annotations

from hostway_email.sandbox.answers import Answer, no_content, ok
from hostway_email.sandbox.call import Call, Handler
from hostway_email.sandbox.errors import fields, raw
from hostway_email.sandbox.links import HOST, base, link, segment, username_path

__all__ = ["HANDLERS"]


def list_keys(call: Call) -> Answer:
    """Return the keys of the questions of a username."""
    return _keys(call, username_path(call.world, call.mailbox.username))


def list_keys_short(call: Call) -> Answer:
    """Return the keys of the questions of a username, with the short path in the link."""
    domain, username = segment(call.domain.name), segment(call.mailbox.username)
    return _keys(call, f"/email/{domain}/usernames/{username}")


def put(call: Call) -> Answer:
    """Replace all answers of a username."""
    mailbox, world = call.mailbox, call.world
    errors: dict[str, str] = {}
    answers: dict[str, str] = {}
    for key, answer in call.body.items():
        if key not in world.secret_questions:
            errors[key] = "Not a supported secret question"
        elif not isinstance(answer, str) or len(answer) < 2:
            errors[key] = "Shorter than minimum length 2"
        else:
            answers[key] = answer
    if len(call.body) < world.secret_minimum:
        # The manual shows only this fragment, without the braces that would make it JSON.
        shortage = f"Shorter than minimum length {world.secret_minimum}"
        raise raw(400, f'"details": {{"": "{shortage}"}}')
    if errors:
        raise fields(errors)
    mailbox.secrets = answers
    return no_content()


def questions(call: Call) -> Answer:
    """Return the supported questions."""
    location = f"{base(call.world, HOST)}/email/secretQuestions/"
    return ok(
        {
            "questions": call.world.secret_questions,
            "links": [{"location": location, "rel": "self"}],
        }
    )


def settings(call: Call) -> Answer:
    """Return the minimum number of questions of a mailbox."""
    location = f"{base(call.world, HOST)}/email/secretQuestionSettings"
    return ok(
        {
            "minimum": call.world.secret_minimum,
            "links": [{"location": location, "rel": "self"}],
        }
    )


def _keys(call: Call, path: str) -> Answer:
    href = f"{base(call.world, HOST)}{path}/secrets"
    return ok({"list": list(call.mailbox.secrets), "links": [link(href)]})


HANDLERS: dict[str, Handler] = {
    "secrets.get": list_keys,
    "secrets.put": put,
    "short.secrets.get": list_keys_short,
    "short.secrets.put": put,
    "secret_questions.get": questions,
    "secret_question_settings.get": settings,
}
