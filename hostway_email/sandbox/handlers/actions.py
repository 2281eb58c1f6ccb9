"""Password resets by answers to secret questions, without credentials."""

from __future__ import annotations

from hostway_email.sandbox.handlers._password_rules import violated_rule
from hostway_email.sandbox.handlers._validation import FieldErrors, optional_choice, required_string
from hostway_email.sandbox.http.errors import empty_error, field_errors, malformed_error
from hostway_email.sandbox.http.request import Handler, Request
from hostway_email.sandbox.http.responses import Response, no_content

__all__ = ["HANDLERS"]

# With a trailing comma, in all five places where the manual shows it.
_WRONG_ANSWER = """{
  "conflict": {
    "message": "Invalid secret questions and answers provided",
    "code": 409,
  }
}"""


def on_mailbox(request: Request) -> Response:
    """Reset the password of a regular mailbox."""
    mailbox = request.regular_mailbox
    password = _reset(request)
    mailbox.change_password(password)
    if mailbox.webmail is not None:
        mailbox.webmail.reset_password = False
    return no_content()


def on_exchange(request: Request) -> Response:
    """Reset the password of an Exchange mailbox."""
    exchange = request.exchange
    request.mailbox.change_password(_reset(request))
    exchange.reset_password = False
    return no_content()


def _reset(request: Request) -> str:
    errors: FieldErrors = {}
    optional_choice(request.body, "action", ("resetPassword",), errors)
    if "action" not in request.body:
        errors["action"] = "Required"
    data = request.body.get("actionData")
    if not isinstance(data, dict):
        errors["actionData"] = "Required"
        raise field_errors(errors)
    inner: FieldErrors = {}
    password = required_string(data, "password", inner)
    if "password" not in inner and request.state.password_rules:
        violation = violated_rule(password, request.domain.name, request.mailbox.username)
        if violation:
            inner["password"] = violation
    answers = _answers(data, inner)
    errors.update({f"actionData.{name}": reason for name, reason in inner.items()})
    if errors:
        raise field_errors(errors)
    known = request.mailbox.secrets
    if any(known.get(key) != answer for key, answer in answers.items()):
        raise malformed_error(409, _WRONG_ANSWER)
    if request.mailbox.has_used(password):
        raise empty_error(400)
    return password


def _answers(data: dict[str, object], errors: FieldErrors) -> dict[str, object]:
    # The manual's example of a wrong answer uses the longer name, and its answers are checked.
    name = "secretQuestionsAnswers"
    answers = data.get(name, data.get(f"{name}List"))
    if not isinstance(answers, dict):
        errors[name] = "Required"
        return {}
    if not answers:
        errors[name] = "Shorter than minimum length 1"
    for key, answer in answers.items():
        if not isinstance(answer, str) or len(answer) < 2:
            errors[f"{name}.{key}"] = "Shorter than minimum length 2"
    return answers


HANDLERS: dict[str, Handler] = {
    "mailbox.action": on_mailbox,
    "exchange.action": on_exchange,
    "short.mailbox.action": on_mailbox,
    "short.exchange.action": on_exchange,
}
