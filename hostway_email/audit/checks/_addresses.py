"""Addresses: parsing, comparison, and whether their domain is internal or suspicious."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from hostway_email.audit.checks.base import Context
from hostway_email.audit.collect.facts import MailboxFacts

__all__ = [
    "bare",
    "canonical",
    "distinct",
    "domain_of",
    "is_external",
    "is_free_mail",
    "is_internal",
    "is_local",
    "local_part",
    "one_edit_apart",
    "second_addresses",
    "suspicion",
]


def bare(address: str) -> str:
    """Return an address without the `smtp:` prefix of Exchange."""
    text = address.strip()
    return text[5:].strip() if text[:5].casefold() == "smtp:" else text


def local_part(address: str) -> str:
    """Return the part before the `@` in lower case; the whole text if there is none."""
    text = bare(address)
    return (text.rpartition("@")[0] or text).casefold()


def domain_of(address: str) -> str:
    """Return the normalized domain of an address; empty if it has none.

    `@example.com` counts as an address.
    """
    _, at, domain = bare(address).rpartition("@")
    return _normalized(domain) if at else ""


def canonical(address: str) -> str:
    """Return the normalized address, by which equal addresses are recognised."""
    domain = domain_of(address)
    name = bare(address).rpartition("@")[0].casefold()
    return f"{name}@{domain}" if domain else local_part(address)


def distinct(addresses: Iterable[str]) -> list[str]:
    """Return the addresses without duplicates, each in its first spelling."""
    found: dict[str, str] = {}
    for address in addresses:
        found.setdefault(canonical(address), address)
    return list(found.values())


def is_internal(address: str, context: Context) -> bool:
    """Whether the domain of an address is internal."""
    return domain_of(address) in _normalized_all(context.own_domains())


def is_external(address: str, context: Context) -> bool:
    """Whether an address has a domain that is not internal."""
    return domain_of(address) != "" and not is_internal(address, context)


def is_local(address: str, context: Context) -> bool:
    """Whether an address is of the audited domain, whose mailboxes are all known."""
    names = frozenset({context.domain.domain, *(context.domain.aliases or ())})
    return domain_of(address) in _normalized_all(names)


def is_free_mail(address: str, context: Context) -> bool:
    """Whether the domain of an address is a free-mail domain and not internal."""
    free_mail = domain_of(address) in _normalized_all(context.settings.free_mail_domains)
    return free_mail and not is_internal(address, context)


def suspicion(address: str, context: Context) -> str | None:
    """Return why an external address is suspicious; None if it is not."""
    if not is_external(address, context):
        return None
    if is_free_mail(address, context):
        return "a free-mail address"
    domain = domain_of(address)
    own = sorted(_normalized_all(context.own_domains()))
    model = next((name for name in own if one_edit_apart(domain, name)), None)
    return f"a look-alike of {model}" if model else None


def second_addresses(mailbox: MailboxFacts, context: Context) -> list[str]:
    """Return the Exchange addresses of a mailbox in the audited domain, without its username."""
    addresses = mailbox.exchange.addresses if mailbox.exchange else []
    name = mailbox.username.casefold()
    return [
        canonical(address)
        for address in addresses
        if is_local(address, context) and local_part(address) != name
    ]


def one_edit_apart(one: str, other: str) -> bool:
    """Whether two texts differ by one inserted, deleted, replaced or transposed letter."""
    short, long = sorted((one, other), key=len)
    pairs = enumerate(zip(short, long, strict=False))
    start = next((index for index, (a, b) in pairs if a != b), len(short))
    if len(long) > len(short):
        return short[start:] == long[start + 1 :]
    if start == len(short):
        return False
    changed = short[start + 1 :] == long[start + 1 :]
    swapped = short[start : start + 2] == long[start : start + 2][::-1]
    return changed or (swapped and short[start + 2 :] == long[start + 2 :])


# Cached, since the lists of domains are the same for every mailbox of a run.
@lru_cache(maxsize=64)
def _normalized_all(domains: frozenset[str]) -> frozenset[str]:
    return frozenset(filter(None, map(_normalized, domains)))


@lru_cache(maxsize=4096)
def _normalized(domain: str) -> str:
    labels = domain.strip().rstrip(".").casefold().split(".")
    return ".".join(map(_in_unicode, labels))


def _in_unicode(label: str) -> str:
    # A look-alike with one letter of another script differs by one letter from the original in
    # Unicode, but by many in the ASCII form that is sent on the wire.
    if not label.startswith("xn--"):
        return label
    try:
        decoded = label[4:].encode("ascii").decode("punycode").casefold()
    except (UnicodeError, OverflowError):
        return label
    # `xn--example-` decodes to plain `example`, but they are different names in DNS.
    return label if decoded.isascii() else decoded
