"""What a check needs to know of an address: its domain, whose that is, and what it resembles."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from hostway_email.audit.check import Context
from hostway_email.audit.facts import MailboxFacts

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
    """Return an address without the `smtp:` that Exchange writes before it."""
    text = address.strip()
    return text[5:].strip() if text[:5].casefold() == "smtp:" else text


def local_part(address: str) -> str:
    """Return what stands before the `@`, in lower case; all of it where there is none."""
    text = bare(address)
    return (text.rpartition("@")[0] or text).casefold()


def domain_of(address: str) -> str:
    """Return the domain of an address in the spelling that all domains are compared in.

    It is empty where the address has none. A domain with an `@` before it counts as an address.
    """
    _, at, domain = bare(address).rpartition("@")
    return _one_spelling(domain) if at else ""


def canonical(address: str) -> str:
    """Return an address in a spelling in which the same ones are equal."""
    domain = domain_of(address)
    name = bare(address).rpartition("@")[0].casefold()
    return f"{name}@{domain}" if domain else local_part(address)


def distinct(addresses: Iterable[str]) -> list[str]:
    """Return each address once, as it was spelled first."""
    found: dict[str, str] = {}
    for address in addresses:
        found.setdefault(canonical(address), address)
    return list(found.values())


def is_internal(address: str, context: Context) -> bool:
    """Whether an address is at a domain that counts as one's own."""
    return domain_of(address) in _spelled(context.own_domains())


def is_external(address: str, context: Context) -> bool:
    """Whether an address is at a domain that does not count as one's own."""
    return domain_of(address) != "" and not is_internal(address, context)


def is_local(address: str, context: Context) -> bool:
    """Whether an address is of the audited domain: only there it is known who exists."""
    names = frozenset({context.domain.domain, *(context.domain.aliases or ())})
    return domain_of(address) in _spelled(names)


def is_free_mail(address: str, context: Context) -> bool:
    """Whether an address is where anybody can have one, and not at a domain of one's own."""
    free_mail = domain_of(address) in _spelled(context.settings.free_mail_domains)
    return free_mail and not is_internal(address, context)


def suspicion(address: str, context: Context) -> str | None:
    """Return why an external address deserves more than the usual doubt; None if it does not."""
    if not is_external(address, context):
        return None
    if is_free_mail(address, context):
        return "a free-mail address"
    domain = domain_of(address)
    own = sorted(_spelled(context.own_domains()))
    model = next((name for name in own if one_edit_apart(domain, name)), None)
    return f"its domain looks like {model}" if model else None


def second_addresses(mailbox: MailboxFacts, context: Context) -> list[str]:
    """Return the addresses of the domain that Exchange gives a mailbox beside its username."""
    addresses = mailbox.exchange.addresses if mailbox.exchange else []
    name = mailbox.username.casefold()
    return [
        canonical(address)
        for address in addresses
        if is_local(address, context) and local_part(address) != name
    ]


def one_edit_apart(one: str, other: str) -> bool:
    """Whether one letter added, left out or changed, or two neighbours swapped, makes the other."""
    short, long = sorted((one, other), key=len)
    pairs = enumerate(zip(short, long, strict=False))
    start = next((place for place, (a, b) in pairs if a != b), len(short))
    if len(long) > len(short):
        return short[start:] == long[start + 1 :]
    if start == len(short):
        return False
    changed = short[start + 1 :] == long[start + 1 :]
    swapped = short[start : start + 2] == long[start : start + 2][::-1]
    return changed or (swapped and short[start + 2 :] == long[start + 2 :])


# The lists of domains are the same for every mailbox of a run.
@lru_cache(maxsize=64)
def _spelled(domains: frozenset[str]) -> frozenset[str]:
    return frozenset(filter(None, map(_one_spelling, domains)))


@lru_cache(maxsize=4096)
def _one_spelling(domain: str) -> str:
    labels = domain.strip().rstrip(".").casefold().split(".")
    return ".".join(map(_in_unicode, labels))


def _in_unicode(label: str) -> str:
    # A look-alike with one letter of a foreign alphabet is one letter away from its model as
    # Unicode, but many letters away in the ASCII form that is sent on the wire.
    if not label.startswith("xn--"):
        return label
    try:
        decoded = label[4:].encode("ascii").decode("punycode").casefold()
    except (UnicodeError, OverflowError):
        return label
    # `xn--example-` decodes to plain `example`, but nobody who asks for the one gets the other.
    return label if decoded.isascii() else decoded
