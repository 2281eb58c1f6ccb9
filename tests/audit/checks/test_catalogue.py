"""Properties of every check: it finds, it passes, and it reads what it declares."""

from __future__ import annotations

import types
import typing
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from hostway_email.audit.checks import CATALOGUE
from hostway_email.audit.checks.base import (
    Baseline,
    Check,
    DomainCheck,
    Evidence,
    MailboxCheck,
    Severity,
)
from hostway_email.audit.checks.settings import AuditSettings
from hostway_email.audit.collect.facts import DomainFacts, MailboxFacts

Ask = Callable[..., list[Evidence]]
Facts = TypeVar("Facts", bound=BaseModel)

SEVERITIES = {
    Severity.CRITICAL: "FWD-02 FWD-04 FWD-08 SPM-04 WL-02 WL-03",
    Severity.HIGH: "FWD-01 FWD-03 FWD-06 FWD-09 QUO-01 SPM-01 SPM-02 SPM-05 WL-01 SEC-01 PRT-05 "
    "ACT-03",
    Severity.MEDIUM: "FWD-05 FWD-07 AR-02 QUO-02 QUO-03 SPM-06 SPM-07 SPM-08 WL-05 SEC-03 PRT-01 "
    "PRT-02 PRT-04 EXC-03 EXP-01 LIC-01 PRV-01 ACT-02",
    Severity.LOW: "AR-01 QUO-04 ACT-01 SPM-03 SPM-09 WL-04 WL-06 SEC-02 PRT-03 EXC-01 EXC-02 "
    "LIC-02 HYG-01 HYG-02 SEC-04",
    Severity.INFO: "AR-03 ACT-04 HYG-03",
}


IDS = [id_ for ids in SEVERITIES.values() for id_ in ids.split()]

# Checks of both mailboxes and their domain.
SHARED = {
    *(f"SPM-0{number}" for number in (1, 2, 3, 4, 5, 6, 7, 9)),
    *(f"WL-0{number}" for number in (1, 2, 3, 4, 5, 6)),
    "EXP-01",
}


class Case(NamedTuple):
    """Facts of mailboxes and of their domain, and of the mailbox in a baseline."""

    mailboxes: list[dict[str, Any]]
    domain: dict[str, Any]
    baseline: dict[str, Any] | None = None


def box(username: str = "ana", **facts: object) -> Case:
    return Case([{"username": username, **facts}], {})


def boxes(*every: dict[str, Any], **domain: object) -> Case:
    return Case(list(every), domain)


def exchange(**facts: object) -> Case:
    return box(exchange=facts)


def of_domain(**facts: object) -> Case:
    return Case([], facts)


def after(baseline: dict[str, Any], **facts: object) -> Case:
    return Case(box(**facts).mailboxes, {}, {"username": "ana", **baseline})


def counts(read: int, unread: int, sent: int) -> dict[str, Any]:
    inbox = {"all_messages": read + unread, "unread_messages": unread}
    return {"inbox": inbox, "sent": {"all_messages": sent}}


def forwarding(username: str, *targets: str, **facts: object) -> dict[str, Any]:
    return {"username": username, "forwards": list(targets), **facts}


def white(*addresses: str) -> list[dict[str, str]]:
    return [{"address": address, "type": "W"} for address in addresses]


def black(*addresses: str) -> list[dict[str, str]]:
    return [{"address": address, "type": "B"} for address in addresses]


def spam(**settings: str) -> tuple[Case, Case]:
    found = dict(settings)
    passed = dict.fromkeys(settings, "4" if "SPAM_LEVEL" in settings else "1")
    return box(cleanmailplus=found), box(cleanmailplus=passed)


AWAY = {"forwarding_smtp_address": "smtp:desk@partner.example"}
SYNC = {"active_sync_enabled": True}
SYNC_OPEN = {**SYNC, "active_sync_mailbox_policy": "Default"}
ROOM = {"resource_type": "room"}
STRICT = {"SPAM_ACTION": "3", "SPAM_LEVEL": "2"}
NO_MAIL = {"inbox": {"all_messages": 3, "unread_messages": 3}, "sent": {"all_messages": 0}}
IN_USE = {"inbox": {"all_messages": 3, "unread_messages": 3}, "sent": {"all_messages": 1}}
LOST = {"name": "Bob", "email": "bob@example.net"}

# A finding and a pass for each id.
CASES: dict[str, tuple[Case, Case]] = {
    "FWD-01": (box(forwards=["desk@partner.example"]), box(forwards=["bob@example.org"])),
    "FWD-02": (
        exchange(**AWAY, deliver_to_mailbox_and_forward=False),
        exchange(**AWAY, deliver_to_mailbox_and_forward=True),
    ),
    "FWD-03": (
        exchange(**AWAY, deliver_to_mailbox_and_forward=True),
        exchange(**AWAY, deliver_to_mailbox_and_forward=False),
    ),
    "FWD-04": (
        box(forwards=["ana@gmail.com"], exchange={}),
        box(forwards=["desk@partner.example"], exchange={}),
    ),
    "FWD-05": (
        boxes(forwarding("ana", "bob@example.net", exchange={})),
        boxes(forwarding("ana", "bob@example.net", exchange={}), {"username": "bob"}),
    ),
    "FWD-06": (
        boxes(forwarding("ana", "ana@example.net", exchange={})),
        boxes(forwarding("ana", "bob@example.net", exchange={}), {"username": "bob"}),
    ),
    "FWD-07": (
        box(forwards=["bob@example.net", "desk@partner.example"]),
        box(forwards=["bob@example.net"]),
    ),
    "FWD-08": (
        box(master=True, forwards=["desk@partner.example"], exchange={}),
        box(master=False, forwards=["desk@partner.example"], exchange={}),
    ),
    "FWD-09": (
        box(exchange={**AWAY, "hidden_from_address_lists_enabled": True}, forwards=[]),
        box(exchange={**AWAY, "hidden_from_address_lists_enabled": False}, forwards=[]),
    ),
    "AR-01": (box(autoresponder={"active": True}), box(autoresponder={"active": False})),
    "AR-02": (
        box(autoresponder={"active": True}, forwards=["desk@partner.example"], exchange={}),
        box(autoresponder={"active": True}, forwards=["bob@example.net"], exchange={}),
    ),
    "AR-03": (
        box(autoresponder={"active": True}),
        box(autoresponder={"active": True, "has_body": True}),
    ),
    "QUO-01": (
        box(mailbox={"usage_mb": 10, "quota_mb": 10}),
        box(mailbox={"usage_mb": 9, "quota_mb": 10}),
    ),
    "QUO-02": (
        exchange(used_bytes=9, quota_bytes=10),
        exchange(used_bytes=8, quota_bytes=10),
    ),
    "QUO-03": (
        of_domain(infostore={"usage_mb": 90, "quota_mb": 100}),
        of_domain(infostore={"usage_mb": 89, "quota_mb": 100}),
    ),
    "QUO-04": (
        boxes({"username": "ana", "quota_mb": 5}, quota_mb=4),
        boxes({"username": "ana", "quota_mb": 5}, quota_mb=5),
    ),
    "ACT-01": (box(statistics=NO_MAIL), box(statistics=IN_USE)),
    "ACT-02": (
        after({"statistics": counts(5, 2, 7)}, statistics=counts(5, 3, 7)),
        after({"statistics": counts(5, 2, 7)}, statistics=counts(6, 3, 7)),
    ),
    "ACT-03": (
        after({"statistics": counts(5, 2, 100)}, statistics=counts(5, 2, 401)),
        after({"statistics": counts(5, 2, 100)}, statistics=counts(5, 2, 400)),
    ),
    "ACT-04": (
        box(statistics={"spam": {"all_messages": 501}}),
        box(statistics={"spam": {"all_messages": 500}}),
    ),
    "SPM-01": spam(SPAM_CHECK="0"),
    "SPM-02": spam(SPAM_ACTION="0"),
    "SPM-03": spam(SPAM_LEVEL="6"),
    "SPM-04": spam(VIRUS_ACTION="0"),
    "SPM-05": spam(PHISHING_CHECKS="0"),
    "SPM-06": spam(ATTACHMENT_CONTROL="0"),
    "SPM-07": spam(CLEANMAIL_PLUS="0"),
    "SPM-08": (
        Case(box(cleanmailplus={"SPAM_LEVEL": "5"})[0], {"cleanmailplus": {"SPAM_LEVEL": "4"}}),
        Case(box(cleanmailplus={"SPAM_LEVEL": "4"})[0], {"cleanmailplus": {"SPAM_LEVEL": "4"}}),
    ),
    "SPM-09": (
        box(cleanmailplus=STRICT),
        box(cleanmailplus={**STRICT, "SPAM_LEVEL": "3"}),
    ),
    "WL-01": (
        box(blackwhitelist=white("@partner.example")),
        box(blackwhitelist=white("desk@partner.example", "@gmail.com", "@example.net")),
    ),
    "WL-02": (
        box(blackwhitelist=white("@example.net")),
        box(blackwhitelist=white("@gmail.com", "@partner.example")),
    ),
    "WL-03": (
        box(blackwhitelist=white("@gmail.com")),
        box(blackwhitelist=white("ana@gmail.com", "@partner.example", "@example.net")),
    ),
    "WL-04": (
        box(blackwhitelist=[*white("desk@partner.example"), *black("desk@partner.example")]),
        box(blackwhitelist=[*white("desk@partner.example"), *black("@other.example")]),
    ),
    "WL-05": (
        box(blackwhitelist=black("bob@example.net")),
        box(blackwhitelist=[*black("bob@partner.example"), *white("bob@example.net")]),
    ),
    "WL-06": (
        box(blackwhitelist=white(*(f"{n}@partner.example" for n in range(51)))),
        box(blackwhitelist=white(*(f"{n}@partner.example" for n in range(50)))),
    ),
    "SEC-01": (
        Case(box(secrets=["tk1"])[0], {"secret_minimum": 2}),
        Case(box(secrets=["tk1", "tk2"])[0], {"secret_minimum": 2}),
    ),
    "SEC-02": (
        Case(box(secrets=["tk9"])[0], {"secret_questions": ["tk1"]}),
        Case(box(secrets=["tk1"])[0], {"secret_questions": ["tk1"]}),
    ),
    "SEC-03": (of_domain(secret_minimum=1), of_domain(secret_minimum=2)),
    "SEC-04": (
        after({"webmail": {"reset_password": True}}, webmail={"reset_password": True}),
        after({"webmail": {"reset_password": False}}, webmail={"reset_password": True}),
    ),
    "PRT-01": (exchange(pop_enabled=True), exchange(pop_enabled=False)),
    "PRT-02": (exchange(imap_enabled=True), exchange(imap_enabled=False)),
    "PRT-03": (
        exchange(**SYNC, has_active_sync_device_partnership=False),
        exchange(**SYNC, has_active_sync_device_partnership=True),
    ),
    "PRT-04": (exchange(**SYNC_OPEN), exchange(**SYNC_OPEN, active_sync_allowed_devices=1)),
    "PRT-05": (exchange(**ROOM, owa_enabled=True), exchange(**ROOM, owa_enabled=False)),
    "EXC-01": (exchange(recipients_unlimited=True), exchange()),
    "EXC-02": (
        exchange(**ROOM, require_sender_authentication_enabled=False),
        exchange(**ROOM, require_sender_authentication_enabled=True),
    ),
    "EXC-03": (
        exchange(addresses=["ana@partner.example"]),
        exchange(addresses=["ana@example.net", "ana@example.org"]),
    ),
    "EXP-01": (
        box(trial_expiration=date(2026, 3, 20)),
        box(trial_expiration=date(2026, 5, 20)),
    ),
    "LIC-01": (
        of_domain(webmail_limits={"activesync": 2}, mailbox_type_count={"numActiveSync": 2}),
        of_domain(webmail_limits={"activesync": 3}, mailbox_type_count={"numActiveSync": 2}),
    ),
    "LIC-02": (
        Case(
            box(webmail_access="starter", allow_upgrade=True)[0],
            {"webmail_names": ["standard"], "webmail_upgrade": False},
        ),
        Case(
            box(webmail_access="standard", allow_upgrade=True)[0],
            {"webmail_names": ["standard"], "webmail_upgrade": True},
        ),
    ),
    "PRV-01": (
        boxes(*({"username": name, "master": True} for name in "abc")),
        boxes(*({"username": name, "master": True} for name in "ab")),
    ),
    "HYG-01": (
        boxes({"username": "ana", "exchange": {}}, contacts=[LOST]),
        boxes({"username": "bob", "exchange": {}}, contacts=[LOST]),
    ),
    "HYG-02": (
        box(mailbox={"webmail_urls": ["http://webmail.example"]}),
        box(mailbox={"webmail_urls": ["https://webmail.example"]}),
    ),
    "HYG-03": (box(gone=True), box(gone=False)),
}

# Fields from the list of usernames need no probe; other fields have a probe of the same name.
FROM_THE_LIST = {
    *("username", "kind", "type", "quota_mb", "master"),
    *("trial_type", "trial_expiration", "allow_upgrade"),
}
PROBES_OF_FIELD = {"webmail_access": {"details"}, "gone": {"mailbox", "exchange"}}

EVERY_CHECK = pytest.mark.parametrize(
    "check", CATALOGUE, ids=lambda check: f"{check.id}-{type(check).__name__}"
)

COMPARING = pytest.mark.parametrize(
    "check",
    [one for one in CATALOGUE if isinstance(one, MailboxCheck) and one.min_baseline_age_days],
    ids=lambda check: check.id,
)


def mailbox_probes(field: str) -> set[str]:
    return PROBES_OF_FIELD.get(field, {field} - FROM_THE_LIST)


def domain_probes(field: str) -> set[str]:
    return {f"domain.{field}"} - {"domain.account", "domain.domain"}


def case_for(check: Check, case: Case) -> tuple[list[MailboxFacts], DomainFacts, Baseline | None]:
    """Return the facts of a case; for the domain twin of a shared check, moved to the domain."""
    mailboxes, domain, before = case
    if isinstance(check, DomainCheck) and check.id in SHARED:
        settings = {name: value for name, value in mailboxes[0].items() if name != "username"}
        domain = {"webmail": settings} if check.id == "EXP-01" else settings
        mailboxes = []
    known = {"account": "a", "domain": "example.net", "aliases": ["example.org"], **domain}
    baseline = None if before is None else Baseline(MailboxFacts(**before), days=30)
    return [MailboxFacts(**one) for one in mailboxes], DomainFacts(**known), baseline


def without(facts: Facts, check: Check, probes: Callable[[str], set[str]]) -> Facts:
    """Return facts with only the declared probes filled."""
    declared = {name: value for name, value in facts if probes(name) <= check.probes}
    return type(facts)(**declared)


def recording(facts: Facts, reads: set[str]) -> Facts:
    """Return the same facts, which record the fields that are read."""
    model = type(facts)

    class Recording(model):  # type: ignore[misc, valid-type] # a model of a parameter
        def __getattribute__(self, name: str) -> object:
            if name in model.model_fields:
                reads.add(name)
            return super().__getattribute__(name)

    return typing.cast(Facts, Recording.model_construct(**dict(facts)))


def test_catalogue_is_complete() -> None:
    """The catalogue has exactly the ids that the API can answer."""
    assert sorted({check.id for check in CATALOGUE}) == sorted(IDS)
    assert sorted(CASES) == sorted(IDS)


def test_catalogue_is_sorted() -> None:
    """Reports and plans list checks in this order."""
    assert [check.id for check in CATALOGUE] == sorted(check.id for check in CATALOGUE)


def test_ids_are_unique_for_each_kind() -> None:
    """Only twins of mailbox and domain share an id, and then all texts."""
    kinds = Counter((check.id, type(check)) for check in CATALOGUE)
    twice = [id_ for id_, count in Counter(check.id for check in CATALOGUE).items() if count > 1]

    assert set(kinds.values()) == {1}
    assert sorted(twice) == sorted(SHARED)
    for id_ in twice:
        one, other = (check for check in CATALOGUE if check.id == id_)
        assert {type(one), type(other)} == {MailboxCheck, DomainCheck}
        for field in ("title", "severity", "group", "rationale", "remediation"):
            assert getattr(one, field) == getattr(other, field)


def test_severities_are_those_of_the_catalogue() -> None:
    """Users filter and fail builds by severity, so a change breaks them."""
    expected = {id_: level for level, ids in SEVERITIES.items() for id_ in ids.split()}

    assert {check.id: check.severity for check in CATALOGUE} == expected


def test_texts() -> None:
    """Titles are short without a full stop; rationales and remediations are sentences."""
    for check in CATALOGUE:
        assert len(check.title) <= 60
        assert not check.title.endswith(".")
        for sentence in (check.rationale, check.remediation):
            assert sentence.endswith("."), check.id
            assert "  " not in sentence


@EVERY_CHECK
def test_finding_and_pass(check: Check, ask: Ask) -> None:
    """Each check finds its case, and passes one that differs in that only."""
    found, passed = (case_for(check, case) for case in CASES[check.id])

    assert ask(check, found[0], domain=found[1], baseline=found[2])
    assert ask(check, passed[0], domain=passed[1], baseline=passed[2]) == []


@EVERY_CHECK
def test_declared_probes_are_enough(check: Check, ask: Ask) -> None:
    """A check finds the same with only its declared probes."""
    mailboxes, domain, baseline = case_for(check, CASES[check.id][0])
    needed = [without(mailbox, check, mailbox_probes) for mailbox in mailboxes]

    found = ask(check, needed, domain=without(domain, check, domain_probes), baseline=baseline)

    assert found == ask(check, mailboxes, domain=domain, baseline=baseline)


@EVERY_CHECK
def test_declared_probes_are_read(check: Check, ask: Ask) -> None:
    """Every declared probe is read, since each costs a request per mailbox."""
    of_mailbox: set[str] = set()
    of_domain: set[str] = set()
    for case in CASES[check.id]:
        mailboxes, domain, baseline = case_for(check, case)
        recorded = [recording(mailbox, of_mailbox) for mailbox in mailboxes]
        ask(check, recorded, domain=recording(domain, of_domain), baseline=baseline)

    probes = {probe for field in of_mailbox for probe in mailbox_probes(field)}
    probes |= {probe for field in of_domain for probe in domain_probes(field)}

    assert probes == check.probes


@COMPARING
def test_comparing_checks_read_their_probes_in_the_baseline(check: Check, ask: Ask) -> None:
    """A comparing check reads exactly its declared probes in the baseline."""
    mailboxes, domain, baseline = case_for(check, CASES[check.id][0])
    assert baseline is not None
    reads: set[str] = set()

    ask(
        check,
        mailboxes,
        domain=domain,
        baseline=replace(baseline, facts=recording(baseline.facts, reads)),
    )

    assert {probe for field in reads for probe in mailbox_probes(field)} == check.probes


@COMPARING
def test_no_finding_without_a_baseline(check: Check, ask: Ask) -> None:
    """A comparing check has no finding for a mailbox that is not in the baseline."""
    mailboxes, domain, _ = case_for(check, CASES[check.id][0])

    assert ask(check, mailboxes, domain=domain) == []
    nothing = Baseline(MailboxFacts(username="ana"), days=30)
    assert ask(check, mailboxes, domain=domain, baseline=nothing) == []


def test_no_finding_without_facts(ask: Ask) -> None:
    """Probes that do not apply are no finding."""
    nothing, domain = MailboxFacts(username="ana"), DomainFacts(account="a", domain="b.c")

    assert {check.id for check in CATALOGUE if ask(check, nothing, domain=domain)} == set()


def test_no_finding_for_missing_fields(ask: Ask) -> None:
    """A flag that is missing in the response is neither on nor off."""
    empty = MailboxFacts.model_validate(
        {"username": "ana", "exchange": {}, "mailbox": {}, "statistics": {}}
    )

    assert {check.id for check in CATALOGUE if ask(check, empty)} == set()


def arbitrary(annotation: object) -> st.SearchStrategy[Any]:
    """Return a strategy for fields of facts, with text that is likely to break a check."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*map(arbitrary, arguments))
    if origin is list:
        return st.lists(arbitrary(arguments[0]), max_size=4)
    if origin is dict:
        return st.dictionaries(*map(arbitrary, arguments), max_size=4)
    if annotation is str:
        return st.text(max_size=12) | st.sampled_from(DIFFICULT)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        hints = typing.get_type_hints(annotation)
        fields = {name: arbitrary(hints[name]) for name in annotation.model_fields}
        return st.builds(annotation, **fields)
    return st.from_type(annotation)  # type: ignore[arg-type] # any annotation


DIFFICULT = [
    *("ana", "Ana@example.net", "@example.net", "bob@EXAMPLE.org.", "b@exampl.net", "x@gmail.com"),
    *("", "@", "@@", "smtp:", "SMTP:ana@example.net", "a@b@c", "a@xn--", "a@xn--\N{DEVANAGARI OM}"),
    *("a@xn--99999999999.com", "a@.", "\r\nBcc: x@y.z", "\u202egro.elpmaxe@ana", "=1+1"),
    *(
        "W",
        "B",
        "w ",
        "SPAM_LEVEL",
        "SPAM_ACTION",
        "0",
        "1",
        "2",
        "3",
        "6",
        "Default",
        "RoomMailbox",
    ),
    *("numActiveSync", "activesync", "http://x", "<b>x</b>", "x" * 500),
]


@pytest.mark.slow
@settings(max_examples=150)
@given(
    mailboxes=st.lists(arbitrary(MailboxFacts), max_size=4),
    domain=arbitrary(DomainFacts),
    baseline=st.none() | st.builds(Baseline, arbitrary(MailboxFacts), st.integers(0, 400)),
    settings=st.sampled_from(
        [
            AuditSettings(),
            AuditSettings(near_quota=1, max_forward_targets=0, max_allow_list=0, max_masters=0),
        ]
    ),
)
def test_no_check_fails(
    ask: Ask,
    mailboxes: list[MailboxFacts],
    domain: DomainFacts,
    baseline: Baseline | None,
    settings: AuditSettings,
) -> None:
    """For any response of the API, a check succeeds with one printable line of evidence."""
    names = {mailbox.username for mailbox in mailboxes}
    for check in CATALOGUE:
        for found in ask(check, mailboxes, domain=domain, settings=settings, baseline=baseline):
            assert found.text.isprintable()
            assert len(found.text) < 1500
            assert found.username is None or found.username in names
