"""Suppressions: accepted findings are not counted, and each suppression has a state."""

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
VALID = """[[suppress]]
id = "FWD-01"
mailbox = "ana@example.com"
reason = "agreed with the works council"
owner = "it-security"
expires = 2026-03-31
"""


@pytest.fixture
def people() -> Sandbox:
    """A sandbox with two mailboxes with external forwards, and weak password recovery."""
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
    """Suppressions in a run."""

    pytestmark = pytest.mark.anyio

    async def test_accepted_finding(self, people: Sandbox, path: Path, tmp_path: Path) -> None:
        """It is in the records with reason, owner and expiry, and only counted as accepted."""
        path.write_text(VALID)
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

    async def test_all_findings_accepted(self, people: Sandbox) -> None:
        """No finding is left for `--fail-on`, and the audit is complete."""
        accepted = [risk("FWD-01", "*"), risk("SEC-03", "@example.com")]

        run, _ = await audited(people, checks=["FWD-01", "SEC-03"], suppress=accepted)

        assert run.summary.at_or_above(Severity.INFO) == 0
        assert run.summary.accepted == 3
        assert run.summary.titles == {}
        assert run.summary.complete

    async def test_finding_of_the_domain(self, people: Sandbox) -> None:
        """`@example.com` matches findings of the domain, and of no mailbox."""
        people.domain.blackwhitelist["@partner.example"] = "W"
        people.mailbox("ana").blackwhitelist["@partner.example"] = "W"
        accepted = [risk("WL-01", "@Example.*"), risk("SEC-03", "*"), risk("SEC-03", "*@*")]

        run, records = await audited(people, checks=["WL-01", "SEC-03"], suppress=accepted)

        found = {one.check: one.accepted is not None for one in run.domains[0].findings}
        assert found == {"WL-01": True, "SEC-03": False}
        assert [one.accepted for one in records["ana"].findings] == [None]
        assert states(run.summary.suppressions) == [("used", 1), ("unused", 0), ("unused", 0)]

    async def test_finding_of_an_aggregate_check(self, people: Sandbox) -> None:
        """A finding of a check over all mailboxes is accepted for the mailbox it names."""
        for name in ("ana", "bob"):
            people.mailbox(name).forwards = ["lost@example.com"]

        run, _ = await audited(people, checks=["FWD-05"], suppress=[risk("FWD-05", "ana@*")])

        found = {one.username: one.accepted is not None for one in run.domains[0].findings}
        assert found == {"ana": True, "bob": False}
        assert [worst.name for worst in run.summary.worst] == ["bob@example.com"]

    async def test_states(self, people: Sandbox) -> None:
        """The states are used, unused, expired and not run; the first match is used."""
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
            ("not run", 0),
            ("unused", 0),
        ]

    async def test_expired(self, people: Sandbox) -> None:
        """A suppression is valid on its last day; a day later the finding counts again."""
        accepted = [risk("FWD-01", "*", days=0)]

        run, _ = await audited(people, checks=["FWD-01"], suppress=accepted)
        later, _ = await audited(
            people, checks=["FWD-01"], suppress=accepted, today=TODAY + timedelta(1)
        )

        assert run.summary.accepted == 2
        assert (later.summary.accepted, later.summary.findings) == (0, {"FWD-01": 2})
        assert states(later.summary.suppressions) == [("expired", 0)]

    async def test_skipped_check(self, people: Sandbox) -> None:
        """A suppression of a skipped check is `not run`, so that it is not removed as unused."""
        run, _ = await audited(people, suppress=[risk("ACT-02", "ana")])

        assert states(run.summary.suppressions) == [("not run", 0)]

    @pytest.mark.parametrize(
        ("check", "message"),
        [
            ("AUD-01", r"AUD-01 \(incomplete audit\) cannot be accepted"),
            ("aud-01", r"AUD-01 \(incomplete audit\) cannot be accepted"),
            ("FWD-0l", "unknown check 'FWD-0l'; did you mean 'FWD-0"),
            ("fwd01", "unknown check 'fwd01'; did you mean 'FWD-01'"),
            ("nonsense", "unknown check 'nonsense'$"),
        ],
    )
    @pytest.mark.parametrize("given_as", ["file", "objects"])
    async def test_invalid_id(
        self, people: Sandbox, path: Path, check: str, message: str, given_as: str
    ) -> None:
        """An unknown id is refused before anything is sent: it would match nothing."""
        path.write_text(VALID + VALID.replace("FWD-01", check))
        suppress = path if given_as == "file" else [risk("FWD-01", "*"), risk(check, "*")]
        async with open_domain(people) as domain:
            with pytest.raises(InvalidRequestError, match=f"entry 2: id: {message}") as caught:
                audit(domain, suppress=suppress)
        assert caught.value.fields.keys() == {"suppress"}
        assert people.count() == 0

    async def test_resumed_run(self, people: Sandbox, tmp_path: Path) -> None:
        """The uses in resumed records are counted as well."""
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

    async def test_resumed_with_different_suppressions(
        self, people: Sandbox, tmp_path: Path
    ) -> None:
        """A run cannot be resumed with different suppressions."""
        options = {"checks": ["FWD-01"], "records": tmp_path / "r.jsonl"}
        await audited(people, suppress=[risk("FWD-01", "ana")], **options)

        with pytest.raises(InvalidRequestError, match="made with different suppressions"):
            await audited(people, suppress=[risk("FWD-01", "*")], resume=True, **options)

    async def test_accepted_finding_is_compared(self, people: Sandbox, tmp_path: Path) -> None:
        """An accepted finding is also new or resolved; a resolved one is not marked as accepted."""
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

    async def test_incomplete_audit_is_not_accepted(self, people: Sandbox) -> None:
        """AUD-01 is not accepted by a suppression of the domain for another check."""
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
    """A pattern with a domain matches addresses there, one without matches mailboxes of any."""
    assert risk("FWD-01", pattern).matches(username, domain) is expected


LETTERS = st.characters(categories=["L", "N", "P", "S"], exclude_characters="@*?[]")


@given(name=st.text(LETTERS, min_size=1))
def test_pattern_without_wildcards(name: str) -> None:
    """A pattern without wildcards matches only this address."""
    one = risk("FWD-01", f"{name}@example.com")

    assert one.matches(name, "example.com")
    assert not one.matches(f"{name}x", "example.com")
    assert not one.matches("", "example.com")


def test_read_suppressions(path: Path) -> None:
    """Each table is a suppression, in the order of the file; any id is valid by default."""
    path.write_text(VALID + VALID.replace("FWD-01", "OWN-1").replace("2026-03-31", '"2026-04-30"'))

    first, second = read_suppressions(path)

    assert first == Suppression(
        id="FWD-01",
        mailbox="ana@example.com",
        reason="agreed with the works council",
        owner="it-security",
        expires=date(2026, 3, 31),
    )
    assert (second.id, second.expires) == ("OWN-1", date(2026, 4, 30))


def test_file_of_a_windows_editor(path: Path) -> None:
    """A byte order mark and CRLF are accepted."""
    path.write_bytes(b"\xef\xbb\xbf" + VALID.replace("\n", "\r\n").encode())

    assert [one.id for one in read_suppressions(path, ["FWD-01"])] == ["FWD-01"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file or directory"),
        ("", "must have at least one [[suppress]] table"),
        ("suppress = []", "must have at least one [[suppress]] table"),
        ("suppress = 3", "must have at least one [[suppress]] table"),
        ("id = 'FWD-01'\n" + VALID, "has 'id'; only [[suppress]] tables are allowed"),
        (VALID.replace("[[suppress]]", "[[supress]]"), "has 'supress'; only [[suppress]] tables"),
        (VALID.replace("[[suppress]]", "[suppress]"), "has [suppress]; write [[suppress]]"),
        (VALID.replace("[[suppress]]", "[[suppress"), "is not TOML: "),
        (b"\xff\xfe\x00", "is not TOML: "),
        ("suppress = ['FWD-01']", "entry 1: must be a table of id, mailbox, reason, ..."),
        (VALID.replace("reason", "#"), "entry 1: reason: is missing"),
        (VALID.replace("owner", "#"), "entry 1: owner: is missing"),
        (VALID.replace("expires", "#"), "entry 1: expires: is missing"),
        (VALID.replace("mailbox", "#"), "entry 1: mailbox: is missing"),
        (VALID.replace("id =", "# ="), "entry 1: id: is missing"),
        (VALID + "note = 'x'", "entry 1: note: unknown field"),
        (VALID + "expire = 2026-03-31", "entry 1: expire: unknown field; did you mean 'expires'?"),
        (VALID + VALID.replace("agreed with the works council", " "), "entry 2: reason: "),
        (VALID.replace('"it-security"', "7"), "entry 1: owner: "),
        (VALID.replace('"FWD-01"', "['FWD-01']"), "entry 1: id: "),
        *(
            (VALID.replace("2026-03-31", value), "entry 1: expires: must be a date such as")
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
        (VALID.replace("FWD-01", "FWD-99"), "entry 1: id: unknown check 'FWD-99'"),
        (VALID.replace("FWD-01", "AUD-01"), "entry 1: id: AUD-01 (incomplete audit) cannot"),
    ],
)
def test_invalid_file(path: Path, content: str | bytes | None, message: str) -> None:
    """The message is one line that names the file, the entry and the field."""
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    with pytest.raises(InvalidRequestError, match=re.escape(f"{path} {message}")) as caught:
        read_suppressions(path, ["FWD-01", "QUO-01"])

    assert "\n" not in str(caught.value)
    assert caught.value.fields.keys() == {"suppress"}


def test_folder(tmp_path: Path) -> None:
    """A folder is refused."""
    with pytest.raises(InvalidRequestError, match="cannot be read: Is a directory"):
        read_suppressions(tmp_path)
