"""Black/white lists: the check for each kind of entry, and contradictions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hostway_email.audit.checks.base import Evidence, MailboxCheck
from hostway_email.audit.checks.lists import CHECKS, WL_04, WL_04_OF_DOMAIN, WL_06
from hostway_email.audit.checks.settings import AuditSettings
from hostway_email.audit.collect.facts import DomainFacts, ListedFacts, MailboxFacts

Ask = Callable[..., list[Evidence]]


def entries(*written: str) -> list[ListedFacts]:
    """Return the entries written as `W ana@example.net`."""
    return [ListedFacts(type=one[:1], address=one[2:]) for one in written]


def box(*written: str) -> MailboxFacts:
    return MailboxFacts(username="ana", blackwhitelist=entries(*written))


def domain(*written: str) -> DomainFacts:
    return DomainFacts(
        account="a", domain="example.net", aliases=["example.org"], blackwhitelist=entries(*written)
    )


def texts(found: list[Evidence]) -> list[str]:
    return [one.text for one in found]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("W @partner.example", ["WL-01"]),
        ("w @partner.example", ["WL-01"]),
        ("W @Example.NET", ["WL-02"]),
        ("W @example.org", ["WL-02"]),
        ("W @GMail.com", ["WL-03"]),
        ("W ana@gmail.com", []),
        ("W bob@example.net", []),
        ("W bob@partner.example", []),
        ("B @partner.example", []),
        ("B @gmail.com", []),
        ("B Bob@EXAMPLE.net", ["WL-05"]),
        ("B @example.org", ["WL-05"]),
        ("? @example.net", []),
    ],
)
def test_an_entry_is_reported_once(ask: Ask, entry: str, expected: list[str]) -> None:
    """Own and free-mail domains each have their own check; W and B are distinguished."""
    of_mailbox = [check for check in CHECKS if isinstance(check, MailboxCheck)]
    of_domain = [check for check in CHECKS if not isinstance(check, MailboxCheck)]

    assert [check.id for check in of_mailbox if ask(check, box(entry))] == expected
    assert [check.id for check in of_domain if ask(check, domain=domain(entry))] == expected


@pytest.mark.parametrize(
    ("own", "general", "text"),
    [
        (
            ["W ana@x.example", "B Ana@X.example"],
            [],
            "ana@x.example is whitelisted on this list, and blacklisted on this list",
        ),
        (
            ["W ana@x.example"],
            ["B ANA@x.example"],
            "ana@x.example is whitelisted on this list, and blacklisted on the domain's list",
        ),
        (
            ["B ana@x.example"],
            ["W ana@x.example"],
            "ana@x.example is blacklisted on this list, and whitelisted on the domain's list",
        ),
        (
            ["W @x.example"],
            ["B @x.example"],
            "@x.example is whitelisted on this list, and blacklisted on the domain's list",
        ),
        (
            ["W ana@x.example", "W @x.example"],
            [],
            "ana@x.example is whitelisted on this list, and @x.example whitelisted on this list",
        ),
        (
            ["B ana@x.example"],
            ["W @X.example"],
            "ana@x.example is blacklisted on this list, "
            "and @x.example whitelisted on the domain's list",
        ),
        (
            ["W @x.example"],
            ["B ana@x.example"],
            "ana@x.example is blacklisted on the domain's list, "
            "and @x.example whitelisted on this list",
        ),
    ],
)
def test_contradictions(ask: Ask, own: list[str], general: list[str], text: str) -> None:
    """Each pair is reported once, with the lists of both entries."""
    assert texts(ask(WL_04, box(*own), domain=domain(*general))) == [text]


@pytest.mark.parametrize(
    ("own", "general"),
    [
        (["W ana@x.example"], ["B bob@x.example"]),
        (["W ana@x.example", "W ana@x.example"], []),
        (["W ana@sub.x.example"], ["B @x.example"]),
        (["W bob@y.example"], ["W ana@x.example", "B ana@x.example"]),
        ([], ["W ana@x.example", "B @x.example"]),
        (["? ana@x.example"], ["B @x.example"]),
    ],
)
def test_no_contradictions(ask: Ask, own: list[str], general: list[str]) -> None:
    """Contradictions within the domain's list are not reported for each mailbox."""
    assert ask(WL_04, box(*own), domain=domain(*general)) == []


def test_contradictions_of_the_domain(ask: Ask) -> None:
    found = ask(
        WL_04_OF_DOMAIN, domain=domain("W ana@x.example", "B ana@x.example", "B @x.example")
    )

    assert texts(found) == [
        "ana@x.example is whitelisted on this list, and blacklisted on this list",
        "ana@x.example is whitelisted on this list, and @x.example blacklisted on this list",
        "ana@x.example is blacklisted on this list, and @x.example blacklisted on this list",
    ]


@pytest.mark.parametrize(("count", "expected"), [(3, 0), (4, 1)])
def test_whitelist_limit(ask: Ask, count: int, expected: int) -> None:
    """Only whitelist entries count, and the limit itself is allowed."""
    written = [f"W {n}@x.example" for n in range(count)] + ["B a@y.example", "? b@y.example"]
    settings = AuditSettings(max_allow_list=3)

    for check in WL_06.both():
        found = ask(check, box(*written), domain=domain(*written), settings=settings)
        assert len(found) == expected
