"""The HTML report: its content, its validity, and the escaping of untrusted text."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from hostway_email.audit import (
    CheckInfo,
    Severity,
    Suppression,
    SuppressionUse,
    read_records,
)
from hostway_email.audit.checks.base import NOT_COVERED
from hostway_email.audit.records.models import Record
from hostway_email.audit.reports import write_html

from .conftest import DOMAIN, END, Keep, accepted, finding, header, mailbox, of_domain
from .pages import Element, Page

PageOf = Callable[..., Page]


@pytest.fixture
def page_of(keep: Keep, tmp_path: Path) -> PageOf:
    """Return the HTML report of some records."""

    def page_of(*records: Record) -> Page:
        write_html(keep(*records), tmp_path / "report.html")
        return Page((tmp_path / "report.html").read_text())

    return page_of


@pytest.fixture(scope="module")
def large(of_500: Path, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The page of the sandbox with 500 mailboxes."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    write_html(of_500, path)
    return Page(path.read_text())


def section(page: Page, name: str) -> str:
    return " ".join(page.one("section", id=name).text.split())


def mailboxes(page: Page) -> list[Element]:
    return page.all("details", class_="m")


# Content


def test_head(page_of: PageOf) -> None:
    """The head names the domains, the time and the baseline."""
    page = page_of(header(baseline="2026-02-01T08:00:00+00:00"), mailbox(), of_domain(), END)
    head = " ".join(page.one("header").text.split())
    assert page.one("h1").text == DOMAIN
    assert "Account a1, audited on 2 March 2026, 09:43 UTC" in head
    assert "compared with the baseline of 1 February 2026, 08:00 UTC" in head
    assert "incomplete" not in head


def test_every_mailbox_has_its_section(large: Page, of_500: Path) -> None:
    """Each record has a section with its own anchor."""
    names = {
        f"{record.username}@{record.domain}"
        for record, _ in read_records(of_500)
        if getattr(record, "username", "")
    }
    shown = mailboxes(large)
    assert len(shown) == 500
    assert all(any(one.text.startswith(name) for one in shown) for name in names)
    assert len({one.attributes["id"] for one in shown}) == 500


def test_a_mailbox(page_of: PageOf) -> None:
    """A section has findings, resolved findings, unknown results and details."""
    page = page_of(
        mailbox(
            "ana",
            [
                finding(change="new"),
                finding("QUO-02", "95 %", severity=Severity.MEDIUM, accepted=accepted("soon more")),
            ],
            resolved=[finding("AR-01", "autoresponder is on", severity=Severity.LOW)],
            unknown={"ACT-01": "statistics: HTTP 502", "ACT-04": "statistics: HTTP 502"},
            failed={"statistics": "HTTP 502"},
            facts={
                "forwards": ["ana@gmail.com"],
                "mailbox": {"quota_mb": 1000, "usage_mb": 950},
                "trial_type": "premium",
                "trial_expiration": "2026-04-01",
            },
        ),
        of_domain([finding("FWD-06", "a circle", username="ana")]),
        END,
    )
    (one,) = mailboxes(page)
    text = " ".join(one.text.split())
    assert text.startswith("ana@example.net regular high 2 findings 95 %")
    assert "FWD-01 External forward forwards to ana@gmail.com new" in text
    assert "FWD-06 External forward a circle" in text
    assert "Accepted by Ines Roth until 2026-09-01: soon more" in text
    assert "Resolved low AR-01" in text
    assert "ACT-01, ACT-04: statistics: HTTP 502" in text
    assert "Forwards to ana@gmail.com" in text
    assert "Storage 950 MB of 1,000 MB" in text
    assert "Trial premium, to 2026-04-01" in text
    assert one.attributes["data-q"] == "95"
    assert one.attributes.keys() >= {"data-f", "data-a", "data-u", "data-c"}
    assert page.all("a", href="#check-0")


def test_an_exchange_mailbox(page_of: PageOf) -> None:
    """The details of an Exchange mailbox have its name, protocols and forward."""
    exchange = {
        "display_name": "Board room",
        "resource_type": "room",
        "quota_bytes": 1024**3,
        "used_bytes": 1024**2,
        "forwarding_smtp_address": "smtp:x@gmail.com",
        "deliver_to_mailbox_and_forward": False,
        "hidden_from_address_lists_enabled": True,
        "addresses": ["room@example.net"],
        "pop_enabled": True,
        "owa_enabled": True,
    }
    record = mailbox("room", facts={"exchange": exchange}, kind="exchange")
    text = mailboxes(page_of(record, of_domain(), END))[0].text
    for line in (
        "Display name Board room",
        "Storage 1 MB of 1,024 MB",
        "Exchange forwards to smtp:x@gmail.com, keeps no copy",
        "Resource room",
        "Access protocols POP3, webmail",
        "Address lists hidden",
    ):
        assert line in text


def test_totals(large: Page, of_500: Path) -> None:
    """The totals are those of the records, as text and in the charts."""
    severities: Counter[str] = Counter()
    for record, _ in read_records(of_500):
        severities.update(one.severity.value for one in getattr(record, "findings", ()))
    rows = large.one("section", id="overview").text
    for severity, count in severities.items():
        assert re.search(rf"{severity}\s+{count}\b", rows)
    assert f"{severities.total()} findings" in " ".join(rows.split())
    pictures = large.all("svg", role="img")
    assert {one.attributes["id"] for one in pictures} == {
        "chart-severities",
        "chart-mailboxes",
        "chart-groups",
    }
    for one in pictures:
        assert large.one("title", id=one.attributes["aria-labelledby"]).text


def test_checks_are_explained(large: Page) -> None:
    """Each check of the run is listed with its rationale and remediation."""
    text = section(large, "checks")
    assert "Others on the user's network can read the password" in text
    assert "Give the user the https:// address" in text
    shown = [one for one in large.all("details") if one.attributes.get("id", "")[:6] == "check-"]
    assert len(shown) >= 50


def test_custom_check(page_of: PageOf) -> None:
    """Texts and group of a custom check come from the records."""
    own = CheckInfo(
        id="OWN 01/<x>",
        title="Nobody is behind it",
        severity=Severity.LOW,
        group="own & more",
        rationale="Nobody looks.",
        remediation="Look.",
        probes=frozenset(),
    )
    page = page_of(
        header(checks=[own]),
        mailbox("info", [finding(own.id, "nobody", title=own.title, severity="low")]),
        of_domain(),
        END,
    )
    assert "Nobody looks." in section(page, "checks")
    assert page.one("option", value=own.id).attributes["data-numbers"] == "0"
    assert page.one("optgroup").attributes["label"] == "own & more"
    assert page.one("a", href="#?check=OWN%2001/%3Cx%3E")


def test_a_finding_of_a_check_that_is_not_in_the_header(page_of: PageOf) -> None:
    """Records with an unlisted check still give a page."""
    page = page_of(header(checks=[]), mailbox("ana", [finding("X-1")]), of_domain(), END)
    assert "X-1" in mailboxes(page)[0].text


def test_an_incomplete_audit(page_of: PageOf) -> None:
    """The page says at the top that it is incomplete, and lists unknown results with reasons."""
    page = page_of(
        mailbox("ana", unknown={"ACT-01": "statistics: HTTP 502"}),
        mailbox("berta", unknown={"ACT-01": "statistics: HTTP 500", "FWD-01": "forwards: no"}),
        of_domain([finding("AUD-01", "2 mailboxes have unknown results")]),
        END,
    )
    banner = page.one("section", class_="banner").text
    assert "This audit is incomplete" in banner
    assert "example.net: 2 mailboxes have unknown results" in banner
    text = section(page, "unknown")
    assert "ACT-01 2 statistics: HTTP 502 (1)" in text
    assert "FWD-01 1 forwards: no" in text
    assert "What could not be read is unknown and may be anything" in section(page, "checks")
    assert "unknown" in mailboxes(page)[0].text


def test_many_reasons_are_grouped(page_of: PageOf) -> None:
    """Reasons that differ for each mailbox are limited in number."""
    every = [mailbox(f"m{n}", unknown={"FWD-01": f"forwards: {n}"}) for n in range(60)]
    text = section(page_of(*every, of_domain(), END), "unknown")
    assert "FWD-01 60" in text
    assert "other reasons (40)" in text


@pytest.mark.parametrize("records", [[], [mailbox("ana", [finding()])]])
def test_interrupted_run(records: list[Record], page_of: PageOf) -> None:
    """Without an end record the page says that the audit is incomplete."""
    page = page_of(header(suppressions=[suppression()]), *records)
    assert "the audit was interrupted" in page.one("section", class_="banner").text
    assert "unknown: the audit was interrupted" in section(page, "run")
    assert "the audit was interrupted" in section(page, "unknown")
    assert "interrupted before it had results" in section(page, "domains")
    assert "unknown" in section(page, "accepted")
    assert len(mailboxes(page)) == len(records)


def test_several_domains(page_of: PageOf) -> None:
    """Each domain has a section and a filter option."""
    page = page_of(
        header(targets=[("a1", "example.net"), ("a1", "example.org"), ("a2", "example.com")]),
        mailbox("ana", [finding()]),
        mailbox("ana", domain="example.org", new=True),
        of_domain(
            [finding("WL-01", "@x.example is whitelisted")],
            mailboxes=1,
            first_total=4,
            last_total=3,
            duplicates=2,
            facts={"aliases": ["mail.example.net"], "infostore": {"usage_mb": 3, "quota_mb": 9}},
        ),
        of_domain(domain="example.org", removed_mailboxes=["left"]),
        END,
    )
    assert page.one("h1").text == "3 domains"
    assert [one.text for one in page.all("h3") if "/" in one.text] == [
        "a1/example.net",
        "a1/example.org",
    ]
    text = section(page, "domains")
    assert "1 mailbox listed, 1 read, 1 with findings" in text
    assert (
        "Total on the first page of the list: 4, on the last page: 3. 2 duplicate entries." in text
    )
    assert "Aliases mail.example.net" in text
    assert "InfoStore 3 MB of 9 MB" in text
    assert "no longer listed left" in text
    options = [one.attributes["value"] for one in page.all("option")]
    assert {"example.net", "example.org", "example.com"} <= {*options}
    assert {one.attributes["data-d"] for one in mailboxes(page)} == {"example.net", "example.org"}


def test_changes_since_the_baseline(page_of: PageOf) -> None:
    """With a baseline the page shows new, changed and resolved findings."""
    page = page_of(
        header(baseline="2026-02-01T08:00:00+00:00"),
        mailbox("ana", [finding(change="new"), finding(text="b", change="changed")]),
        mailbox("berta", new=True),
        of_domain(
            removed_mailboxes=["left"], resolved=[finding("WL-01", "@x.example", username="left")]
        ),
        END,
    )
    text = section(page, "overview")
    assert "new 1 changed 1 resolved 1" in text
    assert "1 new mailbox, 1 removed mailbox" in text
    assert page.one("svg", id="chart-changes")
    assert page.one("option", value="changed")
    berta = next(one for one in mailboxes(page) if one.text.startswith("berta"))
    assert "data-new" in berta.attributes
    assert "new" in berta.text
    assert "@x.example" in section(page, "domains")


def test_changed_settings_are_named(page_of: PageOf) -> None:
    """Changed thresholds may explain changes, so the page names them."""
    then = {"baseline": "2026-02-01T08:00:00+00:00"}
    page = page_of(header(**then, changed_settings=["near_quota", "max_masters"]), END)
    notice = (
        "Settings that differ from the baseline, and may explain changes: near_quota, max_masters."
    )
    assert notice in section(page, "overview")
    assert "Settings that differ" not in section(page_of(header(**then), END), "overview")


def suppression(mailbox: str = "ana", check: str = "FWD-01") -> Suppression:
    return Suppression(
        id=check, mailbox=mailbox, reason="agreed", owner="Ines", expires=date(2026, 9, 1)
    )


def test_suppressions(page_of: PageOf) -> None:
    """Expired and unused suppressions come first and are marked."""
    states = ["used", "expired", "not run", "unused"]
    every = [suppression(state) for state in states]
    uses = [
        SuppressionUse(suppression=one, state=one.mailbox, times=one.mailbox == "used")
        for one in every
    ]
    page = page_of(
        header(suppressions=every),
        mailbox("used", [finding(accepted=accepted())]),
        of_domain(),
        END.model_copy(update={"suppressions": uses}),
    )
    text = section(page, "accepted")
    order = [text.index(f"FWD-01 {state}") for state in ("expired", "unused", "not run", "used")]
    assert order == sorted(order)
    assert len(page.all("tr", class_="bad")) == 2
    assert "1 accepted" in section(page, "overview")
    assert page.one("input", id="accepted-too")
    assert "no findings" in mailboxes(page)[0].text


def test_limits_and_figures(page_of: PageOf) -> None:
    """The page lists the limits of the API, skipped checks and figures of the run."""
    page = page_of(header(skipped={"ACT-02": "there is no baseline"}), mailbox(), of_domain(), END)
    text = section(page, "run")
    assert [line for line in NOT_COVERED if line not in text] == []
    assert "Requests 1,234, including 5 retries" in text
    assert "Duration 6.5 s, with up to 32 mailboxes concurrently" in text
    assert "Throttled 1 time" in text
    assert "ACT-02, Inactive mailbox (inferred): there is no baseline" in section(page, "unknown")


def test_the_worst_is_first(page_of: PageOf) -> None:
    """Checks and mailboxes are sorted by severity."""
    page = page_of(
        mailbox("zoe", [finding(severity=Severity.LOW)]),
        mailbox("ana"),
        mailbox("carl", [finding(severity=Severity.CRITICAL)]),
        of_domain([finding("FWD-06", "a circle", username="berta")]),
        mailbox("berta"),
        END,
    )
    names = [one.text.partition("@")[0] for one in mailboxes(page)]
    assert names == ["carl", "berta", "zoe", "ana"]


def test_empty_domain(page_of: PageOf) -> None:
    """A domain without mailboxes has a page too."""
    page = page_of(of_domain(), END)
    assert "No mailbox was read." in section(page, "mailboxes")
    assert "0 mailboxes read" in section(page, "overview")


# Untrusted text

HOSTILE = [
    "<script>alert(1)</script>",
    "</title></style></script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{7*7}}{% raw %}${7*7}",
    "javascript:alert(1)",
    "&lt;b&gt;&#60;script&#62;",
    "]]><!--",
]
INVISIBLE = "a\0b\x1b[31mc\u202ed\u2066e\u200bf\u2028g\x85h\ufeffi"


def untrusted_records(text: str) -> list[Record]:
    """Return records with a text in every field that the API or a user's file can set."""
    one = Suppression(id=text, mailbox=text, reason=text, owner=text, expires=date(2026, 9, 1))
    bad = finding("FWD-01", text, title=text, accepted=accepted(text, text))
    facts = {
        "forwards": [text],
        "webmail_access": text,
        "trial_type": text,
        "trial_expiration": "2026-04-01",
        "blackwhitelist": [{"address": text, "type": "W"}],
        "exchange": {
            "display_name": text,
            "forwarding_smtp_address": text,
            "addresses": [text],
            "resource_type": text,
        },
    }
    own = CheckInfo(
        id=text,
        title=text,
        severity=Severity.LOW,
        group=text,
        rationale=text,
        remediation=text,
        probes=frozenset(),
    )
    return [
        header(
            targets=[(text, text), ("a1", "example.net")],
            checks=[own],
            suppressions=[one],
            skipped={text: text},
            started=text,
            baseline=text,
        ),
        mailbox(
            text,
            [bad, finding(text, text), finding(text, text, severity="info", change="new")],
            domain=text,
            facts=facts,
            resolved=[bad],
            unknown={text: text},
            failed={text: text},
        ),
        of_domain(
            [bad, finding("AUD-01", text)],
            domain=text,
            resolved=[bad],
            removed_mailboxes=[text],
            unknown={text: text},
            facts={"aliases": [text], "webmail": {"type": text}},
        ),
        END.model_copy(
            update={"suppressions": [SuppressionUse(suppression=one, state="used", times=1)]}
        ),
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_untrusted_text_is_escaped(text: str, page_of: PageOf) -> None:
    """Untrusted text is shown unchanged and never interpreted as markup."""
    harmless, hostile = (page_of(*untrusted_records(one)) for one in ("harmless", text))
    assert text in hostile.text
    assert [one.tag for one in hostile.elements] == [one.tag for one in harmless.elements]
    for one, other in zip(hostile.elements, harmless.elements, strict=True):
        assert one.attributes.keys() == other.attributes.keys()
    assert_valid(hostile)


def test_unprintable_characters_are_replaced(page_of: PageOf, tmp_path: Path) -> None:
    """Control characters and bidirectional marks are replaced."""
    page_of(*untrusted_records(INVISIBLE))
    source = (tmp_path / "report.html").read_text()
    assert "a\ufffdb\ufffd[31mc\ufffdd\ufffde\ufffdf\ufffdg\ufffdh\ufffdi" in source
    assert [one for one in source if not one.isprintable() and one != "\n"] == []


def test_lone_surrogate(page_of: PageOf) -> None:
    """A lone surrogate from JSON does not make a report fail."""
    assert "a\ufffdb" in page_of(mailbox("ana", [finding(text="a\ufffdb")]), of_domain(), END).text


# Valid HTML


def assert_valid(page: Page) -> None:
    """Nothing is loaded, only the page's own script runs, and all parts have accessible names."""
    policy = page.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        own = hashlib.sha256(page.one(tag).raw.encode()).digest()
        assert f"{tag}-src 'sha256-{base64.b64encode(own).decode()}'" in policy
    loading = {"img", "link", "iframe", "object", "embed", "audio", "video", "base", "image", "use"}
    assert loading & {one.tag for one in page.elements} == set()
    for one in page.elements:
        for name, value in one.attributes.items():
            assert not name.startswith("on")
            assert name not in {"style", "src", "srcset", "action", "xlink:href", "formaction"}
            assert name != "href" or value.startswith("#")
    ids = Counter(one.attributes["id"] for one in page.elements if "id" in one.attributes)
    assert [one for one, times in ids.items() if times > 1] == []
    for one in page.all("a"):
        target = one.attributes["href"].removeprefix("#")
        assert target in ids or target.startswith("?")
    for name in ("aria-labelledby", "for"):
        for one in page.elements:
            assert {*one.attributes.get(name, "").split()} <= ids.keys()


def test_valid(large: Page) -> None:
    """The page is valid and self-contained."""
    assert large.declaration == "DOCTYPE html"
    assert large.one("html").attributes["lang"] == "en"
    assert_valid(large)


def test_nothing_points_outside(large: Page, tmp_path: Path, of_500: Path) -> None:
    """URLs occur only in text."""
    write_html(of_500, tmp_path / "report.html")
    source = (tmp_path / "report.html").read_text()
    outside = {*re.findall(r"""=["']?(https?://[^"'\s>]+)""", source)}
    assert outside == set()
    assert "url(" not in source
    assert "@import" not in source


def test_controls_have_labels(large: Page) -> None:
    """Screen readers can name each field."""
    labelled = {one.attributes["for"] for one in large.all("label")}
    for tag in ("input", "select"):
        for one in large.all(tag):
            assert one.attributes["id"] in labelled
    assert all(one.text.strip() for one in large.all("button"))


def test_headings_and_tables(large: Page) -> None:
    """Headings skip no level; tables have captions and header scopes."""
    levels = [int(one.tag[1]) for one in large.elements if re.fullmatch(r"h\d", one.tag)]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert len(large.all("caption")) == len(large.all("table"))
    assert all("scope" in one.attributes for one in large.all("th"))


def test_without_script(large: Page) -> None:
    """Controls that need the script are hidden until it runs; all else is readable."""
    assert "hidden" in large.one("form").attributes
    assert [one for one in mailboxes(large) if "hidden" in one.attributes] == []
    assert "<noscript" not in large.text
