"""Records files that are shared by two audits, damaged, or of an interrupted run."""

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
async def running_audit(sandbox: Sandbox, path: Path, **options: Any) -> AsyncIterator[AuditRun]:
    """Yield a running audit that has written a few records."""
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


async def refused(sandbox: Sandbox, path: Path, message: str, **options: Any) -> None:
    """Assert that an audit is refused before it sends a request."""
    before = sandbox.count()
    with pytest.raises(InvalidRequestError, match=message):
        await audited(sandbox, path, **options)
    assert sandbox.count() == before


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def number_of(path: Path, kind: str) -> int:
    return sum(json.loads(line)["record"] == kind for line in lines_of(path))


class TestTwoAudits:
    async def test_second_audit_is_refused(self, few: Sandbox, path: Path) -> None:
        """Neither a new nor a resumed audit can write to the file of a running one."""
        async with running_audit(few, path) as run:
            await refused(few, path, "is being written by another audit", resume=True)
            await refused(few, path, "already exists")
            async for _ in run:
                pass
        assert run.summary.complete
        assert number_of(path, "mailbox") == MAILBOXES
        assert AuditSummary.of_file(path).complete

    @pytest.mark.parametrize("link", [os.symlink, os.link])
    async def test_link(self, few: Sandbox, path: Path, link: Callable[[Path, Path], None]) -> None:
        """A link to a locked file is locked too."""
        async with running_audit(few, path):
            other = path.parent / "other.jsonl"
            link(path, other)
            await refused(few, other, "is being written by another audit", resume=True)

    async def test_relative_path(
        self, few: Sandbox, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A relative path to a locked file is locked too."""
        async with running_audit(few, path):
            monkeypatch.chdir(path.parent)
            spelled = Path("..") / path.parent.name / path.name
            await refused(few, spelled, "is being written by another audit", resume=True)

    async def test_resumed_run_locks(self, few: Sandbox, path: Path) -> None:
        """A resumed run locks the file too."""
        async with running_audit(few, path):
            pass
        async with running_audit(few, path, resume=True):
            await refused(few, path, "is being written by another audit", resume=True)
        assert (await audited(few, path, resume=True)).summary.complete

    async def test_in_another_process(self, few: Sandbox, path: Path) -> None:
        """The lock works between processes."""
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
        async with running_audit(few, path):
            locked = await anyio.to_thread.run_sync(run_process, command)
        unlocked = await anyio.to_thread.run_sync(run_process, command)
        assert "is being written by another audit" in locked.stdout
        assert unlocked.stdout == ""

    async def test_child_process_does_not_keep_the_lock(self, few: Sandbox, path: Path) -> None:
        """A subprocess started during an audit does not keep the file locked."""
        with contextlib.ExitStack() as children:
            async with running_audit(few, path):
                children.enter_context(running(["-c", "input()"]))
            assert (await audited(few, path, resume=True)).summary.complete

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
    async def test_forked_child_does_not_keep_the_lock(self, few: Sandbox, path: Path) -> None:
        """A forked child has the file open, but the lock is released with the run."""
        waiting, ended = os.pipe()
        async with running_audit(few, path):
            child = os.fork()
            if child == 0:  # pragma: no cover # not measured in a forked process
                os.close(ended)
                os.read(waiting, 1)
                os._exit(0)
        try:
            assert (await audited(few, path, resume=True)).summary.complete
        finally:
            os.close(ended)
            os.close(waiting)
            os.waitpid(child, 0)  # noqa: ASYNC222 # it is about to exit

    async def test_readers(self, few: Sandbox, path: Path, tmp_path: Path) -> None:
        """A locked file can be reported on and used as a baseline; it counts as incomplete."""
        async with running_audit(few, path) as run:
            summary = AuditSummary.of_file(path)
            write_csv(path, tmp_path / "report.csv")
            write_html(path, tmp_path / "report.html")
            now = await audited(few, tmp_path / "now.jsonl", baseline=path)
            async for _ in run:
                pass
        assert not summary.complete
        assert summary.incomplete == ["the audit was interrupted, or is still running"]
        assert "or is still running" in (tmp_path / "report.csv").read_text("utf-8-sig")
        assert "or is still running" in (tmp_path / "report.html").read_text()
        assert now.summary.new_mailboxes == 0
        assert AuditSummary.of_file(path).complete

    async def test_file_replaced_before_it_is_locked(
        self, few: Sandbox, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """If the file is replaced between opening and locking, the new file is locked."""
        await audited(few, path)
        other = path.parent / "other.jsonl"
        other.write_bytes(path.read_bytes())
        acquire = file_lock._acquire

        def replaced(descriptor: int) -> None:
            if other.exists():
                other.replace(path)
            acquire(descriptor)

        monkeypatch.setattr(file_lock, "_acquire", replaced)
        async with resumed(few, path):
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
        """If the file system has no locks, the audit continues with a warning."""

        def acquire(_: int) -> None:
            raise OSError(getattr(errno, number), "no locks here")

        monkeypatch.setattr(file_lock, "_acquire", acquire)
        run = await audited(few, path)
        assert run.summary.complete
        assert len(run.summary.notes) == 1
        assert "without locks" in run.summary.notes[0]
        assert "without locks" in caplog.text

    async def test_lock_error(
        self, few: Sandbox, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Any other error of the lock is reported with its reason."""

        def acquire(_: int) -> None:
            raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr(file_lock, "_acquire", acquire)
        await refused(few, path, "cannot be locked: Input/output error")

    async def test_audits_that_start_at_once(self, few: Sandbox, path: Path) -> None:
        """Of several audits that resume a missing file, one continues."""
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
async def resumed(sandbox: Sandbox, path: Path) -> AsyncIterator[None]:
    """Resume a complete file, and keep it open."""
    async with open_domain(sandbox) as domain:
        async with audit(domain, checks=["QUO-01"], records=path, resume=True):
            yield


class TestResume:
    @pytest.mark.slow
    @SOME_EXAMPLES
    @given(content=st.binary(max_size=300), newline=st.sampled_from([b"", b"\n"]))
    @example(content=b"", newline=b"")
    @example(content=b'{"record":"header"', newline=b"")
    @example(content=b'{"record":"header"\r{"record":"mailbox"}\r', newline=b"")
    @example(content=b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", newline=b"\n")
    @example(content=b'[[suppress]]\nid = "FWD-01"', newline=b"\n")
    async def test_any_content_is_kept(
        self, tmp_path_factory: pytest.TempPathFactory, content: bytes, newline: bytes
    ) -> None:
        """Whether the file is resumed or refused, all of its bytes are still on disk."""
        path = tmp_path_factory.mktemp("any") / "records.jsonl"
        path.write_bytes(content + newline)
        await resume(path)
        assert_kept(path, content + newline)

    @pytest.mark.slow
    @SOME_EXAMPLES
    @given(data=st.data())
    async def test_damaged_content_is_kept(
        self, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        """The same is true of a records file with parts removed, copied or replaced."""
        path = tmp_path_factory.getbasetemp() / "three.jsonl"
        if not path.exists():
            await audited(Sandbox(mailboxes=3, seed=3), path)
        content = path.read_bytes()
        path = tmp_path_factory.mktemp("any") / "records.jsonl"
        # The ranges are fixed, because the figures of the run differ each time.
        start, removed, copied = (data.draw(st.integers(0, 3000)) for _ in range(3))
        filling = data.draw(st.binary(max_size=20))
        copy = content[start - copied : start]
        changed = content[:start] + filling + copy + content[start + removed :]
        for old, new in data.draw(
            st.sampled_from([[], [(b"\n", b"\r")], [(b"\n", b"\r\n")], [(b"\n", b"")]])
        ):
            changed = changed.replace(old, new)
        path.write_bytes(changed)
        await resume(path)
        assert_kept(path, changed)

    @pytest.mark.parametrize(
        ("ends", "message"),
        [(b"\r", "line 1 has several records"), (b"", "line 1 has several records")],
    )
    async def test_lost_line_breaks(
        self, few: Sandbox, path: Path, ends: bytes, message: str
    ) -> None:
        """A file without line feeds is refused, and not changed."""
        await audited(few, path)
        changed = path.read_bytes().replace(b"\n", ends)
        path.write_bytes(changed)
        await refused(few, path, message, resume=True)
        with pytest.raises(InvalidRequestError, match=message):
            AuditSummary.of_file(path)
        assert path.read_bytes() == changed
        assert [*path.parent.iterdir()] == [path]

    async def test_crlf(self, few: Sandbox, path: Path) -> None:
        """A file with CRLF line breaks is read and resumed."""
        await audited(few, path)
        lines = lines_of(path)
        path.write_bytes(b"".join(lines).replace(b"\n", b"\r\n"))
        assert AuditSummary.of_file(path).complete
        path.write_bytes(b"".join(lines[:6]).replace(b"\n", b"\r\n"))
        assert (await audited(few, path, resume=True)).summary.complete
        assert AuditSummary.of_file(path).mailboxes == MAILBOXES

    async def test_last_line_without_a_line_break(self, few: Sandbox, path: Path) -> None:
        """A last line that lacks only its line break is complete."""
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

    async def test_truncated_line_is_moved(self, few: Sandbox, path: Path) -> None:
        """A truncated line is moved to a new file with the same permissions, with a note."""
        await audited(few, path)
        lines = lines_of(path)
        for name in ("records.jsonl.torn", "records.jsonl.torn-2"):
            path.write_bytes(b"".join(lines[:5]) + lines[5][:30])
            run = await audited(few, path, resume=True)
            moved = path.parent / name
            assert moved.read_bytes() == lines[5][:30]
            assert moved.stat().st_mode & 0o777 == 0o600
            assert run.summary.notes == [f"{path} had a truncated last line, moved to {moved}"]
            assert AuditSummary.of_file(path).complete

    async def test_truncated_line_that_cannot_be_moved(
        self, few: Sandbox, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """If the truncated line cannot be moved, the file is not changed."""
        await audited(few, path)
        truncated = path.read_bytes()[:-10]
        path.write_bytes(truncated)

        def fsync(_: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", fsync)
        await refused(few, path, "cannot be moved to .*No space left on device", resume=True)
        assert path.read_bytes() == truncated

    async def test_complete_file_is_appended_to(self, few: Sandbox, path: Path) -> None:
        """Existing lines are not changed, and the last record of the domain is used."""
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

    async def test_complete_file_resumed_and_interrupted(self, few: Sandbox, path: Path) -> None:
        """The previous end record is not used any more."""
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
    """Start to resume a file, and stop immediately."""
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
        "line 4 follows a gap: 1 line is missing before it",
        MAILBOXES - 1,
    ),
    "several lines are missing": (
        lambda lines: without(lines, 4, 5, 6),
        "line 4 follows a gap: 3 lines are missing before it",
        MAILBOXES - 3,
    ),
    "the domain is missing": (
        lambda lines: without(lines, len(lines) - 1),
        f"line {MAILBOXES + 2} follows a gap",
        MAILBOXES,
    ),
    "a line is duplicated": (
        lambda lines: [*lines[:5], lines[3], *lines[5:]],
        "line 6 is duplicated or out of order",
        MAILBOXES,
    ),
    "the end is duplicated": (
        lambda lines: [*lines, lines[-1]],
        f"line {MAILBOXES + 4} is duplicated",
        MAILBOXES,
    ),
    "lines are out of order": (
        lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]],
        "line 4 follows a gap",
        MAILBOXES - 1,
    ),
    "the file is duplicated": (
        lambda lines: lines + lines,
        f"line {MAILBOXES + 4} is duplicated",
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
    "a line belongs to another domain": (
        lambda lines: [*lines[:3], lines[3].replace(b"example.com", b"other.example"), *lines[3:]],
        "line 4 belongs to another domain than the audit",
        MAILBOXES,
    ),
    "a line belongs to another account": (
        lambda lines: edited(lines, 4, b'"account":"account007"', b'"account":"account008"'),
        "line 4 belongs to another domain than the audit",
        MAILBOXES - 1,
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
async def test_damaged_records_are_reported_and_not_used(
    few: Sandbox, path: Path, tmp_path: Path, name: str
) -> None:
    """The damaged line is named in the summary, the reports, a comparison and when resuming."""
    damage, message, mailboxes = DAMAGES[name]
    await audited(few, path)
    assert AuditSummary.of_file(path).complete
    changed = b"".join(damage(lines_of(path)))
    path.write_bytes(changed)

    summary = AuditSummary.of_file(path)
    assert not summary.complete
    assert f"the records are damaged: {message}" in summary.incomplete[-1] + summary.incomplete[0]
    assert summary.mailboxes == mailboxes

    write_csv(path, tmp_path / "report.csv", redact=True)
    write_html(path, tmp_path / "report.html")
    csv = (tmp_path / "report.csv").read_text("utf-8-sig")
    assert message.partition(",")[0] in csv
    assert "other.example" not in csv
    html = (tmp_path / "report.html").read_text()
    assert "This audit is incomplete" in html
    assert message in html

    await refused(few, path, f"is damaged: {message}", resume=True)
    with pytest.raises(InvalidRequestError, match=message):
        list(read_records(path))
    assert path.read_bytes() == changed

    now = await audited(few, tmp_path / "now.jsonl", baseline=path)
    assert not now.summary.complete
    assert any(message in line for line in now.summary.incomplete)
    assert now.summary.new_mailboxes == 0
    recorded = AuditSummary.of_file(tmp_path / "now.jsonl")
    assert recorded.incomplete == now.summary.incomplete


@pytest.mark.parametrize("index", [-1, 4])
async def test_invalid_line(few: Sandbox, path: Path, index: int) -> None:
    """A line that is not a record is refused by every reader, with its number."""
    await audited(few, path)
    lines = lines_of(path)
    lines.insert(index, b"remember the milk\n")
    path.write_bytes(b"".join(lines))
    message = f"line {lines.index(b'remember the milk' + bytes([10])) + 1} is not a valid record"
    for read in (AuditSummary.of_file, lambda path: [*read_records(path)]):
        with pytest.raises(InvalidRequestError, match=message):
            read(path)
    await refused(few, path, message, resume=True)


async def test_many_damaged_lines(few: Sandbox, path: Path) -> None:
    """The first five damaged lines are named, the others are counted."""
    await audited(few, path)
    lines = lines_of(path)
    path.write_bytes(b"".join([*lines, *lines[1:-1] * 100]))
    summary = AuditSummary.of_file(path)
    assert len(summary.incomplete) == 6
    assert summary.incomplete[-1] == (
        f"the records are damaged: {100 * (MAILBOXES + 1) - 5:,} more lines"
    )


async def test_digests_of_a_resumed_file(few: Sandbox, path: Path) -> None:
    """Digests continue over several runs, and damage in the part of the first run is found."""
    for _ in range(3):
        async with running_audit(few, path, resume=True):
            pass
    await audited(few, path, resume=True)
    assert AuditSummary.of_file(path).complete
    changed = edited(lines_of(path), 2, b'"facts":{', b'"facts": {')
    path.write_bytes(b"".join(changed))
    assert not AuditSummary.of_file(path).complete


class TestInterrupted:
    async def test_rejected_credentials(self, few: Sandbox, path: Path) -> None:
        """After a 401 the summary is incomplete, with the reason."""
        few.fail_next("GET", "/mailbox", status=401, times=100)
        async with open_domain(few) as domain, audit(domain, records=path) as run:
            with pytest.raises(AuthenticationError):
                async for _ in run:
                    pass
            assert not run.summary.complete
        assert not run.summary.complete
        assert len(run.summary.incomplete) == 1
        assert "the audit was interrupted: " in run.summary.incomplete[0]
        assert "HTTP 401" in run.summary.incomplete[0]
        assert not AuditSummary.of_file(path).complete

    async def test_error_of_the_caller(self, few: Sandbox, path: Path) -> None:
        """An exception of the caller interrupts the audit."""
        async with open_domain(few) as domain:
            run = audit(domain, records=path, concurrency=1)
            with pytest.raises(ZeroDivisionError):
                async with run:
                    async for _ in run:
                        raise ZeroDivisionError
        assert not run.summary.complete
        assert run.summary.incomplete == ["the audit was interrupted"]
        assert not AuditSummary.of_file(path).complete

    async def test_cancellation(self, few: Sandbox, path: Path) -> None:
        """A cancellation interrupts the audit."""
        async with open_domain(few) as domain:
            run = audit(domain, records=path, concurrency=1)
            with anyio.CancelScope() as scope:
                async with run:
                    async for _ in run:
                        scope.cancel()
        assert not run.summary.complete
        assert not AuditSummary.of_file(path).complete

    @pytest.mark.parametrize("lines", [3, MAILBOXES + 1, MAILBOXES + 2])
    async def test_full_disk(
        self, few: Sandbox, path: Path, monkeypatch: pytest.MonkeyPatch, lines: int
    ) -> None:
        """A full disk interrupts the audit at any line, including the last."""
        write_all = NamedFile.write_all
        written = 0

        def full(self: NamedFile, data: bytes) -> None:
            nonlocal written
            written += 1
            if written > lines:
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

    async def test_complete_at_the_end_only(self, few: Sandbox) -> None:
        """The summary is incomplete before the audit is entered and while it runs."""
        async with open_domain(few) as domain:
            run = audit(domain, checks=["QUO-01"])
            assert not run.summary.complete
            async with run:
                await anext(run)
                async for _ in run:
                    pass
        assert run.summary.complete


async def test_report_does_not_replace_records(few: Sandbox, path: Path) -> None:
    """A report is not written over a records file."""
    await audited(few, path)
    other = path.with_name("other.jsonl")
    other.write_bytes(path.read_bytes())
    for write in (write_csv, write_html):
        with pytest.raises(InvalidRequestError, match="is a records file"):
            write(path, other)
    assert other.read_bytes() == path.read_bytes()
