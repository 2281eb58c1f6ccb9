"""Redacted reports: no real name is left, and equal names have equal pseudonyms."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from hostway_email.audit import (
    AuditRecord,
    CheckInfo,
    DomainRecord,
    Severity,
    Suppression,
    SuppressionUse,
    read_records,
)
from hostway_email.audit.checks.base import INCOMPLETE
from hostway_email.audit.reports import write_csv, write_html
from hostway_email.audit.reports.redact import WITHHELD, Names, Pseudonyms
from hostway_email.sandbox import Sandbox

from .conftest import END, Keep, accepted, audited, finding, header, mailbox, of_domain
from .pages import Page


@pytest.fixture
def names() -> Pseudonyms:
    """Pseudonyms of an audit with a few names."""
    made = Pseudonyms(header())
    for username in ("ana", "berta.meier", "2024", "o'brien", "x" * 130):
        made.learn(mailbox(username))
    made.learn(
        mailbox("carl", facts={"exchange": {"display_name": "Carl O'Hara (carl@home.example)"}})
    )
    made.learn_domain(
        of_domain(
            facts={
                "aliases": ["mail.example.net"],
                "contacts": [{"name": "Night/Weekend desk"}, {"name": "B\u00e4rbel"}],
            },
            removed_mailboxes=["former"],
        )
    )
    return made


@pytest.mark.parametrize(
    "text",
    [
        "ana is forwarded to nobody",
        "ANA",
        "a circle: ana -> berta.meier -> ana",
        "forwards to ana@gmail.com, a free-mail address",
        "smtp:ana@gmail.com",
        "<ana@gmail.com>",
        "'ana@gmail.com'",
        '"ana meier"@gmail.com',
        "o'brien@gmail.com and o'brien",
        "@gmail.com is whitelisted",
        "could not reach imap.hostway.example:993",
        "no connection to 10.1.2.3 or fe80::1",
        "see http://ana:secret@webmail.example/ana?x=gmail.com#ana",
        "Night/Weekend desk, night weekend DESK, b\u00e4rbel",
        "Carl O'Hara (carl@home.example) called",
        "Carl O'Hara called",
        "2024 -> former",
        "berta.meier.",
        "x" * 120 + "...",
        "/accounts/a1/email/example.net/usernames/ana",
        "KeyError: 'berta.meier'",
        "mail.example.net",
    ],
)
def test_no_name_is_left_in_a_text(text: str, names: Pseudonyms) -> None:
    """Addresses, hosts and known names are found anywhere in a text."""
    real = (
        r"\b(?:ana|berta|meier|carl|hara|o'brien|2024|former|gmail|example|hostway|weekend|desk"
        r"|b\u00e4rbel|10\.1|fe80|secret|a1|x{100,})\b|x{100}"
    )
    assert not re.search(real, names.text(text), re.IGNORECASE)


def test_other_words_are_kept(names: Pseudonyms) -> None:
    """Numbers, dates and other words are not replaced."""
    for text in (
        "940 MB of 1,000 MB used (94.5 %)",
        "trial of premium expires on 2026-11-30, days left: 5",
        "HTTP 502: the gateway failed (after 5 attempts)",
        "VIRUS_ACTION is 0 (no virus filter); the domain has 1",
    ):
        assert names.text(text) == text


def test_equal_names_have_equal_pseudonyms(names: Pseudonyms) -> None:
    """An address has one pseudonym everywhere, and shows which addresses share a domain."""
    assert re.fullmatch(r"u-[0-9a-f]{10}@d-[0-9a-f]{10}", names.address("Ana@Example.net"))
    address = f"{names.username('ana')}@{names.domain('example.net')}"
    assert names.address("Ana@EXAMPLE.net") == address
    assert names.text("to ana@example.net!") == f"to {address}!"
    assert names.text("ana, Berta.Meier") == (
        f"{names.username('ana')}, {names.username('berta.meier')}"
    )
    assert names.address("@example.net") == f"@{names.domain('example.net')}"
    assert names.pattern("ana@example.net") == address


def test_patterns(names: Pseudonyms) -> None:
    """A pattern keeps its wildcards."""
    assert re.fullmatch(r"p-\w+\*@d-\w+", names.pattern("sales*@example.net"))
    assert names.pattern("*") == "*"
    assert names.pattern("@example.net") == f"@{names.domain('example.net')}"


def test_the_key_decides() -> None:
    """An audit shares the key and the pseudonyms of its baseline; other audits have others."""
    first, same = Pseudonyms(header()), Pseudonyms(header(today="2026-04-01"))
    other = Pseudonyms(header(pseudonym_key="0" * 32))
    assert first.address("ana@gmail.com") == same.address("ana@gmail.com")
    assert first.address("ana@gmail.com") != other.address("ana@gmail.com")
    assert first.mark("a1", "example.net", "ana") == same.mark("a1", "example.net", "ana")
    assert first.mark("a1", "example.net", "ana") != other.mark("a1", "example.net", "ana")
    assert Names().mark("a1", "example.net", "ana") != first.mark("a1", "example.net", "ana")


def test_catalogue_texts_are_kept(names: Pseudonyms) -> None:
    """Published texts are not redacted: a replaced word would reveal the name."""
    names.learn(mailbox("mail"))
    assert names.check_text("External forward") == "External forward"
    assert "mail" not in names.check_text("Our Mail is odd").casefold()


def test_redaction_is_linear(names: Pseudonyms) -> None:
    """Redaction is linear in the length of a text, whatever the API returned."""

    def seconds(length: int) -> float:
        started = time.process_time()
        for letter in ("a", "@", ".", "a.", "'", '"', "a:", "-", "ana ", ":"):
            names.text(letter * length)
        return time.process_time() - started

    seconds(100)
    # Eight times as long is 64 times as much work where each letter is compared with each.
    assert seconds(160_000) < 32 * seconds(20_000)


def test_free_text_is_withheld(keep: Keep, tmp_path: Path) -> None:
    """Free text may name people; owners have pseudonyms."""
    reason, owner = "agreed with Mrs Miller", "Ines Roth"
    one = Suppression(
        id="FWD-01", mailbox="ana", reason=reason, owner=owner, expires=date(2026, 9, 1)
    )
    use = SuppressionUse(suppression=one, state="used", times=1)
    records = keep(
        header(suppressions=[one]),
        mailbox("ana", [finding(accepted=accepted(reason, owner))]),
        of_domain(),
        END.model_copy(update={"suppressions": [use]}),
    )
    write_csv(records, tmp_path / "report.csv", redact=True)
    write_html(records, tmp_path / "report.html", redact=True)
    for name in ("report.csv", "report.html"):
        text = (tmp_path / name).read_text()
        assert WITHHELD in text
        assert not re.search(r"Miller|Ines|Roth", text)


def test_texts_of_custom_checks(keep: Keep, tmp_path: Path) -> None:
    """Texts of a custom check may contain names, and are redacted."""
    own = CheckInfo(
        id="OWN-01",
        title="Nobody at example.net reads it",
        severity=Severity.LOW,
        group="own",
        rationale="Ask boss@example.net.",
        remediation="Tell ana.",
        probes=frozenset(),
    )
    records = keep(
        header(checks=[own]),
        mailbox("ana", [finding("OWN-01", "ana", title=own.title)]),
        of_domain(),
        END,
    )
    write_html(records, tmp_path / "report.html", redact=True)
    text = (tmp_path / "report.html").read_text()
    assert "example.net" not in text
    assert "boss" not in text
    assert not re.search(r"\bana\b", text)


def test_texts_of_the_incomplete_audit(keep: Keep, tmp_path: Path) -> None:
    """The published texts of AUD-01 are unchanged: a replaced word would reveal the name."""
    incomplete = finding(INCOMPLETE.id, title=INCOMPLETE.title)
    records = keep(header(), mailbox("audit"), of_domain([incomplete]), END)

    write_csv(records, tmp_path / "report.csv", redact=True)
    write_html(records, tmp_path / "report.html", redact=True)

    assert INCOMPLETE.title in (tmp_path / "report.csv").read_text()
    page = (tmp_path / "report.html").read_text()
    assert INCOMPLETE.title in page
    assert INCOMPLETE.remediation in page


# A whole sandbox


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records of an audit with a baseline, with everything a report can show."""
    folder = tmp_path_factory.mktemp("compared")
    first = audited(Sandbox(mailboxes=200), folder / "first.jsonl")
    second = Sandbox(mailboxes=200)
    second.domain.mailboxes.remove(second.domain.mailboxes.in_order()[0])
    second.add_mailbox("newcomer.one", forwards=["boss@gmail.com"])
    second.faults.imap_failure_rate = 0.4
    second.fail_next("GET", "/cleanmailplus", status=500, times=3)
    forwarder = next(one.username for one in second.domain.mailboxes if one.forwards)
    suppress = [
        Suppression(
            id=check,
            mailbox=pattern,
            reason=f"agreed with {forwarder}",
            owner="Ines Roth",
            expires=date(2099, 1, 1),
        )
        for check, pattern in (
            ("FWD-01", f"{forwarder}@{second.domain.name}"),
            ("FWD-04", "*@*"),
            ("WL-02", f"nobody@{second.domain.name}"),
        )
    ]
    return audited(second, folder / "second.jsonl", baseline=first, suppress=suppress)


def real_names(records: Path) -> Iterator[str]:
    """Yield all names that must not be in a redacted report."""
    for record, _ in read_records(records):
        if isinstance(record, AuditRecord):
            facts = record.facts
            yield record.username
            yield from facts.forwards or ()
            yield from (one.address for one in facts.blackwhitelist or ())
            if facts.exchange is not None:
                yield facts.exchange.display_name or ""
                yield facts.exchange.forwarding_smtp_address or ""
                yield from facts.exchange.addresses
            if facts.mailbox is not None:
                yield from facts.mailbox.webmail_urls
        elif isinstance(record, DomainRecord):
            yield from (record.account, record.domain, *record.removed_mailboxes)
            yield from record.facts.aliases or ()
            yield from (one.address for one in record.facts.blackwhitelist or ())
            for contact in record.facts.contacts or ():
                yield contact.name
                yield contact.email or ""
    yield "Ines Roth"


def parts(names: Iterator[str]) -> tuple[set[str], set[str]]:
    """Return the names that may be ordinary words, and the other ones."""
    every = {name.casefold().removeprefix("smtp:") for name in names if name}
    every |= {half for name in every for half in name.split("@") if half}
    words = {name for name in every if name.isalnum()}
    return words, every - words


def test_csv_has_no_real_names(compared: Path, tmp_path: Path) -> None:
    """No name, target, contact or domain of the audit is in the redacted CSV."""
    write_csv(compared, tmp_path / "report.csv", redact=True)
    text = (tmp_path / "report.csv").read_text(encoding="utf-8-sig").casefold()
    words, others = parts(real_names(compared))
    assert len(others) > 300
    assert [name for name in others if name in text] == []
    own = {"title", "status", "check", "severity", "kind", "change"}
    for row in csv.DictReader(text.splitlines()):
        cells = " ".join(cell for name, cell in row.items() if name not in own)
        assert words & {*re.findall(r"\w+", cells.replace(WITHHELD, ""))} == set()


def test_html_has_no_real_names(compared: Path, tmp_path: Path) -> None:
    """No name is in the redacted page, its anchors and attributes, not even as one word."""
    write_html(compared, tmp_path / "report.html", redact=True)
    source = (tmp_path / "report.html").read_text()
    page = Page(source)
    words, others = parts(real_names(compared))
    written = source.casefold() + page.text.casefold()
    assert [name for name in others if name in written] == []
    assert [word for word in words if f"{word}@" in written] == []
    in_texts = {*re.findall(r"\w+", " ".join(page.texts_of("bdi")).casefold())}
    assert words & in_texts == set()


def test_unredacted_reports_have_names(compared: Path, tmp_path: Path) -> None:
    """The names of the tests above are in reports without redaction."""
    write_csv(compared, tmp_path / "report.csv")
    write_html(compared, tmp_path / "report.html")
    table, page = (
        (tmp_path / "report.csv").read_text(),
        Page((tmp_path / "report.html").read_text()),
    )
    assert "boss@gmail.com" in table
    assert "boss@gmail.com" in page.text
    assert "newcomer.one@" in page.text
    assert "Ines Roth" in page.text
