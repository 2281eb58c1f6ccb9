"""Mutually exclusive findings: each fact is reported once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hostway_email.audit import CATALOGUE, AuditSettings, DomainFacts, MailboxFacts
from hostway_email.audit.checks.base import Baseline, Check, Evidence, MailboxCheck

Ask = Callable[..., list[Evidence]]

DOMAIN = DomainFacts(account="a", domain="example.net", aliases=["example.org"])
OWN = ["bob@example.net", "bob@EXAMPLE.org", "bob", "bob@own.example", "bob@gmail.own.example"]
PLAIN = ["desk@partner.example", "smtp:desk@partner.example", "x@y.z"]
SUSPICIOUS = ["ana@gmail.com", "SMTP:ana@GMail.com.", "ana@exampel.net", "ana@examples.org"]
SETTINGS = AuditSettings(internal_domains=frozenset({"own.example", "gmail.own.example"}))

targets = st.sampled_from([*OWN, *PLAIN, *SUSPICIOUS, "", "@", "gmail.com"])
counts = st.none() | st.integers(0, 5)
sizes = st.none() | st.integers(-1, 120)


def of_mailboxes(*ids: str) -> list[MailboxCheck]:
    return [one for one in CATALOGUE if one.id in ids and isinstance(one, MailboxCheck)]


def found_by(ask: Ask, checks: Sequence[Check], facts: MailboxFacts, **known: Any) -> Counter[str]:
    return Counter(
        check.id
        for check in checks
        for _ in ask(check, facts, domain=DOMAIN, settings=SETTINGS, **known)
    )


@given(target=targets)
def test_a_regular_forward_is_reported_once(ask: Ask, target: str) -> None:
    """An external target is FWD-01, a suspicious one FWD-04, an internal one neither."""
    checks = of_mailboxes("FWD-01", "FWD-02", "FWD-03", "FWD-04")

    found = found_by(ask, checks, MailboxFacts(username="ana", forwards=[target]))

    expected = {"FWD-01": 1} if target in PLAIN else {"FWD-04": 1} if target in SUSPICIOUS else {}
    assert found == expected


@given(target=targets, keeps=st.none() | st.booleans())
def test_an_exchange_forward_is_reported_once(ask: Ask, target: str, keeps: bool | None) -> None:
    """Without a copy it is FWD-02 for any target; with a copy FWD-03 or FWD-04."""
    checks = of_mailboxes("FWD-01", "FWD-02", "FWD-03", "FWD-04")
    exchange = {"forwarding_smtp_address": target, "deliver_to_mailbox_and_forward": keeps}

    found = found_by(ask, checks, MailboxFacts(username="ana", exchange=exchange))

    if target not in (*PLAIN, *SUSPICIOUS):
        assert found == {}
    elif keeps is False:
        assert found == {"FWD-02": 1}
    else:
        assert found == {"FWD-03" if target in PLAIN else "FWD-04": 1}


@given(
    forwards=st.lists(targets, max_size=6),
    exchange=st.none() | targets,
    keeps=st.none() | st.booleans(),
)
def test_all_forwards_of_a_mailbox(
    ask: Ask, forwards: list[str], exchange: str | None, keeps: bool | None
) -> None:
    """No target is both FWD-01 and FWD-04, or both FWD-02 and FWD-03."""
    facts = MailboxFacts.model_validate(
        {
            "username": "ana",
            "forwards": forwards,
            "exchange": {
                "forwarding_smtp_address": exchange,
                "deliver_to_mailbox_and_forward": keeps,
            },
        }
    )
    found = {
        check.id: {one.text for one in ask(check, facts, domain=DOMAIN, settings=SETTINGS)}
        for check in of_mailboxes("FWD-01", "FWD-02", "FWD-03", "FWD-04")
    }

    assert not (found["FWD-02"] and found["FWD-03"])
    plain = {text.removeprefix("forwards to ").casefold() for text in found["FWD-01"]}
    suspicious = {
        text.removeprefix("forwards to ").partition(",")[0].casefold() for text in found["FWD-04"]
    }
    assert not plain & suspicious


@given(used=sizes, quota=sizes, share=st.floats(0.01, 1), kind=st.sampled_from(["mb", "bytes"]))
def test_full_and_nearly_full(
    ask: Ask, used: int | None, quota: int | None, share: float, kind: str
) -> None:
    """A full mailbox is not reported as nearly full, for any threshold."""
    facts = (
        {"mailbox": {"usage_mb": used, "quota_mb": quota}}
        if kind == "mb"
        else {"exchange": {"used_bytes": used, "quota_bytes": quota}}
    )
    settings = AuditSettings(near_quota=share)
    mailbox = MailboxFacts.model_validate({"username": "ana", **facts})

    full, near = (
        len(ask(check, mailbox, settings=settings)) for check in of_mailboxes("QUO-01", "QUO-02")
    )

    is_full = used is not None and quota is not None and 0 < quota <= used
    assert full == is_full
    assert near <= (not is_full)


@given(
    addresses=st.lists(
        st.sampled_from(
            [
                *("@example.net", "@example.org", "@own.example", "@gmail.com", "@GMAIL.com "),
                *("@partner.example", "@", "ana@gmail.com", "bob@example.net"),
            ]
        ),
        max_size=5,
        unique=True,
    ),
    side=st.sampled_from(["W", "w ", "B", None]),
)
def test_a_whitelisted_domain_is_reported_once(
    ask: Ask, addresses: list[str], side: str | None
) -> None:
    """A whitelisted domain is own, free-mail or other; a blacklisted one is no finding."""
    listed = [{"address": address, "type": side} for address in addresses]
    facts = MailboxFacts.model_validate({"username": "ana", "blackwhitelist": listed})

    found = found_by(ask, of_mailboxes("WL-01", "WL-02", "WL-03"), facts)

    whole = [address for address in addresses if address.startswith("@")]
    assert found.total() == (len(whole) if side in ("W", "w ") else 0)


@given(
    level=st.none() | st.sampled_from("0123456"),
    action=st.none() | st.sampled_from("01234"),
)
def test_too_weak_and_too_strict(ask: Ask, level: str | None, action: str | None) -> None:
    """SPM-09 excludes SPM-02 and SPM-03."""
    selected = {"SPAM_LEVEL": level, "SPAM_ACTION": action}
    settings = {name: value for name, value in selected.items() if value is not None}
    facts = MailboxFacts(username="ana", cleanmailplus=settings)

    found = found_by(ask, of_mailboxes("SPM-02", "SPM-03", "SPM-09"), facts)

    assert "SPM-09" not in found or found == {"SPM-09": 1}


def statistics(inbox: int | None, unread: int | None, sent: int | None) -> MailboxFacts:
    counted = {
        "inbox": {"all_messages": inbox, "unread_messages": unread},
        "sent": {"all_messages": sent},
    }
    return MailboxFacts.model_validate({"username": "ana", "statistics": counted})


@given(then=st.tuples(counts, counts, counts), now=st.tuples(counts, counts, counts))
def test_idle_and_surging(
    ask: Ask,
    then: tuple[int | None, int | None, int | None],
    now: tuple[int | None, int | None, int | None],
) -> None:
    """A surge excludes an inactive and a never used mailbox."""
    settings = AuditSettings(sent_surge_factor=1, sent_surge_floor=0)
    baseline = Baseline(statistics(*then), days=30)
    facts = statistics(*now)

    found = {
        check.id
        for check in of_mailboxes("ACT-01", "ACT-02", "ACT-03")
        if ask(check, facts, settings=settings, baseline=baseline)
    }

    assert not {"ACT-02", "ACT-03"} <= found
    assert not {"ACT-01", "ACT-03"} <= found


@given(active=st.none() | st.booleans(), days=st.integers(0, 60), before=st.none() | st.booleans())
def test_an_autoresponder_is_reported_once(
    ask: Ask, active: bool | None, days: int, before: bool | None
) -> None:
    """An autoresponder that is on for long has a higher severity, not a second finding."""
    then = MailboxFacts.model_validate({"username": "ana", "autoresponder": {"active": before}})
    now = MailboxFacts.model_validate({"username": "ana", "autoresponder": {"active": active}})

    found = found_by(ask, of_mailboxes("AR-01"), now, baseline=Baseline(then, days))

    assert found == ({"AR-01": 1} if active else {})
