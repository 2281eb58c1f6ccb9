"""The page of an audit: what it holds, that it is sound HTML, and that hostile text is text."""

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
    CheckRecord,
    Severity,
    Suppression,
    SuppressionUse,
    read_records,
)
from hostway_email.audit.limits import CANNOT_ANSWER
from hostway_email.audit.records import Record
from hostway_email.audit.reports import write_html

from ...processes import run_process
from .conftest import DOMAIN, END, Keep, accepted, finding, header, mailbox, of_domain
from .pages import Element, Page

PageOf = Callable[..., Page]


@pytest.fixture
def page_of(keep: Keep, tmp_path: Path) -> PageOf:
    """Return the page of a report, of these records."""

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


# What it holds


def test_head(page_of: PageOf) -> None:
    """It says first what was audited, when, and compared with what."""
    page = page_of(header(since="2026-02-01T08:00:00+00:00"), mailbox(), of_domain(), END)
    head = " ".join(page.one("header").text.split())
    assert page.one("h1").text == DOMAIN
    assert "Account a1, audited on 2 March 2026, 09:43 UTC" in head
    assert "compared with the audit of 1 February 2026, 08:00 UTC" in head
    assert "incomplete" not in head


def test_every_mailbox_has_its_section(large: Page, of_500: Path) -> None:
    """Each record has a section, with an address of its own in the page."""
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
    """Its section holds findings, what is gone, what is unknown, and what is known of it."""
    page = page_of(
        mailbox(
            "ana",
            [
                finding(change="new"),
                finding("QUO-02", "95 %", severity=Severity.MEDIUM, accepted=accepted("soon more")),
            ],
            gone=[finding("AR-01", "the automatic reply is on", severity=Severity.LOW)],
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
    assert "FWD-01 Mail is forwarded outside forwards to ana@gmail.com new" in text
    assert "FWD-06 Mail is forwarded outside a circle" in text
    assert "Accepted by Ines Roth until 2026-09-01: soon more" in text
    assert "Not found any more low AR-01" in text
    assert "ACT-01, ACT-04: statistics: HTTP 502" in text
    assert "Forwards to ana@gmail.com" in text
    assert "Storage 950 MB of 1,000 MB" in text
    assert "Trial premium, to 2026-04-01" in text
    assert one.attributes["data-q"] == "95"
    assert one.attributes.keys() >= {"data-f", "data-a", "data-u", "data-c"}
    assert page.all("a", href="#check-0")


def test_an_exchange_mailbox(page_of: PageOf) -> None:
    """Of an Exchange mailbox it tells who it is, how it is reached, and where its mail goes."""
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
        "Access by POP3, webmail",
        "Address lists hidden from them",
    ):
        assert line in text


def test_totals(large: Page, of_500: Path) -> None:
    """The figures are those of the records, as text and in the pictures."""
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
    """Each check of the run is there, with why it matters and what to do."""
    text = section(large, "checks")
    assert "Whoever shares the network with the user can read the password" in text
    assert "Tell the user the address with https://" in text
    shown = [one for one in large.all("details") if one.attributes.get("id", "")[:6] == "check-"]
    assert len(shown) >= 50


def test_a_check_of_ones_own(page_of: PageOf) -> None:
    """Words and group of a user's own check come from the records."""
    own = CheckRecord(
        id="OWN 01/<x>",
        title="Nobody is behind it",
        severity=Severity.LOW,
        group="own & more",
        why="Nobody looks.",
        mend="Look.",
        probes=[],
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
    """Records that somebody has put together still make a page."""
    page = page_of(header(checks=[]), mailbox("ana", [finding("X-1")]), of_domain(), END)
    assert "X-1" in mailboxes(page)[0].text


def test_an_incomplete_audit(page_of: PageOf) -> None:
    """The page says at its top that it is incomplete, and further down what is unknown, and why."""
    page = page_of(
        mailbox("ana", unknown={"ACT-01": "statistics: HTTP 502"}),
        mailbox("berta", unknown={"ACT-01": "statistics: HTTP 500", "FWD-01": "forwards: no"}),
        of_domain([finding("AUD-01", "2 mailboxes have checks without an answer")]),
        END,
    )
    banner = page.one("section", class_="banner").text
    assert "This audit is incomplete" in banner
    assert "example.net: 2 mailboxes have checks without an answer" in banner
    text = section(page, "unknown")
    assert "ACT-01 2 statistics: HTTP 502 (1)" in text
    assert "FWD-01 1 forwards: no" in text
    assert "What could not be read may hold anything" in section(page, "checks")
    assert "unknown" in mailboxes(page)[0].text


def test_many_reasons_are_summed_up(page_of: PageOf) -> None:
    """A reason that differs for each mailbox does not fill the page, nor the memory."""
    every = [mailbox(f"m{n}", unknown={"FWD-01": f"forwards: {n}"}) for n in range(60)]
    text = section(page_of(*every, of_domain(), END), "unknown")
    assert "FWD-01 60" in text
    assert "other reasons (40)" in text


@pytest.mark.parametrize("records", [[], [mailbox("ana", [finding()])]])
def test_a_run_that_was_stopped(records: list[Record], page_of: PageOf) -> None:
    """Without the last line of the records the page says that they are not all."""
    page = page_of(header(suppressions=[suppression()]), *records)
    assert "the audit was stopped before its end" in page.one("section", class_="banner").text
    assert "not known: the audit was stopped" in section(page, "run")
    assert "stopped before its end" in section(page, "unknown")
    assert "stopped before anything" in section(page, "domains")
    assert "not known" in section(page, "accepted")
    assert len(mailboxes(page)) == len(records)


def test_several_domains(page_of: PageOf) -> None:
    """Each domain has its section, and can be filtered by."""
    page = page_of(
        header(targets=[("a1", "example.net"), ("a1", "example.org"), ("a2", "example.com")]),
        mailbox("ana", [finding()]),
        mailbox("ana", domain="example.org", new=True),
        of_domain(
            [finding("WL-01", "@x.example is white-listed")],
            mailboxes=1,
            first_total=4,
            last_total=3,
            duplicates=2,
            facts={"aliases": ["mail.example.net"], "infostore": {"usage_mb": 3, "quota_mb": 9}},
        ),
        of_domain(domain="example.org", gone_mailboxes=["left"]),
        END,
    )
    assert page.one("h1").text == "3 domains"
    assert [one.text for one in page.all("h3") if "/" in one.text] == [
        "a1/example.net",
        "a1/example.org",
    ]
    text = section(page, "domains")
    assert "1 mailbox listed, 1 read, 1 with findings" in text
    assert "announced 4, its last page 3. 2 entries came twice." in text
    assert "Aliases mail.example.net" in text
    assert "InfoStore 3 MB of 9 MB" in text
    assert "not listed any more left" in text
    options = [one.attributes["value"] for one in page.all("option")]
    assert {"example.net", "example.org", "example.com"} <= {*options}
    assert {one.attributes["data-d"] for one in mailboxes(page)} == {"example.net", "example.org"}


def test_what_has_changed(page_of: PageOf) -> None:
    """Beside an earlier audit it shows what is new, changed and gone."""
    page = page_of(
        header(since="2026-02-01T08:00:00+00:00"),
        mailbox("ana", [finding(change="new"), finding(text="b", change="changed")]),
        mailbox("berta", new=True),
        of_domain(gone_mailboxes=["left"], gone=[finding("WL-01", "@x.example", username="left")]),
        END,
    )
    text = section(page, "overview")
    assert "new 1 changed 1 gone 1" in text
    assert "1 new mailbox, 1 mailbox that is gone" in text
    assert page.one("svg", id="chart-changes")
    assert page.one("option", value="changed")
    berta = next(one for one in mailboxes(page) if one.text.startswith("berta"))
    assert "data-new" in berta.attributes
    assert "new" in berta.text
    assert "@x.example" in section(page, "domains")


def test_other_settings_are_named(page_of: PageOf) -> None:
    """Findings may be new because a threshold was moved; the page says that it was."""
    then = {"since": "2026-02-01T08:00:00+00:00"}
    page = page_of(header(**then, changed_settings=["near_quota", "max_masters"]), END)
    said = "Other settings than then, which may be why: near_quota, max_masters."
    assert said in section(page, "overview")
    assert "Other settings" not in section(page_of(header(**then), END), "overview")


def suppression(mailbox: str = "ana", check: str = "FWD-01") -> Suppression:
    return Suppression(
        id=check, mailbox=mailbox, reason="agreed", owner="Ines", expires=date(2026, 9, 1)
    )


def test_what_became_of_suppressions(page_of: PageOf) -> None:
    """Those that have expired or are not used any more come first, and stand out."""
    states = ["used", "expired", "not asked", "unused"]
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
    order = [text.index(f"FWD-01 {state}") for state in ("expired", "unused", "not asked", "used")]
    assert order == sorted(order)
    assert len(page.all("tr", class_="bad")) == 2
    assert "1 accepted" in section(page, "overview")
    assert page.one("input", id="accepted-too")
    assert "nothing found" in mailboxes(page)[0].text


def test_limits_and_figures(page_of: PageOf) -> None:
    """It says what no audit can tell, what was left out, and what the run has cost."""
    page = page_of(header(left_out={"ACT-02": "no earlier audit"}), mailbox(), of_domain(), END)
    text = section(page, "run")
    assert [line for line in CANNOT_ANSWER if line not in text] == []
    assert "Requests 1,234, of them 5 repetitions" in text
    assert "Duration 6.5 s, with up to 32 mailboxes at once" in text
    assert "Slowed down 1 time" in text
    assert "ACT-02, The mailbox seems to be unused now: no earlier audit" in section(
        page, "unknown"
    )


def test_the_worst_is_first(page_of: PageOf) -> None:
    """A reader who sees only the beginning sees what matters most."""
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


def test_nothing_at_all(page_of: PageOf) -> None:
    """An empty domain has a page too."""
    page = page_of(of_domain(), END)
    assert "No mailbox was read." in section(page, "mailboxes")
    assert "0 mailboxes read" in section(page, "overview")


# Hostile text

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


def hostile_records(text: str) -> list[Record]:
    """Return records that hold a text wherever the API, or a file of the user's, may put one."""
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
    own = CheckRecord(
        id=text, title=text, severity="low", group=text, why=text, mend=text, probes=[]
    )
    return [
        header(
            targets=[(text, text), ("a1", "example.net")],
            checks=[own],
            suppressions=[one],
            left_out={text: text},
            started=text,
            since=text,
        ),
        mailbox(
            text,
            [bad, finding(text, text), finding(text, text, severity="info", change="new")],
            domain=text,
            facts=facts,
            gone=[bad],
            unknown={text: text},
            failed={text: text},
        ),
        of_domain(
            [bad, finding("AUD-01", text)],
            domain=text,
            gone=[bad],
            gone_mailboxes=[text],
            unknown={text: text},
            facts={"aliases": [text], "webmail": {"type": text}},
        ),
        END.model_copy(
            update={"suppressions": [SuppressionUse(suppression=one, state="used", times=1)]}
        ),
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(text: str, page_of: PageOf) -> None:
    """Whatever somebody calls a mailbox is shown, letter by letter, and means nothing."""
    harmless, hostile = (page_of(*hostile_records(one)) for one in ("harmless", text))
    assert text in hostile.text
    assert [one.tag for one in hostile.elements] == [one.tag for one in harmless.elements]
    for one, other in zip(hostile.elements, harmless.elements, strict=True):
        assert one.attributes.keys() == other.attributes.keys()
    assert_sound(hostile)


def test_invisible_text_is_seen(page_of: PageOf, tmp_path: Path) -> None:
    """Control characters and marks that turn the direction of writing are replaced."""
    page_of(*hostile_records(INVISIBLE))
    source = (tmp_path / "report.html").read_text()
    assert "a\ufffdb\ufffd[31mc\ufffdd\ufffde\ufffdf\ufffdg\ufffdh\ufffdi" in source
    assert [one for one in source if not one.isprintable() and one != "\n"] == []


def test_half_of_a_letter(page_of: PageOf) -> None:
    """Text that is no text, a surrogate of JSON, makes no report fail."""
    assert "a\ufffdb" in page_of(mailbox("ana", [finding(text="a\ufffdb")]), of_domain(), END).text


def test_charts_leave_imports_alone() -> None:
    """Whoever makes a report in a program of theirs is not left with an outdated finder."""
    program = (
        "import hostway_email.audit.reports.charts, sys\n"
        "assert all(hasattr(one, 'find_spec') for one in sys.meta_path)\n"
    )
    done = run_process(["-W", "error", "-c", program])
    assert (done.returncode, done.stderr) == (0, "")


# Sound HTML


def assert_sound(page: Page) -> None:
    """Nothing is loaded, nothing runs but the page's own script, and everything has its name."""
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


def test_sound(large: Page) -> None:
    """The page is a sound and closed world."""
    assert large.declaration == "DOCTYPE html"
    assert large.one("html").attributes["lang"] == "en"
    assert_sound(large)


def test_nothing_points_outside(large: Page, tmp_path: Path, of_500: Path) -> None:
    """There is no address of the web but where it is text, and that of SVG's name."""
    write_html(of_500, tmp_path / "report.html")
    source = (tmp_path / "report.html").read_text()
    outside = {*re.findall(r"""=["']?(https?://[^"'\s>]+)""", source)}
    assert outside == {"http://www.w3.org/2000/svg"}
    assert "url(" not in source
    assert "@import" not in source
    assert "pygal" not in source.replace("pygal-chart", "")


def test_controls_have_labels(large: Page) -> None:
    """Who hears the page knows what each field is for."""
    labelled = {one.attributes["for"] for one in large.all("label")}
    for tag in ("input", "select"):
        for one in large.all(tag):
            assert one.attributes["id"] in labelled
    assert all(one.text.strip() for one in large.all("button"))


def test_headings_and_tables(large: Page) -> None:
    """Headings skip no level; tables have captions and say what their heads are for."""
    levels = [int(one.tag[1]) for one in large.elements if re.fullmatch(r"h\d", one.tag)]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert len(large.all("caption")) == len(large.all("table"))
    assert all("scope" in one.attributes for one in large.all("th"))


def test_without_script(large: Page) -> None:
    """What needs the script is hidden until the script runs; all else is there to be read."""
    assert "hidden" in large.one("form").attributes
    assert [one for one in mailboxes(large) if "hidden" in one.attributes] == []
    assert "<noscript" not in large.text
