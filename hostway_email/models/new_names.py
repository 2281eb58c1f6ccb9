"""The rule for names of new mailboxes."""

import re
from typing import Final

from hostway_email.errors import InvalidRequestError

__all__ = ["NEW_NAME_RULE", "allows_name", "check_new_name"]

NEW_NAME_RULE: Final = (
    "must consist only of letters, digits, '.', '_' and '-', and not be '.' or '..'"
)

_NAME: Final = re.compile(r"[a-zA-Z0-9._-]+")


def check_new_name(name: str, longest: int | None = None) -> None:
    """Check the name of a new mailbox.

    Raises:
        InvalidRequestError: the name has invalid characters, or more than `longest`.
    """
    if not allows_name(name):
        raise InvalidRequestError.for_argument("name", NEW_NAME_RULE)
    if longest is not None and len(name) > longest:
        rule = f"must have at most {longest} characters"
        raise InvalidRequestError.for_argument("name", rule)


def allows_name(name: str) -> bool:
    """Return whether the API allows a name for a new mailbox."""
    return _NAME.fullmatch(name) is not None and name not in (".", "..")
