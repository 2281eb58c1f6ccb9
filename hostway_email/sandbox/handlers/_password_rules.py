"""The documented password rules, which accepted examples of the manual violate."""

from __future__ import annotations

import re

__all__ = ["violated_rule"]

_REQUIRED_CHARACTERS = (
    (re.compile(r"[0-9]"), "should have at least one digit"),
    (re.compile(r"[A-Z]"), "should have at least one capital letter"),
    (re.compile(r"[a-z]"), "should have at least one lower case letter"),
    (re.compile(r"[^A-Za-z0-9_]"), "should contain at least one special character"),
)
_FORBIDDEN_PREFIXES = (
    ("pass", "should not start with the phrase 'pass' case-insensitively"),
    ("abc", "should not start with 'abc' case-insensitively"),
    ("123", "should not start with 123"),
)


def violated_rule(
    password: str, domain: str, username: str, *, letter_first: bool = False
) -> str | None:
    """Return the API's message for the first violated rule, or None.

    `letter_first` applies to the creation of Exchange mailboxes only.
    """
    lowered = password.lower()
    for start, rule in _FORBIDDEN_PREFIXES:
        if lowered.startswith(start):
            return f"Password {rule}"
    if len(password) < 8:
        return "Password minimum length is 8"
    if len(password) > 128:
        return "Password maximum length is 128"
    if letter_first and not password[0].isalpha():
        return "Password should start with a letter"
    for pattern, rule in _REQUIRED_CHARACTERS:
        if not pattern.search(password):
            return f"Password {rule}"
    return _resembles_names(lowered, domain.lower(), username.lower())


def _resembles_names(password: str, domain: str, username: str) -> str | None:
    labels = domain.split(".")
    second_level = labels[-2] if len(labels) > 1 else labels[0]
    # One or two letters are no prefix to compare, and occur in nearly every password.
    like_username = len(username) > 2 and (
        username in password or password.startswith(username[:3])
    )
    if like_username or second_level in password:
        return (
            "Password must not contain second-level domain, username or start with the first 3 "
            "letters from the username"
        )
    return None
