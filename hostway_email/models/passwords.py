"""Passwords: the documented rules, and the request that resets a forgotten one."""

from typing import Annotated, Final

from pydantic import Field, SecretStr, SerializerFunctionWrapHandler, model_serializer

from hostway_email.models._request import Secret, SecretAnswer
from hostway_email.models._types import Body

__all__ = ["PasswordReset", "password_problems"]

# The second-to-last labels that, before a country's two letters, belong to the suffix.
_SUFFIX_LABELS: Final = frozenset(
    (
        *("ac", "co", "com", "edu", "gen", "go", "gob", "gouv", "gov", "gv", "ltd", "me", "mil"),
        *("ne", "net", "nhs", "nom", "or", "org", "plc", "sch", "web"),
    )
)


class PasswordReset(Body):
    """A new password, for somebody who can answer the secret questions."""

    sets_once = frozenset({"password"})

    answers: Annotated[dict[str, SecretAnswer], Field(min_length=1, alias="secretQuestionsAnswers")]
    password: Secret

    @model_serializer(mode="wrap")
    def _as_action(self, handler: SerializerFunctionWrapHandler) -> dict[str, object]:
        return {"action": "resetPassword", "actionData": handler(self)}


def password_problems(
    password: str | SecretStr,
    domain: str | None = None,
    username: str | None = None,
    *,
    exchange: bool = False,
) -> list[str]:
    """Return the documented rules that a password breaks, a sentence each; empty if none.

    It is advice. The API's own examples accept passwords that break its rules, so no call of this
    package refuses one; and that a password was never used before, only the API can tell.

    The second-level domain is the label before the public suffix: `example` of
    `mail.example.com`, and of `example.co.uk`. The usual two-part suffixes of countries are
    known, the whole list of public suffixes is not. A username of one or two letters must not
    be contained like any other; the rule about its first three letters needs three.

    Parameters:
        password: the password; it never appears in the result.
        domain: the mail domain; without it the rule about it is left out.
        username: the mailbox's name, or its whole address; without it its rules are left out.
        exchange: whether it is for Exchange, whose page wants a letter first.
    """
    text = password.get_secret_value() if isinstance(password, SecretStr) else password
    folded = text.casefold()
    second_level = _second_level(domain or "")
    name = (username or "").partition("@")[0].casefold()
    broken = {
        "It has fewer than 8 characters.": len(text) < 8,
        "It has more than 128 characters.": len(text) > 128,
        "It does not start with a letter.": exchange and not text[:1].isalpha(),
        "It has no digit.": not any(map(str.isdigit, text)),
        "It has no capital letter.": not any(map(str.isupper, text)),
        "It has no lower-case letter.": not any(map(str.islower, text)),
        "It has no special character: one that is no letter, digit or underscore.": not any(
            map(_is_special, text)
        ),
        "It starts with 'pass'.": folded.startswith("pass"),
        "It starts with 'abc'.": folded.startswith("abc"),
        "It starts with '123'.": folded.startswith("123"),
        "It contains the second-level domain.": second_level != "" and second_level in folded,
        "It contains the username.": name != "" and name in folded,
        "It starts with the first three characters of the username.": len(name) >= 3
        and folded.startswith(name[:3]),
    }
    return [sentence for sentence, applies in broken.items() if applies]


def _is_special(character: str) -> bool:
    return not (
        character.isupper() or character.islower() or character.isdigit() or character == "_"
    )


def _second_level(domain: str) -> str:
    labels = [label for label in domain.casefold().split(".") if label]
    has_long_suffix = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SUFFIX_LABELS
    return "".join(labels[-3:-2] if has_long_suffix else labels[-2:-1] or labels)
