"""Accepted risks: what is accepted counts no more, and what becomes of each acceptance is told."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostway_email import InvalidRequestError, RetryPolicy
from hostway_email.audit import (
    AuditRecord,
    AuditRun,
    AuditSummary,
    DomainRecord,
    Severity,
    Suppression,
    SuppressionUse,
    audit,
    read_records,
    read_suppressions,
)
from hostway_email.sandbox import Sandbox

from ..conftest import open_domain

TODAY = date(2026, 3, 2)
WHOLE = """[[suppress]]
id = "FWD-01"
mailbox = "ana@example.com"
reason = "agreed with the works council"
owner = "it-security"
expires = 2026-03-31
"""


@pytest.fixture
def people() -> Sandbox:
    """Two mailboxes that forward outside, in a domain whose recovery is weak."""
    sandbox = Sandbox(0, today=TODAY)
    sandbox.secret_minimum = 1
    for name in ("ana", "bob"):
        sandbox.add_mailbox(name, forwards=["desk@partner.example"])
    return sandbox


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "accepted.toml"


def risk(check: str, mailbox: str, *, days: int = 30) -> Suppression:
    return Suppression(
        id=check, mailbox=mailbox, reason="known", owner="it", expires=TODAY + timedelta(days)
    )


async def audited(sandbox: Sandbox, **options: object) -> tuple[AuditRun, dict[str, AuditRecord]]:
    async with open_domain(sandbox, retry=RetryPolicy.none()) as domain:
        async with audit(domain, **{"today": TODAY, **options}) as run:
            return run, {record.username: record async for record in run}


def states(uses: list[SuppressionUse]) -> list[tuple[str, int]]:
    return [(use.state, use.times) for use in uses]


class TestRuns:
    """What a run does with them."""

    pytestmark = pytest.mark.anyio

    async def test_an_accepted_finding_counts_nowhere_but_as_accepted(
        self, people: Sandbox, path: Path, tmp_path: Path
    ) -> None:
        """It is in the records, with who accepted it, why and until when, and in no other count."""
        path.write_text(WHOLE)
        records = tmp_path / "records.jsonl"

        run, by_name = await audited(people, checks=["FWD-01"], suppress=path, records=records)

        (ana,), (bob,) = by_name["ana"].findings, by_name["bob"].findings
        assert bob.accepted is None
        assert ana.accepted is not None
        assert ana.accepted.model_dump() == {
            "reason": "agreed with the works council",
            "owner": "it-security",
            "expires": date(2026, 3, 31),
        }
        for summary in (run.summary, AuditSummary.of_file(records)):
            assert summary.accepted == 1
            assert summary.findings == {"FWD-01": 1}
            assert summary.severities == {Severity.HIGH: 1}
            assert summary.at_or_above(Severity.INFO) == 1
            assert summary.with_findings == 1
            assert [worst.name for worst in summary.worst] == ["bob@example.com"]
            assert states(summary.suppressions) == [("used", 1)]
        kept = [one for one, _ in read_records(records) if isinstance(one, AuditRecord)]
        assert {one.username: one for one in kept} == by_name

    async def test_a_domain_where_all_is_accepted_trips_nothing(self, people: Sandbox) -> None:
        """What is accepted does not fail a build, and the audit is complete."""
        accepted = [risk("FWD-01", "*"), risk("SEC-03", "@example.com")]

        run, _ = await audited(people, checks=["FWD-01", "SEC-03"], suppress=accepted)

        assert run.summary.at_or_above(Severity.INFO) == 0
        assert run.summary.accepted == 3
        assert run.summary.titles == {}
        assert run.summary.complete

    async def test_a_risk_of_the_domain_as_a_whole(self, people: Sandbox) -> None:
        """`@example.com` is for what is found of the domain, and of no mailbox."""
        people.domain.blackwhitelist["@partner.example"] = "W"
        people.mailbox("ana").blackwhitelist["@partner.example"] = "W"
        accepted = [risk("WL-01", "@Example.*"), risk("SEC-03", "*"), risk("SEC-03", "*@*")]

        run, records = await audited(people, checks=["WL-01", "SEC-03"], suppress=accepted)

        found = {one.check: one.accepted is not None for one in run.domains[0].findings}
        assert found == {"WL-01": True, "SEC-03": False}
        assert [one.accepted for one in records["ana"].findings] == [None]
        assert states(run.summary.suppressions) == [("used", 1), ("unused", 0), ("unused", 0)]

    async def test_what_a_join_finds_belongs_to_its_mailbox(self, people: Sandbox) -> None:
        """Found over the whole domain, it is accepted for the mailbox that it names."""
        for name in ("ana", "bob"):
            people.mailbox(name).forwards = ["lost@example.com"]

        run, _ = await audited(people, checks=["FWD-05"], suppress=[risk("FWD-05", "ana@*")])

        found = {one.username: one.accepted is not None for one in run.domains[0].findings}
        assert found == {"ana": True, "bob": False}
        assert [worst.name for worst in run.summary.worst] == ["bob@example.com"]

    async def test_what_becomes_of_each_is_told(self, people: Sandbox) -> None:
        """Used, unused, expired and not asked; the first that matches is the one that is used."""
        accepted = [
            risk("FWD-01", "ana"),
            risk("FWD-01", "a*"),
            risk("fwd-01", "b?b@example.com", days=0),
            risk("FWD-01", "bob", days=-1),
            risk("QUO-01", "ana"),
            risk("FWD-01", "ana"),
        ]

        run, _ = await audited(people, checks=["FWD-01"], suppress=accepted)

        assert states(run.summary.suppressions) == [
            ("used", 1),
            ("unused", 0),
            ("used", 1),
            ("expired", 0),
            ("not asked", 0),
            ("unused", 0),
        ]

    async def test_an_expired_one_is_passed_over(self, people: Sandbox) -> None:
        """Its last day is included; a day later the finding counts again."""
        accepted = [risk("FWD-01", "*", days=0)]

        run, _ = await audited(people, checks=["FWD-01"], suppress=accepted)
        later, _ = await audited(
            people, checks=["FWD-01"], suppress=accepted, today=TODAY + timedelta(1)
        )

        assert run.summary.accepted == 2
        assert (later.summary.accepted, later.summary.findings) == (0, {"FWD-01": 2})
        assert states(later.summary.suppressions) == [("expired", 0)]

    async def test_a_comparing_check_that_was_left_out_was_not_asked(self, people: Sandbox) -> None:
        """Nobody may take it for unused, and delete it."""
        run, _ = await audited(people, suppress=[risk("ACT-02", "ana")])

        assert states(run.summary.suppressions) == [("not asked", 0)]

    @pytest.mark.parametrize(
        ("check", "said"),
        [
            ("AUD-01", "AUD-01 says that the audit is incomplete, which cannot be accepted"),
            ("aud-01", "AUD-01 says that the audit is incomplete"),
            ("FWD-0l", "there is no check 'FWD-0l'; did you mean 'FWD-0"),
            ("fwd01", "there is no check 'fwd01'; did you mean 'FWD-01'"),
            ("nonsense", "there is no check 'nonsense'$"),
        ],
    )
    @pytest.mark.parametrize("given_as", ["file", "objects"])
    async def test_what_cannot_be_accepted_is_refused(
        self, people: Sandbox, path: Path, check: str, said: str, given_as: str
    ) -> None:
        """A slip in an id would accept nothing and go unnoticed; nothing is sent."""
        path.write_text(WHOLE + WHOLE.replace("FWD-01", check))
        suppress = path if given_as == "file" else [risk("FWD-01", "*"), risk(check, "*")]
        async with open_domain(people) as domain:
            with pytest.raises(InvalidRequestError, match=f"entry 2: id: {said}") as caught:
                audit(domain, suppress=suppress)
        assert caught.value.fields.keys() == {"suppress"}
        assert people.count() == 0

    async def test_a_resumed_run_counts_as_one_that_was_never_stopped(
        self, people: Sandbox, tmp_path: Path
    ) -> None:
        """What was accepted before the stop is a use too."""
        accepted = [risk("FWD-01", "*"), risk("FWD-01", "bob")]
        options = {"checks": ["FWD-01"], "suppress": accepted, "records": tmp_path / "r.jsonl"}
        async with open_domain(people) as domain:
            async with audit(domain, concurrency=1, today=TODAY, **options) as run:
                async for _ in run:
                    break

        run, records = await audited(people, resume=True, **options)

        assert len(records) < 2
        assert states(run.summary.suppressions) == [("used", 2), ("unused", 0)]
        assert run.summary.accepted == 2

    async def test_a_run_does_not_go_on_with_other_suppressions(
        self, people: Sandbox, tmp_path: Path
    ) -> None:
        """Half of the findings would be judged by the one list, and half by the other."""
        options = {"checks": ["FWD-01"], "records": tmp_path / "r.jsonl"}
        await audited(people, suppress=[risk("FWD-01", "ana")], **options)

        with pytest.raises(InvalidRequestError, match="made with other suppressions"):
            await audited(people, suppress=[risk("FWD-01", "*")], resume=True, **options)

    async def test_an_accepted_finding_is_still_new_or_gone(
        self, people: Sandbox, tmp_path: Path
    ) -> None:
        """Accepting says nothing about when it came about; a mended one is gone for good."""
        old = tmp_path / "old.jsonl"
        accepted = [risk("FWD-01", "*")]
        await audited(people, checks=["FWD-01"], suppress=accepted, records=old)
        people.mailbox("ana").forwards = []
        people.add_mailbox("zoe", forwards=["zoe@partner.example"])

        run, records = await audited(people, checks=["FWD-01"], suppress=accepted, baseline=old)

        assert records["zoe"].findings[0].change == "new"
        assert records["zoe"].findings[0].accepted is not None
        assert [(one.text, one.accepted) for one in records["ana"].resolved] == [
            ("forwards to desk@partner.example", None)
        ]
        assert run.summary.changes == {"new": 1, "resolved": 1}

    async def test_that_the_audit_is_incomplete_is_never_accepted(self, people: Sandbox) -> None:
        """Not even by a suppression of all of the domain for another check."""
        people.fail_next("GET", "/ana/forwards", status=403)

        run, _ = await audited(people, checks=["FWD-01"], suppress=[risk("FWD-01", "@*")])

        (found,) = run.domains[0].findings
        assert (found.check, found.accepted) == ("AUD-01", None)
        assert isinstance(run.domains[0], DomainRecord)
        assert not run.summary.complete


@pytest.mark.parametrize(
    ("pattern", "username", "domain", "expected"),
    [
        ("ana@example.com", "ana", "example.com", True),
        ("ANA@Example.com", "ana", "EXAMPLE.com", True),
        ("ana@example.com", "ana", "example.org", False),
        ("ana@example.com", "anna", "example.com", False),
        ("sales*@example.com", "sales.de", "example.com", True),
        ("sales*@*", "sales", "example.org", True),
        ("sales*", "Sales.uk", "example.org", True),
        ("*", "ana", "example.com", True),
        ("*", "", "example.com", False),
        ("*@example.com", "", "example.com", False),
        ("*@example.com", "ana", "example.com", True),
        ("@example.com", "", "example.com", True),
        ("@example.com", "ana", "example.com", False),
        ("@*.example.com", "", "mail.example.com", True),
        ("@*.example.com", "", "example.com", False),
        ("@", "", "example.com", False),
        ("ana", "ana@example.com", "example.com", False),
    ],
)
def test_patterns(pattern: str, username: str, domain: str, expected: bool) -> None:
    """A pattern with a domain is for addresses there, one without for mailboxes of any."""
    assert risk("FWD-01", pattern).matches(username, domain) is expected


LETTERS = st.characters(categories=["L", "N", "P", "S"], exclude_characters="@*?[]")


@given(name=st.text(LETTERS, min_size=1))
def test_a_name_without_wildcards_is_for_itself_alone(name: str) -> None:
    """What somebody writes out in full accepts nothing of anybody else."""
    one = risk("FWD-01", f"{name}@example.com")

    assert one.matches(name, "example.com")
    assert not one.matches(f"{name}x", "example.com")
    assert not one.matches("", "example.com")


def test_a_file_is_read_as_it_is_written(path: Path) -> None:
    """Each table is one risk, in the order of the file; ids are taken as they are."""
    path.write_text(WHOLE + WHOLE.replace("FWD-01", "OWN-1").replace("2026-03-31", '"2026-04-30"'))

    first, second = read_suppressions(path)

    assert first == Suppression(
        id="FWD-01",
        mailbox="ana@example.com",
        reason="agreed with the works council",
        owner="it-security",
        expires=date(2026, 3, 31),
    )
    assert (second.id, second.expires) == ("OWN-1", date(2026, 4, 30))


def test_a_file_of_a_windows_editor(path: Path) -> None:
    """A mark before the text and other line ends are no reason to refuse a file."""
    path.write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())

    assert [one.id for one in read_suppressions(path, ["FWD-01"])] == ["FWD-01"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file or directory"),
        ("", "has no table [[suppress]]"),
        ("suppress = []", "has no table [[suppress]]"),
        ("suppress = 3", "has no table [[suppress]]"),
        ("id = 'FWD-01'\n" + WHOLE, "has 'id'; only [[suppress]] tables may be there"),
        (WHOLE.replace("[[suppress]]", "[[supress]]"), "has 'supress'; only [[suppress]] tables"),
        (WHOLE.replace("[[suppress]]", "[suppress]"), "has [suppress]; write [[suppress]]"),
        (WHOLE.replace("[[suppress]]", "[[suppress"), "is not TOML: "),
        (b"\xff\xfe\x00", "is not TOML: "),
        ("suppress = ['FWD-01']", "entry 1: must be a table of id, mailbox, reason, ..."),
        (WHOLE.replace("reason", "#"), "entry 1: reason: is missing"),
        (WHOLE.replace("owner", "#"), "entry 1: owner: is missing"),
        (WHOLE.replace("expires", "#"), "entry 1: expires: is missing"),
        (WHOLE.replace("mailbox", "#"), "entry 1: mailbox: is missing"),
        (WHOLE.replace("id =", "# ="), "entry 1: id: is missing"),
        (WHOLE + "note = 'x'", "entry 1: note: is not known"),
        (WHOLE + "expire = 2026-03-31", "entry 1: expire: is not known; did you mean 'expires'?"),
        (WHOLE + WHOLE.replace("agreed with the works council", " "), "entry 2: reason: "),
        (WHOLE.replace('"it-security"', "7"), "entry 1: owner: "),
        (WHOLE.replace('"FWD-01"', "['FWD-01']"), "entry 1: id: "),
        *(
            (WHOLE.replace("2026-03-31", value), "entry 1: expires: must be a date such as")
            for value in (
                "2026-03-31T12:00:00",
                "2026-03-31T12:00:00Z",
                "12:00:00",
                "20260331",
                "true",
                "'0'",
                "'1774915200'",
                "'tomorrow'",
                "''",
            )
        ),
        (WHOLE.replace("FWD-01", "FWD-99"), "entry 1: id: there is no check 'FWD-99'"),
        (WHOLE.replace("FWD-01", "AUD-01"), "entry 1: id: AUD-01 says that"),
    ],
)
def test_a_file_that_is_wrong_is_answered_in_one_line(
    path: Path, content: str | bytes | None, said: str
) -> None:
    """It names the file, the entry and the field, so that whoever wrote it can mend it."""
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    with pytest.raises(InvalidRequestError, match=re.escape(f"{path} {said}")) as caught:
        read_suppressions(path, ["FWD-01", "QUO-01"])

    assert "\n" not in str(caught.value)
    assert caught.value.fields.keys() == {"suppress"}


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """Nor is it a traceback."""
    with pytest.raises(InvalidRequestError, match="cannot be read: Is a directory"):
        read_suppressions(tmp_path)
