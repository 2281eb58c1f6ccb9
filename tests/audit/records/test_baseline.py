"""Comparison with a baseline: new, changed, resolved and unchanged findings."""

from __future__ import annotations

import os
import re
import time
import tracemalloc
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostway_email import (
    DomainHandle,
    HostwayEmail,
    InvalidRequestError,
    Request,
    Response,
    RetryPolicy,
)
from hostway_email.audit import (
    AuditRecord,
    AuditRun,
    AuditSummary,
    DomainRecord,
    Finding,
    HeaderRecord,
    Severity,
    Suppression,
    audit,
    read_records,
)
from hostway_email.audit.records.baseline import BaselineAudit, compare
from hostway_email.audit.records.file import RecordsFile
from hostway_email.sandbox import Sandbox
from hostway_email.transports.httpx import for_app

from ...support.transports import FakeTransport, by_domain
from ..conftest import open_domain

pytestmark = pytest.mark.anyio

THEN = date(2026, 2, 1)
NOW = date(2026, 3, 2)
NO = {"message": "no"}


class Audited(NamedTuple):
    """A run that has ended, and its records by username."""

    run: AuditRun
    records: dict[str, AuditRecord]

    @property
    def domain(self) -> DomainRecord:
        return self.run.domains[0]


async def audited(sandbox: Sandbox, **options: object) -> Audited:
    async with open_domain(sandbox, retry=RetryPolicy.none()) as domain:
        async with audit(domain, **options) as run:
            return Audited(run, {record.username: record async for record in run})


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The path of the baseline."""
    return tmp_path / "old.jsonl"


@pytest.fixture
def people() -> Sandbox:
    """A sandbox with three mailboxes, two of them with external forwards."""
    sandbox = Sandbox(0, today=NOW)
    sandbox.add_mailbox("ana", forwards=["desk@partner.example"])
    sandbox.add_mailbox("bob", forwards=["desk@partner.example", "shop@partner.example"])
    sandbox.add_mailbox("eva")
    return sandbox


def changes(findings: list[Finding]) -> list[tuple[str, str | None]]:
    return [(finding.text, finding.change) for finding in findings]


async def test_new_changed_resolved_and_unchanged(people: Sandbox, old: Path) -> None:
    """Each finding is marked, and resolved findings are in the record."""
    await audited(people, checks=["FWD-01"], records=old, today=THEN)
    people.mailbox("bob").forwards = ["desk@partner.example", "away@partner.example"]
    people.mailbox("ana").forwards = []
    people.mailbox("eva").forwards = ["eva@partner.example"]

    run, records = await audited(people, checks=["FWD-01"], baseline=old, today=NOW)

    assert changes(records["bob"].findings) == [
        ("forwards to desk@partner.example", None),
        ("forwards to away@partner.example", "changed"),
    ]
    assert changes(records["eva"].findings) == [("forwards to eva@partner.example", "new")]
    assert records["ana"].findings == []
    assert changes(records["ana"].resolved) == [("forwards to desk@partner.example", None)]
    assert run.summary.changes == {"new": 1, "changed": 1, "resolved": 1}
    assert not any(record.new for record in records.values())


async def test_no_baseline(people: Sandbox) -> None:
    """Without a baseline no finding and no mailbox is new."""
    run, records = await audited(people, checks=["FWD-01"], today=NOW)

    marks = [finding.change for record in records.values() for finding in record.findings]
    assert marks == [None, None, None]
    assert not any(record.new for record in records.values())
    assert run.summary.changes == {}
    assert (run.summary.new_mailboxes, run.summary.removed_mailboxes) == (0, 0)


async def test_new_and_removed_mailboxes(people: Sandbox, old: Path) -> None:
    """A mailbox not in the baseline is new; one that is no longer listed is removed."""
    await audited(people, checks=["FWD-01"], records=old, today=THEN)
    people.domain.mailboxes.remove(people.mailbox("ana"))
    people.domain.mailboxes.remove(people.mailbox("eva"))
    people.add_mailbox("zoe", forwards=["zoe@partner.example"])

    run, records = await audited(people, checks=["FWD-01"], baseline=old, today=NOW)

    assert {name: record.new for name, record in records.items()} == {"bob": False, "zoe": True}
    assert changes(records["zoe"].findings) == [("forwards to zoe@partner.example", "new")]
    assert run.domains[0].removed_mailboxes == ["ana", "eva"]
    assert (run.summary.new_mailboxes, run.summary.removed_mailboxes) == (1, 2)


async def test_hash_collision(people: Sandbox, old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index has only the hashes of usernames, so the records are compared too."""
    # Real names with the same hash cannot be given, because hashes differ in each process.
    monkeypatch.setattr("hostway_email.audit.records.baseline.hash", lambda name: 1, raising=False)
    await audited(people, checks=["FWD-01"], records=old, today=THEN)
    people.domain.mailboxes.remove(people.mailbox("ana"))
    people.add_mailbox("zoe")

    run, records = await audited(people, checks=["FWD-01"], baseline=old, today=NOW)

    assert {name: record.new for name, record in records.items()} == {
        "bob": False,
        "eva": False,
        "zoe": True,
    }
    assert run.domains[0].removed_mailboxes == ["ana"]
    assert run.summary.changes == {}


async def test_names_in_another_case(people: Sandbox, old: Path) -> None:
    """A username or domain in another case is the same mailbox, neither new nor removed."""
    await audited(people, checks=["FWD-01"], records=old, today=THEN)
    people.domain.mailboxes.rename(people.mailbox("ana"), "Ana")

    async with open_domain(people) as domain:
        shouted = type(domain)(domain._session, domain.account, "EXAMPLE.com")
        async with audit(shouted, checks=["FWD-01"], baseline=old, today=NOW) as run:
            records = {record.username: record async for record in run}

    assert not any(record.new for record in records.values())
    assert run.domains[0].removed_mailboxes == []
    assert changes(records["Ana"].findings) == [("forwards to desk@partner.example", None)]


@pytest.mark.parametrize(
    ("then", "now"), [(["AR-01"], ["FWD-01", "AR-01"]), (["FWD-01", "AR-01"], ["AR-01"])]
)
async def test_check_run_in_one_audit_only(
    people: Sandbox, old: Path, then: list[str], now: list[str]
) -> None:
    """A check that was run in only one of the audits has no new or resolved findings."""
    await audited(people, checks=then, records=old, today=THEN)

    run, records = await audited(people, checks=now, baseline=old, today=NOW)

    assert {mark for record in records.values() for _, mark in changes(record.findings)} <= {None}
    assert not any(record.resolved for record in records.values())
    assert not run.domains[0].resolved


async def test_unknown_in_the_baseline(people: Sandbox, old: Path) -> None:
    """A finding of a check that was unknown in the baseline is not new."""
    people.fail_next("GET", "/ana/forwards", status=403, body=NO)
    await audited(people, checks=["FWD-01"], records=old, today=THEN)

    run, records = await audited(people, checks=["FWD-01"], baseline=old, today=NOW)

    assert changes(records["ana"].findings) == [("forwards to desk@partner.example", None)]
    assert run.summary.changes == {}


async def test_unknown_now(people: Sandbox, old: Path) -> None:
    """A finding of a check that is now unknown is not resolved."""
    await audited(people, checks=["FWD-01"], records=old, today=THEN)
    people.fail_next("GET", "/ana/forwards", status=403, body=NO)

    _, records = await audited(people, checks=["FWD-01"], baseline=old, today=NOW)

    assert records["ana"].unknown.keys() == {"FWD-01"}
    assert records["ana"].resolved == []


async def test_interrupted_baseline(people: Sandbox, old: Path) -> None:
    """A mailbox without a record in an interrupted baseline is not new."""
    await audited(people, checks=["FWD-01", "PRV-01"], records=old, today=THEN)
    lines = old.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if b'"username":"ana"' in line or b'"header"' in line]
    old.write_bytes(b"".join(kept))
    people.mailbox("ana").forwards = ["new@partner.example"]
    for name in ("ana", "bob", "eva"):
        people.mailbox(name).master = True

    now = await audited(people, checks=["FWD-01", "PRV-01"], baseline=old, today=NOW)

    assert changes(now.records["ana"].findings) == [("forwards to new@partner.example", "changed")]
    assert {mark for _, mark in changes(now.records["bob"].findings)} == {None}
    assert not any(record.new for record in now.records.values())
    assert [finding.change for finding in now.domain.findings] == [None]


async def test_findings_of_the_domain(people: Sandbox, old: Path) -> None:
    """Findings of checks of the domain and of all its mailboxes are compared as well."""
    checks = ["SEC-03", "PRV-01", "FWD-05"]
    people.secret_minimum = 1
    people.mailbox("ana").forwards = ["lost@example.com"]
    people.mailbox("bob").forwards = ["lost@example.com"]
    await audited(people, checks=checks, records=old, today=THEN)
    people.secret_minimum = 3
    people.mailbox("ana").forwards = []
    for name in ("ana", "bob", "eva"):
        people.mailbox(name).master = True

    now = await audited(people, checks=checks, baseline=old, today=NOW)

    found = {(one.check, one.username): one.change for one in now.domain.findings}
    assert found == {("PRV-01", None): "new", ("FWD-05", "bob"): None}
    assert [(one.check, one.username) for one in now.domain.resolved] == [
        ("SEC-03", None),
        ("FWD-05", "ana"),
    ]


async def test_failed_list(people: Sandbox, old: Path) -> None:
    """If the list of usernames fails, no mailbox is removed and no finding is resolved."""
    checks = ["FWD-01", "FWD-05", "PRV-01"]
    people.mailbox("eva").forwards = ["lost@example.com"]
    await audited(people, checks=checks, records=old, today=THEN)
    people.fail_next("GET", "/usernames", status=403, body=NO)

    now = await audited(people, checks=checks, baseline=old, today=NOW)

    assert now.records == {}
    assert now.domain.removed_mailboxes == []
    assert now.domain.resolved == []
    assert [(one.check, one.change) for one in now.domain.findings] == [("AUD-01", None)]


def longer_total(sandbox: Sandbox) -> FakeTransport:
    """Return a transport on which the list of usernames has a total above its length."""
    app = for_app(sandbox.app)

    async def send(request: Request) -> Response:
        response = await app.send(request)
        announced = re.sub(rb'"totalCount": ?3', b'"totalCount":5', response.content)
        return replace(response, content=announced)

    return FakeTransport(send)


async def losing_names(sandbox: Sandbox, **options: object) -> Audited:
    transport = longer_total(sandbox)
    async with HostwayEmail("admin", "sandbox", transport=transport) as hostway:
        domain = hostway.account("account007").domain("example.com")
        async with audit(domain, **options) as run:
            return Audited(run, {record.username: record async for record in run})


async def test_incomplete_list_in_the_baseline(people: Sandbox, old: Path) -> None:
    """A mailbox that is missing in an incomplete list of the baseline is not new."""
    checks = ["FWD-05", "FWD-01"]
    await losing_names(people, checks=checks, records=old, today=THEN)
    people.add_mailbox("zoe", forwards=["zoe@partner.example"])

    now = await audited(people, checks=checks, baseline=old, today=NOW)

    assert not any(record.new for record in now.records.values())
    assert changes(now.records["zoe"].findings) == [("forwards to zoe@partner.example", None)]


async def test_incomplete_list_now(people: Sandbox, old: Path) -> None:
    """With an incomplete list no mailbox is removed, and checks of all mailboxes are unknown."""
    checks = ["FWD-05", "PRV-01"]
    people.add_mailbox("zoe")
    people.mailbox("eva").forwards = ["zoe@example.com"]
    await audited(people, checks=checks, records=old, today=THEN)
    people.domain.mailboxes.remove(people.mailbox("zoe"))

    now = await losing_names(people, checks=checks, baseline=old, today=NOW)

    assert now.domain.removed_mailboxes == []
    reason = "the list of usernames is incomplete: 3 of 5 usernames"
    assert now.domain.unknown == {"FWD-05": reason, "PRV-01": reason}
    assert [one.check for one in now.domain.findings] == ["AUD-01"]


async def test_incomplete_audit_is_not_compared(people: Sandbox, old: Path) -> None:
    """AUD-01 is about the run, so it is neither new nor resolved."""
    people.fail_next("GET", "/ana/forwards", status=403, body=NO)
    await audited(people, checks=["FWD-01"], records=old, today=THEN)
    assert (await audited(people, checks=["FWD-01"], baseline=old, today=NOW)).domain.resolved == []

    people.fail_next("GET", "/ana/forwards", status=403, body=NO)
    now = await audited(people, checks=["FWD-01"], baseline=old, today=NOW)
    assert [(one.check, one.change) for one in now.domain.findings] == [("AUD-01", None)]


async def test_domain_that_the_baseline_lacks(people: Sandbox, old: Path) -> None:
    """In a domain that the baseline lacks nothing is new."""
    await audited(people, checks=["FWD-01"], records=old, today=THEN)
    people.add_mailbox("zoe", forwards=["zoe@partner.example"])
    other = Sandbox(0, account="acc2", domain="example.org", today=NOW)
    other.add_mailbox("ana", forwards=["x@partner.example"])

    transport = FakeTransport(by_domain(people, other))
    async with HostwayEmail("admin", "sandbox", transport=transport) as hostway:
        domains = [
            hostway.account("account007").domain("example.com"),
            hostway.account("acc2").domain("example.org"),
        ]
        async with audit(domains, checks=["FWD-01"], baseline=old, today=NOW) as run:
            records = {(record.domain, record.username): record async for record in run}

    assert records["example.com", "zoe"].new
    assert changes(records["example.com", "zoe"].findings)[0][1] == "new"
    assert not records["example.org", "ana"].new
    assert changes(records["example.org", "ana"].findings) == [
        ("forwards to x@partner.example", None)
    ]
    assert [record.removed_mailboxes for record in run.domains] == [[], []]


@asynccontextmanager
async def never_used(sandbox: Sandbox) -> AsyncIterator[DomainHandle]:
    async with open_domain(sandbox) as domain:
        before = sandbox.count()
        yield domain
        assert sandbox.count() == before


async def test_baseline_of_other_domains(people: Sandbox, old: Path) -> None:
    """A baseline without any of the domains is refused."""
    other = Sandbox(0, account="acc2", domain="example.org", today=NOW)
    await audited(other, checks=["FWD-01"], records=old, today=THEN)

    async with never_used(people) as domain:
        run = audit(domain, baseline=old, today=NOW)
        with pytest.raises(InvalidRequestError, match=r"old\.jsonl is an audit of other domains"):
            run.plan()
        with pytest.raises(InvalidRequestError, match="other domains") as caught:
            await run.__aenter__()
    assert caught.value.fields.keys() == {"baseline"}


async def test_baseline_of_the_future(people: Sandbox, old: Path) -> None:
    """A baseline dated after `today` is refused: the two files may have been swapped."""
    await audited(people, checks=["FWD-01"], records=old, today=NOW)

    async with never_used(people) as domain:
        with pytest.raises(InvalidRequestError, match="is dated 2026-03-02, which is after today"):
            audit(domain, baseline=old, today=THEN)
        audit(domain, baseline=old, today=NOW)


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize("link", [False, True])
async def test_same_file_for_records_and_baseline(
    people: Sandbox, old: Path, tmp_path: Path, resume: bool, link: bool
) -> None:
    """The same file as `records` and `baseline` is refused, and not changed."""
    await audited(people, checks=["FWD-01"], records=old, today=THEN)
    before = old.read_bytes()
    path = old
    if link:
        path = tmp_path / "link.jsonl"
        path.symlink_to(old)

    async with never_used(people) as domain:
        with pytest.raises(
            InvalidRequestError, match="baseline must not be the same file as records"
        ):
            audit(domain, baseline=old, records=path, resume=resume, today=NOW)
    assert old.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file"),
        (b"", "does not start with a header"),
        (b'{"record":"header","form', "does not start with a header"),
        (b"remember the milk\n", "line 1 is not a valid record"),
    ],
)
async def test_file_that_is_not_a_records_file(
    people: Sandbox, old: Path, content: bytes | None, message: str
) -> None:
    """The error names `baseline`, and nothing is sent."""
    if content is not None:
        old.write_bytes(content)

    async with never_used(people) as domain:
        with pytest.raises(InvalidRequestError, match=message) as caught:
            audit(domain, baseline=old, today=NOW)
    assert caught.value.fields.keys() == {"baseline"}


async def test_invalid_line(people: Sandbox, old: Path) -> None:
    """A truncated line in the middle of the file is an error with its number."""
    await audited(people, checks=["FWD-01"], records=old, today=THEN)
    lines = old.read_bytes().splitlines(keepends=True)
    old.write_bytes(lines[0] + lines[1][:40] + b"\n" + b"".join(lines[2:]))

    async with never_used(people) as domain:
        with pytest.raises(InvalidRequestError, match="line 2 is not a valid record"):
            await audit(domain, baseline=old, today=NOW).__aenter__()


async def test_truncated_last_line(people: Sandbox, old: Path) -> None:
    """A truncated last line is skipped."""
    await audited(people, checks=["FWD-01"], records=old, today=THEN)
    lines = old.read_bytes().splitlines(keepends=True)
    old.write_bytes(b"".join(lines[:2]) + lines[2][:40])

    now = await audited(people, checks=["FWD-01"], baseline=old, today=NOW)

    assert len(now.records) == 3
    assert now.domain.removed_mailboxes == []
    assert not any(record.new for record in now.records.values())


async def test_memory_of_the_index(people: Sandbox, old: Path, tmp_path: Path) -> None:
    """The index takes less than 40 bytes for each mailbox."""
    await audited(people, checks=["FWD-01"], records=old, today=THEN)
    (header, _), (record, _) = list(read_records(old))[:2]
    assert isinstance(header, HeaderRecord)
    targets = [("account007", "example.com")]
    sizes = {}
    for number in (0, 10_000):
        path = tmp_path / f"{number}.jsonl"
        file = RecordsFile.create(path, header)
        for each in range(number):
            file.write(record.model_copy(update={"username": f"m{each}"}))
        file.close()
        tracemalloc.start()
        baseline = BaselineAudit(path, NOW)
        baseline.open(targets)
        sizes[number], _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        if number:
            domain = baseline.of(*targets[0])
            assert domain is not None
            assert all((one := domain.take(f"M{n}")) and one.username == f"m{n}" for n in range(99))
            assert domain.take("m7") is None
            assert len(list(domain.remaining())) == number - 99
        baseline.close()

    assert (sizes[10_000] - sizes[0]) / 10_000 < 40


async def test_baseline_is_closed_on_an_error(people: Sandbox, old: Path, tmp_path: Path) -> None:
    """The baseline is closed if the records cannot be created; else a warning fails the test."""
    await audited(people, checks=["FWD-01"], records=old, today=THEN)
    (tmp_path / "new.jsonl").touch()

    async with never_used(people) as domain:
        run = audit(domain, baseline=old, records=tmp_path / "new.jsonl", today=NOW)
        with pytest.raises(InvalidRequestError, match="already exists"):
            await run.__aenter__()


async def test_resumed_run(people: Sandbox, old: Path, tmp_path: Path) -> None:
    """A resumed run has the same findings and changes as an uninterrupted one."""
    checks = ["FWD-01", "FWD-05"]
    await audited(people, checks=checks, records=old, today=THEN)
    people.domain.mailboxes.remove(people.mailbox("eva"))
    people.mailbox("ana").forwards = ["new@partner.example", "lost@example.com"]
    people.add_mailbox("zoe", forwards=["zoe@partner.example"])
    options = {"checks": checks, "baseline": old, "today": NOW}
    path = tmp_path / "new.jsonl"
    complete = await audited(people, records=tmp_path / "complete.jsonl", **options)
    async with open_domain(people) as domain:
        async with audit(domain, records=path, concurrency=1, **options) as run:
            async for _ in run:
                break

    rest = await audited(people, records=path, resume=True, **options)

    assert rest.domain == complete.domain
    assert rest.domain.removed_mailboxes == ["eva"]
    assert rest.run.summary.changes == complete.run.summary.changes
    assert rest.run.summary.new_mailboxes == 1
    kept = [record for record, _ in read_records(path) if isinstance(record, AuditRecord)]
    assert {record.username: record for record in kept} == complete.records


async def test_resumed_with_another_baseline(people: Sandbox, old: Path, tmp_path: Path) -> None:
    """A run cannot be resumed with another baseline."""
    path = tmp_path / "new.jsonl"
    await audited(people, checks=["FWD-01"], records=old, today=THEN)
    await audited(people, checks=["FWD-01"], baseline=old, records=path, today=NOW)

    async with never_used(people) as domain:
        run = audit(domain, checks=["FWD-01"], records=path, resume=True, today=NOW)
        with pytest.raises(InvalidRequestError, match="different baseline"):
            await run.__aenter__()


async def test_resumed_when_a_skipped_check_can_run(
    people: Sandbox, old: Path, tmp_path: Path
) -> None:
    """A run cannot be resumed on a day when more checks can run than before."""
    path = tmp_path / "new.jsonl"
    options = {"checks": ["activity"], "baseline": old, "records": path}
    await audited(people, checks=["activity"], records=old, today=THEN)
    await audited(people, today=date(2026, 3, 2), **options)

    async with never_used(people) as domain:
        run = audit(domain, resume=True, today=date(2026, 3, 3), **options)
        with pytest.raises(InvalidRequestError, match="different skipped checks"):
            await run.__aenter__()


async def test_header(people: Sandbox, old: Path, tmp_path: Path) -> None:
    """The header has the start of the baseline audit, and its pseudonym key."""
    path = tmp_path / "new.jsonl"
    await audited(people, checks=["FWD-01"], records=old, today=THEN)
    await audited(people, checks=["FWD-01"], baseline=old, records=path, today=NOW)

    (before, _), (header, _) = next(read_records(old)), next(read_records(path))
    assert isinstance(before, HeaderRecord)
    assert isinstance(header, HeaderRecord)
    assert before.baseline is None
    assert header.baseline == before.started
    assert header.pseudonym_key == before.pseudonym_key
    assert header.today == NOW


async def test_plan_of_a_running_audit(people: Sandbox, old: Path) -> None:
    """`plan()` of a running audit does not affect the comparison."""
    await audited(people, checks=["FWD-01"], records=old, today=THEN)

    async with open_domain(people) as domain:
        run = audit(domain, checks=["FWD-01"], baseline=old, today=NOW, concurrency=1)
        plan = run.plan()
        async with run:
            records = []
            async for record in run:
                assert run.plan() == plan
                records.append(record)
    assert not any(record.new for record in records)
    assert run.plan() == plan


def finding(check: str, text: str, username: str | None = None) -> Finding:
    return Finding(check=check, severity=Severity.LOW, title="t", text=text, username=username)


FINDINGS = st.lists(
    st.builds(
        finding,
        st.sampled_from(["A-1", "B-1", "C-1"]),
        st.sampled_from("xyz"),
        st.sampled_from([None, "ana", "Ana", "bob"]),
    ),
    max_size=8,
)


@given(then=FINDINGS, now=FINDINGS, comparable=st.frozensets(st.sampled_from(["A-1", "B-1"])))
def test_compare_accounts_for_each_finding(
    then: list[Finding], now: list[Finding], comparable: frozenset[str]
) -> None:
    """Each finding of both audits is accounted for exactly once, in its order."""
    marked, resolved = compare(then, now, comparable)

    assert [one.model_copy(update={"change": None}) for one in marked] == now
    assert all(one.check in comparable for one in [*resolved, *(o for o in marked if o.change)])
    for check in comparable:
        of_check = Counter(one.change for one in marked if one.check == check)
        before = sum(one.check == check for one in then)
        # Unchanged and changed findings were in the baseline; its others are resolved.
        assert of_check[None] + of_check["changed"] == before - sum(
            o.check == check for o in resolved
        )
    new = {(one.check, (one.username or "").lower()) for one in marked if one.change == "new"}
    assert not new & {(one.check, (one.username or "").lower()) for one in resolved}


@given(found=FINDINGS)
def test_equal_findings_are_unchanged(found: list[Finding]) -> None:
    """Two audits with the same findings in any order have no changes."""
    everything = frozenset({"A-1", "B-1", "C-1"})

    assert compare(found[::-1], found, everything) == (found, [])
    assert {one.change for one in compare([], found, everything)[0]} <= {"new"}
    assert compare(found, [], everything) == ([], found)


def test_ten_thousand_findings_are_compared_in_linear_time() -> None:
    """Quadratic time would be minutes."""
    then = [finding("A-1", "x", f"m{number}") for number in range(10_000)]
    now = [finding("A-1", "y", f"m{number}") for number in range(5_000, 15_000)]
    started = time.process_time()

    marked, resolved = compare(then, now, frozenset({"A-1"}))

    assert time.process_time() - started < 3
    assert Counter(one.change for one in marked) == {"changed": 5_000, "new": 5_000}
    assert len(resolved) == 5_000


def test_resolved_finding_has_no_marks() -> None:
    """A resolved finding is neither new nor accepted, whatever it was in the baseline."""
    acceptance = {"reason": "r", "owner": "o", "expires": NOW}
    before = Finding.model_validate(
        {**finding("A-1", "x").model_dump(), "change": "new", "accepted": acceptance}
    )

    _, resolved = compare([before], [], frozenset({"A-1"}))

    assert resolved == [finding("A-1", "x")]


async def test_summary_of_the_file(people: Sandbox, old: Path, tmp_path: Path) -> None:
    """The summary of a records file is equal to that of the run."""
    await audited(people, records=old, today=THEN)
    people.mailbox("ana").forwards = ["away@gmail.com"]
    people.domain.mailboxes.remove(people.mailbox("eva"))
    people.add_mailbox("zoe", forwards=["lost@example.com"])
    people.fail_next("GET", "/bob/autoresponder", status=403, body=NO)
    path = tmp_path / "new.jsonl"
    risk = Suppression(id="FWD-01", mailbox="*", reason="r", owner="o", expires=NOW)

    run, _ = await audited(people, baseline=old, records=path, suppress=[risk], today=NOW)

    summary = AuditSummary.of_file(path)
    assert summary.seconds == pytest.approx(run.summary.seconds, abs=0.1)
    assert replace(summary, seconds=run.summary.seconds) == run.summary
    assert summary.changes.keys() == {"new", "changed", "resolved"} - {"changed"}
    assert (summary.accepted, summary.new_mailboxes, summary.removed_mailboxes) == (2, 1, 1)
    assert not summary.complete


async def test_baseline_is_read_only(people: Sandbox, old: Path) -> None:
    """The baseline is not changed, and may be read-only."""
    await audited(people, checks=["FWD-01"], records=old, today=THEN)
    before = old.read_bytes()
    os.chmod(old, 0o400)

    await audited(people, checks=["FWD-01"], baseline=old, today=NOW)

    assert old.read_bytes() == before
