"""Files of records that two audits share, or that something has damaged."""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hostway_email import AuthenticationError, HostwayEmail, InvalidRequestError
from hostway_email.audit import (
    AuditRun,
    AuditSummary,
    DomainRecord,
    EndRecord,
    audit,
    read_records,
)
from hostway_email.audit.named_files import NamedFile
from hostway_email.audit.records import file_lock
from hostway_email.audit.reports import write_csv, write_html
from hostway_email.sandbox import Sandbox

from ...support.processes import run_process, running
from ..conftest import Opened, open_domain

pytestmark = pytest.mark.anyio
Open = Callable[..., Opened]

MAILBOXES = 12
SOME_EXAMPLES = settings(max_examples=60)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.jsonl"


@pytest.fixture
def few() -> Sandbox:
    return Sandbox(mailboxes=MAILBOXES, seed=3)


@asynccontextmanager
async def under_way(sandbox: Sandbox, path: Path, **options: Any) -> AsyncIterator[AuditRun]:
    """Yield an audit that has written a few records, and waits for its reader."""
    async with open_domain(sandbox) as domain:
        async with audit(domain, checks=["QUO-01"], records=path, **options) as run:
            await anext(run)
            yield run


async def audited(sandbox: Sandbox, path: Path, **options: Any) -> AuditRun:
    async with open_domain(sandbox) as domain:
        async with audit(domain, checks=["QUO-01"], records=path, **options) as run:
            async for _ in run:
                pass
    return run


async def refused(sandbox: Sandbox, path: Path, said: str, **options: Any) -> None:
    """An audit is refused before it has sent anything."""
    before = sandbox.count()
    with pytest.raises(InvalidRequestError, match=said):
        await audited(sandbox, path, **options)
    assert sandbox.count() == before


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def number_of(path: Path, kind: str) -> int:
    return sum(json.loads(line)["record"] == kind for line in lines_of(path))


class TestTwoAudits:
    async def test_second_audit_is_refused(self, few: Sandbox, path: Path) -> None:
        """Neither a new audit nor a resumed one writes to the file of one that is running."""
        async with under_way(few, path) as run:
            await refused(few, path, "is being written by another audit", resume=True)
            await refused(few, path, "exists already")
            async for _ in run:
                pass
        assert run.summary.complete
        assert number_of(path, "mailbox") == MAILBOXES
        assert AuditSummary.of_file(path).complete

    @pytest.mark.parametrize("link", [os.symlink, os.link])
    async def test_by_another_name(
        self, few: Sandbox, path: Path, link: Callable[[Path, Path], None]
    ) -> None:
        """The file is locked, and not its name."""
        async with under_way(few, path):
            other = path.parent / "other.jsonl"
            link(path, other)
            await refused(few, other, "is being written by another audit", resume=True)

    async def test_by_another_spelling(
        self, few: Sandbox, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nor does a relative path lead past the lock."""
        async with under_way(few, path):
            monkeypatch.chdir(path.parent)
            spelled = Path("..") / path.parent.name / path.name
            await refused(few, spelled, "is being written by another audit", resume=True)

    async def test_while_a_run_is_resumed(self, few: Sandbox, path: Path) -> None:
        """A resumed run holds the lock like the one that began the file."""
        async with under_way(few, path):
            pass
        async with under_way(few, path, resume=True):
            await refused(few, path, "is being written by another audit", resume=True)
        assert (await audited(few, path, resume=True)).summary.complete

    async def test_in_another_process(self, few: Sandbox, path: Path) -> None:
        """The lock holds between processes."""
        program = (
            "import sys\n"
            "from hostway_email import InvalidRequestError\n"
            "from hostway_email.audit.records.file import RecordsFile\n"
            "try:\n"
            "    RecordsFile.resume(sys.argv[1]).close()\n"
            "except InvalidRequestError as error:\n"
            "    print(error)\n"
        )
        command = ["-c", program, str(path)]
        async with under_way(few, path):
            held = await anyio.to_thread.run_sync(run_process, command)
        free = await anyio.to_thread.run_sync(run_process, command)
        assert "is being written by another audit" in held.stdout
        assert free.stdout == ""

    async def test_a_child_does_not_keep_the_lock(self, few: Sandbox, path: Path) -> None:
        """What a program starts during an audit may outlive it."""
        with contextlib.ExitStack() as children:
            async with under_way(few, path):
                children.enter_context(running(["-c", "input()"]))
            assert (await audited(few, path, resume=True)).summary.complete

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
    async def test_a_forked_child_does_not_keep_the_lock_of_an_ended_run(
        self, few: Sandbox, path: Path
    ) -> None:
        """A child that was forked has the file open, and the lock is released all the same."""
        held, ended = os.pipe()
        async with under_way(few, path):
            child = os.fork()
            if child == 0:  # pragma: no cover # it waits, and is never seen again
                os.close(ended)
                os.read(held, 1)
                os._exit(0)
        try:
            assert (await audited(few, path, resume=True)).summary.complete
        finally:
            os.close(ended)
            os.close(held)
            os.waitpid(child, 0)  # noqa: ASYNC222 # it has been told to end

    async def test_readers_are_not_hindered(self, few: Sandbox, path: Path, tmp_path: Path) -> None:
        """A file under way is reported and compared with, as an audit that has not ended."""
        async with under_way(few, path) as run:
            summary = AuditSummary.of_file(path)
            write_csv(path, tmp_path / "report.csv")
            write_html(path, tmp_path / "report.html")
            now = await audited(few, tmp_path / "now.jsonl", baseline=path)
            async for _ in run:
                pass
        assert not summary.complete
        assert summary.incomplete == ["the audit was stopped before its end, or is still running"]
        assert "or is still running" in (tmp_path / "report.csv").read_text("utf-8-sig")
        assert "or is still running" in (tmp_path / "report.html").read_text()
        assert now.summary.new_mailboxes == 0
        assert AuditSummary.of_file(path).complete

    async def test_a_file_that_takes_the_name_is_locked(
        self, few: Sandbox, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where a file is replaced between opening and locking, the new one is locked."""
        await audited(few, path)
        other = path.parent / "other.jsonl"
        other.write_bytes(path.read_bytes())
        acquire = file_lock._acquire

        def replaced(descriptor: int) -> None:
            if other.exists():
                other.replace(path)
            acquire(descriptor)

        monkeypatch.setattr(file_lock, "_acquire", replaced)
        async with under_way_again(few, path):
            monkeypatch.undo()
            await refused(few, path, "is being written by another audit", resume=True)

    @pytest.mark.parametrize("number", ["ENOLCK", "ENOTSUP", "EOPNOTSUPP", "EINVAL", "ENOSYS"])
    async def test_without_locks(
        self,
        few: Sandbox,
        path: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        number: str,
    ) -> None:
        """Where the file system has no locks the audit goes on, and says so."""

        def acquire(_: int) -> None:
            raise OSError(getattr(errno, number), "no locks here")

        monkeypatch.setattr(file_lock, "_acquire", acquire)
        run = await audited(few, path)
        assert run.summary.complete
        assert len(run.summary.notes) == 1
        assert "without locks" in run.summary.notes[0]
        assert "without locks" in caplog.text

    async def test_a_lock_that_fails_otherwise(
        self, few: Sandbox, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What cannot be locked for a reason of its own is refused with that reason."""

        def acquire(_: int) -> None:
            raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr(file_lock, "_acquire", acquire)
        await refused(few, path, "cannot be locked: Input/output error")

    async def test_one_of_two_that_begin_at_once(self, few: Sandbox, path: Path) -> None:
        """Of several audits that resume a file which is not there yet, one goes on."""
        domains = [open_domain(few) for _ in range(4)]
        ended, errors = [], list[str]()

        async def run(opened: AbstractAsyncContextManager[Any]) -> None:
            async with opened as domain:
                try:
                    async with audit(domain, records=path, resume=True) as run:
                        await anyio.wait_all_tasks_blocked()
                        async for _ in run:
                            pass
                    ended.append(run)
                except InvalidRequestError as error:
                    errors.append(str(error))

        async with anyio.create_task_group() as tasks:
            for opened in domains:
                tasks.start_soon(run, opened)
        assert len(ended) == 1
        assert len(errors) == 3
        assert AuditSummary.of_file(path).mailboxes == MAILBOXES


@asynccontextmanager
async def under_way_again(sandbox: Sandbox, path: Path) -> AsyncIterator[None]:
    """Hold a finished file open, as a run does that was resumed."""
    async with open_domain(sandbox) as domain:
        async with audit(domain, checks=["QUO-01"], records=path, resume=True):
            yield


class TestNothingIsLost:
    @SOME_EXAMPLES
    @given(content=st.binary(max_size=300), newline=st.sampled_from([b"", b"\n"]))
    @example(content=b"", newline=b"")
    @example(content=b'{"record":"header"', newline=b"")
    @example(content=b'{"record":"header"\r{"record":"mailbox"}\r', newline=b"")
    @example(content=b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", newline=b"\n")
    @example(content=b'[[suppress]]\nid = "FWD-01"', newline=b"\n")
    async def test_whatever_is_in_the_file(
        self, tmp_path_factory: pytest.TempPathFactory, content: bytes, newline: bytes
    ) -> None:
        """Whether it is resumed or refused, each byte that was in a file is still on the disk."""
        path = tmp_path_factory.mktemp("any") / "records.jsonl"
        path.write_bytes(content + newline)
        await resume(path)
        assert_kept(path, content + newline)

    @SOME_EXAMPLES
    @given(data=st.data())
    async def test_whatever_becomes_of_records(
        self, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        """The same for a file of records that was cut, joined, and filled with anything."""
        path = tmp_path_factory.getbasetemp() / "three.jsonl"
        if not path.exists():
            await audited(Sandbox(mailboxes=3, seed=3), path)
        content = path.read_bytes()
        path = tmp_path_factory.mktemp("any") / "records.jsonl"
        # The figures of the run differ from time to time, and what is drawn must not.
        start, removed, copied = (data.draw(st.integers(0, 3000)) for _ in range(3))
        filling = data.draw(st.binary(max_size=20))
        again = content[start - copied : start]
        changed = content[:start] + filling + again + content[start + removed :]
        for old, new in data.draw(
            st.sampled_from([[], [(b"\n", b"\r")], [(b"\n", b"\r\n")], [(b"\n", b"")]])
        ):
            changed = changed.replace(old, new)
        path.write_bytes(changed)
        await resume(path)
        assert_kept(path, changed)

    @pytest.mark.parametrize(
        ("ends", "said"),
        [(b"\r", "line 1 is several records"), (b"", "line 1 is several records")],
    )
    async def test_line_ends_that_were_changed(
        self, few: Sandbox, path: Path, ends: bytes, said: str
    ) -> None:
        """A file that an editor has made one line of is neither deleted nor cut."""
        await audited(few, path)
        changed = path.read_bytes().replace(b"\n", ends)
        path.write_bytes(changed)
        await refused(few, path, said, resume=True)
        with pytest.raises(InvalidRequestError, match=said):
            AuditSummary.of_file(path)
        assert path.read_bytes() == changed
        assert [*path.parent.iterdir()] == [path]

    async def test_line_ends_of_windows(self, few: Sandbox, path: Path) -> None:
        """CRLF is no damage: the file is read and resumed."""
        await audited(few, path)
        lines = lines_of(path)
        path.write_bytes(b"".join(lines).replace(b"\n", b"\r\n"))
        assert AuditSummary.of_file(path).complete
        path.write_bytes(b"".join(lines[:6]).replace(b"\n", b"\r\n"))
        assert (await audited(few, path, resume=True)).summary.complete
        assert AuditSummary.of_file(path).mailboxes == MAILBOXES

    async def test_a_last_line_without_its_end(self, few: Sandbox, path: Path) -> None:
        """A whole line that has lost its line end alone is whole."""
        await audited(few, path)
        lines = lines_of(path)
        path.write_bytes(b"".join(lines).rstrip())
        assert AuditSummary.of_file(path).complete
        path.write_bytes(b"".join(lines[:6]).rstrip())
        before = path.read_bytes()
        run = await audited(few, path, resume=True)
        assert path.read_bytes().startswith(before + b"\n")
        assert run.summary.notes == []
        assert AuditSummary.of_file(path).complete

    async def test_a_torn_line_is_kept_beside(self, few: Sandbox, path: Path) -> None:
        """What is cut is in a file of its own, readable by its owner alone, and it is said."""
        await audited(few, path)
        lines = lines_of(path)
        for name in ("records.jsonl.torn", "records.jsonl.torn-2"):
            path.write_bytes(b"".join(lines[:5]) + lines[5][:30])
            run = await audited(few, path, resume=True)
            torn = path.parent / name
            assert torn.read_bytes() == lines[5][:30]
            assert torn.stat().st_mode & 0o777 == 0o600
            assert run.summary.notes == [f"{path} had a torn last line, now in {torn}"]
            assert AuditSummary.of_file(path).complete

    async def test_a_torn_line_that_cannot_be_kept(
        self, few: Sandbox, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Without room for what would be cut, nothing is."""
        await audited(few, path)
        torn = path.read_bytes()[:-10]
        path.write_bytes(torn)

        def fsync(_: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", fsync)
        await refused(few, path, "cannot be kept in .*No space left on device", resume=True)
        assert path.read_bytes() == torn

    async def test_a_finished_file_is_appended_to(self, few: Sandbox, path: Path) -> None:
        """Resuming changes nothing that is there; what is said of the domain last counts."""
        await audited(few, path)
        before = path.read_bytes()
        few.add_mailbox("late")
        run = await audited(few, path, resume=True)
        assert path.read_bytes().startswith(before)
        assert run.summary.mailboxes == MAILBOXES + 1
        summary = AuditSummary.of_file(path)
        assert summary.complete
        assert (summary.mailboxes, summary.domains) == (MAILBOXES + 1, 1)
        records = [record for record, _ in read_records(path)]
        assert [type(one) for one in records[-2:]] == [DomainRecord, EndRecord]
        assert sum(isinstance(one, DomainRecord | EndRecord) for one in records) == 2

    async def test_a_finished_file_that_was_resumed_and_stopped(
        self, few: Sandbox, path: Path
    ) -> None:
        """The end that it had is no end any more."""
        await audited(few, path)
        for name in ("late", "later", "latest"):
            few.add_mailbox(name)
        async with open_domain(few) as domain:
            async with audit(domain, checks=["QUO-01"], records=path, resume=True) as run:
                await anext(run)
        if number_of(path, "end") == 1:
            assert not AuditSummary.of_file(path).complete
            assert not run.summary.complete
        assert (await audited(few, path, resume=True)).summary.mailboxes == MAILBOXES + 3
        assert AuditSummary.of_file(path).complete


async def resume(path: Path) -> None:
    """Begin to resume a file, and stop at once."""
    async with HostwayEmail("admin", "sandbox", base_url="http://127.0.0.1:9") as hostway:
        domain = hostway.account("account007").domain("example.com")
        try:
            async with audit(domain, checks=["QUO-01"], records=path, resume=True):
                pass
        except InvalidRequestError:
            return


def assert_kept(path: Path, content: bytes) -> None:
    present = path.read_bytes()
    if not present.startswith(content):
        torn = path.with_name("records.jsonl.torn").read_bytes()
        assert torn
        assert content.endswith(torn)
        assert b"\n" not in torn
        assert present.startswith(content.removesuffix(torn))


def without(lines: list[bytes], *numbers: int) -> list[bytes]:
    return [line for number, line in enumerate(lines, start=1) if number not in numbers]


def edited(lines: list[bytes], number: int, old: bytes, new: bytes) -> list[bytes]:
    assert old in lines[number - 1]
    return [*lines[: number - 1], lines[number - 1].replace(old, new, 1), *lines[number:]]


DAMAGES: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str, int]] = {
    "a line is missing": (
        lambda lines: without(lines, 4),
        "line 4 comes after a gap: a line is missing before it",
        MAILBOXES - 1,
    ),
    "several lines are missing": (
        lambda lines: without(lines, 4, 5, 6),
        "line 4 comes after a gap: 3 lines are missing before it",
        MAILBOXES - 3,
    ),
    "the domain is missing": (
        lambda lines: without(lines, len(lines) - 1),
        f"line {MAILBOXES + 2} comes after a gap",
        MAILBOXES,
    ),
    "a line is there twice": (
        lambda lines: [*lines[:5], lines[3], *lines[5:]],
        "line 6 is there twice, or out of order",
        MAILBOXES,
    ),
    "the end is there twice": (
        lambda lines: [*lines, lines[-1]],
        f"line {MAILBOXES + 4} is there twice",
        MAILBOXES,
    ),
    "lines are out of order": (
        lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]],
        "line 4 comes after a gap",
        MAILBOXES - 1,
    ),
    "the file is there twice": (
        lambda lines: lines + lines,
        f"line {MAILBOXES + 4} is there twice",
        MAILBOXES,
    ),
    "a line was changed": (
        lambda lines: edited(lines, 7, b'"facts":{', b'"facts": {'),
        "line 7 was changed after it was written",
        MAILBOXES - 1,
    ),
    "a name was changed": (
        lambda lines: edited(lines, 7, b'"username":"', b'"username":"x'),
        "line 7 was changed after it was written",
        MAILBOXES - 1,
    ),
    "the header was changed": (
        lambda lines: edited(lines, 1, b'"near_quota":0.9', b'"near_quota":0.8'),
        "line 1 was changed after it was written",
        MAILBOXES,
    ),
    "a line has no digest": (
        lambda lines: [*lines[:3], lines[3].partition(b',"line":')[0] + b"}\n", *lines[3:]],
        "line 4 has no digest",
        MAILBOXES,
    ),
    "a line is of another domain": (
        lambda lines: [*lines[:3], lines[3].replace(b"example.com", b"other.example"), *lines[3:]],
        "line 4 is of another domain than the audit",
        MAILBOXES,
    ),
    "a line is of another account": (
        lambda lines: edited(lines, 4, b'"account":"account007"', b'"account":"account008"'),
        "line 4 is of another domain than the audit",
        MAILBOXES - 1,
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
async def test_damaged_records_are_told_and_not_believed(
    few: Sandbox, path: Path, tmp_path: Path, name: str
) -> None:
    """By line, in the summary, both reports, a comparison and to whoever resumes."""
    damage, said, mailboxes = DAMAGES[name]
    await audited(few, path)
    whole = AuditSummary.of_file(path)
    assert whole.complete
    changed = b"".join(damage(lines_of(path)))
    path.write_bytes(changed)

    summary = AuditSummary.of_file(path)
    assert not summary.complete
    assert f"the records are damaged: {said}" in summary.incomplete[-1] + summary.incomplete[0]
    assert summary.mailboxes == mailboxes

    write_csv(path, tmp_path / "report.csv", redact=True)
    write_html(path, tmp_path / "report.html")
    csv = (tmp_path / "report.csv").read_text("utf-8-sig")
    assert said.partition(",")[0] in csv
    assert "other.example" not in csv
    html = (tmp_path / "report.html").read_text()
    assert "This audit is incomplete" in html
    assert said in html

    await refused(few, path, f"is damaged: {said}", resume=True)
    with pytest.raises(InvalidRequestError, match=said):
        list(read_records(path))
    assert path.read_bytes() == changed

    now = await audited(few, tmp_path / "now.jsonl", baseline=path)
    assert not now.summary.complete
    assert any(said in line for line in now.summary.incomplete)
    assert now.summary.new_mailboxes == 0
    again = AuditSummary.of_file(tmp_path / "now.jsonl")
    assert again.incomplete == now.summary.incomplete


@pytest.mark.parametrize("place", [-1, 4])
async def test_a_line_that_is_no_record_is_named(few: Sandbox, path: Path, place: int) -> None:
    """Text within the records is refused by every reader."""
    await audited(few, path)
    lines = lines_of(path)
    lines.insert(place, b"remember the milk\n")
    path.write_bytes(b"".join(lines))
    said = f"line {lines.index(b'remember the milk' + bytes([10])) + 1} is not a record"
    for read in (AuditSummary.of_file, lambda path: [*read_records(path)]):
        with pytest.raises(InvalidRequestError, match=said):
            read(path)
    await refused(few, path, said, resume=True)


async def test_much_damage_is_told_in_few_lines(few: Sandbox, path: Path) -> None:
    """Ten thousand damaged lines do not make a summary of ten thousand lines."""
    await audited(few, path)
    lines = lines_of(path)
    path.write_bytes(b"".join([*lines, *lines[1:-1] * 100]))
    summary = AuditSummary.of_file(path)
    assert len(summary.incomplete) == 6
    assert summary.incomplete[-1] == (
        f"the records are damaged: {100 * (MAILBOXES + 1) - 5:,} more lines like these"
    )


async def test_a_resumed_file_is_as_sound_as_any(few: Sandbox, path: Path) -> None:
    """Digests go on from one run to the next; damage of the first part is found after it."""
    for _ in range(3):
        async with under_way(few, path, resume=True):
            pass
    await audited(few, path, resume=True)
    assert AuditSummary.of_file(path).complete
    changed = edited(lines_of(path), 2, b'"facts":{', b'"facts": {')
    path.write_bytes(b"".join(changed))
    assert not AuditSummary.of_file(path).complete


class TestWhatEndedEarlyIsIncomplete:
    async def test_refused_credentials(self, few: Sandbox, path: Path) -> None:
        """After a 401 the summary is not complete, and says why."""
        few.fail_next("GET", "/mailbox", status=401, times=100)
        async with open_domain(few) as domain, audit(domain, records=path) as run:
            with pytest.raises(AuthenticationError):
                async for _ in run:
                    pass
            assert not run.summary.complete
        assert not run.summary.complete
        assert len(run.summary.incomplete) == 1
        assert "the audit was stopped before its end: " in run.summary.incomplete[0]
        assert "HTTP 401" in run.summary.incomplete[0]
        assert not AuditSummary.of_file(path).complete

    async def test_an_error_of_the_program(self, few: Sandbox, path: Path) -> None:
        """An exception in the loop over the records ends the audit."""
        async with open_domain(few) as domain:
            run = audit(domain, records=path, concurrency=1)
            with pytest.raises(ZeroDivisionError):
                async with run:
                    async for _ in run:
                        raise ZeroDivisionError
        assert not run.summary.complete
        assert run.summary.incomplete == ["the audit was stopped before its end"]
        assert not AuditSummary.of_file(path).complete

    async def test_cancellation(self, few: Sandbox, path: Path) -> None:
        """So does a cancelled task."""
        async with open_domain(few) as domain:
            run = audit(domain, records=path, concurrency=1)
            with anyio.CancelScope() as scope:
                async with run:
                    async for _ in run:
                        scope.cancel()
        assert not run.summary.complete
        assert not AuditSummary.of_file(path).complete

    @pytest.mark.parametrize("place", [3, MAILBOXES + 1, MAILBOXES + 2])
    async def test_a_full_disk(
        self, few: Sandbox, path: Path, monkeypatch: pytest.MonkeyPatch, place: int
    ) -> None:
        """Whichever line has no room any more, be it the last."""
        write_all = NamedFile.write_all
        written = 0

        def full(self: NamedFile, data: bytes) -> None:
            nonlocal written
            written += 1
            if written > place:
                raise OSError(errno.ENOSPC, "No space left on device", str(path))
            write_all(self, data)

        monkeypatch.setattr(NamedFile, "write_all", full)
        run = None
        with pytest.raises(OSError, match="No space left") as caught:
            async with open_domain(few) as domain:
                run = audit(domain, checks=["QUO-01"], records=path)
                async with run:
                    async for _ in run:
                        pass
        assert caught.value.filename == str(path)
        assert run is not None
        assert not run.summary.complete
        assert "No space left" in run.summary.incomplete[-1]
        assert not AuditSummary.of_file(path).complete
        monkeypatch.undo()
        assert (await audited(few, path, resume=True)).summary.complete
        assert AuditSummary.of_file(path).mailboxes == MAILBOXES

    async def test_before_its_end_no_audit_is_complete(self, few: Sandbox) -> None:
        """Nor before it was entered, nor half way."""
        async with open_domain(few) as domain:
            run = audit(domain, checks=["QUO-01"])
            assert not run.summary.complete
            async with run:
                await anext(run)
                async for _ in run:
                    pass
        assert run.summary.complete


async def test_no_report_replaces_records(few: Sandbox, path: Path) -> None:
    """A mistyped name of a report does not cost another audit, such as the one of last month."""
    await audited(few, path)
    other = path.with_name("other.jsonl")
    other.write_bytes(path.read_bytes())
    for write in (write_csv, write_html):
        with pytest.raises(InvalidRequestError, match="is a records file"):
            write(path, other)
    assert other.read_bytes() == path.read_bytes()
