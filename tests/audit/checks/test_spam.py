"""Filter settings: weak values, and values weaker than the domain's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hostway_email.audit.checks.base import Evidence, MailboxCheck
from hostway_email.audit.checks.spam import CHECKS, SPM_08, SPM_09
from hostway_email.audit.collect.facts import DomainFacts, MailboxFacts

Ask = Callable[..., list[Evidence]]


def box(**settings: str) -> MailboxFacts:
    return MailboxFacts(username="ana", cleanmailplus=settings)


def domain(**settings: str) -> DomainFacts:
    return DomainFacts(account="a", domain="example.net", cleanmailplus=settings)


@pytest.mark.parametrize(
    ("field", "weak_to_strong"),
    [
        ("SPAM_LEVEL", "654321"),
        ("SPAM_ACTION", "0213"),
        ("SPAM_CHECK", "01"),
        ("VIRUS_ACTION", "01"),
        ("PHISHING_CHECKS", "01"),
        ("ATTACHMENT_CONTROL", "01"),
        ("CLEANMAIL_PLUS", "01"),
    ],
)
def test_weaker_than_domain(ask: Ask, field: str, weak_to_strong: str) -> None:
    """The order of the values of a field is not that of their numbers."""
    for place, own in enumerate(weak_to_strong):
        for model_place, model in enumerate(weak_to_strong):
            found = ask(SPM_08, box(**{field: own}), domain=domain(**{field: model}))
            assert len(found) == (place < model_place)


def test_weaker_names_both_values(ask: Ask) -> None:
    found = ask(SPM_08, box(SPAM_LEVEL="5"), domain=domain(SPAM_LEVEL="4"))

    assert found == [Evidence("SPAM_LEVEL is 5 (less aggressive); the domain has 4 (normal)")]


@pytest.mark.parametrize(
    ("own", "general"),
    [
        ({"SPAM_LEVEL": "9"}, {"SPAM_LEVEL": "4"}),
        ({"SPAM_LEVEL": "5"}, {"SPAM_LEVEL": "9"}),
        ({"SPAM_LEVEL": "5"}, {}),
        ({}, {"SPAM_LEVEL": "4"}),
        ({"SPAM_DISCARD_LEVEL": "0"}, {"SPAM_DISCARD_LEVEL": "20"}),
    ],
)
def test_unknown_values_are_ignored(ask: Ask, own: dict[str, str], general: dict[str, str]) -> None:
    """Undocumented values are neither weaker nor stronger."""
    assert ask(SPM_08, box(**own), domain=domain(**general)) == []


def test_fields_are_independent(ask: Ask) -> None:
    """A disabled filter does not hide findings of other fields."""
    settings = {"CLEANMAIL_PLUS": "0", "SPAM_CHECK": "0", "VIRUS_ACTION": "0"}
    of_mailbox = [check for check in CHECKS if isinstance(check, MailboxCheck)]
    of_domain = [check for check in CHECKS if not isinstance(check, MailboxCheck)]

    on_mailbox = [check.id for check in of_mailbox if ask(check, box(**settings))]
    on_domain = [check.id for check in of_domain if ask(check, domain=domain(**settings))]

    assert on_mailbox == on_domain == ["SPM-01", "SPM-04", "SPM-07"]


@pytest.mark.parametrize(
    ("action", "level", "expected"),
    [("3", "1", 1), ("3", "2", 1), ("3", "3", 0), ("1", "1", 0), ("2", "2", 0)],
)
def test_silent_loss(ask: Ask, action: str, level: str, expected: int) -> None:
    """Only deletion at the two most aggressive levels is a finding."""
    settings = {"SPAM_ACTION": action, "SPAM_LEVEL": level}

    for check in SPM_09.both():
        assert len(ask(check, box(**settings), domain=domain(**settings))) == expected


def test_silent_loss_needs_both_settings(ask: Ask) -> None:
    (of_mailbox, _) = SPM_09.both()

    assert ask(of_mailbox, box(SPAM_ACTION="3")) == []
    assert ask(of_mailbox, box(SPAM_LEVEL="1")) == []
