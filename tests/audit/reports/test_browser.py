"""The HTML report in a browser: filters, order, printing, and no network requests."""

from __future__ import annotations

import dataclasses
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hostway_email.audit import AuditRecord, DomainRecord, read_records
from hostway_email.audit.reports import write_html

from ...support.waiting import HANGS
from .browsers import chromium, missing
from .conftest import END, Keep, accepted, finding, header, mailbox, of_domain

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

lacking = missing()
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(lacking is not None, reason=lacking or ""),
    # The driver's own loop is closed by a finaliser.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

SHOWN = "details.m:not([hidden])"


@dataclasses.dataclass
class Opened:
    """An open page, with its network requests and errors."""

    page: Page
    requests: list[str]
    complaints: list[str]

    def names(self) -> list[str]:
        """Return the visible names, in order."""
        found: list[str] = self.page.eval_on_selector_all(
            SHOWN, "all => all.map(one => one.querySelector('.name').firstChild.textContent)"
        )
        return [name.partition("@")[0] for name in found]

    def choose(self, **fields: str) -> None:
        """Fill in fields of the filters, and wait until they are applied."""
        for name, value in fields.items():
            field = self.page.locator(f"#filters [name={name}]")
            if name == "text":
                field.fill(value)
            else:
                field.select_option(value)
        self.settle()

    def settle(self) -> None:
        """Wait until the filters are applied."""
        self.page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def count(self) -> str:
        return self.page.locator("#count").inner_text()


Open = Callable[..., Opened]


@pytest.fixture(scope="module")
def browser(of_500: Path) -> Iterator[Browser]:
    """Start a browser, after the audit: its driver runs an event loop, which excludes another."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """Open a file; at the end there must be no network request and no error."""
    pages: list[Opened] = []

    def open_page(path: Path, hash: str = "", **options: Any) -> Opened:
        context = browser.new_context(**options)
        one = Opened(context.new_page(), [], [])
        one.page.on("request", lambda request: one.requests.append(request.url))
        one.page.on("console", lambda message: one.complaints.append(message.text))
        one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
        one.page.on("dialog", lambda dialog: one.complaints.append(dialog.message))
        one.page.goto(path.as_uri() + hash)
        pages.append(one)
        return one

    yield open_page
    for one in pages:
        asked = {url.partition("#")[0] for url in one.requests}
        assert len(asked) == 1
        assert asked.pop().startswith("file:///")
        assert one.complaints == []
        one.page.context.close()


@pytest.fixture(scope="module")
def large(of_500: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the sandbox with 500 mailboxes."""
    path = tmp_path_factory.mktemp("browser") / "report.html"
    write_html(of_500, path)
    return path


@pytest.fixture
def small(keep: Keep, tmp_path: Path) -> Path:
    """The page of an audit of two domains with a baseline, for all filters."""
    records = keep(
        header(
            targets=[("a1", "example.net"), ("a1", "example.org")],
            baseline="2026-02-01T08:00:00+00:00",
        ),
        mailbox("ana", [finding(change="new"), finding("QUO-02", "95 %", severity="medium")]),
        mailbox("berta", [finding("WL-04", "both", severity="low")], domain="example.org"),
        mailbox("carl", [finding(accepted=accepted())], facts=use(30)),
        mailbox("dora", unknown={"ACT-01": "statistics: HTTP 502"}, facts=use(99)),
        mailbox("emil", new=True, facts=use(5)),
        mailbox("Zo\u00eb", facts=use(50)),
        mailbox("m10"),
        mailbox("m9"),
        of_domain(),
        of_domain(domain="example.org"),
        END,
    )
    write_html(records, tmp_path / "report.html")
    return tmp_path / "report.html"


def use(percent: int) -> dict[str, object]:
    return {"mailbox": {"quota_mb": 100, "usage_mb": percent}}


# Filters and order


def test_text_finds_names_and_findings(opened: Open, of_500: Path, large: Path) -> None:
    """The search matches names and texts; all words must match."""
    page = opened(large)
    assert page.count() == "500 of 500 mailboxes"
    page.choose(text="GMAIL.com forwards")
    assert 0 < len(page.names()) < 20
    assert page.count() == f"{len(page.names())} of 500 mailboxes"
    name = next(one.username for one, _ in read_records(of_500) if isinstance(one, AuditRecord))
    page.choose(text=f"{name}@")
    assert name in page.names()
    page.choose(text="no such text")
    assert page.names() == []
    assert page.page.locator("#none").is_visible()
    page.page.get_by_role("button", name="Reset").click()
    assert page.count() == "500 of 500 mailboxes"
    assert not page.page.locator("#none").is_visible()


def test_filters_agree_with_the_records(opened: Open, of_500: Path, large: Path) -> None:
    """A check, a group and a severity show exactly the mailboxes that have such a finding."""
    found: dict[str, list[tuple[str, str]]] = {}
    for record, _ in read_records(of_500):
        if isinstance(record, AuditRecord | DomainRecord):
            for one in record.findings:
                name = one.username or getattr(record, "username", None)
                if name:
                    found.setdefault(name, []).append((one.check, one.severity.value))
    page = opened(large)
    for fields, fits in (
        ({"check": "FWD-01"}, lambda check, _: check == "FWD-01"),
        ({"check": "group:forwards"}, lambda check, _: check.startswith("FWD-")),
        ({"check": "", "severity": "critical"}, lambda _, severity: severity == "critical"),
        ({"severity": "high"}, lambda _, severity: severity in ("critical", "high")),
        (
            {"check": "group:spam", "severity": "critical"},
            lambda check, severity: check.startswith("SPM-") and severity == "critical",
        ),
        ({"check": "", "severity": "", "show": "found"}, lambda *_: True),
    ):
        page.choose(**fields)
        wanted = {name for name, some in found.items() if any(fits(*one) for one in some)}
        assert wanted
        assert {*page.names()} == wanted


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"show": "found"}, ["ana", "berta"]),
        ({"show": "unknown"}, ["dora"]),
        ({"show": "changed"}, ["ana", "emil"]),
        ({"show": "changed", "severity": "high"}, ["ana"]),
        ({"show": "changed", "check": "QUO-02"}, []),
        ({"show": "unknown", "check": "ACT-01"}, ["dora"]),
        ({"domain": "example.org"}, ["berta"]),
        ({"check": "FWD-01"}, ["ana", "carl"]),
        ({"severity": "low"}, ["ana", "berta", "carl"]),
        ({"text": "HTTP 502"}, ["dora"]),
        ({"text": "zo\u00cb"}, ["Zo\u00eb"]),
    ],
)
def test_filters(fields: dict[str, str], names: list[str], opened: Open, small: Path) -> None:
    """Each filter alone and with others."""
    page = opened(small)
    page.choose(**fields)
    assert page.names() == names


def test_accepted_findings_can_be_hidden(opened: Open, small: Path) -> None:
    """A checkbox hides accepted findings."""
    page = opened(small, "#?check=FWD-01")
    page.page.locator("details.m", has_text="carl").locator("summary").click()
    text = page.page.get_by_text("Accepted by Ines Roth")
    assert text.is_visible()
    page.page.get_by_label("Hide accepted findings").check()
    page.settle()
    assert page.names() == ["ana"]
    page.choose(check="")
    assert not text.is_visible()


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("", ["ana", "berta", "carl", "dora", "emil", "m10", "m9", "Zo\u00eb"]),
        ("name", ["ana", "berta", "carl", "dora", "emil", "m9", "m10", "Zo\u00eb"]),
        ("number", ["ana", "berta", "carl", "dora", "emil", "m10", "m9", "Zo\u00eb"]),
        ("use", ["dora", "Zo\u00eb", "carl", "emil", "ana", "berta", "m10", "m9"]),
    ],
)
def test_order(by: str, names: list[str], opened: Open, small: Path) -> None:
    """Mailboxes can be sorted, and sorted back into the initial order."""
    page = opened(small)
    page.choose(sort="use")
    page.choose(sort=by)
    assert page.names() == names


def test_a_view_can_be_shared(opened: Open, small: Path) -> None:
    """The URL holds the filters, so that it opens the same view."""
    page = opened(small)
    page.choose(check="QUO-02", sort="name", text="ana")
    address = page.page.url.partition("#")[2]
    assert opened(small, f"#{address}").names() == ["ana"]
    page.page.get_by_role("button", name="Reset").click()
    assert "#" not in page.page.url


@pytest.mark.parametrize(
    "hash", ["#?check=nothing&show=x&sort=y&domain=z&severity=q", "#?", "#x", "#%", "#?%"]
)
def test_invalid_url_fragment(hash: str, opened: Open, small: Path) -> None:
    """Unknown filter values are ignored."""
    assert len(opened(small, hash).names()) == 8


def test_a_link_to_a_mailbox_opens_it(opened: Open, small: Path) -> None:
    """A link opens a mailbox even if the filters hide it."""
    page = opened(small, "#?show=unknown")
    assert page.names() == ["dora"]
    anchor = page.page.locator("details.m", has_text="emil").get_attribute("id")
    page.page.evaluate(f"location.hash = '{anchor}'")
    page.page.wait_for_selector(f"#{anchor}[open]")
    assert len(page.names()) == 8


def test_from_a_check_to_its_mailboxes(opened: Open, small: Path) -> None:
    """The link below a check filters by that check."""
    page = opened(small)
    page.page.locator("summary", has_text="QUO-02").first.click()
    page.page.get_by_role("link", name="Show mailboxes").locator("visible=true").click()
    page.page.wait_for_function("document.getElementById('check').value === 'QUO-02'")
    assert page.names() == ["ana"]


# Untrusted text


def test_a_script_in_a_display_name_does_not_run(opened: Open, large: Path) -> None:
    """The sandbox has a mailbox whose display name is a script; the page shows it as text."""
    page = opened(large)
    page.choose(text="<script>alert('hello')</script>")
    (name,) = page.names()
    page.page.get_by_role("button", name="Open all").click()
    shown = page.page.get_by_text("<script>alert('hello')</script>", exact=True)
    assert shown.is_visible()
    assert page.page.locator("script").count() == 1
    assert name


def test_nothing_may_be_loaded(browser: Browser, large: Path) -> None:
    """The content security policy blocks injected scripts and requests."""
    page = browser.new_page()
    refused: list[str] = []
    page.goto(large.as_uri())
    page.on("console", lambda message: refused.append(message.text))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        page.evaluate(
            """(server) => {
              const add = (tag, fields) =>
                document.body.append(Object.assign(document.createElement(tag), fields));
              add("img", { src: `${server}/x.png` });
              add("script", { textContent: "window.ran = true" });
              fetch(server).catch(() => {});
              add("p", { innerHTML: "<b onclick='window.ran = true' style='color: red'>x</b>" });
              document.body.lastChild.firstChild.click();
            }""",
            f"http://127.0.0.1:{listening.getsockname()[1]}",
        )
        give_up = time.monotonic() + HANGS
        while len(refused) < 4 and time.monotonic() < give_up:
            page.wait_for_timeout(20)  # lets the browser report what it refused
        assert page.evaluate("window.ran") is None
        with pytest.raises(BlockingIOError):
            listening.accept()
    assert len(refused) >= 4
    assert all("Content Security Policy" in one for one in refused)
    page.close()


# Keyboard, accessibility and printing


def test_keyboard_alone(opened: Open, small: Path) -> None:
    """Skip link, filters and mailboxes work without a mouse, and focus is visible."""
    page = opened(small).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the mailboxes"
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "text"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.type("emil")
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('details.m > summary')"):
            break
    page.keyboard.press("Enter")
    assert page.locator("details.m[open]").count() == 1
    assert "emil" in page.locator("details.m[open]").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_accessible(scheme: str, width: int, opened: Open, small: Path) -> None:
    """axe-core reports no violations, contrast included, with everything open."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    size = {"width": width, "height": 900}
    page = opened(small, color_scheme=scheme, viewport=size).page
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    results = axe.Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_nothing_is_wider_than_the_screen(width: int, opened: Open, large: Path) -> None:
    """The page needs no horizontal scrolling."""
    page = opened(large, viewport={"width": width, "height": 800}).page
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_printing(opened: Open, small: Path) -> None:
    """Visible mailboxes are printed open, black on white, without controls."""
    page = opened(small, color_scheme="dark")
    page.choose(show="found")
    page.page.emulate_media(media="print")
    page.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.page.get_by_text("forwards to ana@gmail.com").first.is_visible()
    assert not page.page.locator("#filters").is_visible()
    assert not page.page.locator("nav").is_visible()
    assert page.page.locator("details.m", has_text="emil").is_hidden()
    body = "getComputedStyle(document.body)"
    assert page.page.evaluate(f"{body}.color") == "rgb(0, 0, 0)"
    assert page.page.evaluate(f"{body}.backgroundColor") == "rgb(255, 255, 255)"
    page.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.page.locator("details[open]").count() == 0


def test_without_script(opened: Open, small: Path) -> None:
    """All content is readable with scripts disabled."""
    page = opened(small, java_script_enabled=False).page
    assert not page.locator("#filters").is_visible()
    page.locator("details.m").first.locator("summary").click()
    assert page.get_by_text("forwards to ana@gmail.com").first.is_visible()
    page.emulate_media(media="print")
    assert re.search("HTTP 502", page.inner_text("#list"))
