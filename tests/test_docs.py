"""The documentation: its programs run, its links have targets, and its lists are complete."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import io
import itertools
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pydantic import BaseModel
from typer.main import get_command

import hostway_email
import hostway_email.audit
import hostway_email.audit.reports
import hostway_email.resources
from hostway_email.audit import (
    CATALOGUE,
    AuditRecord,
    AuditSettings,
    Check,
    DomainRecord,
    EndRecord,
    HeaderRecord,
)
from hostway_email.audit.checks.base import INCOMPLETE
from hostway_email.audit.collect.probes import DETAILS, DOMAIN_PROBES, MAILBOX_PROBES, STATISTICS
from hostway_email.cli.app import app
from hostway_email.cli.commands.sandbox import PASSWORD, USERNAME, SandboxOptions, sandbox_process
from hostway_email.cli.exits import Exit
from hostway_email.sandbox import OPERATIONS, Faults

from .support.processes import end_of, run_process, running

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
MARKDOWN = MarkdownIt().enable("table")


@dataclasses.dataclass(frozen=True)
class Program:
    """A block of Python in a page, and its first line."""

    page: Path
    line: int
    code: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def kind(self) -> str:
        """The way to run it: as a file of tests, as a server, or as a program."""
        if "def test_" in self.code:
            return "tests"
        return "server" if re.search(r"^\s*serve\(", self.code, re.MULTILINE) else "program"


@functools.cache
def parsed(page: Path) -> list[Token]:
    """Return the blocks of a page."""
    return MARKDOWN.parse(page.read_text())


def tokens(page: Path) -> Iterator[Token]:
    """Yield the tokens of a page, including nested ones."""
    for token in parsed(page):
        yield token
        yield from token.children or ()


def programs(kind: str) -> list[Program]:
    return [
        found
        for page in PAGES
        for token in tokens(page)
        if token.type == "fence" and token.info.strip() == "python"
        if (found := Program(page, (token.map or [0])[0] + 2, token.content)).kind == kind
    ]


def reference() -> str:
    return "\n".join(page.read_text() for page in sorted(REFERENCE.glob("*.md")))


def rows(page: Path) -> list[str]:
    """Return the rows of all tables of a page."""
    return [line for line in page.read_text().splitlines() if line.startswith("| ")]


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    """Run one sandbox, as a server, for all programs that ask the API of the environment."""
    with sandbox_process(SandboxOptions(60, 7, 0.0, 0.0)) as server:
        yield server.base_url


@pytest.fixture
def folder(base_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change to an empty folder, with credentials in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOSTWAY_USERNAME", USERNAME)
    monkeypatch.setenv("HOSTWAY_PASSWORD", PASSWORD)
    monkeypatch.setenv("HOSTWAY_BASE_URL", base_url)
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("program", programs("program"), ids=str)
def test_program_runs(program: Program) -> None:
    """A program of the documentation runs when copied."""
    lines = "\n" * (program.line - 1)
    code = compile(lines + program.code, str(program.page), "exec", dont_inherit=True)
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(code, {"__name__": "__main__"})

    shown = re.findall(r"print\(", program.code)
    assert bool(out.getvalue()) == bool(shown), "a program that prints must print something"
    # An audit catches the error of a check, and reports this instead.
    assert "no answer" not in out.getvalue()


@pytest.mark.parametrize("program", programs("tests"), ids=str)
def test_tests_run(program: Program, folder: Path) -> None:
    """A file of tests in the documentation passes in its own environment."""
    (folder / "test_example.py").write_text(program.code)

    done = run_process(
        ["-m", "pytest", "-q", "-W", "error", "-p", "anyio", "test_example.py"],
        # Only with the plugin of anyio, as a reader may have it.
        {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\d passed", done.stdout)


@pytest.mark.parametrize("program", programs("server"), ids=str)
def test_server_runs(program: Program, folder: Path) -> None:
    """A server of the documentation prints its URL, and ends by Ctrl-C without an error."""
    (folder / "server.py").write_text(program.code)
    with running(["-W", "error", "-u", "server.py"]) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        status, _, err = end_of(process, signal.SIGINT)

    assert "http://127.0.0.1:" in first
    assert (status, err) == (0, "")


def test_programs_are_found() -> None:
    """The tests above must not pass because they found no programs."""
    assert len(programs("program")) > 20
    assert programs("tests")
    assert programs("server")


def test_internal_links_have_targets() -> None:
    """A link to a page, or to a heading, has a target."""
    for page, token in ((one, token) for one in PAGES for token in tokens(one)):
        href = str(token.attrGet("href") or "")
        if token.type != "link_open" or re.match(r"[a-z]+:", href):
            continue
        name, _, anchor = href.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.is_file(), f"{href} of {page.name} leads nowhere"
        assert not anchor or anchor in anchors(target), f"{href} of {page.name} has no heading"


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as the site generates them."""
    found = [token for token in tokens(page) if token.type in ("heading_open", "inline")]
    titles = [
        after.content
        for heading, after in itertools.pairwise(found)
        if heading.type == "heading_open"
    ]
    return {re.sub(r"[^\w]+", "-", title.lower().replace("`", "")).strip("-") for title in titles}


def test_each_line_is_a_sentence() -> None:
    """A paragraph is never wrapped: a change of one sentence then changes one line."""
    for token in (token for page in PAGES for token in parsed(page)):
        if token.type != "inline" or token.level != 1 or token.content.startswith(":::"):
            continue
        for line in token.content.splitlines():
            assert line[-1] in ".:?!)|`*_" or "\n" not in token.content, f"wrapped: {line!r}"
            assert not re.search(r"\w{3}[.?!] [A-Z]", line), f"two sentences in a line: {line!r}"


def test_every_page_is_in_the_navigation() -> None:
    """Every page can be reached."""
    navigation = (ROOT / ".mkdocs.yml").read_text().partition("\nnav:\n")[2]

    listed = re.findall(r"[\w/]+\.md", navigation)

    assert sorted(listed) == sorted(str(page.relative_to(DOCS)) for page in PAGES[1:])


def test_named_tests_exist() -> None:
    """A test that a page names exists, in the file that the page names."""
    found = {
        str(file.relative_to(ROOT / "tests")): set(
            re.findall(r"^ *(?:async def|def|class) (test_\w+|Test\w+)", file.read_text(), re.M)
        )
        for file in (ROOT / "tests").rglob("*.py")
    }
    everywhere = set().union(*found.values())

    for page in PAGES:
        text = page.read_text()
        for file, name in re.findall(r"`([\w/]+\.py)::(\w+)`", text):
            assert name in found.get(file, ()), f"{page.name}: {file}::{name}"
        for name in re.findall(r"`((?:test_|Test)\w+)`", text):
            assert name in everywhere, f"{page.name}: {name}"


@pytest.mark.parametrize(("name", "ends_with"), [("audit", "audit --sandbox"), ("tests", "pytest")])
def test_set_up_lines_of_the_readme(name: str, ends_with: str) -> None:
    """Each of the two is one line in its own block, found by its comment."""
    found = re.search(
        rf"^<!-- {name} -->\n```bash\n(.*?)^```$",
        (ROOT / "README.md").read_text(),
        re.MULTILINE | re.DOTALL,
    )

    assert found
    lines = found[1].splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("python3 -m venv .venv && ")
    assert lines[0].removesuffix(" --quiet").endswith(ends_with)


def test_every_resource_is_in_the_reference_once() -> None:
    """Every operation is in the reference, exactly once."""
    shown = re.findall(r"^::: hostway_email\.resources\.(\w+)$", reference(), re.MULTILINE)

    assert Counter(shown) == Counter(hostway_email.resources.__all__)


@pytest.mark.parametrize(
    "module", ["hostway_email", "hostway_email.audit", "hostway_email.audit.reports"]
)
def test_every_public_name_is_in_the_reference(module: str) -> None:
    """Every public name is documented."""
    names = sys.modules[module].__all__

    missing = [
        name for name in names if not re.search(rf"\b{re.escape(module)}\.{name}\b", reference())
    ]

    assert missing == []


def fields_of(thing: object) -> list[str]:
    """Return the fields of a model, a dataclass or a typed dictionary; otherwise none."""
    if isinstance(thing, type) and issubclass(thing, BaseModel):
        return list(thing.model_fields)
    if isinstance(thing, type) and dataclasses.is_dataclass(thing):
        return [field.name for field in dataclasses.fields(thing) if not field.name.startswith("_")]
    return sorted(getattr(thing, "__optional_keys__", ()))


@pytest.mark.parametrize("module", ["hostway_email", "hostway_email.audit"])
def test_every_field_is_in_the_reference(module: str) -> None:
    """A field is documented by its class, or named below it."""
    for name in sys.modules[module].__all__:
        thing = getattr(sys.modules[module], name)
        documented = "".join(
            base.__doc__ or ""
            for base in getattr(thing, "__mro__", ())
            if base.__module__.startswith("hostway_email")
        )
        block = re.search(rf"^::: {module}\.{name}$(.*?)(?=^:::|\Z)", reference(), re.M | re.S)
        below = block[1] if block else ""

        missing = [
            field
            for field in fields_of(thing)
            if not re.search(rf"^ +{field}:", documented, re.M) and f"`{field}`" not in below
        ]

        assert missing == [], name


def test_reference_has_no_removed_names() -> None:
    """Every name in the reference exists."""
    for name in re.findall(r"^::: hostway_email\.([\w.]+)$", reference(), re.MULTILINE):
        module, _, last = name.rpartition(".")
        owner = __import__(f"hostway_email.{module}".rstrip("."), fromlist=["_"])
        assert hasattr(owner, last), name


def test_every_operation_has_its_call() -> None:
    """The table of the reference has the call of each operation."""
    spelled = {"mailboxName": "name", "fwd-mailbox": "target", "accountId": "account"}
    wanted = []
    for operation in OPERATIONS:
        path = re.sub(
            r"\{(.*?)\}", lambda one: f"{{{spelled.get(one[1], one[1])}}}", operation.template
        )
        wanted.append(f"`{operation.method} {path}`")

    listed = [row.split(" | ")[0].removeprefix("| ") for row in rows(REFERENCE / "index.md")[1:]]

    assert sorted(listed) == sorted(wanted)


def row_of(checks: list[Check]) -> str:
    """Return the row of a check; one for both mailboxes and domains is in the catalogue twice."""
    first = checks[0]
    probes = sorted(frozenset[str]().union(*(check.probes for check in checks)))
    shown = ", ".join(f"`{name}`" for name in probes) or "none"
    cells = (first.id, first.severity, first.title, first.rationale, first.remediation, shown)
    return f"| {' | '.join(cells)} |"


def test_every_check_is_listed() -> None:
    """The list of checks equals the catalogue, in its order."""
    groups: dict[str, dict[str, list[Check]]] = {}
    for check in [*CATALOGUE, INCOMPLETE]:
        groups.setdefault(check.group, {}).setdefault(check.id, []).append(check)
    wanted = [row_of(same) for name in sorted(groups) for same in groups[name].values()]

    page = REFERENCE / "checks.md"
    listed = [row for row in rows(page) if not row.startswith("| Id |")]

    assert listed == wanted
    assert re.findall(r"^## (\w+)$", page.read_text(), re.MULTILINE) == sorted(groups)


@pytest.mark.parametrize("record", [HeaderRecord, AuditRecord, DomainRecord, EndRecord])
def test_every_field_of_the_records_is_documented(record: type[BaseModel]) -> None:
    """The page about the audit has each field of a records file."""
    text = (DOCS / "audit.md").read_text().partition("## The file of records")[2]

    assert [name for name in record.model_fields if f"`{name}`" not in text] == []


def test_every_setting_is_documented() -> None:
    """Each threshold is in the table, with its default if that is a number."""
    table = "\n".join(rows(DOCS / "audit.md"))

    for name, field in AuditSettings.model_fields.items():
        default = field.default if isinstance(field.default, int | float) else "[^|]+"
        assert re.search(rf"^\| `{name}` \| {default} \| ", table, re.MULTILINE), name


def test_every_probe_is_documented() -> None:
    """The page about the audit has each probe that a check can use."""
    text = (DOCS / "audit.md").read_text()
    probes = [*MAILBOX_PROBES, STATISTICS, DETAILS, *(f"domain.{name}" for name in DOMAIN_PROBES)]

    assert [name for name in probes if f"`{name}`" not in text] == []


def test_every_fault_is_documented() -> None:
    """Each switch of the sandbox is in its table."""
    text = "\n".join(rows(DOCS / "sandbox.md"))

    assert [one.name for one in dataclasses.fields(Faults) if f"`{one.name}`" not in text] == []


@pytest.mark.parametrize("name", ["audit", "report", "usernames", "sandbox"])
def test_every_option_is_documented(name: str) -> None:
    """Each option of the command is in its page."""
    text = (DOCS / "command.md").read_text()
    command = get_command(app).commands[name]  # type: ignore[attr-defined] # a group
    options = [
        option
        for parameter in command.params
        if not getattr(parameter, "hidden", False)
        for option in parameter.opts
        if option.startswith("--")
    ]

    assert options
    assert [option for option in options if f"`{option}" not in text] == []


def test_every_exit_status_is_documented() -> None:
    """Each exit status of the command is in its page."""
    text = "\n".join(rows(DOCS / "command.md"))

    assert [one for one in Exit if f"| {int(one)} |" not in text] == []
