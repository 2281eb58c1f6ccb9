"""The generated domain: realistic, reproducible and with every finding."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict
from datetime import date, timedelta

import anyio
import pytest

from hostway_email import HostwayEmail
from hostway_email.audit import CATALOGUE, audit
from hostway_email.sandbox import Sandbox
from hostway_email.transports.httpx import for_app

TODAY = date(2026, 3, 2)
OF_MAILBOXES = {
    *(f"FWD-0{n}" for n in range(1, 10)),
    *("AR-01", "AR-02", "AR-03", "QUO-01", "QUO-02", "ACT-01", "ACT-04"),
    *(f"SPM-0{n}" for n in range(1, 10)),
    *(f"WL-0{n}" for n in range(1, 7)),
    *("SEC-01", "SEC-02", "PRT-01", "PRT-02", "PRT-03", "PRT-04", "PRT-05"),
    *("EXC-01", "EXC-02", "EXC-03", "EXP-01", "LIC-02", "HYG-02", "HYG-03"),
}
OF_THE_DOMAIN = {"QUO-03", "QUO-04", "SEC-03", "LIC-01", "PRV-01", "HYG-01", "EXP-01", "WL-01"}


@pytest.fixture(scope="module", params=[1, 7])
def found(request: pytest.FixtureRequest) -> dict[str, list[str]]:
    """The findings of the smallest domain with all of them, by mailbox; its own under ""."""

    async def run() -> dict[str, list[str]]:
        sandbox = Sandbox(200, request.param, today=TODAY)
        transport = for_app(sandbox.app)
        async with HostwayEmail("admin", "sandbox", transport=transport) as hostway:
            domain = hostway.account(sandbox.domain.account).domain(sandbox.domain.name)
            async with audit(domain, today=TODAY) as run:
                found = {
                    record.username: [one.check for one in record.findings] async for record in run
                }
        found[""] = []
        for one in run.domains[0].findings:
            found[one.username or ""].append(one.check)
        return found

    return anyio.run(run)


@pytest.fixture(scope="module", params=[(200, 7), (200, 1), (500, 7), (3000, 99)])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """Domains of several sizes and seeds."""
    mailboxes, seed = request.param
    return Sandbox(mailboxes, seed, today=TODAY)


def test_every_check_has_a_finding() -> None:
    """The findings below are those of all checks that need no baseline."""
    comparing = {check.id for check in CATALOGUE if getattr(check, "min_baseline_age_days", None)}

    assert {check.id for check in CATALOGUE} - comparing == OF_MAILBOXES | OF_THE_DOMAIN


def test_each_finding_occurs(found: dict[str, list[str]]) -> None:
    """From 200 mailboxes, an audit has every finding that needs no baseline."""
    of_mailboxes = {check for name in found if name for check in found[name]}

    assert of_mailboxes == OF_MAILBOXES
    assert {*found[""]} == OF_THE_DOMAIN


def test_trials_are_running_expiring_and_expired(sandbox: Sandbox) -> None:
    """Trials are relative to today and occur in all three states."""
    days = [
        (mailbox.trial_expiration - TODAY).days
        for mailbox in sandbox.domain.mailboxes
        if mailbox.trial_expiration is not None
    ]

    assert min(days) < 0 < max(days)
    assert any(0 < left <= 7 for left in days)
    assert any(left > 30 for left in days)


def test_most_mailboxes_have_no_findings(found: dict[str, list[str]]) -> None:
    """Most mailboxes have at most one finding, and no finding is common."""
    numbers = [len(found[name]) for name in found if name]
    kinds = Counter(check for name in found if name for check in found[name])

    assert sum(number == 0 for number in numbers) > 0.6 * len(numbers)
    assert sum(number <= 1 for number in numbers) > 0.85 * len(numbers)
    assert max(kinds.values()) < 0.08 * len(numbers)


def test_kinds_of_mailboxes(sandbox: Sandbox) -> None:
    """About 15 % are Exchange mailboxes, including resources; role addresses are not."""
    mailboxes = list(sandbox.domain.mailboxes)
    exchange = [m.exchange for m in mailboxes if m.exchange is not None]

    assert 0.14 < len(exchange) / len(mailboxes) < 0.16
    assert {e.resource_type for e in exchange} >= {"user", "room"}
    for role in ("info", "sales", "support", "billing", "abuse", "postmaster"):
        assert sandbox.mailbox(role).exchange is None
    assert {m.webmail.type for m in mailboxes if m.webmail} == {
        "standard",
        "activesync",
        "premium",
        "starter",
    }


def test_usernames_are_valid_and_unique(sandbox: Sandbox) -> None:
    """Usernames are valid in requests, and duplicates have a number."""
    names = [mailbox.username for mailbox in sandbox.domain.mailboxes]

    assert all(re.fullmatch(r"[a-z][a-z0-9.-]+", name) for name in names)
    assert len(set(names)) == len(names)
    if len(names) >= 3000:
        second = [name for name in names if re.fullmatch(r"[a-z]+\.[a-z]+2", name)]
        assert second
        assert all(name.removesuffix("2") in names for name in second)


def test_untrusted_text_occurs(sandbox: Sandbox) -> None:
    """A few names are markup or formulas if a report does not escape them."""
    names = [m.exchange.display_name for m in sandbox.domain.mailboxes if m.exchange is not None]

    assert sum(name.startswith("<script>") for name in names) == 1
    assert sum(name.startswith("=") for name in names) == 1
    assert any("/" in name for name in sandbox.domain.contacts)


def test_addresses_are_ascii(sandbox: Sandbox) -> None:
    """The addresses of contacts are ASCII."""
    for contact in sandbox.domain.contacts.values():
        assert contact["email"].isascii()
        assert contact["displayName"]


def test_same_seed_same_domain() -> None:
    """The domain depends on seed, size and day only."""

    def state(seed: int) -> dict[str, object]:
        domain = Sandbox(250, seed, today=TODAY).domain
        mailboxes = [asdict(mailbox) for mailbox in domain.mailboxes]
        return {"mailboxes": mailboxes, "contacts": domain.contacts, "limits": domain.limits}

    assert state(7) == state(7)
    assert state(7) != state(8)


def test_trials_are_relative_to_today() -> None:
    """On another day the trials have the same number of days left."""
    first = Sandbox(250, today=TODAY)
    later = Sandbox(250, today=TODAY + timedelta(days=100))

    for before, after in zip(first.domain.mailboxes, later.domain.mailboxes, strict=True):
        assert before.username == after.username
        if before.trial_expiration is not None and after.trial_expiration is not None:
            assert after.trial_expiration - before.trial_expiration == timedelta(days=100)


@pytest.mark.parametrize("mailboxes", [1, 2, 3, 7, 20, 60, 199])
def test_small_domains(mailboxes: int) -> None:
    """A domain of any size has the requested number of usernames."""
    assert len(Sandbox(mailboxes).domain.mailboxes) == mailboxes


def test_large_domain_uses_slots() -> None:
    """A large domain can be generated, and its mailboxes have no `__dict__`."""
    domain = Sandbox(20_000).domain

    assert len(domain.mailboxes) == 20_000
    assert not hasattr(domain.mailboxes.in_order()[0], "__dict__")
