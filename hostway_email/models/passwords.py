"""The documented rules for passwords, and the reset of a forgotten password."""

from typing import Annotated, Final

from pydantic import Field, SecretStr, SerializerFunctionWrapHandler, model_serializer

from hostway_email.models._request import RequestModel, Secret, SecretAnswer

__all__ = ["PasswordReset", "password_problems"]

# The second-level labels that belong to the suffix before a country code.
_SUFFIX_LABELS: Final = frozenset(
    (
        *("ac", "co", "com", "edu", "gen", "go", "gob", "gouv", "gov", "gv", "ltd", "me", "mil"),
        *("ne", "net", "nhs", "nom", "or", "org", "plc", "sch", "web"),
    )
)


class PasswordReset(RequestModel):
    """A new password, with the answers to the secret questions."""

    leaves_out_none = True
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
    """Return the documented rules that a password violates, one sentence each.

    The result is advice: the API's own examples accept passwords that violate its rules, so no
    call of this package refuses one. Only the API can check that a password was never used before.

    The second-level domain is the label before the public suffix: `example` in
    `mail.example.com` and in `example.co.uk`. Common two-part suffixes of countries are known, but
    not the whole list of public suffixes. A username of one or two letters must not be contained
    either; the rule about its first three letters applies to longer ones.

    Parameters:
        password: the password; it never appears in the result.
        domain: the mail domain; without it, the rule about it is skipped.
        username: the mailbox's name or address; without it, the rules about it are skipped.
        exchange: whether it is for Exchange, whose documentation requires a letter first.
    """
    text = password.get_secret_value() if isinstance(password, SecretStr) else password
    folded = text.casefold()
    second_level = _second_level(domain or "")
    name = (username or "").partition("@")[0].casefold()
    violations = {
        "It has fewer than 8 characters.": len(text) < 8,
        "It has more than 128 characters.": len(text) > 128,
        "It does not start with a letter.": exchange and not text[:1].isalpha(),
        "It has no digit.": not any(map(str.isdigit, text)),
        "It has no capital letter.": not any(map(str.isupper, text)),
        "It has no lower-case letter.": not any(map(str.islower, text)),
        "It has no special character (not a letter, digit or underscore).": not any(
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
    return [sentence for sentence, applies in violations.items() if applies]


def _is_special(character: str) -> bool:
    return not (
        character.isupper() or character.islower() or character.isdigit() or character == "_"
    )


def _second_level(domain: str) -> str:
    labels = [label for label in domain.casefold().split(".") if label]
    has_long_suffix = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SUFFIX_LABELS
    return "".join(labels[-3:-2] if has_long_suffix else labels[-2:-1] or labels)
