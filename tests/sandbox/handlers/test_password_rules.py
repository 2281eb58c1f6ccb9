"""The documented password rules."""

from __future__ import annotations

import pytest

from hostway_email.sandbox.handlers._password_rules import violated_rule

CLOSE = (
    "Password must not contain second-level domain, username or start with the first 3 letters "
    "from the username"
)


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("pWord123$", None),
        ("!q2w3e4R", None),
        ("Xy1$", "Password minimum length is 8"),
        ("Xy1$" * 33, "Password maximum length is 128"),
        ("ABCdefg1$", "Password should not start with 'abc' case-insensitively"),
        ("PassWord1$", "Password should not start with the phrase 'pass' case-insensitively"),
        ("123Word$x", "Password should not start with 123"),
        ("Wordword$", "Password should have at least one digit"),
        ("word1234$", "Password should have at least one capital letter"),
        ("WORD1234$", "Password should have at least one lower case letter"),
        ("Word_1234", "Password should contain at least one special character"),
        ("x1$Example", CLOSE),
        ("x1$-John.Smith", CLOSE),
        ("Johnny1$x", CLOSE),
    ],
)
def test_violated_rule(password: str, rule: str | None) -> None:
    """The first violated rule is returned."""
    assert violated_rule(password, "example.com", "john.smith") == rule


def test_first_letter() -> None:
    """A leading letter is required only with `letter_first`."""
    reason = "Password should start with a letter"

    assert violated_rule("!q2w3e4R", "example.com", "john", letter_first=True) == reason


def test_short_usernames_are_ignored() -> None:
    """A password may contain a username of one or two letters."""
    assert violated_rule("pWord123$", "example.com", "p") is None
