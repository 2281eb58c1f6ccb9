"""Addresses: normalization, internal domains, and look-alikes."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostway_email.audit.checks._addresses import (
    bare,
    canonical,
    distinct,
    domain_of,
    is_external,
    is_free_mail,
    is_internal,
    is_local,
    local_part,
    one_edit_apart,
    second_addresses,
    suspicion,
)
from hostway_email.audit.checks.base import Context
from hostway_email.audit.checks.settings import AuditSettings
from hostway_email.audit.collect.facts import DomainFacts, ExchangeFacts, MailboxFacts

CONTEXT = Context(
    DomainFacts(account="a", domain="Example.net", aliases=["example.ORG"]),
    AuditSettings(internal_domains=frozenset({"sister.example"})),
    date(2026, 3, 15),
)


def in_ascii(domain: str) -> str:
    labels = domain.split(".")
    return ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels
    )


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("ana@example.net", "example.net"),
        ("smtp:Ana@Example.NET", "example.net"),
        ("SMTP: ana@example.net ", "example.net"),
        ("ana@example.net.", "example.net"),
        ("@example.net", "example.net"),
        ('"a@b"@example.net', "example.net"),
        ("ana", ""),
        ("", ""),
        ("@", ""),
        ("smtp:", ""),
        ("ana@xn--mnchen-3ya.example", "münchen.example"),
        ("ana@MÜNCHEN.example", "münchen.example"),
        ("ana@xn--example-.net", "xn--example-.net"),
        ("ana@xn--.net", "xn--.net"),
    ],
)
def test_domain_of(address: str, expected: str) -> None:
    """Equal domains are normalized to one spelling, different ones are not."""
    assert domain_of(address) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [("Ana@example.net", "ana"), ("smtp:ANA", "ana"), ("@example.net", "@example.net")],
)
def test_local_part(address: str, expected: str) -> None:
    assert local_part(address) == expected


def test_canonical() -> None:
    """All spellings of an address are normalized to one, with both its parts."""
    assert canonical(" smtp:Ana@EXAMPLE.net. ") == "ana@example.net"
    assert canonical("@Example.net") == "@example.net"
    assert canonical("Ana") == "ana"


def test_distinct_keeps_the_first_spelling() -> None:
    """Addresses are shown as the API returned them, without duplicates."""
    assert distinct(["Ana@example.net", "ana@EXAMPLE.net", "bob"]) == ["Ana@example.net", "bob"]


@pytest.mark.parametrize(
    ("address", "internal", "local"),
    [
        ("ana@EXAMPLE.net", True, True),
        ("ana@example.org", True, True),
        ("@example.org", True, True),
        ("ana@sister.example", True, False),
        ("ana@sub.example.net", False, False),
        ("ana@notexample.net", False, False),
    ],
)
def test_internal_and_local(address: str, internal: bool, local: bool) -> None:
    """A configured domain is internal but not local; a subdomain is neither."""
    assert is_internal(address, CONTEXT) is internal
    assert is_external(address, CONTEXT) is not internal
    assert is_local(address, CONTEXT) is local


@pytest.mark.parametrize("address", ["", "@", "ana", "smtp:"])
def test_address_without_a_domain(address: str) -> None:
    """An address without a domain is neither internal nor external."""
    assert not is_internal(address, CONTEXT)
    assert not is_external(address, CONTEXT)
    assert not is_local(address, CONTEXT)
    assert not is_free_mail(address, CONTEXT)
    assert suspicion(address, CONTEXT) is None


def test_free_mail() -> None:
    assert is_free_mail("ana@GMail.com", CONTEXT)
    assert not is_free_mail("ana@partner.example", CONTEXT)


def test_own_domain_is_never_suspicious() -> None:
    """An internal domain is not suspicious, even a free-mail or look-alike domain."""
    settings = AuditSettings(internal_domains=frozenset({"gmail.com", "example.ne"}))
    context = Context(CONTEXT.domain, settings, CONTEXT.today)

    for address in ("ana@gmail.com", "ana@example.ne"):
        assert not is_free_mail(address, context)
        assert suspicion(address, context) is None


@pytest.mark.parametrize(
    "domain",
    [
        "exampel.net",
        "exmple.net",
        "exxample.net",
        "examp1e.net",
        "example.ne",
        "xn--exmple-4nf.net",
        "EXAMP1E.NET.",
    ],
)
def test_look_alikes(domain: str) -> None:
    """Typos and homoglyphs are recognised."""
    assert suspicion(f"ana@{domain}", CONTEXT) == "a look-alike of example.net"


@pytest.mark.parametrize("domain", ["examples1.net", "elpmaxe.net", "partner.example"])
def test_no_look_alikes(domain: str) -> None:
    assert suspicion(f"ana@{domain}", CONTEXT) is None


def test_second_addresses() -> None:
    """Only addresses in the audited domain, without that of the username."""
    exchange = ExchangeFacts(
        addresses=["Ana@example.net", "ana@example.org", "Sales@example.org", "x@partner.example"]
    )
    mailbox = MailboxFacts(username="ANA", exchange=exchange)

    assert second_addresses(mailbox, CONTEXT) == ["sales@example.org"]


def distance(one: str, other: str) -> int:
    """Return the edit distance, with transpositions, by the full table."""
    table = {(i, 0): i for i in range(len(one) + 1)} | {(0, j): j for j in range(len(other) + 1)}
    for i, a in enumerate(one, 1):
        for j, b in enumerate(other, 1):
            ways = [table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (a != b)]
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                ways.append(table[i - 2, j - 2] + 1)
            table[i, j] = min(ways)
    return table[len(one), len(other)]


@given(st.text("ab.", max_size=6), st.text("ab.", max_size=6))
def test_edit_distance(one: str, other: str) -> None:
    """The shortcut agrees with the full table, in both directions."""
    assert one_edit_apart(one, other) is (distance(one, other) == 1)
    assert one_edit_apart(other, one) is (distance(one, other) == 1)


@given(st.text(max_size=20))
def test_any_text_can_be_parsed(text: str) -> None:
    """Any text can be parsed, and the prefix of Exchange makes no difference."""
    assert "@" not in domain_of(text)
    assert domain_of(f"ana@xn--{text.replace('@', '')}") != "example.net"
    if bare(bare(text)) == bare(text):
        assert canonical(f" SMTP: {text} ") == canonical(text)
        assert local_part(f" SMTP: {text} ") == local_part(text)


@given(
    st.text("aä-\N{CYRILLIC SMALL LETTER O}", min_size=1, max_size=8).filter(
        lambda label: not label.isascii()
    )
)
def test_ascii_form_is_the_same_domain(label: str) -> None:
    """The ASCII form of a domain equals its Unicode form."""
    domain = f"{label}.example"

    assert domain_of(f"ana@{in_ascii(domain)}") == domain_of(f"ana@{domain}")
