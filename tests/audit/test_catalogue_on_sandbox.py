"""Each check of the catalogue in a real audit: finding, pass and unknown.

A check has a finding on a sandbox that is made for it, and none on a twin that differs in one
setting. A comparing check has a baseline. If a probe fails, the check is unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TypeAlias

import pytest

from hostway_email import RetryPolicy
from hostway_email.audit import (
    CATALOGUE,
    AggregateCheck,
    AuditRecord,
    AuditRun,
    Check,
    DomainCheck,
    MailboxCheck,
    audit,
)
from hostway_email.audit.checks.base import INCOMPLETE
from hostway_email.sandbox import (
    Autoresponder,
    DomainWebmail,
    InfoStore,
    MessageStats,
    Sandbox,
    Webmail,
)

from .conftest import open_domain

pytestmark = pytest.mark.anyio

TODAY = date(2026, 3, 2)
THEN = TODAY - timedelta(30)
DOMAIN = "the domain"
OUT = "desk@partner.example"

Build: TypeAlias = Callable[[Sandbox], object]
Found: TypeAlias = set[tuple[str, str]]


@dataclass(frozen=True)
class Case:
    """A sandbox that is made for a check, and its clean twin.

    Attributes:
        made: builds the sandbox.
        twin: builds the twin.
        whose: the mailbox of the finding.
        beside: the checks that also have a finding in the sandbox.
        twin_beside: the same for the twin, if different.
        later: the change after the baseline, for a comparing check.
        twin_later: the same for the twin.
    """

    made: Build
    twin: Build
    whose: str = "ana"
    beside: frozenset[str] = frozenset()
    twin_beside: frozenset[str] | None = None
    later: Build | None = None
    twin_later: Build | None = None


def ana(**fields: object) -> Build:
    """Make a regular mailbox."""
    return lambda sandbox: sandbox.add_mailbox("ana", **fields)


def eva(**fields: object) -> Build:
    """Make an Exchange mailbox."""
    return lambda sandbox: sandbox.add_exchange("ana", **fields)


def another(username: str, **fields: object) -> Build:
    return lambda sandbox: sandbox.add_mailbox(username, **fields)


def both(*builds: Build) -> Build:
    return lambda sandbox: [build(sandbox) for build in builds]


def of_empty_domain(**fields: object) -> Build:
    """Make the domain itself, without mailboxes."""

    def build(sandbox: Sandbox) -> None:
        for name, value in fields.items():
            setattr(sandbox.domain, name, value)

    return build


def of_domain(**fields: object) -> Build:
    """Make the domain itself, with a clean mailbox."""
    return both(ana(), of_empty_domain(**fields))


def recovery(minimum: int) -> Build:
    """Require a number of secret questions."""

    def build(sandbox: Sandbox) -> None:
        sandbox.secret_minimum = minimum

    return build


STRICT_SYNC = {
    "active_sync_enabled": True,
    "active_sync_mailbox_policy": "Strict",
    "has_active_sync_device_partnership": True,
}
REPLY = Autoresponder(active=True, subject="Away", body="Back on Monday.")
WEAK = {
    "SPM-01": ("SPAM_CHECK", "0"),
    "SPM-02": ("SPAM_ACTION", "0"),
    "SPM-03": ("SPAM_LEVEL", "6"),
    "SPM-04": ("VIRUS_ACTION", "0"),
    "SPM-05": ("PHISHING_CHECKS", "0"),
    "SPM-06": ("ATTACHMENT_CONTROL", "0"),
    "SPM-07": ("CLEANMAIL_PLUS", "0"),
}
STRONG = {"SPAM_LEVEL": "4", **dict.fromkeys(("SPAM_ACTION", "SPAM_CHECK", "VIRUS_ACTION"), "1")}
STRONG |= dict.fromkeys(("PHISHING_CHECKS", "ATTACHMENT_CONTROL", "CLEANMAIL_PLUS"), "1")


def forwarding(target: str) -> Build:
    """Make a mailbox that forwards, and another one."""
    return both(ana(forwards=[target]), another("bob"))


def exchange_forwarding(target: str, *, keep: bool) -> Build:
    """Make an Exchange mailbox that forwards, and another one."""
    forward = {
        "forwarding_smtp_address": f"smtp:{target}",
        "deliver_to_mailbox_and_forward": keep,
    }
    return both(eva(**forward), another("bob"))


def to_others(number: int) -> Build:
    """Make a mailbox that forwards to many others, and those."""
    names = [f"m{count}" for count in range(number)]
    targets = [f"{name}@example.com" for name in names]
    return both(ana(forwards=targets), *map(another, names))


def weak_mailbox(field: str, value: str) -> Case:
    """A mailbox with a weak setting, which is also weaker than its domain's."""
    made = ana(cleanmailplus={field: value})
    # In the twin, another setting is weaker than the domain's, which no other check examines.
    twin = ana(cleanmailplus={"SPAM_LEVEL": "5"})
    return Case(made, twin, beside=frozenset({"SPM-08"}))


def weak_domain(field: str, value: str) -> Case:
    """A domain with a weak setting, and a mailbox with strong ones."""
    mailbox = another("ana", cleanmailplus=STRONG)
    return Case(both(of_empty_domain(cleanmailplus={field: value}), mailbox), mailbox, whose=DOMAIN)


def on_list(found: dict[str, str], passed: dict[str, str]) -> tuple[Case, Case]:
    """The list of a mailbox, and the same list of a domain."""
    return (
        Case(ana(blackwhitelist=found), ana(blackwhitelist=passed)),
        Case(of_domain(blackwhitelist=found), of_domain(blackwhitelist=passed), whose=DOMAIN),
    )


def contact(name: str) -> dict[str, dict[str, str]]:
    return {"c1": {"displayName": "Bob", "email": f"{name}@example.com"}}


def change(**fields: object) -> Build:
    """Change a mailbox between two audits."""

    def later(sandbox: Sandbox) -> None:
        for name, value in fields.items():
            setattr(sandbox.mailbox("ana"), name, value)

    return later


def trial(days: int) -> date:
    return TODAY + timedelta(days)


def domain_trial(days: int) -> Build:
    """Make a domain whose webmail is on trial."""
    webmail = DomainWebmail(trial_type="premium", trial_expiration=trial(days))
    return of_domain(webmail=webmail)


def infostore(usage: int) -> Build:
    return of_domain(infostore=InfoStore(usage=usage, quota=20))


def masters(number: int) -> Build:
    return both(*(another(f"m{count}", master=True) for count in range(number)))


USED = MessageStats(inbox=7, inbox_unread=2, sent=10)
MANY = {f"{number}@partner.example": "W" for number in range(51)}
FEW = {f"{number}@partner.example": "W" for number in range(50)}
WL_01 = on_list({"@partner.example": "W"}, {"desk@partner.example": "W"})
WL_02 = on_list({"@example.com": "W"}, {"@example.com": "X"})
WL_03 = on_list({"@gmail.com": "W"}, {"ana@gmail.com": "W"})
WL_05 = on_list({"bob@example.com": "B"}, {"bob@example.com": "W"})
WL_06 = on_list(MANY, FEW)

# By id and kind of check: mailboxes, the domain, or all mailboxes together.
CASES: dict[tuple[str, type[Check]], Case] = {
    ("FWD-01", MailboxCheck): Case(forwarding(OUT), forwarding("bob@example.org")),
    ("FWD-02", MailboxCheck): Case(
        exchange_forwarding(OUT, keep=False), exchange_forwarding("bob@example.org", keep=False)
    ),
    ("FWD-03", MailboxCheck): Case(
        exchange_forwarding(OUT, keep=True), exchange_forwarding("bob@example.org", keep=True)
    ),
    ("FWD-04", MailboxCheck): Case(forwarding("bob@exampel.com"), forwarding("bob@example.com")),
    ("FWD-05", AggregateCheck): Case(
        ana(forwards=["bob@example.com"]), forwarding("bob@example.com")
    ),
    ("FWD-06", AggregateCheck): Case(
        both(ana(forwards=["bob@example.com"]), another("bob", forwards=["ana@example.com"])),
        forwarding("bob@example.com"),
    ),
    ("FWD-07", MailboxCheck): Case(to_others(6), to_others(5)),
    ("FWD-08", MailboxCheck): Case(
        ana(forwards=[OUT], master=True), ana(forwards=[OUT]), beside=frozenset({"FWD-01"})
    ),
    ("FWD-09", MailboxCheck): Case(
        eva(forwards=[OUT], hidden_from_address_lists_enabled=True),
        eva(forwards=[OUT]),
        beside=frozenset({"FWD-01"}),
    ),
    ("AR-01", MailboxCheck): Case(ana(autoresponder=REPLY), ana()),
    ("AR-02", MailboxCheck): Case(
        ana(autoresponder=REPLY, forwards=[OUT]),
        ana(forwards=[OUT]),
        beside=frozenset({"AR-01", "FWD-01"}),
        twin_beside=frozenset({"FWD-01"}),
    ),
    ("AR-03", MailboxCheck): Case(
        ana(autoresponder=Autoresponder(active=True)),
        ana(autoresponder=REPLY),
        beside=frozenset({"AR-01"}),
    ),
    ("QUO-01", MailboxCheck): Case(ana(quota=100, usage=100), ana(quota=100, usage=89)),
    ("QUO-02", MailboxCheck): Case(ana(quota=100, usage=90), ana(quota=100, usage=89)),
    ("QUO-03", DomainCheck): Case(infostore(18), infostore(17), whose=DOMAIN),
    ("QUO-04", AggregateCheck): Case(
        of_domain(quota_drift=1), of_domain(quota_drift=0), whose=DOMAIN
    ),
    ("ACT-01", MailboxCheck): Case(
        ana(stats=MessageStats(inbox=3, inbox_unread=3)),
        ana(stats=MessageStats(inbox=3, inbox_unread=3, sent=1)),
    ),
    ("ACT-02", MailboxCheck): Case(
        ana(stats=USED),
        ana(stats=USED),
        later=change(stats=MessageStats(inbox=9, inbox_unread=4, sent=10)),
        twin_later=change(stats=MessageStats(inbox=9, inbox_unread=3, sent=10)),
    ),
    ("ACT-03", MailboxCheck): Case(
        ana(stats=USED),
        ana(stats=USED),
        later=change(stats=MessageStats(inbox=7, inbox_unread=2, sent=161)),
        twin_later=change(stats=MessageStats(inbox=7, inbox_unread=2, sent=160)),
    ),
    ("ACT-04", MailboxCheck): Case(
        ana(stats=MessageStats(spam=501)), ana(stats=MessageStats(spam=500))
    ),
    **{(id_, MailboxCheck): weak_mailbox(*setting) for id_, setting in WEAK.items()},
    **{(id_, DomainCheck): weak_domain(*setting) for id_, setting in WEAK.items()},
    ("SPM-08", MailboxCheck): Case(
        ana(cleanmailplus={"SPAM_LEVEL": "5"}), ana(cleanmailplus={"SPAM_LEVEL": "3"})
    ),
    ("SPM-09", MailboxCheck): Case(
        ana(cleanmailplus={"SPAM_LEVEL": "2", "SPAM_ACTION": "3"}),
        ana(cleanmailplus={"SPAM_LEVEL": "3", "SPAM_ACTION": "3"}),
    ),
    # Without mailboxes: one with weaker settings than its domain would be a finding.
    ("SPM-09", DomainCheck): Case(
        of_empty_domain(cleanmailplus={"SPAM_LEVEL": "2", "SPAM_ACTION": "3"}),
        of_empty_domain(cleanmailplus={"SPAM_LEVEL": "2", "SPAM_ACTION": "1"}),
        whose=DOMAIN,
    ),
    ("WL-01", MailboxCheck): WL_01[0],
    ("WL-01", DomainCheck): WL_01[1],
    ("WL-02", MailboxCheck): WL_02[0],
    ("WL-02", DomainCheck): WL_02[1],
    ("WL-03", MailboxCheck): WL_03[0],
    ("WL-03", DomainCheck): WL_03[1],
    ("WL-04", MailboxCheck): Case(
        both(of_empty_domain(blackwhitelist={OUT: "B"}), ana(blackwhitelist={OUT: "W"})),
        both(of_empty_domain(blackwhitelist={OUT: "B"}), ana(blackwhitelist={f"a{OUT}": "W"})),
    ),
    ("WL-04", DomainCheck): Case(
        of_domain(blackwhitelist={"@partner.example": "B", OUT: "W"}),
        of_domain(blackwhitelist={"@other.example": "B", OUT: "W"}),
        whose=DOMAIN,
    ),
    ("WL-05", MailboxCheck): WL_05[0],
    ("WL-05", DomainCheck): WL_05[1],
    ("WL-06", MailboxCheck): WL_06[0],
    ("WL-06", DomainCheck): WL_06[1],
    ("SEC-01", MailboxCheck): Case(ana(secrets={"tk1": "x", "tk2": "x"}), ana()),
    ("SEC-02", MailboxCheck): Case(
        ana(secrets=dict.fromkeys(("tk1", "tk2", "tk9"), "x")),
        ana(secrets=dict.fromkeys(("tk1", "tk2", "tk5"), "x")),
    ),
    ("SEC-03", DomainCheck): Case(both(ana(), recovery(1)), both(ana(), recovery(2)), whose=DOMAIN),
    ("SEC-04", MailboxCheck): Case(
        ana(webmail=Webmail(reset_password=True)),
        ana(webmail=Webmail(reset_password=True)),
        later=change(),
        twin_later=change(webmail=Webmail(reset_password=False)),
    ),
    ("PRT-01", MailboxCheck): Case(eva(pop_enabled=True), eva(pop_enabled=False)),
    ("PRT-02", MailboxCheck): Case(eva(imap_enabled=True), eva(imap_enabled=False)),
    ("PRT-03", MailboxCheck): Case(
        eva(**{**STRICT_SYNC, "has_active_sync_device_partnership": False}), eva(**STRICT_SYNC)
    ),
    ("PRT-04", MailboxCheck): Case(
        eva(**{**STRICT_SYNC, "active_sync_mailbox_policy": "Default"}),
        eva(
            **{**STRICT_SYNC, "active_sync_mailbox_policy": "Default"},
            active_sync_allowed_device_ids=["D1"],
        ),
    ),
    ("PRT-05", MailboxCheck): Case(
        eva(resource_type="room", mapi_enabled=True), eva(resource_type="room")
    ),
    ("EXC-01", MailboxCheck): Case(
        eva(max_send_size="unlimited"), eva(max_send_size="50 MB (52,428,800 bytes)")
    ),
    ("EXC-02", MailboxCheck): Case(
        eva(resource_type="equipment", require_sender_authentication_enabled=False),
        eva(resource_type="equipment"),
    ),
    ("EXC-03", MailboxCheck): Case(
        eva(proxy_addresses=["ana@partner.example"]), eva(proxy_addresses=["ana@example.org"])
    ),
    ("EXP-01", MailboxCheck): Case(
        ana(trial_type="premium", trial_expiration=trial(14)),
        ana(trial_type="premium", trial_expiration=trial(15)),
    ),
    ("EXP-01", DomainCheck): Case(domain_trial(-1), domain_trial(15), whose=DOMAIN),
    ("LIC-01", DomainCheck): Case(
        of_domain(limits={"standard": 1}), of_domain(limits={"standard": 2}), whose=DOMAIN
    ),
    ("LIC-02", MailboxCheck): Case(
        ana(webmail=Webmail(type="starter")), ana(webmail=Webmail(type="premium"))
    ),
    ("PRV-01", AggregateCheck): Case(masters(3), masters(2), whose=DOMAIN),
    ("HYG-01", AggregateCheck): Case(
        of_domain(contacts=contact("bob")), of_domain(contacts=contact("ana")), whose=DOMAIN
    ),
    ("HYG-02", MailboxCheck): Case(
        ana(sitemail_urls=(("http://mail.example", "1"),)),
        ana(sitemail_urls=(("https://mail.example", "1"),)),
    ),
    ("HYG-03", MailboxCheck): Case(ana(gone=True), ana()),
}


async def found_in(sandbox: Sandbox, **options: object) -> tuple[AuditRun, Found]:
    """Return the findings of an audit with all checks, each with its mailbox."""
    records, run = await audited(sandbox, **options)
    found = {(record.username, one.check) for record in records for one in record.findings}
    found |= {(one.username or DOMAIN, one.check) for one in run.domains[0].findings}
    return run, found


async def audited(sandbox: Sandbox, **options: object) -> tuple[list[AuditRecord], AuditRun]:
    async with open_domain(sandbox, retry=RetryPolicy.none()) as domain:
        async with audit(domain, **{"today": TODAY, **options}) as run:
            return [record async for record in run], run


def empty() -> Sandbox:
    """Return a domain with an alias and without mailboxes."""
    sandbox = Sandbox(0, today=TODAY)
    sandbox.domain.aliases = ["example.org"]
    return sandbox


async def findings(build: Build, later: Build | None, folder: Path) -> tuple[AuditRun, Found]:
    """Build a domain and audit it: once, or twice with a change in between."""
    sandbox = empty()
    build(sandbox)
    if later is None:
        return await found_in(sandbox)
    await found_in(sandbox, records=folder / "then.jsonl", today=THEN)
    later(sandbox)
    return await found_in(sandbox, records=folder / "now.jsonl", baseline=folder / "then.jsonl")


@pytest.mark.parametrize("check", CATALOGUE, ids=lambda check: f"{check.id}-{type(check).__name__}")
async def test_finding_and_pass(check: Check, tmp_path: Path) -> None:
    """Only this check has a finding, only for that mailbox, and none on the twin."""
    case = CASES[check.id, type(check)]
    (tmp_path / "made").mkdir()
    (tmp_path / "twin").mkdir()

    run, made = await findings(case.made, case.later, tmp_path / "made")
    twin_run, twin = await findings(case.twin, case.twin_later, tmp_path / "twin")

    twin_beside = case.beside if case.twin_beside is None else case.twin_beside
    assert made == {(case.whose, found) for found in {check.id, *case.beside}}
    assert twin == {(case.whose, found) for found in twin_beside}
    assert run.summary.complete
    assert twin_run.summary.complete


def test_every_check_has_a_case() -> None:
    """Each check of the catalogue has a case, and each case a check."""
    known = {f"{check.id}: {type(check).__name__}" for check in CATALOGUE}

    assert {f"{id_}: {kind.__name__}" for id_, kind in CASES} == known


async def test_incomplete_audit() -> None:
    """AUD-01 is no check: it is reported if a check is unknown."""
    sandbox = empty()
    sandbox.add_mailbox("ana")
    assert (await found_in(sandbox))[1] == set()

    sandbox.fail_next("GET", "/ana/forwards", status=502)
    _, found = await found_in(sandbox)

    assert found == {(DOMAIN, INCOMPLETE.id)}


async def test_a_clean_domain_has_no_finding() -> None:
    """An audit with all checks of a clean domain has no finding."""
    sandbox = empty()
    sandbox.add_mailbox("ana")
    sandbox.add_exchange("eva")

    run, found = await found_in(sandbox)

    assert found == set()
    assert run.summary.complete
    assert sandbox.unknown == []


_BASE = "/accounts/{account}/email/{domain}"
_OF_MAILBOX = f"{_BASE}/usernames/{{mailboxName}}"
PATHS = {
    **{
        name: f"{_OF_MAILBOX}/{name}"
        for name in ("mailbox", "exchange", "forwards", "autoresponder", "blackwhitelist")
    },
    **{name: f"{_OF_MAILBOX}/{name}" for name in ("cleanmailplus", "secrets", "webmail")},
    "statistics": f"{_OF_MAILBOX}/mailbox/messagestats",
    **{
        f"domain.{name}": f"{_BASE}/{name}"
        for name in (
            "aliases",
            "blackwhitelist",
            "cleanmailplus",
            "contacts",
            "infostore",
            "webmail",
        )
    },
    "domain.quota_mb": _BASE,
    "domain.webmail_limits": f"{_BASE}/webmailLimits",
    "domain.webmail_names": f"{_BASE}/webmailNames",
    "domain.webmail_upgrade": f"{_BASE}/webmailUpgrade",
    "domain.mailbox_type_count": f"{_BASE}/statistics/mailboxTypeCount",
    "domain.secret_questions": "/email/secretQuestions",
    "domain.secret_minimum": "/email/secretQuestionSettings",
    # Fields of the list are missing where the list fails.
    "details": f"{_BASE}/usernames",
}


def probes() -> Iterator[tuple[Check, str]]:
    for check in CATALOGUE:
        # A check without probes needs the list of usernames.
        for probe in sorted(check.probes) or ["details"]:
            yield check, probe


@pytest.mark.parametrize(
    ("check", "probe"),
    list(probes()),
    ids=lambda one: one if isinstance(one, str) else f"{one.id}-{type(one).__name__}",
)
async def test_unknown_if_a_probe_fails(check: Check, probe: str, tmp_path: Path) -> None:
    """A failed probe makes the check unknown, with the reason in the record and in AUD-01."""
    sandbox = empty()
    sandbox.add_exchange("ana") if probe == "exchange" else sandbox.add_mailbox("ana")
    sandbox.add_mailbox("bob")
    options: dict[str, object] = {}
    if isinstance(check, MailboxCheck) and check.min_baseline_age_days:
        options = {"baseline": tmp_path / "then.jsonl"}
        await audited(sandbox, records=tmp_path / "then.jsonl", today=THEN)
    path = PATHS[probe]
    if path.startswith(_OF_MAILBOX):
        path = path.replace("{mailboxName}", "ana").removeprefix(_BASE)
    sandbox.fail_next("GET", path, status=403, body={"message": "no"})

    records, run = await audited(sandbox, checks=[check], **options)

    (domain,) = run.domains
    assert [one.check for one in domain.findings] == [INCOMPLETE.id]
    assert not run.summary.complete
    reason = run.summary.incomplete[0]
    by_name = {record.username: record for record in records}
    if probe == "details":
        # Without a list there are no records, so that no mailbox passes as clean.
        assert records == []
        assert "the list of usernames is incomplete: HTTP 403: no" in reason
        assert isinstance(check, MailboxCheck) or domain.unknown.keys() == {check.id}
    elif isinstance(check, MailboxCheck):
        assert by_name["ana"].unknown[check.id].startswith(f"{probe}: HTTP 403")
        assert by_name["ana"].findings == []
        # A failed domain probe affects all mailboxes, a failed mailbox probe only one.
        assert (by_name["bob"].unknown == {}) == (not probe.startswith("domain."))
    else:
        whose = probe if probe.startswith("domain.") else "ana"
        assert domain.unknown[check.id].startswith(f"{whose}: HTTP 403")
        assert check.id in reason
    assert Counter(run.summary.unknown.keys()) <= Counter([check.id])


def test_every_probe_has_a_path() -> None:
    """Every probe of the catalogue can be made to fail."""
    assert {probe for check in CATALOGUE for probe in check.probes} <= PATHS.keys()
