"""Selection of checks: comparing checks, names of checks, and checks of other packages."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from hostway_email import InvalidRequestError, RetryPolicy
from hostway_email.audit import (
    CATALOGUE,
    AuditRecord,
    AuditRun,
    AuditSettings,
    AuditSummary,
    Check,
    Context,
    DomainCheck,
    Evidence,
    HeaderRecord,
    MailboxCheck,
    MailboxFacts,
    Severity,
    audit,
    available_checks,
    read_records,
    select_checks,
)
from hostway_email.sandbox import MessageStats, Sandbox, Webmail

from ..conftest import open_domain

THEN = date(2026, 2, 1)
NOW = date(2026, 3, 3)
COMPARING = ["ACT-02", "ACT-03", "SEC-04"]
NO_BASELINE = "there is no baseline"


@pytest.fixture
def people() -> Sandbox:
    """A sandbox with two mailboxes in use."""
    sandbox = Sandbox(0, today=NOW)
    for name in ("ana", "bob"):
        stats = MessageStats(inbox=7, inbox_unread=2, sent=10)
        sandbox.add_mailbox(name, stats=stats, webmail=Webmail(reset_password=True))
    return sandbox


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The path of the baseline."""
    return tmp_path / "old.jsonl"


async def audited(sandbox: Sandbox, **options: object) -> tuple[AuditRun, dict[str, AuditRecord]]:
    async with open_domain(sandbox, retry=RetryPolicy.none()) as domain:
        async with audit(domain, **options) as run:
            return run, {record.username: record async for record in run}


def ids(record: AuditRecord) -> set[str]:
    return {finding.check for finding in record.findings}


def header_of(path: Path) -> HeaderRecord:
    header, _ = next(read_records(path))
    assert isinstance(header, HeaderRecord)
    return header


class TestComparing:
    """Comparing checks."""

    pytestmark = pytest.mark.anyio

    async def test_finding_and_pass(self, people: Sandbox, old: Path) -> None:
        """Each comparing check has a finding and a pass; a new mailbox has neither."""
        await audited(people, records=old, today=THEN)
        people.mailbox("ana").stats = MessageStats(inbox=9, inbox_unread=4, sent=10)
        people.mailbox("bob").stats = MessageStats(inbox=8, inbox_unread=2, sent=999)
        people.mailbox("bob").webmail = Webmail(reset_password=False)
        stats = MessageStats(inbox=9, inbox_unread=9, sent=999)
        people.add_mailbox("zoe", stats=stats, webmail=Webmail(reset_password=True))

        run, records = await audited(people, baseline=old, today=NOW)

        found = {name: ids(record) & {*COMPARING} for name, record in records.items()}
        assert found == {"ana": {"ACT-02", "SEC-04"}, "bob": {"ACT-03"}, "zoe": set()}
        assert records["zoe"].unknown == {}
        assert run.summary.skipped == {}
        assert run.summary.complete

    async def test_skipped_without_a_baseline(self, people: Sandbox, old: Path) -> None:
        """The summary, the header and the plan list them as skipped, with the reason."""
        run, _ = await audited(people, records=old, today=NOW)

        skipped = dict.fromkeys(COMPARING, NO_BASELINE)
        assert run.summary.skipped == skipped
        assert header_of(old).skipped == skipped
        assert AuditSummary.of_file(old).skipped == skipped
        assert run.plan().skipped == skipped
        assert run.summary.complete
        assert not {check.id for check in header_of(old).checks} & {*COMPARING}

    @pytest.mark.parametrize("check", COMPARING)
    @pytest.mark.parametrize("spelled", [str.upper, str.lower])
    async def test_selected_by_id_they_require_a_baseline(
        self, people: Sandbox, old: Path, check: str, spelled: Callable[[str], str]
    ) -> None:
        """A comparing check selected by its id without a baseline is an error."""
        message = f"{check} requires a baseline; give baseline"
        async with open_domain(people) as domain:
            with pytest.raises(InvalidRequestError, match=message):
                audit(domain, checks=[spelled(check), "FWD-01"], records=old)
        assert not old.exists()

    async def test_selection_of_comparing_checks_only(self, people: Sandbox) -> None:
        """A selection of which all checks would be skipped is an error."""
        wanted = [check for check in CATALOGUE if check.id in COMPARING]
        async with open_domain(people) as domain:
            with pytest.raises(InvalidRequestError, match="requires a baseline"):
                audit(domain, checks=wanted)

    async def test_records_have_the_probes_of_the_next_audit(
        self, people: Sandbox, old: Path
    ) -> None:
        """The probes of comparing checks are run with a records file, and not without one."""
        await audited(people, checks=["secrets"], today=THEN)
        assert people.requests["webmail.get"] == 0

        await audited(people, checks=["secrets"], records=old, today=THEN)
        assert people.requests["webmail.get"] == 2
        assert "webmail" in header_of(old).probes

        run, _ = await audited(people, checks=["SEC-04"], baseline=old, today=NOW)
        assert run.summary.findings == {"SEC-04": 2}

    async def test_skipped_if_the_baseline_lacks_probes(self, people: Sandbox, old: Path) -> None:
        """With a baseline without their probes they are skipped, even if selected by id."""
        await audited(people, checks=["FWD-01"], records=old, today=THEN)

        run, _ = await audited(people, checks=["SEC-04", "FWD-01"], baseline=old, today=NOW)

        assert run.summary.skipped == {"SEC-04": "the baseline lacks webmail"}
        assert run.summary.findings == {}

    @pytest.mark.parametrize(
        ("days", "skipped"),
        [
            (0, {"ACT-02": 30, "SEC-04": 1}),
            (1, {"ACT-02": 30}),
            (29, {"ACT-02": 30}),
            (30, {}),
        ],
    )
    async def test_skipped_if_the_baseline_is_too_recent(
        self, people: Sandbox, old: Path, days: int, skipped: dict[str, int]
    ) -> None:
        """Each check has a minimum age of the baseline; a surge has none."""
        await audited(people, records=old, today=THEN)

        run, _ = await audited(people, baseline=old, today=THEN + timedelta(days))

        assert run.summary.skipped == {
            check: f"the baseline is {age(days)}, and must be at least {age(minimum)}"
            for check, minimum in skipped.items()
        }

    async def test_no_check_that_can_run(self, people: Sandbox, old: Path) -> None:
        """The error lists the reasons: an audit without checks would look clean."""
        await audited(people, checks=["FWD-01", "SEC-03"], records=old, today=NOW)

        message = "leave no check that can run: ACT-02: the baseline lacks statistics; SEC-04"
        async with open_domain(people) as domain:
            with pytest.raises(InvalidRequestError, match=message):
                audit(domain, checks=["ACT-02", "SEC-04"], baseline=old, today=NOW)

    async def test_minimum_age_from_the_settings(self, people: Sandbox, old: Path) -> None:
        """With `inactive_days=7` a baseline of last week is old enough."""
        await audited(people, records=old, today=THEN)

        settings = AuditSettings(inactive_days=7)
        today = THEN + timedelta(7)
        run, _ = await audited(people, baseline=old, settings=settings, today=today)

        assert run.summary.skipped == {}

    @pytest.mark.parametrize(
        ("check", "path"),
        [("ACT-02", "/messagestats"), ("ACT-03", "/messagestats"), ("SEC-04", "/webmail")],
    )
    @pytest.mark.parametrize("when", ["then", "now"])
    async def test_unknown_if_a_probe_failed(
        self, people: Sandbox, old: Path, check: str, path: str, when: str
    ) -> None:
        """A failed probe in either audit makes the check unknown for that mailbox only."""
        group = "activity" if check.startswith("ACT") else "secrets"
        for moment, options in (("then", {"records": old, "today": THEN}), ("now", {})):
            if moment == when:
                people.fail_next("GET", f"/ana{path}", status=403, body={"message": "no"})
                people.fail_next("GET", f"/ana/mailbox{path}", status=403, body={"message": "no"})
            options = options or {"baseline": old, "today": NOW}
            run, records = await audited(people, checks=[group], **options)

        probe = "webmail" if check == "SEC-04" else "statistics"
        where = "in the baseline: " if when == "then" else ""
        assert records["ana"].unknown[check].startswith(f"{probe}: {where}HTTP 403")
        assert check not in ids(records["ana"])
        assert records["bob"].unknown == {}
        assert not run.summary.complete

    async def test_autoresponder_that_is_still_on(self, people: Sandbox, old: Path) -> None:
        """AR-01 is low without a baseline, and medium if the baseline has it too."""
        people.mailbox("ana").autoresponder.active = True
        await audited(people, checks=["AR-01"], records=old, today=THEN)
        people.mailbox("bob").autoresponder.active = True

        _, records = await audited(people, checks=["AR-01"], baseline=old, today=NOW)

        (ana,), (bob,) = records["ana"].findings, records["bob"].findings
        assert (ana.severity, ana.change) == (Severity.MEDIUM, "changed")
        assert ana.text == "autoresponder is on, as it was 30 days ago"
        assert (bob.severity, bob.change) == (Severity.LOW, "new")

    async def test_autoresponder_unknown_in_the_baseline(self, people: Sandbox, old: Path) -> None:
        """AR-01 stays low if the autoresponder could not be read in the baseline."""
        people.mailbox("ana").autoresponder.active = True
        people.fail_next("GET", "/ana/autoresponder", status=403)
        await audited(people, checks=["AR-01"], records=old, today=THEN)

        _, records = await audited(people, checks=["AR-01"], baseline=old, today=NOW)

        (found,) = records["ana"].findings
        assert (found.severity, found.change) == (Severity.LOW, None)

    async def test_custom_comparing_check(self, people: Sandbox, old: Path) -> None:
        """`min_baseline_age_days` makes a custom check of mailboxes a comparing one."""

        def changed(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
            assert context.baseline is not None
            if mailbox.forwards != context.baseline.facts.forwards:
                yield Evidence("the forwards have changed")

        own = own_check(
            "OWN-01", find=changed, probes={"forwards"}, min_baseline_age_days=lambda _: 0
        )
        await audited(people, checks=["FWD-01"], records=old, today=THEN)
        people.mailbox("ana").forwards = ["x@partner.example"]

        run, records = await audited(people, checks=[own], baseline=old, today=THEN)

        assert {name for name, record in records.items() if record.findings} == {"ana"}
        assert run.summary.complete


def age(days: int) -> str:
    return f"{days} {'day' if days == 1 else 'days'} old"


def nothing(_mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    return iter(())


def own_check(id_: str, **changes: object) -> MailboxCheck:
    fields = {
        "title": "Own",
        "severity": Severity.LOW,
        "group": "own",
        "rationale": "?",
        "remediation": "?",
    }
    values = {"id": id_, "find": nothing, "probes": frozenset(), **fields, **changes}
    return MailboxCheck(**{**values, "probes": frozenset(values["probes"])})


class TestNames:
    """The names that `checks=` and `exclude=` accept."""

    def test_id_group_and_severity_in_any_case(self) -> None:
        """A check with several matching names is selected once, in the order of the names."""
        chosen = select_checks(["fwd-01", "Quota", "INFO", "FWD-01"])

        found = [check.id for check in chosen]
        assert found[0] == "FWD-01"
        assert len(found) == len(set(found))
        assert {*found} == {"FWD-01"} | {
            one.id for one in CATALOGUE if one.group == "quota" or one.severity == "info"
        }

    def test_exclude(self) -> None:
        """`exclude=` accepts the same names; excluding everything is an error."""
        chosen = select_checks(exclude=["forwards", "low", "ACT-04"])

        assert not {c.id for c in chosen if c.group == "forwards" or c.severity == "low"}
        assert "ACT-04" not in {check.id for check in chosen}
        with pytest.raises(InvalidRequestError, match="at least one check"):
            select_checks(["FWD-01"], ["forwards"])

    def test_mailbox_and_domain_check_of_one_id(self) -> None:
        """An id selects both the mailbox check and the domain check."""
        assert {type(check) for check in select_checks(["SPM-01"])} == {MailboxCheck, DomainCheck}

    @pytest.mark.parametrize(
        ("name", "near"),
        [
            ("FWD-10", "'FWD-0"),
            ("fwd01", "'FWD-01'"),
            ("forward", "'forwards'"),
            ("hgih", "'high'"),
        ],
    )
    def test_suggestion_for_a_misspelled_name(self, name: str, near: str) -> None:
        """The error for `checks=` and `exclude=` suggests the nearest name."""
        for options in ({"wanted": [name]}, {"exclude": [name]}):
            with pytest.raises(InvalidRequestError, match=f"did you mean {near}"):
                select_checks(**options)

    def test_check_objects_and_names(self) -> None:
        """`Check` objects and names can be combined."""
        own = own_check("OWN-01")

        assert [check.id for check in select_checks([own, "FWD-01"])] == ["OWN-01", "FWD-01"]

    def test_copy_of_a_check(self) -> None:
        """A changed copy replaces a check of the catalogue that is excluded."""
        (fwd_01,) = select_checks(["FWD-01"])
        milder = replace(fwd_01, severity=Severity.LOW)

        chosen = select_checks([milder, "forwards"], exclude=["FWD-01"])

        assert [one.severity for one in chosen if one.id == "FWD-01"] == [Severity.LOW]
        assert len(chosen) == 9

    @pytest.mark.anyio
    async def test_severity_of_a_copy(self, people: Sandbox) -> None:
        """The findings of a copy have its severity."""
        people.mailbox("ana").forwards = ["x@partner.example"]
        (fwd_01,) = select_checks(["FWD-01"])

        run, _ = await audited(people, checks=[replace(fwd_01, severity=Severity.INFO)])

        assert run.summary.severities == {Severity.INFO: 1}

    @pytest.mark.parametrize("second", ["own", "copy"])
    def test_duplicate_id(self, second: str) -> None:
        """Two checks of mailboxes with the same id are refused."""
        (fwd_01,) = select_checks(["FWD-01"])
        other = own_check("FWD-01") if second == "own" else replace(fwd_01, severity=Severity.LOW)

        with pytest.raises(InvalidRequestError, match="FWD-01 is the id of more than one check"):
            select_checks([other, "FWD-01"])

    def test_unknown_probe(self) -> None:
        """A check with an unknown probe is refused: it would always be unknown."""
        with pytest.raises(InvalidRequestError, match="OWN-01 needs an unknown probe: forward"):
            select_checks([own_check("OWN-01", probes={"forward"})])


Package = Callable[..., None]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Package]:
    """The function that installs a small package with checks."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(module: str, code: str, *entry_points: str, version: str = "1.0") -> None:
        (tmp_path / f"{module}.py").write_text(code)
        info = tmp_path / f"{module}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {module}\nVersion: {version}\n"
        )
        lines = ["[hostway_email.checks]", *entry_points]
        (info / "entry_points.txt").write_text("\n".join(lines) + "\n")

    yield install
    for name in [name for name in sys.modules if name.startswith("extra_")]:
        del sys.modules[name]


CHECKS = """
from hostway_email.audit import Evidence, MailboxCheck, Severity

def find(mailbox, context):
    yield Evidence(f"is called {mailbox.username}")

def check(id_):
    return MailboxCheck(
        id=id_, title="Has a name", severity=Severity.INFO, group="names", rationale="It has.",
        remediation="Nothing.", probes=frozenset(), find=find,
    )
"""


class TestEntryPoints:
    """Checks of other packages."""

    @pytest.mark.anyio
    async def test_checks_of_a_package(self, people: Sandbox, package: Package) -> None:
        """A check, a list and a tuple of checks are selected by id and group like others."""
        code = f"{CHECKS}\nONE = check('ONE-01')\nMORE = [check('TWO-01'), check('TWO-02')]\n"
        package("extra_one", f"{code}EVEN = (check('TUP-01'),)\n", "one = extra_one:ONE",
                "more = extra_one:MORE", "even = extra_one:EVEN")  # fmt: skip

        known = {check.id for check in available_checks()}
        run, records = await audited(people, checks=["one-01", "FWD-01"])

        assert {"ONE-01", "TWO-01", "TWO-02", "TUP-01", "FWD-01"} <= known
        assert len(select_checks(["names"])) == 4
        assert {check.id for check in select_checks()} == known
        assert run.summary.findings == {"ONE-01": 2}
        assert records["ana"].findings[0].text == "is called ana"

    @pytest.mark.parametrize(
        ("code", "entry_point", "message"),
        [
            ("", "own = extra_no:MISSING", "own cannot be loaded: AttributeError"),
            ("", "own = extra_nowhere:ONE", "own cannot be loaded: ModuleNotFoundError"),
            ("1 / 0", "own = extra_no:ONE", "own cannot be loaded: ZeroDivisionError: division"),
            ("ONE = 'FWD-01'", "own = extra_no:ONE", "own must name a check, or a list or tuple"),
            ("ONE = ['x']", "own = extra_no:ONE", "own must name a check, or a list or tuple"),
            (
                f"{CHECKS}\nONE = check('FWD-01')",
                "own = extra_no:ONE",
                "own: the id FWD-01 is already used",
            ),
        ],
    )
    def test_broken_entry_point(
        self, package: Package, code: str, entry_point: str, message: str
    ) -> None:
        """The error names the entry point and its problem."""
        package("extra_no", code, entry_point)

        with pytest.raises(InvalidRequestError, match=f"the entry point {message}"):
            available_checks()

    def test_two_packages_with_the_same_id(self, package: Package) -> None:
        """Two packages cannot use the same id, whatever its case."""
        package("extra_one", f"{CHECKS}\nONE = check('OWN-01')", "one = extra_one:ONE")
        package("extra_two", f"{CHECKS}\nONE = check('own-01')", "two = extra_two:ONE")

        with pytest.raises(InvalidRequestError, match=r"the id (OWN|own)-01 is already used"):
            available_checks()

    def test_one_package_with_a_duplicate_id(self, package: Package) -> None:
        """Only a mailbox check and a domain check may share an id."""
        code = f"{CHECKS}\nONE = [check('OWN-01'), check('own-01')]"
        package("extra_one", code, "one = extra_one:ONE")

        with pytest.raises(InvalidRequestError, match="OWN-01, own-01 is the id of more than one"):
            select_checks()

    def test_mailbox_and_domain_check_of_a_package(self, package: Package) -> None:
        """A package may have a mailbox check and a domain check with the same id."""
        code = f"""{CHECKS}
from hostway_email.audit import DomainCheck
ONE = check("OWN-01")
NAMES = ("id", "title", "severity", "group", "rationale", "remediation")
fields = {{name: getattr(ONE, name) for name in NAMES}}
BOTH = [ONE, DomainCheck(**fields, probes=frozenset(), find=lambda context: [])]
"""
        package("extra_one", code, "both = extra_one:BOTH")

        assert [check.id for check in select_checks(["own-01"])] == ["OWN-01", "OWN-01"]

    def test_excluded_check_of_a_package(self, package: Package) -> None:
        """A check of a package can be excluded by id, group or severity."""
        package("extra_one", f"{CHECKS}\nONE = check('OWN-01')", "one = extra_one:ONE")

        for name in ("own-01", "names", "info"):
            chosen: list[Check] = list(select_checks(exclude=[name]))
            assert "OWN-01" not in {check.id for check in chosen}
