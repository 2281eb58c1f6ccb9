"""Which checks a run asks: those that compare, and those that other packages bring along."""

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
NO_EARLIER = "there is no earlier audit to compare with"


@pytest.fixture
def people() -> Sandbox:
    """Two mailboxes that are in use."""
    sandbox = Sandbox(0, today=NOW)
    for name in ("ana", "bob"):
        stats = MessageStats(inbox=7, inbox_unread=2, sent=10)
        sandbox.add_mailbox(name, stats=stats, webmail=Webmail(reset_password=True))
    return sandbox


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The file of the earlier audit."""
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
    """Checks that compare two audits."""

    pytestmark = pytest.mark.anyio

    async def test_they_find_pass_and_know_who_is_new(self, people: Sandbox, old: Path) -> None:
        """Each of them finds on two files of records, lets pass, and says nothing of the new."""
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

    async def test_without_an_earlier_audit_they_are_left_out_and_it_is_said(
        self, people: Sandbox, old: Path
    ) -> None:
        """Silence about them is no pass: the summary, the header and the plan name them."""
        run, _ = await audited(people, records=old, today=NOW)

        skipped = dict.fromkeys(COMPARING, NO_EARLIER)
        assert run.summary.skipped == skipped
        assert header_of(old).skipped == skipped
        assert AuditSummary.of_file(old).skipped == skipped
        assert run.plan().skipped == skipped
        assert run.summary.complete
        assert not {check.id for check in header_of(old).checks} & {*COMPARING}

    @pytest.mark.parametrize("check", COMPARING)
    @pytest.mark.parametrize("spelled", [str.upper, str.lower])
    async def test_chosen_by_id_they_need_an_earlier_audit(
        self, people: Sandbox, old: Path, check: str, spelled: Callable[[str], str]
    ) -> None:
        """Who asks for one by its name is told what to do, and not left with an empty answer."""
        said = f"{check} must be compared with an earlier audit: give since"
        async with open_domain(people) as domain:
            with pytest.raises(InvalidRequestError, match=said):
                audit(domain, checks=[spelled(check), "FWD-01"], records=old)
        assert not old.exists()

    async def test_a_group_of_nothing_else_is_refused(self, people: Sandbox) -> None:
        """Where all that was chosen is left out, there is nothing to audit."""
        wanted = [check for check in CATALOGUE if check.id in COMPARING]
        async with open_domain(people) as domain:
            with pytest.raises(InvalidRequestError, match="must be compared"):
                audit(domain, checks=wanted)

    async def test_kept_records_hold_what_the_next_audit_needs(
        self, people: Sandbox, old: Path
    ) -> None:
        """With a file of records the probes are asked at once, without one they are not."""
        await audited(people, checks=["secrets"], today=THEN)
        assert people.requests["webmail.get"] == 0

        await audited(people, checks=["secrets"], records=old, today=THEN)
        assert people.requests["webmail.get"] == 2
        assert "webmail" in header_of(old).probes

        run, _ = await audited(people, checks=["SEC-04"], baseline=old, today=NOW)
        assert run.summary.findings == {"SEC-04": 2}

    async def test_what_the_earlier_audit_did_not_ask_is_the_reason(
        self, people: Sandbox, old: Path
    ) -> None:
        """Compared with an audit of something else, they are left out, even if chosen by id."""
        await audited(people, checks=["FWD-01"], records=old, today=THEN)

        run, _ = await audited(people, checks=["SEC-04", "FWD-01"], baseline=old, today=NOW)

        assert run.summary.skipped == {"SEC-04": "the earlier audit did not ask for webmail"}
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
    async def test_an_audit_that_is_too_recent_is_the_reason(
        self, people: Sandbox, old: Path, days: int, skipped: dict[str, int]
    ) -> None:
        """Each says how old the other audit must be; a surge can be told on the same day."""
        await audited(people, records=old, today=THEN)

        run, _ = await audited(people, baseline=old, today=THEN + timedelta(days))

        assert run.summary.skipped == {
            check: f"the earlier audit is {ago(days)}, and must be {needed} or more days old"
            for check, needed in skipped.items()
        }

    async def test_where_nothing_is_left_to_ask_the_reasons_are_told(
        self, people: Sandbox, old: Path
    ) -> None:
        """An audit of nothing would look like a clean one."""
        await audited(people, checks=["FWD-01", "SEC-03"], records=old, today=NOW)

        said = "leave nothing to ask: ACT-02: the earlier audit did not ask for statistics; SEC-04"
        async with open_domain(people) as domain:
            with pytest.raises(InvalidRequestError, match=said):
                audit(domain, checks=["ACT-02", "SEC-04"], baseline=old, today=NOW)

    async def test_the_settings_say_how_old(self, people: Sandbox, old: Path) -> None:
        """Who audits every week can call a week without use inactive."""
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
    async def test_a_probe_that_failed_makes_them_unknown(
        self, people: Sandbox, old: Path, check: str, path: str, when: str
    ) -> None:
        """Then or now, of this mailbox nothing can be compared; of the other it can."""
        group = "activity" if check.startswith("ACT") else "secrets"
        for moment, options in (("then", {"records": old, "today": THEN}), ("now", {})):
            if moment == when:
                people.fail_next("GET", f"/ana{path}", status=403, body={"message": "no"})
                people.fail_next("GET", f"/ana/mailbox{path}", status=403, body={"message": "no"})
            options = options or {"baseline": old, "today": NOW}
            run, records = await audited(people, checks=[group], **options)

        probe = "webmail" if check == "SEC-04" else "statistics"
        where = "in the earlier audit: " if when == "then" else ""
        assert records["ana"].unknown[check].startswith(f"{probe}: {where}HTTP 403")
        assert check not in ids(records["ana"])
        assert records["bob"].unknown == {}
        assert not run.summary.complete

    async def test_an_automatic_reply_weighs_more_if_it_was_on_then(
        self, people: Sandbox, old: Path
    ) -> None:
        """AR-01 finds without an earlier audit, and finds worse with one."""
        people.mailbox("ana").autoresponder.active = True
        await audited(people, checks=["AR-01"], records=old, today=THEN)
        people.mailbox("bob").autoresponder.active = True

        _, records = await audited(people, checks=["AR-01"], baseline=old, today=NOW)

        (ana,), (bob,) = records["ana"].findings, records["bob"].findings
        assert (ana.severity, ana.change) == (Severity.MEDIUM, "changed")
        assert ana.text == "autoresponder is on, as it was 30 days ago"
        assert (bob.severity, bob.change) == (Severity.LOW, "new")

    async def test_an_automatic_reply_that_could_not_be_read_then_is_as_any(
        self, people: Sandbox, old: Path
    ) -> None:
        """It is on now, which is known; since when is not, so it weighs no more."""
        people.mailbox("ana").autoresponder.active = True
        people.fail_next("GET", "/ana/autoresponder", status=403)
        await audited(people, checks=["AR-01"], records=old, today=THEN)

        _, records = await audited(people, checks=["AR-01"], baseline=old, today=NOW)

        (found,) = records["ana"].findings
        assert (found.severity, found.change) == (Severity.LOW, None)

    async def test_an_own_check_can_compare(self, people: Sandbox, old: Path) -> None:
        """`min_baseline_age_days` makes any check of mailboxes one that compares."""

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


def ago(days: int) -> str:
    return "of today" if days == 0 else f"{days} {'day' if days == 1 else 'days'} old"


def nothing(_mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    return iter(())


def own_check(id_: str, **fields: object) -> MailboxCheck:
    words = {
        "title": "Own",
        "severity": Severity.LOW,
        "group": "own",
        "rationale": "?",
        "remediation": "?",
    }
    known = {"id": id_, "find": nothing, "probes": frozenset(), **words, **fields}
    return MailboxCheck(**{**known, "probes": frozenset(known["probes"])})


class TestChoosing:
    """What `checks=` and `exclude=` take."""

    def test_by_id_group_and_severity_in_any_case(self) -> None:
        """A check that several words choose is there once, in the order of the words."""
        chosen = select_checks(["fwd-01", "Quota", "INFO", "FWD-01"])

        found = [check.id for check in chosen]
        assert found[0] == "FWD-01"
        assert len(found) == len(set(found))
        assert {*found} == {"FWD-01"} | {
            one.id for one in CATALOGUE if one.group == "quota" or one.severity == "info"
        }

    def test_exclude_takes_the_same_words(self) -> None:
        """All but what is excluded; to exclude everything is refused."""
        chosen = select_checks(exclude=["forwards", "low", "ACT-04"])

        assert not {c.id for c in chosen if c.group == "forwards" or c.severity == "low"}
        assert "ACT-04" not in {check.id for check in chosen}
        with pytest.raises(InvalidRequestError, match="at least one check"):
            select_checks(["FWD-01"], ["forwards"])

    def test_both_halves_of_a_check_are_chosen(self) -> None:
        """One that looks at mailboxes and at their domain is one for whoever chooses."""
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
    def test_a_mistyped_word_is_answered_with_the_nearest(self, name: str, near: str) -> None:
        """For `checks=` and for `exclude=` alike."""
        for options in ({"wanted": [name]}, {"exclude": [name]}):
            with pytest.raises(InvalidRequestError, match=f"did you mean {near}"):
                select_checks(**options)

    def test_own_checks_and_words_go_together(self) -> None:
        """An own check needs no package."""
        own = own_check("OWN-01")

        assert [check.id for check in select_checks([own, "FWD-01"])] == ["OWN-01", "FWD-01"]

    def test_a_check_can_be_given_another_severity(self) -> None:
        """A copy of one of the catalogue takes its place, if that is excluded."""
        (fwd_01,) = select_checks(["FWD-01"])
        milder = replace(fwd_01, severity=Severity.LOW)

        chosen = select_checks([milder, "forwards"], exclude=["FWD-01"])

        assert [one.severity for one in chosen if one.id == "FWD-01"] == [Severity.LOW]
        assert len(chosen) == 9

    @pytest.mark.anyio
    async def test_the_other_severity_is_that_of_its_findings(self, people: Sandbox) -> None:
        """The copy is asked like the original, and what it finds weighs what it says."""
        people.mailbox("ana").forwards = ["x@partner.example"]
        (fwd_01,) = select_checks(["FWD-01"])

        run, _ = await audited(people, checks=[replace(fwd_01, severity=Severity.INFO)])

        assert run.summary.severities == {Severity.INFO: 1}

    @pytest.mark.parametrize("second", ["own", "copy"])
    def test_two_checks_of_one_id_are_refused(self, second: str) -> None:
        """Nobody could tell whose findings they are."""
        (fwd_01,) = select_checks(["FWD-01"])
        other = own_check("FWD-01") if second == "own" else replace(fwd_01, severity=Severity.LOW)

        with pytest.raises(InvalidRequestError, match="FWD-01 is the id of more than one check"):
            select_checks([other, "FWD-01"])

    def test_an_unknown_probe_is_named(self) -> None:
        """A check that asks for what there is not would never have an answer."""
        with pytest.raises(InvalidRequestError, match="OWN-01 needs an unknown probe: forward"):
            select_checks([own_check("OWN-01", probes={"forward"})])


Package = Callable[..., None]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Package]:
    """The way to install a small package that brings checks along."""
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
    for name in [name for name in sys.modules if name.startswith("brought_")]:
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
    async def test_an_installed_package_brings_checks(
        self, people: Sandbox, package: Package
    ) -> None:
        """One, or several in a list or a tuple; they are chosen by id and group like any other."""
        code = f"{CHECKS}\nONE = check('ONE-01')\nMORE = [check('TWO-01'), check('TWO-02')]\n"
        package("brought_one", f"{code}EVEN = (check('TUP-01'),)\n", "one = brought_one:ONE",
                "more = brought_one:MORE", "even = brought_one:EVEN")  # fmt: skip

        known = {check.id for check in available_checks()}
        run, records = await audited(people, checks=["one-01", "FWD-01"])

        assert {"ONE-01", "TWO-01", "TWO-02", "TUP-01", "FWD-01"} <= known
        assert len(select_checks(["names"])) == 4
        assert {check.id for check in select_checks()} == known
        assert run.summary.findings == {"ONE-01": 2}
        assert records["ana"].findings[0].text == "is called ana"

    @pytest.mark.parametrize(
        ("code", "entry_point", "said"),
        [
            ("", "own = brought_no:MISSING", "own cannot be loaded: AttributeError"),
            ("", "own = brought_nowhere:ONE", "own cannot be loaded: ModuleNotFoundError"),
            ("1 / 0", "own = brought_no:ONE", "own cannot be loaded: ZeroDivisionError: division"),
            ("ONE = 'FWD-01'", "own = brought_no:ONE", "own must name a check, or a list or tuple"),
            ("ONE = ['x']", "own = brought_no:ONE", "own must name a check, or a list or tuple"),
            (
                f"{CHECKS}\nONE = check('FWD-01')",
                "own = brought_no:ONE",
                "own: the id FWD-01 is taken",
            ),
        ],
    )
    def test_what_is_broken_is_named(
        self, package: Package, code: str, entry_point: str, said: str
    ) -> None:
        """Whoever installed it learns which entry point it is, and what is wrong with it."""
        package("brought_no", code, entry_point)

        with pytest.raises(InvalidRequestError, match=f"the entry point {said}"):
            available_checks()

    def test_two_packages_cannot_bring_the_same_id(self, package: Package) -> None:
        """The id of a finding must tell which check it was; nor can one package twice."""
        package("brought_one", f"{CHECKS}\nONE = check('OWN-01')", "one = brought_one:ONE")
        package("brought_two", f"{CHECKS}\nONE = check('own-01')", "two = brought_two:ONE")

        with pytest.raises(InvalidRequestError, match=r"the id (OWN|own)-01 is taken"):
            available_checks()

    def test_one_package_cannot_bring_one_id_twice(self, package: Package) -> None:
        """Only a check of mailboxes and one of their domain may share an id."""
        code = f"{CHECKS}\nONE = [check('OWN-01'), check('own-01')]"
        package("brought_one", code, "one = brought_one:ONE")

        with pytest.raises(InvalidRequestError, match="OWN-01, own-01 is the id of more than one"):
            select_checks()

    def test_both_halves_of_a_check_can_be_brought(self, package: Package) -> None:
        """As in the catalogue: one id, once for mailboxes and once for their domain."""
        code = f"""{CHECKS}
from hostway_email.audit import DomainCheck
ONE = check("OWN-01")
NAMES = ("id", "title", "severity", "group", "rationale", "remediation")
words = {{name: getattr(ONE, name) for name in NAMES}}
BOTH = [ONE, DomainCheck(**words, probes=frozenset(), find=lambda context: [])]
"""
        package("brought_one", code, "both = brought_one:BOTH")

        assert [check.id for check in select_checks(["own-01"])] == ["OWN-01", "OWN-01"]

    def test_a_brought_check_can_be_excluded(self, package: Package) -> None:
        """Whoever does not want what a package brings leaves it out by id, group or severity."""
        package("brought_one", f"{CHECKS}\nONE = check('OWN-01')", "one = brought_one:ONE")

        for name in ("own-01", "names", "info"):
            chosen: list[Check] = list(select_checks(exclude=[name]))
            assert "OWN-01" not in {check.id for check in chosen}
