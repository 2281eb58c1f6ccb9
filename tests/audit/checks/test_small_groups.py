"""Small groups of checks: autoresponder, activity, secrets, licences, privileges, hygiene."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hostway_email.audit.checks.activity import ACT_01, ACT_02, ACT_03, ACT_04
from hostway_email.audit.checks.autoresponder import AR_01, AR_02, AR_03
from hostway_email.audit.checks.base import Baseline, Evidence, Severity
from hostway_email.audit.checks.hygiene import HYG_01, HYG_02
from hostway_email.audit.checks.licences import LIC_01, LIC_02
from hostway_email.audit.checks.privileges import PRV_01
from hostway_email.audit.checks.secrets import SEC_01, SEC_02, SEC_03, SEC_04
from hostway_email.audit.checks.settings import AuditSettings
from hostway_email.audit.collect.facts import (
    AutoresponderFacts,
    ContactFacts,
    DomainFacts,
    ExchangeFacts,
    FolderFacts,
    MailboxFacts,
    RegularFacts,
    StatisticsFacts,
    WebmailFacts,
)

Ask = Callable[..., list[Evidence]]


def box(username: str = "ana", **facts: object) -> MailboxFacts:
    return MailboxFacts.model_validate({"username": username, **facts})


def domain(**facts: object) -> DomainFacts:
    known = {"account": "a", "domain": "example.net", "aliases": ["example.org"]}
    return DomainFacts.model_validate({**known, **facts})


def texts(found: list[Evidence]) -> list[str]:
    return [one.text for one in found]


def test_reply_and_exchange_forward(ask: Ask) -> None:
    """An Exchange forward counts like a regular one."""
    exchange = ExchangeFacts(forwarding_smtp_address="smtp:desk@partner.example")
    reply = AutoresponderFacts(active=True)

    found = ask(AR_02, box(autoresponder=reply, exchange=exchange))

    assert texts(found) == ["autoresponder is on, forwards to desk@partner.example"]


@pytest.mark.parametrize(
    ("active", "subject", "body", "expected"),
    [
        (True, False, False, 1),
        (True, True, False, 0),
        (True, False, True, 0),
        (False, False, False, 0),
        (None, False, False, 0),
    ],
)
def test_empty_reply(
    ask: Ask, active: bool | None, subject: bool, body: bool, expected: int
) -> None:
    """A subject or a body is enough, and an autoresponder that is off is no finding."""
    reply = AutoresponderFacts(active=active, has_subject=subject, has_body=body)

    assert len(ask(AR_03, box(autoresponder=reply))) == expected


@pytest.mark.parametrize(
    ("messages", "unread", "sent", "expected"),
    [
        (3, 3, 0, 1),
        (3, 2, 0, 0),
        (3, 3, 1, 0),
        (0, 0, 0, 0),
        (3, 3, None, 0),
        (None, None, 0, 0),
        (3, None, 0, 0),
    ],
)
def test_never_used(
    ask: Ask, messages: int | None, unread: int | None, sent: int | None, expected: int
) -> None:
    """An empty mailbox or missing counts are no finding."""
    statistics = StatisticsFacts(
        inbox=FolderFacts(all_messages=messages, unread_messages=unread),
        sent=FolderFacts(all_messages=sent),
    )

    assert len(ask(ACT_01, box(statistics=statistics))) == expected


def test_never_used_needs_both_folders(ask: Ask) -> None:
    folder = FolderFacts(all_messages=0, unread_messages=0)

    assert ask(ACT_01, box(statistics=StatisticsFacts(inbox=folder))) == []
    assert ask(ACT_01, box(statistics=StatisticsFacts(sent=folder))) == []


@pytest.mark.parametrize(("count", "expected"), [(None, 0), (10, 0), (11, 1)])
def test_spam_backlog(ask: Ask, count: int | None, expected: int) -> None:
    statistics = StatisticsFacts(spam=FolderFacts(all_messages=count))
    settings = AuditSettings(spam_backlog=10)

    assert len(ask(ACT_04, box(statistics=statistics), settings=settings)) == expected


@pytest.mark.parametrize(
    ("keys", "minimum", "expected"),
    [
        ([], 1, 1),
        ([], 0, 0),
        (["tk1"], 1, 0),
        (["tk1", "tk1"], 2, 1),
        (["tk1", "tk2"], 2, 0),
        (None, 2, 0),
        ([], None, 0),
    ],
)
def test_too_few_questions(
    ask: Ask, keys: list[str] | None, minimum: int | None, expected: int
) -> None:
    """The same question does not count twice."""
    assert len(ask(SEC_01, box(secrets=keys), domain=domain(secret_minimum=minimum))) == expected


@pytest.mark.parametrize(
    ("keys", "offered", "expected"),
    [
        (["tk1", "tk8", "tk9", "tk8"], ["tk1"], 2),
        (["tk1"], [], 0),
        (["tk1"], None, 0),
        ([], ["tk1"], 0),
    ],
)
def test_retired_questions(
    ask: Ask, keys: list[str], offered: list[str] | None, expected: int
) -> None:
    """Without offered questions none is retired."""
    found = ask(SEC_02, box(secrets=keys), domain=domain(secret_questions=offered))

    assert len(found) == expected


@pytest.mark.parametrize(("minimum", "expected"), [(0, 0), (1, 1), (2, 0), (None, 0)])
def test_weak_recovery(ask: Ask, minimum: int | None, expected: int) -> None:
    assert len(ask(SEC_03, domain=domain(secret_minimum=minimum))) == expected


@pytest.mark.parametrize(
    ("limit", "used", "expected"),
    [(2, 1, 0), (2, 2, 1), (2, 3, 1), (None, 9, 0), (0, 9, 0), (-1, 9, 0)],
)
def test_seats(ask: Ask, limit: int | None, used: int, expected: int) -> None:
    """The last used seat is a finding; without a limit there is none."""
    facts = domain(webmail_limits={"activesync": limit}, mailbox_type_count={"numActiveSync": used})

    assert len(ask(LIC_01, domain=facts)) == expected


def test_seats_of_each_plan(ask: Ask) -> None:
    """Plans are counted separately, and Exchange plans are not webmail plans."""
    facts = domain(
        webmail_limits={"standard": 1, "premium": 1, "starter": 1},
        mailbox_type_count={"numStandard": 1, "numPremium": 0, "numExchange2013Premium": 5},
    )

    assert texts(ask(LIC_01, domain=facts)) == ["standard: 1 of 1 seats used"]


@pytest.mark.parametrize(
    ("plan", "offered", "expected"),
    [
        ("starter", ["standard"], 1),
        ("Standard", ["standard"], 0),
        (None, ["standard"], 0),
        ("", ["standard"], 0),
        ("starter", [], 0),
        ("starter", None, 0),
    ],
)
def test_plan_not_offered(
    ask: Ask, plan: str | None, offered: list[str] | None, expected: int
) -> None:
    found = ask(LIC_02, box(webmail_access=plan), domain=domain(webmail_names=offered))

    assert len(found) == expected


@pytest.mark.parametrize(
    ("upgrade", "allowed", "expected"),
    [(True, False, 1), (True, True, 0), (True, None, 0), (False, False, 0), (None, False, 0)],
)
def test_upgrade(ask: Ask, upgrade: bool | None, allowed: bool | None, expected: int) -> None:
    found = ask(LIC_02, box(allow_upgrade=upgrade), domain=domain(webmail_upgrade=allowed))

    assert len(found) == expected


def test_masters_are_named(ask: Ask) -> None:
    """Ten names are shown, the same ten for any order of the responses."""
    mailboxes = [box(f"m{n:02}", master=True) for n in range(12)]

    found = ask(PRV_01, [box("ana"), *reversed(mailboxes)])

    assert texts(found) == [
        "master mailboxes: 12, limit 2: m00, m01, m02, m03, m04, m05, m06, m07, m08, m09 and 2 more"
    ]


@pytest.mark.parametrize(("limit", "expected"), [(2, 0), (1, 1)])
def test_masters_limit(ask: Ask, limit: int, expected: int) -> None:
    mailboxes = [box("ana", master=True), box("bob", master=True), box("carl", master=False)]

    assert len(ask(PRV_01, mailboxes, settings=AuditSettings(max_masters=limit))) == expected


def test_stale_contacts(ask: Ask) -> None:
    """Case, alias domains and proxy addresses are resolved."""
    addresses = [
        *("ANA@Example.net", "ana@example.org", "sales@example.org", "x@partner.example", None),
        *("left@example.net", "sales@example.net"),
    ]
    contacts = [ContactFacts(name=f"C{n}", email=email) for n, email in enumerate(addresses)]
    bob = box("bob", exchange=ExchangeFacts(addresses=["Sales@example.org"]))

    found = ask(HYG_01, [box("Ana"), bob], domain=domain(contacts=contacts))

    assert texts(found) == [
        "C5: left@example.net does not exist",
        "C6: sales@example.net does not exist",
    ]


def test_plain_http(ask: Ask) -> None:
    urls = ["HTTP://a.example", "https://b.example", "http://c.example", "http://c.example", ""]

    found = ask(HYG_02, box(mailbox=RegularFacts(webmail_urls=urls)))

    assert texts(found) == ["webmail URL HTTP://a.example", "webmail URL http://c.example"]


def counted(read: int, unread: int, sent: int) -> MailboxFacts:
    inbox = FolderFacts(all_messages=read + unread, unread_messages=unread)
    statistics = StatisticsFacts(inbox=inbox, sent=FolderFacts(all_messages=sent))
    return box(statistics=statistics)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ((5, 2, 7), (5, 9, 7), ["new unread messages since the audit 30 days ago: 7"]),
        ((5, 2, 7), (5, 2, 7), []),
        ((5, 2, 7), (6, 9, 7), []),
        ((5, 2, 7), (5, 9, 8), []),
        ((5, 2, 7), (5, 9, 6), []),
        ((5, 9, 7), (5, 2, 7), []),
    ],
)
def test_inactive(
    ask: Ask, before: tuple[int, int, int], now: tuple[int, int, int], expected: list[str]
) -> None:
    """Only new unread mail counts; reading, sending or deleting is activity."""
    found = ask(ACT_02, counted(*now), baseline=Baseline(counted(*before), days=30))

    assert texts(found) == [f"{text}; read: 0, sent: 0" for text in expected]


@pytest.mark.parametrize(
    ("before", "now", "expected"), [(0, 150, 0), (0, 151, 1), (100, 400, 0), (100, 401, 1)]
)
def test_sent_surge(ask: Ask, before: int, now: int, expected: int) -> None:
    """A surge is three times the messages sent before, with a minimum of fifty."""
    found = ask(ACT_03, counted(0, 0, now), baseline=Baseline(counted(0, 0, before), days=1))

    assert len(found) == expected
    if found:
        assert texts(found) == [f"sent messages: {now}, up from {before} 1 day ago"]


@pytest.mark.parametrize("missing", [MailboxFacts(username="ana"), box(statistics={"inbox": {}})])
@pytest.mark.parametrize("check", [ACT_02, ACT_03], ids=lambda check: check.id)
def test_missing_counts_are_not_compared(ask: Ask, check: object, missing: MailboxFacts) -> None:
    """A virtual mailbox has no counts, which is neither growth nor inactivity."""
    assert ask(check, missing, baseline=Baseline(counted(5, 2, 7), days=30)) == []
    assert ask(check, counted(5, 9, 999), baseline=Baseline(missing, days=30)) == []


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [(True, True, 1), (False, True, 0), (None, True, 0), (True, False, 0), (True, None, 0)],
)
def test_reset_pending(ask: Ask, before: bool | None, now: bool | None, expected: int) -> None:
    """A reset is pending if it was required in the baseline and still is."""
    baseline = Baseline(box(webmail=WebmailFacts(reset_password=before)), days=1)

    found = ask(SEC_04, box(webmail=WebmailFacts(reset_password=now)), baseline=baseline)

    assert len(found) == expected


@pytest.mark.parametrize(
    ("before", "days", "severity", "text"),
    [
        (True, 14, Severity.MEDIUM, "autoresponder is on, as it was 14 days ago"),
        (True, 13, None, "autoresponder is on"),
        (False, 14, None, "autoresponder is on"),
        (None, 14, None, "autoresponder is on"),
    ],
)
def test_autoresponder_left_on(
    ask: Ask, before: bool | None, days: int, severity: Severity | None, text: str
) -> None:
    """The severity is higher only if a baseline that is old enough has it on too."""
    then = box() if before is None else box(autoresponder=AutoresponderFacts(active=before))
    now = box(autoresponder=AutoresponderFacts(active=True))

    assert ask(AR_01, now, baseline=Baseline(then, days=days)) == [Evidence(text, severity)]
    assert ask(AR_01, box(), baseline=Baseline(now, days=days)) == []
