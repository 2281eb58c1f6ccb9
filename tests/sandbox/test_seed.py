"""The generated domain: realistic, reproducible and with every finding.

Findings are detected here independently, from the state alone, so that the generator and its
test cannot share a mistake.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date, timedelta

import pytest

from hostway_email.sandbox import ExchangeMailbox, Mailbox, Sandbox

TODAY = date(2026, 3, 2)
FREE = {"gmail.com", "outlook.com", "yahoo.com", "hotmail.com"}
LOOSER = {
    "SPAM_CHECK": "0",
    "VIRUS_ACTION": "0",
    "PHISHING_CHECKS": "0",
    "ATTACHMENT_CONTROL": "0",
    "CLEANMAIL_PLUS": "0",
}
FILTERS = {
    "SPM-01": ("SPAM_CHECK", "0"),
    "SPM-02": ("SPAM_ACTION", "0"),
    "SPM-03": ("SPAM_LEVEL", "6"),
    "SPM-04": ("VIRUS_ACTION", "0"),
    "SPM-05": ("PHISHING_CHECKS", "0"),
    "SPM-06": ("ATTACHMENT_CONTROL", "0"),
    "SPM-07": ("CLEANMAIL_PLUS", "0"),
}
OF_MAILBOXES = (
    [f"FWD-0{n}" for n in range(1, 10)]
    + ["AR-01", "AR-02", "AR-03", "QUO-01", "QUO-02", "ACT-01", "ACT-04"]
    + [f"SPM-0{n}" for n in range(1, 10)]
    + [f"WL-0{n}" for n in range(1, 7)]
    + ["SEC-01", "SEC-02", "PRT-01", "PRT-02", "PRT-03", "PRT-04", "PRT-05"]
    + ["EXC-01", "EXC-02", "EXC-03", "EXP-01", "LIC-02", "HYG-02", "HYG-03"]
)
OF_THE_DOMAIN = ("QUO-03", "QUO-04", "SEC-03", "LIC-01", "PRV-01", "HYG-01", "EXP-01", "WL-01")


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()


class Detector:
    """A detector of findings in the mailboxes of a sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.domain = sandbox.domain
        self.internal = {self.domain.name, *self.domain.aliases}
        self.rules: tuple[Callable[[Mailbox], Iterator[str]], ...] = (
            self.forwards,
            self.replies,
            self.sizes,
            self.filters,
            self.lists,
            self.account,
        )

    def findings(self, mailbox: Mailbox) -> set[str]:
        found = {finding for rule in self.rules for finding in rule(mailbox)}
        if mailbox.exchange is not None:
            found |= set(self.exchange(mailbox.exchange))
        return found

    def outside(self, mailbox: Mailbox) -> list[str]:
        targets = [t for t in mailbox.forwards if domain_of(t) not in self.internal]
        if mailbox.exchange is not None and mailbox.exchange.forwarding_smtp_address:
            targets.append(mailbox.exchange.forwarding_smtp_address.removeprefix("smtp:"))
        return targets

    def inside(self, mailbox: Mailbox) -> list[str]:
        return [t for t in mailbox.forwards if domain_of(t) in self.internal]

    def forwards(self, mailbox: Mailbox) -> Iterator[str]:
        outside, inside = self.outside(mailbox), self.inside(mailbox)
        if outside and mailbox.exchange is None:
            yield "FWD-01"
        if any(domain_of(t) in FREE or self.looks_alike(domain_of(t)) for t in outside):
            yield "FWD-04"
        if any(t.partition("@")[0] not in self.domain.mailboxes for t in inside):
            yield "FWD-05"
        for target in inside:
            following = self.domain.mailboxes.get(target.partition("@")[0])
            if following is not None and following.forwards:
                yield "FWD-06"
        if outside and inside:
            yield "FWD-07"
        if outside and mailbox.master:
            yield "FWD-08"

    def looks_alike(self, domain: str) -> bool:
        """Return True if the domain has one letter more than the sandbox's."""
        shorter = {domain[:n] + domain[n + 1 :] for n in range(len(domain))}
        return domain != self.domain.name and self.domain.name in shorter

    def replies(self, mailbox: Mailbox) -> Iterator[str]:
        reply = mailbox.autoresponder
        if reply.active:
            yield "AR-01"
            if self.outside(mailbox):
                yield "AR-02"
            if not reply.subject.strip() and not reply.body.strip():
                yield "AR-03"

    def sizes(self, mailbox: Mailbox) -> Iterator[str]:
        stats = mailbox.stats
        if mailbox.usage >= mailbox.quota:
            yield "QUO-01"
        elif mailbox.usage >= 0.9 * mailbox.quota:
            yield "QUO-02"
        if stats.inbox == stats.inbox_unread > 0 and stats.sent == 0:
            yield "ACT-01"
        if stats.spam > 1000:
            yield "ACT-04"

    def filters(self, mailbox: Mailbox) -> Iterator[str]:
        own = mailbox.cleanmailplus
        for finding, (name, value) in FILTERS.items():
            if own.get(name) == value:
                yield finding
        if int(own.get("SPAM_LEVEL", "4")) > 4 or LOOSER.items() & own.items():
            yield "SPM-08"
        if own.get("SPAM_ACTION") == "3" and own.get("SPAM_LEVEL") in ("1", "2"):
            yield "SPM-09"

    def lists(self, mailbox: Mailbox) -> Iterator[str]:
        white = [a for a, kind in mailbox.blackwhitelist.items() if kind == "W"]
        black = [a for a, kind in mailbox.blackwhitelist.items() if kind == "B"]
        domains = {domain_of(a) for a in white if a.startswith("@")}
        if domains:
            yield "WL-01"
        if domains & self.internal:
            yield "WL-02"
        if domains & FREE:
            yield "WL-03"
        for address in (*white, *black):
            above = {address, "@" + domain_of(address)} & self.domain.blackwhitelist.keys()
            if above:
                yield "WL-04"
        if {domain_of(a) for a in black} & self.internal:
            yield "WL-05"
        if len(white) > 100:
            yield "WL-06"

    def account(self, mailbox: Mailbox) -> Iterator[str]:
        if len(mailbox.secrets) < self.sandbox.secret_minimum:
            yield "SEC-01"
        if mailbox.secrets.keys() - self.sandbox.secret_questions.keys():
            yield "SEC-02"
        expires = mailbox.trial_expiration
        if expires is not None and expires <= TODAY + timedelta(days=14):
            yield "EXP-01"
        if mailbox.webmail is not None and mailbox.webmail.type not in self.domain.names:
            yield "LIC-02"
        if any(url.startswith("http:") for url, _ in mailbox.sitemail_urls):
            yield "HYG-02"
        if mailbox.gone:
            yield "HYG-03"

    def exchange(self, exchange: ExchangeMailbox) -> Iterator[str]:
        synced, resource = exchange.active_sync_enabled, exchange.resource_type != "user"
        ways = (
            exchange.owa_enabled,
            exchange.pop_enabled,
            exchange.imap_enabled,
            exchange.mapi_enabled,
        )
        if exchange.forwarding_smtp_address:
            yield "FWD-03" if exchange.deliver_to_mailbox_and_forward else "FWD-02"
            if exchange.hidden_from_address_lists_enabled:
                yield "FWD-09"
        if exchange.pop_enabled:
            yield "PRT-01"
        if exchange.imap_enabled:
            yield "PRT-02"
        if synced and not exchange.has_active_sync_device_partnership:
            yield "PRT-03"
        if synced and exchange.active_sync_mailbox_policy == "Default":
            yield "PRT-04"
        if resource and any(ways):
            yield "PRT-05"
        if "unlimited" in (exchange.recipient_limits, exchange.max_send_size):
            yield "EXC-01"
        if resource and not exchange.require_sender_authentication_enabled:
            yield "EXC-02"
        if any(domain_of(a) not in self.internal for a in exchange.proxy_addresses):
            yield "EXC-03"


@pytest.fixture(scope="module", params=[(200, 7), (200, 1), (500, 7), (3000, 99)])
def detector(request: pytest.FixtureRequest) -> Detector:
    """Domains of several sizes and seeds."""
    mailboxes, seed = request.param
    return Detector(Sandbox(mailboxes, seed, today=TODAY))


@pytest.mark.parametrize("finding", OF_MAILBOXES)
def test_each_finding_occurs(detector: Detector, finding: str) -> None:
    """From 200 mailboxes, each finding occurs."""
    assert any(finding in detector.findings(mailbox) for mailbox in detector.domain.mailboxes)


def test_domain_findings_occur(detector: Detector) -> None:
    """The domain itself has findings too."""
    domain, sandbox = detector.domain, detector.sandbox
    counts = Counter(m.webmail.type for m in domain.mailboxes if m.webmail is not None)
    addresses = [contact["email"] for contact in domain.contacts.values()]
    found = {
        "QUO-03": domain.infostore.usage >= 0.9 * domain.infostore.quota,
        "QUO-04": domain.quota_drift != 0,
        "SEC-03": sandbox.secret_minimum == 1,
        "LIC-01": counts["activesync"] >= domain.limits["activesync"] > 0,
        "PRV-01": sum(mailbox.master for mailbox in domain.mailboxes) > 2,
        "HYG-01": any(
            domain_of(a) == domain.name and a.partition("@")[0] not in domain.mailboxes
            for a in addresses
        ),
        "EXP-01": domain.webmail.trial_expiration is not None
        and domain.webmail.trial_expiration <= TODAY + timedelta(days=14),
        "WL-01": any(a[0] == "@" and k == "W" for a, k in domain.blackwhitelist.items()),
    }

    assert [name for name in OF_THE_DOMAIN if not found[name]] == []


def test_trials_are_running_expiring_and_expired(detector: Detector) -> None:
    """Trials are relative to today and occur in all three states."""
    days = [
        (mailbox.trial_expiration - TODAY).days
        for mailbox in detector.domain.mailboxes
        if mailbox.trial_expiration is not None
    ]

    assert min(days) < 0 < max(days)
    assert any(0 < left <= 7 for left in days)
    assert any(left > 30 for left in days)


def test_most_mailboxes_have_no_findings(detector: Detector) -> None:
    """Most mailboxes have at most one finding, and no finding is common."""
    numbers = [len(detector.findings(mailbox)) for mailbox in detector.domain.mailboxes]
    kinds = Counter(f for mailbox in detector.domain.mailboxes for f in detector.findings(mailbox))

    assert sum(number == 0 for number in numbers) > 0.6 * len(numbers)
    assert sum(number <= 1 for number in numbers) > 0.85 * len(numbers)
    assert max(kinds.values()) < 0.08 * len(numbers)


def test_kinds_of_mailboxes(detector: Detector) -> None:
    """About 15 % are Exchange mailboxes, including resources; role addresses are not."""
    mailboxes = list(detector.domain.mailboxes)
    exchange = [m.exchange for m in mailboxes if m.exchange is not None]

    assert 0.14 < len(exchange) / len(mailboxes) < 0.16
    assert {e.resource_type for e in exchange} >= {"user", "room"}
    for role in ("info", "sales", "support", "billing", "abuse", "postmaster"):
        assert detector.sandbox.mailbox(role).exchange is None
    assert {m.webmail.type for m in mailboxes if m.webmail} == {
        "standard",
        "activesync",
        "premium",
        "starter",
    }


def test_usernames_are_valid_and_unique(detector: Detector) -> None:
    """Usernames are valid in requests, and duplicates have a number."""
    names = [mailbox.username for mailbox in detector.domain.mailboxes]

    assert all(re.fullmatch(r"[a-z][a-z0-9.-]+", name) for name in names)
    assert len(set(names)) == len(names)
    if len(names) >= 3000:
        second = [name for name in names if re.fullmatch(r"[a-z]+\.[a-z]+2", name)]
        assert second
        assert all(name.removesuffix("2") in names for name in second)


def test_untrusted_text_occurs(detector: Detector) -> None:
    """A few names are markup or formulas if a report does not escape them."""
    names = [m.exchange.display_name for m in detector.domain.mailboxes if m.exchange is not None]

    assert sum(name.startswith("<script>") for name in names) == 1
    assert sum(name.startswith("=") for name in names) == 1
    assert any("/" in name for name in detector.domain.contacts)


def test_addresses_are_ascii(detector: Detector) -> None:
    """The addresses of contacts are ASCII."""
    for contact in detector.domain.contacts.values():
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
