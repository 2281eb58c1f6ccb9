"""The documented password rules."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from hostway_email.models import password_problems

GOOD = "Wq7#vLmz"


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("Wq7#vLm", "fewer than 8"),
        (GOOD * 16 + "x", "more than 128"),
        ("Wqx#vLmz", "no digit"),
        ("wq7#vlmz", "no capital"),
        ("WQ7#VLMZ", "no lower-case"),
        ("Wq7_vLmz", "no special"),
        ("PAss7#vLmz", "'pass'"),
        ("aBc7#vLmz", "'abc'"),
        ("123#vLmzW", "'123'"),
        ("Wq7#eXamplez", "second-level domain"),
        ("Wq7#John.Smithz", "contains the username"),
        ("JOHq7#vLmz", "first three characters"),
    ],
)
def test_each_rule(password: str, problem: str) -> None:
    """A password that breaks one rule has this problem, which does not quote it."""
    problems = password_problems(password, domain="example.com", username="john.smith")

    assert len(problems) == 1
    assert problem in problems[0]
    assert password not in problems[0]


@pytest.mark.parametrize("password", [GOOD, SecretStr(GOOD), GOOD * 16])
def test_no_problem(password: str | SecretStr) -> None:
    """A password that keeps all rules, of either length, has no problem."""
    assert password_problems(password, domain="example.com", username="john.smith") == []


def test_only_exchange_requires_a_letter_first() -> None:
    """Only the page of Exchange has this rule."""
    assert password_problems("!q2w3e4R") == []
    assert password_problems("!q2w3e4R", exchange=True) == ["It does not start with a letter."]
    assert len(password_problems("", exchange=True)) == 6


@pytest.mark.parametrize(
    ("domain", "label"),
    [
        ("example.com", "example"),
        ("mail.example.com", "example"),
        ("Example.CO.uk", "example"),
        ("mail.example.com.au.", "example"),
        ("co.uk", "co"),
        ("com.de", "com"),
        ("localhost", "localhost"),
    ],
)
def test_second_level_domain(domain: str, label: str) -> None:
    """The label before the public suffix counts, in any case, at any position."""
    problems = password_problems(f"Wq7#v{label.title()}z", domain=domain)

    assert problems == ["It contains the second-level domain."]
    assert password_problems("Wq7#vNzzzzz", domain=domain) == []


def test_label_of_the_suffix_is_no_second_level_domain() -> None:
    """`uk`, `co` and a host's own name may be in a password."""
    assert password_problems("Wq7#ukcomail", domain="mail.example.co.uk") == []


def test_short_and_whole_usernames() -> None:
    """A name of two letters has no first three; of an address only the name counts."""
    assert password_problems("jo7#vLmzW", username="jo") == ["It contains the username."]
    assert password_problems("jX7#vLmzW", username="jo") == []
    assert password_problems("Ana7#vLmzW", username="ana@example.com") == [
        "It contains the username.",
        "It starts with the first three characters of the username.",
    ]
    assert password_problems("Wq7#vLmz", username="", domain="") == []
