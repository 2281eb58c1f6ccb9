"""Quotas: exact thresholds, and values that mean no limit."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hostway_email.audit.checks.base import Evidence
from hostway_email.audit.checks.quota import QUO_01, QUO_02, QUO_03, QUO_04
from hostway_email.audit.checks.settings import AuditSettings
from hostway_email.audit.collect.facts import (
    DomainFacts,
    ExchangeFacts,
    InfoStoreFacts,
    MailboxFacts,
    RegularFacts,
)

Ask = Callable[..., list[Evidence]]

MB = 1 << 20


def regular(used: int | None, quota: int | None) -> MailboxFacts:
    return MailboxFacts(username="ana", mailbox=RegularFacts(usage_mb=used, quota_mb=quota))


def exchange(used: int | None, quota: int | None) -> MailboxFacts:
    return MailboxFacts(username="ana", exchange=ExchangeFacts(used_bytes=used, quota_bytes=quota))


@pytest.mark.parametrize("mailbox", [regular, exchange])
@pytest.mark.parametrize(
    ("used", "full", "near"),
    [(0, 0, 0), (899, 0, 0), (900, 0, 1), (999, 0, 1), (1000, 1, 0), (1001, 1, 0)],
)
def test_edges(
    ask: Ask, mailbox: Callable[..., MailboxFacts], used: int, full: int, near: int
) -> None:
    """A mailbox is full or nearly full, never both."""
    assert len(ask(QUO_01, mailbox(used, 1000))) == full
    assert len(ask(QUO_02, mailbox(used, 1000))) == near


@pytest.mark.parametrize("mailbox", [regular, exchange])
@pytest.mark.parametrize(
    ("used", "quota"), [(5, None), (5, 0), (5, -1), (0, 0), (None, 5), (None, None)]
)
def test_no_limit(
    ask: Ask, mailbox: Callable[..., MailboxFacts], used: int | None, quota: int | None
) -> None:
    """Without a readable limit a mailbox is neither full nor nearly full."""
    assert ask(QUO_01, mailbox(used, quota)) == []
    assert ask(QUO_02, mailbox(used, quota)) == []


def test_units(ask: Ask) -> None:
    """Exchange counts in bytes, regular mailboxes in MB; both are shown in MB."""
    expected = [Evidence("1,050 MB of 1,000 MB used (105 %)")]

    assert ask(QUO_01, regular(1050, 1000)) == expected
    assert ask(QUO_01, exchange(1050 * MB, 1000 * MB)) == expected


@pytest.mark.parametrize(("used", "expected"), [(6, 0), (7, 1), (99, 1), (100, 0)])
def test_share_is_compared_exactly(ask: Ask, used: int, expected: int) -> None:
    """0.07 * 100 is more than 7 in floating point, but 7 of 100 reaches the share."""
    settings = AuditSettings(near_quota=0.07)

    assert len(ask(QUO_02, regular(used, 100), settings=settings)) == expected


def test_huge_figures(ask: Ask) -> None:
    """Numbers beyond floating point do not break the arithmetic."""
    assert len(ask(QUO_01, regular(10**400, 1))) == 1
    assert ask(QUO_02, regular(1, 10**400)) == []


@pytest.mark.parametrize(
    ("used", "quota", "expected"), [(89, 100, 0), (90, 100, 1), (100, 100, 1), (5, 0, 0)]
)
def test_infostore(ask: Ask, used: int, quota: int, expected: int) -> None:
    """Nearly full and full are one finding here."""
    store = InfoStoreFacts(usage_mb=used, quota_mb=quota)
    domain = DomainFacts(account="a", domain="example.net", infostore=store)

    assert len(ask(QUO_03, domain=domain)) == expected


@pytest.mark.parametrize(
    ("quotas", "announced", "differ"),
    [
        ([10, 20], 30, False),
        ([10, 20], 31, True),
        ([10, 20], 29, True),
        ([], 0, False),
        ([], 5, True),
        ([10, None], 30, False),
        ([10, None], 9, True),
        ([10], None, False),
    ],
)
def test_sum(ask: Ask, quotas: list[int | None], announced: int | None, differ: bool) -> None:
    """Missing quotas may explain a sum that is too small, never one that is too large."""
    mailboxes = [MailboxFacts(username=f"u{n}", quota_mb=mb) for n, mb in enumerate(quotas)]
    domain = DomainFacts(account="a", domain="example.net", quota_mb=announced)

    assert bool(ask(QUO_04, mailboxes, domain=domain)) is differ
