"""Password resets by answers to secret questions, without credentials."""

from __future__ import annotations

from hostway_email.sandbox import checks
from hostway_email.sandbox.answers import Answer, no_content
from hostway_email.sandbox.call import Call, Handler
from hostway_email.sandbox.errors import bare, fields, raw
from hostway_email.sandbox.passwords import broken_rule

__all__ = ["HANDLERS"]

# With a trailing comma, in all five places where the manual shows it.
_WRONG_ANSWER = """{
  "conflict": {
    "message": "Invalid secret questions and answers provided",
    "code": 409,
  }
}"""


def on_mailbox(call: Call) -> Answer:
    """Reset the password of a regular mailbox."""
    mailbox = call.regular
    password = _reset(call)
    mailbox.change_password(password)
    if mailbox.webmail is not None:
        mailbox.webmail.reset_password = False
    return no_content()


def on_exchange(call: Call) -> Answer:
    """Reset the password of an Exchange mailbox."""
    exchange = call.exchange
    call.mailbox.change_password(_reset(call))
    exchange.reset_password = False
    return no_content()


def _reset(call: Call) -> str:
    errors: checks.Errors = {}
    checks.one_of(call.body, "action", ("resetPassword",), errors)
    if "action" not in call.body:
        errors["action"] = "Required"
    data = call.body.get("actionData")
    if not isinstance(data, dict):
        errors["actionData"] = "Required"
        raise fields(errors)
    inner: checks.Errors = {}
    password = checks.text(data, "password", inner)
    if "password" not in inner and call.world.password_rules:
        broken = broken_rule(password, call.domain.name, call.mailbox.username)
        if broken:
            inner["password"] = broken
    answers = _answers(data, inner)
    errors.update({f"actionData.{name}": reason for name, reason in inner.items()})
    if errors:
        raise fields(errors)
    known = call.mailbox.secrets
    if any(known.get(key) != answer for key, answer in answers.items()):
        raise raw(409, _WRONG_ANSWER)
    if call.mailbox.has_used(password):
        raise bare(400)
    return password


def _answers(data: dict[str, object], errors: checks.Errors) -> dict[str, object]:
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
