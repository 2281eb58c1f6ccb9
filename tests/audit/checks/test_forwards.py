"""Forwards: the check for each kind of target, and aggregates over all mailboxes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from hostway_email.audit.checks.base import Context, Evidence, MailboxCheck
from hostway_email.audit.checks.forwards import (
    CHECKS,
    FWD_03,
    FWD_04,
    FWD_05,
    FWD_06,
    FWD_07,
    FWD_08,
    FWD_09,
)
from hostway_email.audit.checks.settings import AuditSettings
from hostway_email.audit.collect.facts import DomainFacts, ExchangeFacts, MailboxFacts

Ask = Callable[..., list[Evidence]]

SISTERS = AuditSettings(internal_domains=frozenset({"sister.example"}))


def box(username: str, *targets: str, exchange: ExchangeFacts | None = None) -> MailboxFacts:
    return MailboxFacts(username=username, forwards=list(targets), exchange=exchange)


def by_exchange(target: str, *, copy: bool | None = None, username: str = "ana") -> MailboxFacts:
    exchange = ExchangeFacts(forwarding_smtp_address=target, deliver_to_mailbox_and_forward=copy)
    return box(username, exchange=exchange)


def found_by(ask: Ask, mailbox: MailboxFacts) -> list[str]:
    """Return the id of each finding of the checks of single mailboxes."""
    single = [check for check in CHECKS if isinstance(check, MailboxCheck)]
    return [check.id for check in single for _ in ask(check, mailbox)]


def texts(found: list[Evidence]) -> list[str]:
    return [one.text for one in found]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("desk@partner.example", ["FWD-01"]),
        ("ana@gmail.com", ["FWD-04"]),
        ("ana@exampel.net", ["FWD-04"]),
        ("ana@example.com", ["FWD-01"]),
        ("bob@EXAMPLE.net", []),
        ("bob@example.org", []),
        ("bob", []),
        (" ", []),
    ],
)
def test_a_regular_target_is_reported_once(ask: Ask, target: str, expected: list[str]) -> None:
    """A suspicious target is FWD-04 instead of FWD-01."""
    assert found_by(ask, box("ana", target, target.upper())) == expected


@pytest.mark.parametrize(
    ("target", "copy", "expected"),
    [
        ("smtp:desk@partner.example", False, ["FWD-02"]),
        ("smtp:desk@partner.example", True, ["FWD-03"]),
        ("smtp:desk@partner.example", None, ["FWD-03"]),
        ("smtp:ana@gmail.com", False, ["FWD-02"]),
        ("SMTP:ana@gmail.com", True, ["FWD-04"]),
        ("ana@exampel.net", True, ["FWD-04"]),
        ("smtp:bob@example.org", False, []),
        ("smtp:", False, []),
        ("", False, []),
    ],
)
def test_an_exchange_target_is_reported_once(
    ask: Ask, target: str, copy: bool | None, expected: list[str]
) -> None:
    """Without a copy it is FWD-02 for any domain; with a copy FWD-04 precedes FWD-03."""
    assert found_by(ask, by_exchange(target, copy=copy)) == expected


def test_a_target_set_twice_is_reported_once(ask: Ask) -> None:
    """A regular and an Exchange forward to the same address are one finding."""
    mailbox = by_exchange("smtp:Ana@gmail.com", copy=True)
    mailbox.forwards = ["ana@gmail.com"]

    assert found_by(ask, mailbox) == ["FWD-04"]


def test_evidence_mentions_the_copy(ask: Ask) -> None:
    known, unknown = (by_exchange("desk@partner.example", copy=copy) for copy in (True, None))

    assert texts(ask(FWD_03, known)) == [
        "Exchange forwards to desk@partner.example and keeps a copy"
    ]
    assert texts(ask(FWD_03, unknown)) == [
        "Exchange forwards to desk@partner.example; unknown whether a copy is kept"
    ]


def test_suspicion_is_named(ask: Ask) -> None:
    found = ask(FWD_04, box("ana", "ana@gmail.com", "ana@exampel.net"))

    assert texts(found) == [
        "forwards to ana@gmail.com, a free-mail address",
        "forwards to ana@exampel.net, a look-alike of example.net",
    ]


def test_sister_domains_are_internal(ask: Ask) -> None:
    """A configured domain is internal, but its mailboxes are unknown."""
    mailbox = box("ana", "bob@sister.example")

    assert all(ask(check, mailbox, settings=SISTERS) == [] for check in CHECKS)


@pytest.mark.parametrize(
    "target",
    ["bob@example.net", "BOB@Example.NET", "bob@example.org", "bob", "sales@example.org"],
)
def test_existing_targets_are_not_dangling(ask: Ask, target: str) -> None:
    """Case, alias domains and proxy addresses are resolved."""
    bob = MailboxFacts(username="Bob", exchange=ExchangeFacts(addresses=["Sales@example.org"]))

    assert ask(FWD_05, [box("ana", target), bob]) == []


@pytest.mark.parametrize(
    "target", ["carl@example.net", "carl@example.org", "carl", "sales@example.net"]
)
def test_dangling(ask: Ask, target: str) -> None:
    """A proxy address exists in its own domain only."""
    bob = MailboxFacts(username="bob", exchange=ExchangeFacts(addresses=["Sales@example.org"]))

    (found,) = ask(FWD_05, [bob, box("ana", target)])

    assert found.username == "ana"
    assert "which does not exist" in found.text


def test_dangling_exchange_forward(ask: Ask) -> None:
    (found,) = ask(FWD_05, by_exchange("smtp:carl@example.net"))

    assert found == Evidence("forwards to carl@example.net, which does not exist", username="ana")


def test_external_target_is_never_dangling(ask: Ask) -> None:
    assert ask(FWD_05, box("ana", "carl@partner.example")) == []


@pytest.mark.parametrize(
    ("mailboxes", "path"),
    [
        ([box("ana", "ana@example.net")], "ana -> ana"),
        ([box("bob", "ana@example.net"), box("ana", "bob@example.org")], "ana -> bob -> ana"),
        (
            [box("carl", "ana@example.net"), box("bob", "CARL"), box("ana", "Bob@example.net")],
            "ana -> bob -> carl -> ana",
        ),
        (
            [box("Bob", "ana@example.net"), by_exchange("smtp:BOB@example.net", username="Ana")],
            "Ana -> Bob -> Ana",
        ),
    ],
)
def test_loops(ask: Ask, mailboxes: list[MailboxFacts], path: str) -> None:
    """A loop is reported once, for its first mailbox, in the spelling of the list."""
    assert ask(FWD_06, mailboxes) == [
        Evidence(f"forwarding loop: {path}", username=path.partition(" ")[0])
    ]


def test_loop_through_a_proxy_address(ask: Ask) -> None:
    """A proxy address leads to its mailbox."""
    exchange = ExchangeFacts(
        addresses=["sales@example.net"], forwarding_smtp_address="bob@example.net"
    )

    found = ask(FWD_06, [box("ana", exchange=exchange), box("bob", "sales@example.net")])

    assert texts(found) == ["forwarding loop: ana -> bob -> ana"]


def test_chains(ask: Ask) -> None:
    """Each mailbox of a chain is reported, except the one with the external forward."""
    mailboxes = [
        box("Ana", "bob@example.net"),
        box("bob", "carl@example.org", "dora@example.net"),
        by_exchange("smtp:Desk@partner.example", username="Carl"),
        box("dora"),
    ]

    assert ask(FWD_06, mailboxes) == [
        Evidence(
            "external forwarding chain: Ana -> bob -> Carl -> Desk@partner.example", username="Ana"
        ),
        Evidence("external forwarding chain: bob -> Carl -> Desk@partner.example", username="bob"),
    ]


@pytest.mark.parametrize(
    "mailboxes",
    [
        [box("ana", "desk@partner.example")],
        [box("ana", "bob@example.net"), box("bob")],
        [box("ana", "nobody@example.net")],
        [box("ana", "bob@example.net"), box("bob", "carl@sister.example")],
    ],
)
def test_no_chains(ask: Ask, mailboxes: list[MailboxFacts]) -> None:
    assert ask(FWD_06, mailboxes, settings=SISTERS) == []


def test_long_paths_are_shortened(ask: Ask) -> None:
    """A long path is shortened in the middle."""
    mailboxes = [box(f"u{n:02}", f"u{n + 1:02}@example.net") for n in range(20)]
    mailboxes.append(box("u20", "x@partner.example"))

    first = ask(FWD_06, mailboxes)[0]

    assert first.text == (
        "external forwarding chain: u00 -> u01 -> u02 -> u03 -> u04 -> u05 -> (14 more)"
        " -> u20 -> x@partner.example"
    )


def test_eight_names_are_shown(ask: Ask) -> None:
    mailboxes = [box(f"u{n}", f"u{n + 1}@example.net") for n in range(6)]
    mailboxes.append(box("u6", "x@partner.example"))

    assert "more" not in ask(FWD_06, mailboxes)[0].text


def test_mailboxes_without_forwards_take_no_memory() -> None:
    """Only mailboxes that forward take memory."""
    facts = DomainFacts(account="a", domain="example.net")
    join = FWD_06.start(Context(facts, AuditSettings(), date(2026, 3, 15)))
    for number in range(100):
        join.add(box(f"u{number}"))

    assert all(not value for name, value in vars(join).items() if name != "_context")


@pytest.mark.parametrize(("count", "expected"), [(5, 0), (6, 1)])
def test_fan_out_limit(ask: Ask, count: int, expected: int) -> None:
    """The limit itself is allowed."""
    mailbox = box("ana", *(f"u{n}@partner.example" for n in range(count)))

    assert len(ask(FWD_07, mailbox)) == expected


def test_fan_out_counts(ask: Ask) -> None:
    found = ask(FWD_07, box("ana", "bob@example.net", "carl@sister.example", "x@partner.example"))

    assert texts(found) == ["forward targets: 1 internal, 2 external; limit 5"]


@pytest.mark.parametrize("check", [FWD_08, FWD_09])
@pytest.mark.parametrize("regular", [True, False])
def test_both_kinds_of_forward_count(ask: Ask, check: MailboxCheck, regular: bool) -> None:
    """A master or hidden mailbox is reported for regular and Exchange forwards."""
    mailbox = MailboxFacts(
        username="ana",
        master=True,
        forwards=["x@partner.example"] if regular else [],
        exchange=ExchangeFacts(
            hidden_from_address_lists_enabled=True,
            forwarding_smtp_address=None if regular else "smtp:x@partner.example",
        ),
    )

    (found,) = ask(check, mailbox)

    assert found.text.endswith("forwards to x@partner.example")
