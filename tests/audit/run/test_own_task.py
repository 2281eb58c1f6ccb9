"""The task of a run: any task may enter the run and any may leave it; the run outlives neither."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import anyio
import pytest
import pytest_asyncio

from hostway_email import DomainHandle, HostwayEmail, InvalidRequestError, Request, Response
from hostway_email.audit import AuditRun, Context, Evidence, MailboxCheck, Severity, audit
from hostway_email.audit.collect.facts import MailboxFacts
from hostway_email.sandbox import Sandbox
from hostway_email.transports.httpx import for_app

from ...support.loops import Clock, settle
from ...support.processes import run_process
from ...support.transports import FakeTransport
from ...support.waiting import HANGS
from ..conftest import Opened, open_domain

Open = Callable[..., Opened]

STRICTLY: Final = ["-W", "error", "-X", "dev", "-c"]


@pytest_asyncio.fixture
async def entered(small: Sandbox) -> AsyncIterator[AuditRun]:
    """A run that pytest-asyncio enters in one task and leaves in another."""
    async with open_domain(small) as domain, audit(domain, checks=["QUO-01"]) as run:
        yield run


class TestPytestAsyncio:
    """A run as a fixture, whose setup, test and teardown are three tasks."""

    @pytest.mark.asyncio
    async def test_to_the_end(self, entered: AuditRun) -> None:
        """All records arrive, and the fixture ends without an error."""
        assert len([record async for record in entered]) == 40
        assert entered.summary.complete

    @pytest.mark.asyncio
    async def test_left_early(self, entered: AuditRun) -> None:
        """The teardown cancels a run whose records were not all taken."""
        async for _ in entered:
            break

    @pytest.mark.asyncio
    async def test_not_iterated(self, entered: AuditRun) -> None:
        """The teardown cancels a run that was never iterated."""


async def in_task(function: Callable[[], Awaitable[object]]) -> object:
    """Run a function in a task of its own, and return its result."""
    results = []

    async def run() -> None:
        results.append(await function())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run)
    return results[0]


async def records_of(run: AuditRun) -> int:
    return len([record async for record in run])


@dataclass
class Hanging:
    """A transport to a sandbox that never responds about mailboxes.

    Attributes:
        held: the number of requests that wait.
        cancelled: the number of those that were cancelled.
        stays: whether a cancelled request needs some time to end.
    """

    sandbox: Sandbox
    stays: bool = False
    held: int = 0
    cancelled: int = 0
    ended: int = 0
    seen: list[str] = field(default_factory=list)

    async def send(self, request: Request) -> Response:
        if "/usernames/" not in request.url:
            return await for_app(self.sandbox.app).send(request)
        self.held += 1
        try:
            await anyio.sleep_forever()
        finally:
            self.cancelled += 1
            if self.stays:
                with anyio.CancelScope(shield=True):
                    for _ in range(5):
                        await settle()
            self.ended += 1
        raise AssertionError("unreachable")

    @contextlib.asynccontextmanager
    async def domain(self) -> AsyncIterator[DomainHandle]:
        async with HostwayEmail("admin", "sandbox", transport=FakeTransport(self.send)) as hostway:
            yield hostway.account("account007").domain("example.com")

    async def until_held(self, number: int = 1) -> None:
        with anyio.fail_after(HANGS):
            while self.held < number:
                await settle()


@pytest.fixture
def hanging(small: Sandbox) -> Hanging:
    return Hanging(small)


@pytest.mark.anyio
class TestTasks:
    """Tasks that enter, iterate and leave."""

    async def test_three_tasks(self, small: Sandbox, opened: Open) -> None:
        """One enters, another iterates, a third one leaves."""
        async with opened(small) as domain:
            run = audit(domain)
            assert await in_task(run.__aenter__) is run
            assert await in_task(lambda: records_of(run)) == 40
            await in_task(lambda: run.__aexit__(None, None, None))
        assert run.summary.complete

    @pytest.mark.parametrize("loop", ["asyncio"], indirect=True)
    async def test_asyncio_tasks(self, small: Sandbox, opened: Open) -> None:
        """The same with native tasks."""
        async with opened(small) as domain:
            run = audit(domain)
            await asyncio.create_task(run.__aenter__())
            assert await asyncio.create_task(records_of(run)) == 40
            await asyncio.create_task(run.__aexit__(None, None, None))
        assert run.summary.complete

    async def test_two_iterate(self, small: Sandbox, opened: Open) -> None:
        """Two tasks share the records."""
        counts = []

        async def count(run: AuditRun) -> None:
            counts.append(await records_of(run))

        async with opened(small) as domain, audit(domain) as run:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(count, run)
                tasks.start_soon(count, run)
        assert sum(counts) == 40

    async def test_left_while_another_iterates(self, hanging: Hanging) -> None:
        """The task that waits for a record gets an error, never the end of the iteration."""
        async with hanging.domain() as domain:
            run = audit(domain)
            await run.__aenter__()
            async with anyio.create_task_group() as tasks:

                async def iterate() -> None:
                    with pytest.raises(InvalidRequestError, match="has ended"):
                        await records_of(run)

                tasks.start_soon(iterate)
                await hanging.until_held()
                await run.__aexit__(None, None, None)
        assert hanging.ended == hanging.held
        assert not run.summary.complete

    async def test_entered_in_a_scope_that_is_left(self, small: Sandbox, opened: Open) -> None:
        """A scope around entering alone ends without affecting the run."""
        async with opened(small) as domain:
            run = audit(domain)
            with anyio.CancelScope():
                await run.__aenter__()
            assert await records_of(run) == 40
            await run.__aexit__(None, None, None)


@pytest.mark.anyio
class TestDeadline:
    """The deadline of the scope in which a run is entered."""

    async def test_around_all(self, hanging: Hanging, clock: Clock) -> None:
        """It cancels the requests of the run and the iteration, as if they were one task."""
        async with hanging.domain() as domain:
            with anyio.move_on_after(HANGS) as scope:
                async with audit(domain) as run:
                    await hanging.until_held()
                    clock.jump(HANGS)
                    await records_of(run)
        assert scope.cancelled_caught
        assert hanging.cancelled == hanging.held > 0
        assert run.summary.gaps == ["the audit was interrupted"]

    async def test_fail_after(self, hanging: Hanging, clock: Clock) -> None:
        """The error is that of the scope."""
        async with hanging.domain() as domain:
            with pytest.raises(TimeoutError) as caught:
                with anyio.fail_after(HANGS):
                    async with audit(domain) as run:
                        await hanging.until_held()
                        clock.jump(HANGS)
                        await records_of(run)
        assert "entered" not in str(caught.value)
        assert hanging.ended == hanging.held

    async def test_consumer_outside(self, hanging: Hanging, clock: Clock) -> None:
        """An iteration outside of the scope gets an error, never the end of the iteration."""
        async with hanging.domain() as domain:
            run = audit(domain)
            with anyio.move_on_after(HANGS):
                await run.__aenter__()
            await hanging.until_held()
            clock.jump(HANGS)
            with pytest.raises(TimeoutError, match="in which it was entered"):
                await records_of(run)
            assert hanging.ended == hanging.held
            await run.__aexit__(None, None, None)
        assert not run.summary.complete


@pytest.mark.anyio
class TestCancellation:
    """Cancelled consumers."""

    @pytest.mark.parametrize("stays", [False, True])
    async def test_scope(self, small: Sandbox, stays: bool) -> None:
        """Leaving in a cancelled scope waits until the requests of the run have ended."""
        hanging = Hanging(small, stays)
        async with hanging.domain() as domain:
            with anyio.CancelScope() as scope:
                async with audit(domain, records=None) as run:
                    await hanging.until_held()
                    scope.cancel()
                    await records_of(run)
        assert scope.cancelled_caught
        assert hanging.ended == hanging.held > 0

    @pytest.mark.parametrize("loop", ["asyncio"], indirect=True)
    @pytest.mark.parametrize("cancels", [1, 2, 3])
    async def test_native(self, small: Sandbox, cancels: int) -> None:
        """A native cancellation does too, even if it is repeated meanwhile."""
        hanging = Hanging(small, stays=True)
        before = len(asyncio.all_tasks())

        async def consume(domain: DomainHandle) -> None:
            async with audit(domain) as run:
                await records_of(run)

        async with hanging.domain() as domain:
            task = asyncio.create_task(consume(domain))
            await hanging.until_held()
            for _ in range(cancels):
                task.cancel()
                await asyncio.sleep(0)
            await asyncio.wait([task])
            assert task.cancelled()
            assert hanging.ended == hanging.held > 0
            assert len(asyncio.all_tasks()) == before

    @pytest.mark.parametrize("loop", ["asyncio"], indirect=True)
    async def test_asyncio_timeout(self, hanging: Hanging, clock: Clock) -> None:
        """`asyncio.timeout()` around all ends the run as well."""
        async with hanging.domain() as domain:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(HANGS):
                    async with audit(domain) as run:
                        await hanging.until_held()
                        clock.jump(HANGS)
                        await records_of(run)
        assert hanging.ended == hanging.held > 0


VARIABLE: ContextVar[str] = ContextVar("VARIABLE", default="unset")


@pytest.mark.anyio
async def test_context(small: Sandbox) -> None:
    """The run has a copy of the context in which it was entered."""
    seen = set()

    async def send(request: Request) -> Response:
        seen.add(VARIABLE.get())
        VARIABLE.set("of the run")
        return await for_app(small.app).send(request)

    async with HostwayEmail("admin", "sandbox", transport=FakeTransport(send)) as hostway:
        domain = hostway.account("account007").domain("example.com")
        token = VARIABLE.set("of the consumer")
        async with audit(domain, checks=["QUO-01"]) as run:
            await records_of(run)
        assert VARIABLE.get() == "of the consumer"
        VARIABLE.reset(token)
    assert "of the consumer" in seen
    assert "unset" not in seen


# On asyncio the event loop itself raises these errors, out of any task.
@pytest.mark.anyio
@pytest.mark.parametrize("loop", ["trio"], indirect=True)
@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
async def test_check_that_ends_the_program(
    small: Sandbox, opened: Open, kind: type[BaseException]
) -> None:
    """What is no `Exception` is raised by the iteration, never in the event loop of trio."""

    def leave(mailbox: MailboxFacts, context: Context) -> list[Evidence]:
        raise kind("enough")

    fields = {"severity": Severity.LOW, "group": "own", "rationale": "?", "remediation": "?"}
    own = MailboxCheck(id="OWN-01", title="Leaves", probes=frozenset(), find=leave, **fields)
    async with opened(small) as domain:
        async with audit(domain, checks=[own]) as run:
            with pytest.raises(kind, match="enough"):
                await records_of(run)
        assert await domain.aliases.list() is not None
    assert not run.summary.complete


ABANDONED: Final = """
import gc, sys
from hostway_email import HostwayEmail
from hostway_email.audit import audit
from hostway_email.sandbox import Sandbox
from hostway_email.transports.httpx import for_app

sandbox = Sandbox(mailboxes=300)
kept = []

async def main():
    hostway = HostwayEmail("admin", "sandbox", transport=for_app(sandbox.app))
    run = audit(hostway.account("account007").domain("example.com"), records=sys.argv[2])
    await run.__aenter__()
    for _ in range(int(sys.argv[3])):
        await run.__anext__()
    if sys.argv[4] == "keep":
        kept.append(run)

if sys.argv[1] == "asyncio":
    import asyncio
    asyncio.run(main())
else:
    import trio
    trio.run(main)
gc.collect()
"""


@pytest.mark.parametrize("loop", ["asyncio", "trio"])
@pytest.mark.parametrize(
    ("taken", "kept"),
    [
        ("20", "keep"),
        *(pytest.param(*one, marks=pytest.mark.slow) for one in (("0", "keep"), ("20", "drop"))),
    ],
)
def test_loop_that_ends_with_an_abandoned_run(
    tmp_path: Path, loop: str, taken: str, kept: str
) -> None:
    """The run ends with its event loop: no warning, and its file has complete lines only."""
    path = tmp_path / "records.jsonl"

    ended = run_process([*STRICTLY, ABANDONED, loop, str(path), taken, kept])

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    content = path.read_text()
    assert content.endswith("}\n")
    kinds = [json.loads(line)["record"] for line in content.splitlines()]
    assert kinds[0] == "header"
    assert set(kinds[1:]) <= {"mailbox"}
    assert int(taken) <= len(kinds) - 1 < 300


@pytest.mark.anyio
async def test_dropped_run_goes_on(small: Sandbox, opened: Open, tmp_path: Path) -> None:
    """A run without a reference is not collected before its task has ended."""
    path = tmp_path / "records.jsonl"
    async with opened(small) as domain:
        await audit(domain, records=path, checks=["QUO-01"]).__aenter__()
        with anyio.fail_after(HANGS):
            while '"end"' not in path.read_text():
                gc.collect()
                await settle()
    assert [json.loads(line)["record"] for line in path.read_text().splitlines()] == [
        "header",
        *["mailbox"] * 40,
        "domain",
        "end",
    ]
