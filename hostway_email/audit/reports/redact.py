"""Names in a report: unchanged, or replaced by keyed pseudonyms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b
from typing import Final

from hostway_email.audit.checks import CATALOGUE
from hostway_email.audit.checks.base import INCOMPLETE, CheckInfo
from hostway_email.audit.records.models import AuditRecord, DomainRecord, HeaderRecord
from hostway_email.audit.text import LONGEST, printable

__all__ = ["WITHHELD", "Names", "Pseudonyms"]

WITHHELD: Final = "(withheld: free text may name people)"

# 40 bits: among 10,000 names, two share a pseudonym with a probability of 1 in 20,000.
_DIGEST_BYTES: Final = 5

# Text is split into complete runs, so that the time is linear in its length, whatever it is.
_RUN: Final = re.compile(r'"[^"]*"@[^\s<>()\[\]{},;"]+|[^\s<>()\[\]{},;"]+')
_PART: Final = re.compile(r"[\w.-]+")
_NUMBERS: Final = re.compile(r"[0-9a-f]*(?::[0-9a-f]*){2,}[.\d]*|\d+(?:\.\d+){3}", re.IGNORECASE)
_AROUND: Final = "'`.:!?*=|-"
_SCHEMES: Final = {"mailto", "sip", "smtp"}
_WORD: Final = re.compile(r"\w+")
_KNOWN_TEXTS: Final = {
    text
    for check in (*CATALOGUE, INCOMPLETE)
    for text in (check.title, check.rationale, check.remediation)
}


class Names:
    """Names, written unchanged."""

    redacted = False

    def learn(self, record: AuditRecord) -> None:
        """Learn the names in the record of a mailbox, to recognise them in texts."""

    def learn_domain(self, record: DomainRecord) -> None:
        """Learn the names in the record of a domain."""

    def account(self, name: str) -> str:
        """Return the name of an account."""
        return name

    def domain(self, name: str) -> str:
        """Return the name of a domain or a host."""
        return name

    def username(self, name: str) -> str:
        """Return the name of a mailbox, without its domain."""
        return name

    def address(self, address: str) -> str:
        """Return an address, or `@domain`."""
        return address

    def person(self, name: str) -> str:
        """Return the name of a person, such as a display name."""
        return name

    def pattern(self, pattern: str) -> str:
        """Return a pattern for addresses."""
        return pattern

    def text(self, text: str) -> str:
        """Return a text that may contain names."""
        return text

    def check(self, check: CheckInfo) -> CheckInfo:
        """Return a check with its texts as by `check_text`."""
        return replace(
            check,
            title=self.check_text(check.title),
            rationale=self.check_text(check.rationale),
            remediation=self.check_text(check.remediation),
        )

    def check_text(self, text: str) -> str:
        """Return the title, rationale or remediation of a check."""
        return text

    def free(self, text: str) -> str:
        """Return free text of a user."""
        return text

    def mark(self, *names: str) -> str:
        """Return an anchor for the page that does not reveal the names."""
        return blake2b("\0".join(names).encode("utf-8", "replace"), digest_size=8).hexdigest()


class Pseudonyms(Names):
    """Pseudonyms for names: the same for the same name in all audits with one key.

    In texts, everything that looks like an address or a host name is replaced, and so is each
    learned name, even where it is an ordinary word: replacing too much is safer.

    Parameters:
        header: holds the key, and the first names to learn.
    """

    redacted = True

    def __init__(self, header: HeaderRecord) -> None:
        self._secret = blake2b(header.pseudonym_key.encode()).digest()
        self._usernames: set[str] = set()
        # Names by their words, so that a text is not searched for each of them.
        self._known: dict[str, str] = {}
        self._longest: dict[str, int] = {}
        for account, domain in header.targets:
            self._learn(account, self.account(account))
            self._learn(domain, self.domain(domain))
        for domain in header.settings.internal_domains:
            self._learn(domain, self.domain(domain))
        for suppression in header.suppressions:
            self._learn(suppression.owner, self.person(suppression.owner))

    def learn(self, record: AuditRecord) -> None:
        exchange = record.facts.exchange
        if exchange is not None and exchange.display_name:
            self._learn(exchange.display_name, self.person(exchange.display_name))
        self._learn_username(record.username)

    def learn_domain(self, record: DomainRecord) -> None:
        for alias in record.facts.aliases or ():
            self._learn(alias, self.domain(alias))
        for contact in record.facts.contacts or ():
            self._learn(contact.name, self.person(contact.name))
        for username in record.removed_mailboxes:
            self._learn_username(username)

    def account(self, name: str) -> str:
        return self._pseudonym("a", name)

    def domain(self, name: str) -> str:
        return self._pseudonym("d", name.rstrip(".")) if name else ""

    def username(self, name: str) -> str:
        return self._pseudonym("u", name) if name else ""

    def address(self, address: str) -> str:
        prefix, colon, rest = address.partition(":")
        if prefix.casefold() in _SCHEMES:
            return f"{prefix}{colon}{self.address(rest)}"
        name, at, domain = address.strip().rpartition("@")
        return f"{self.username(name)}@{self.domain(domain)}" if at else self.username(domain)

    def person(self, name: str) -> str:
        return self.address(name) if "@" in name else self._pseudonym("n", name)

    def pattern(self, pattern: str) -> str:
        name, at, domain = pattern.rpartition("@")
        of_name = self._part("u", name if at else domain)
        return f"{of_name}@{self._part('d', domain)}" if at else of_name

    def text(self, text: str) -> str:
        pieces: list[str] = []
        end = 0
        for start, stop, pseudonym in self._tokens(text):
            pieces += [self._without_names(text[end:start]), pseudonym]
            end = stop
        return "".join([*pieces, self._without_names(text[end:])])

    def check_text(self, text: str) -> str:
        # In a published sentence, a replaced word would reveal the name.
        return text if text in _KNOWN_TEXTS else self.text(text)

    def free(self, text: str) -> str:
        return WITHHELD if text else ""

    def mark(self, *names: str) -> str:
        return self._hash("\0".join(names), 8)

    def _part(self, kind: str, part: str) -> str:
        if not re.search(r"[*?\[]", part):
            return self._pseudonym(kind, part) if part else ""
        return part if part == "*" else f"{self._pseudonym('p', part)}*"

    def _tokens(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Yield start, end and pseudonym of each address or host in a text."""
        for run in _RUN.finditer(text):
            found = run[0].strip(_AROUND)
            start = text.index(found, run.start())
            if "://" in found:
                yield start, start + len(found), self._url(found)
            elif "@" in found:
                yield start, start + len(found), self.address(found)
            elif _NUMBERS.fullmatch(found):
                yield start, start + len(found), self.domain(found)
            else:
                for part in _PART.finditer(found):
                    name = part[0].strip(".-")
                    if "." in name and not name.replace(".", "").isdecimal():
                        begin = text.index(name, start + part.start())
                        yield begin, begin + len(name), self._dotted(name)

    def _url(self, url: str) -> str:
        scheme, _, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        return f"{scheme}://{self.domain(host)}{'/...' if slash and path else ''}"

    def _dotted(self, name: str) -> str:
        return self.username(name) if name.casefold() in self._usernames else self.domain(name)

    def _without_names(self, text: str) -> str:
        words = list(_WORD.finditer(text))
        pieces: list[str] = []
        end = number = 0
        while number < len(words):
            last, name = self._name_at(words, number)
            if name:
                pieces += [text[end : words[number].start()], name]
                end = words[last].end()
            number = last + 1
        return "".join([*pieces, text[end:]])

    def _name_at(self, words: list[re.Match[str]], first: int) -> tuple[int, str]:
        """Return the last word of the longest name that starts here, and its pseudonym."""
        most = self._longest.get(words[first][0].casefold(), 0)
        for count in range(min(most, len(words) - first), 0, -1):
            key = " ".join(word[0].casefold() for word in words[first : first + count])
            if name := self._known.get(key):
                return first + count - 1, name
        return first, ""

    def _learn_username(self, username: str) -> None:
        self._usernames.add(username.casefold())
        self._learn(username, self.username(username))

    def _learn(self, name: str, pseudonym: str) -> None:
        # Checks shorten the names they quote.
        for form in {name, name[:LONGEST]}:
            self._learn_words(form, pseudonym)
            end = 0
            for start, stop, _ in self._tokens(form):
                # The parts of a name around an address are learned without the address.
                self._learn_words(form[end:start], pseudonym)
                end = stop
            if end:
                self._learn_words(form[end:], pseudonym)

    def _learn_words(self, text: str, pseudonym: str) -> None:
        words = [word.casefold() for word in _WORD.findall(text)]
        if words:
            self._known[" ".join(words)] = pseudonym
            self._longest[words[0]] = max(len(words), self._longest.get(words[0], 0))

    def _pseudonym(self, kind: str, name: str) -> str:
        qualified = f"{kind}\0{printable(name).casefold()}"
        return f"{kind}-{self._hash(qualified, _DIGEST_BYTES)}"

    def _hash(self, text: str, size: int) -> str:
        data = text.encode("utf-8", "replace")
        return blake2b(data, key=self._secret, digest_size=size).hexdigest()
