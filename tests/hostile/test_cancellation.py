"""A thousand calls cancelled at random moments: nothing is leaked, and the next call works.

On asyncio tasks are cancelled natively, as servers and frameworks do; on trio by their scope. Half
of the calls are cancelled before they are connected, the others once the server has them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

import anyio
import httpx
import pytest
import sniffio
from anyio.abc import SocketStream
from anyio.lowlevel import checkpoint

from hostway_email import (
    AuthenticationError,
    DomainHandle,
    HostwayEmail,
    RetryPolicy,
    ServerError,
)
from hostway_email.audit import AuditRecord, AuditRun, audit, read_records
from hostway_email.audit.run.queue import RecordQueue

from ..support.connections import Connections
from ..support.servers import RawRequest, RawServer, reply
from ..support.waiting import HANGS

pytestmark = pytest.mark.anyio

WHERE: Final = "/accounts/account007/email/example.com"
TICKS: Final = 8
FEW: Final = (12, 1)
MANY: Final = (84, 51)
"""Rounds of each scene and event loop, and how many of them are cancelled in time, at least.

With the storm below, many are a thousand calls.
"""


@dataclass(frozen=True)
class Scene:
    """The situation in which a call is cancelled.

    Attributes:
        call: the cancelled call.
        reply: the response of the server, each time.
        requests: maximum number of requests at the server at that moment.
    """

    call: Callable[[HostwayEmail], Awaitable[object]]
    reply: Callable[[RawRequest, SocketStream], Awaitable[None]]
    requests: int = 1


def domain_of(hostway: HostwayEmail) -> DomainHandle:
    return hostway.account("account007").domain("example.com")


async def at_once(request: RawRequest, stream: SocketStream) -> None:
    await stream.send(reply(200, {"quota": 1}))


async def in_pieces(request: RawRequest, stream: SocketStream) -> None:
    for byte in reply(200, {"quota": 1, "more": "x" * 20}, {"Transfer-Encoding": "identity"}):
        await stream.send(bytes([byte]))
        await checkpoint()


async def not_now(request: RawRequest, stream: SocketStream) -> None:
    await stream.send(reply(503, {"message": "not now"}))


async def refuse(request: RawRequest, stream: SocketStream) -> None:
    await stream.send(reply(401, {"message": "no"}))


async def pages(request: RawRequest, stream: SocketStream) -> None:
    """Reply with one of six pages of two usernames each, and with an empty body otherwise."""
    path, _, query = request.line.removeprefix("GET ").partition("?")
    if not path.endswith("/usernames"):
        await stream.send(reply(200, {}))
        return
    number = int(dict(pair.split("=") for pair in query.split("&"))["page"])
    where = f"{path}?pageSize=2&page="
    links = [{"rel": "last", "href": f"{where}6"}]
    if number < 6:
        links.append({"rel": "next", "href": f"{where}{number + 1}"})
    names = [{"username": f"user{number}{letter}", "type": "mailbox"} for letter in "ab"]
    await stream.send(reply(200, {"list": names, "totalCount": 12, "links": links}))


async def some_ticks(seconds: float) -> None:
    """Wait before a retry for a number of event loop steps instead of seconds."""
    for _ in range(4 * TICKS):
        await checkpoint()


async def do_get(hostway: HostwayEmail) -> None:
    await domain_of(hostway).get()


async def do_get_in_vain(hostway: HostwayEmail) -> None:
    with contextlib.suppress(ServerError):
        await domain_of(hostway).get()


async def do_upload(hostway: HostwayEmail) -> None:
    await hostway.request("PUT", WHERE, body={"text": "x" * 3_000_000})


async def do_walk(hostway: HostwayEmail) -> None:
    assert len(await domain_of(hostway).usernames.list(page_size=2).collect()) == 12


async def do_audit(hostway: HostwayEmail) -> None:
    async with audit(domain_of(hostway), checks=["quota", "forwards"], concurrency=4) as run:
        assert len([record async for record in run]) == 12


SCENES: Final = {
    "connect": Scene(do_get, at_once, requests=0),
    "send": Scene(do_upload, at_once, requests=0),
    "body": Scene(do_get, in_pieces),
    "wait": Scene(do_get_in_vain, not_now, requests=2),
    "pages": Scene(do_walk, pages, requests=6),
    "audit": Scene(do_audit, pages, requests=30),
}


Over = Callable[[], bool]
Moment = Callable[[Over], Awaitable[None]]


async def cancelled(call: Callable[[], Awaitable[object]], moment: Moment) -> bool:
    """Start a call, cancel it at a moment, and return whether that ended it.

    The moment gets a function that returns whether the call has already ended.
    """
    if sniffio.current_async_library() == "asyncio":
        task = asyncio.ensure_future(call())
        await moment(task.done)
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()
        return task.cancelled()
    scope = anyio.CancelScope()
    ended: list[object] = []

    async def inside() -> None:
        with scope:
            ended.append(await call())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(inside)
        await moment(lambda: bool(ended))
        scope.cancel()
    return not ended


def running() -> Counter[str]:
    """Return the tasks of this event loop, except those of the server."""
    names = (task.name or "" for task in anyio.get_running_tasks())
    return Counter(name for name in names if "serve" not in name)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until a condition holds, one event loop step after the other."""
    with anyio.fail_after(HANGS):
        while not holds():
            await checkpoint()


@pytest.mark.parametrize(
    ("trials", "least"), [FEW, pytest.param(*MANY, marks=pytest.mark.slow)], ids=["few", "many"]
)
@pytest.mark.parametrize("name", SCENES)
async def test_cancelled_at_any_moment(
    server: RawServer, name: str, trials: int, least: int
) -> None:
    """A cancelled call leaks no task, slot or connection, in any situation."""
    scene, random = SCENES[name], Random(f"cancel {name}")
    limit = 1 if scene.requests < 3 else 3
    ended = 0
    before = running()
    for trial in range(trials):
        cold = trial % 2 == 0
        hostway = HostwayEmail(
            base_url=server.url,
            max_concurrency=limit,
            retry=RetryPolicy(attempts=3, base_delay=0.01, sleep=some_ticks),
        )
        if not cold:
            server.default = at_once
            await do_get(hostway)
        server.default = scene.reply
        wanted = len(server.requests) + (0 if cold else random.randint(0, scene.requests))
        ticks = random.randint(0, TICKS)

        async def moment(over: Over, wanted: int = wanted, ticks: int = ticks) -> None:
            await until(lambda: over() or len(server.requests) >= wanted)
            for _ in range(ticks):
                await checkpoint()

        def call(hostway: HostwayEmail = hostway) -> Awaitable[object]:
            return scene.call(hostway)

        ended += await cancelled(call, moment)

        assert running() == before
        server.default = at_once
        with anyio.fail_after(HANGS):
            async with anyio.create_task_group() as tasks:
                for _ in range(limit + 1):
                    tasks.start_soon(do_get, hostway)
        await until(lambda: server.open <= limit)
        await hostway.aclose()
        await until(lambda: not server.open)
    # The others had ended before they could be cancelled.
    assert ended >= least


async def test_storm(server: RawServer, connections: Connections) -> None:
    """Half of the tasks on one client are cancelled; the other half get their responses."""
    random = Random("storm")
    server.default = at_once
    kept: list[object] = []
    async with HostwayEmail(base_url=server.url, max_concurrency=3) as hostway:

        async def keep() -> None:
            kept.append(await domain_of(hostway).get())

        async def lose() -> None:
            async def moment(over: Over) -> None:
                for _ in range(random.randint(0, 40)):
                    await checkpoint()

            await cancelled(lambda: do_get(hostway), moment)

        for _ in range(4):
            with anyio.fail_after(HANGS):
                async with anyio.create_task_group() as tasks:
                    for _ in range(10):
                        tasks.start_soon(lose)
                        tasks.start_soon(keep)
            await until(lambda: server.open <= 3)
    assert len(kept) == 40
    assert connections.most <= 2 * 3
    await until(lambda: not server.open)


async def test_cancelled_steps_of_an_audit_lose_no_record(server: RawServer) -> None:
    """An audit polled with a timeout yields each record once, with a records file or not."""
    random = Random("steps")
    server.default = pages
    async with HostwayEmail(base_url=server.url) as hostway:
        for _ in range(20):
            names: list[str] = []
            ended = False
            async with audit(domain_of(hostway), checks=["quota"], concurrency=4) as run:

                async def step(run: AuditRun = run, names: list[str] = names) -> None:
                    nonlocal ended
                    async for record in run:
                        names.append(record.username)
                        return
                    ended = True

                async def moment(over: Over) -> None:
                    for _ in range(random.randint(1, TICKS)):
                        await checkpoint()

                with anyio.fail_after(HANGS):
                    while not ended:
                        await cancelled(step, moment)
            assert len(names) == len(set(names)) == 12


async def test_written_records_are_yielded(server: RawServer, tmp_path: Path) -> None:
    """A record is written before it is yielded; every written one is yielded, even after a 401."""
    handed_out = 0
    for trial in range(10):
        names: list[str] = []
        path = tmp_path / f"{trial}.jsonl"
        counted = 0

        async def until_refused(
            request: RawRequest, stream: SocketStream, patience: int = 40 + 2 * trial
        ) -> None:
            nonlocal counted
            counted += 1
            await (refuse if counted > patience else pages)(request, stream)

        server.default = until_refused
        async with HostwayEmail(base_url=server.url) as hostway:
            run = audit(domain_of(hostway), concurrency=4, records=path)
            with pytest.raises(AuthenticationError):
                async with run:
                    async for record in run:
                        names.append(record.username)
                        written = path.read_bytes()
                        assert f'"{record.username}"'.encode() in written
                        assert written.endswith(b"}\n")
                        await checkpoint()

        held = [one.username for one, _ in read_records(path) if isinstance(one, AuditRecord)]
        assert names == held
        handed_out += len(names)
    assert handed_out > 10


async def test_record_written_by_a_cancelled_task_is_yielded() -> None:
    """A task cancelled after writing a record still puts it into the queue."""
    queue: RecordQueue[str] = RecordQueue(max_size=1)
    for name in ("first", "second", "third"):
        with anyio.CancelScope() as scope:
            scope.cancel()
            await queue.put(name)
    queue.close()

    taken = [await queue.get() for _ in range(3)]

    assert taken == ["first", "second", "third"]
    with pytest.raises(StopAsyncIteration):
        await queue.get()


# Comparison with the pool of httpx


MOMENTS: Final = [(sent, ticks) for sent in (False, True) for ticks in range(13)]


async def calls_after_a_cancelled_one(
    server: RawServer, get: Callable[[], Awaitable[object]], sent: bool, ticks: int
) -> None:
    """Cancel a call on an open connection, some steps after it began or was sent."""
    await get()
    before = len(server.requests)

    async def moment(over: Over) -> None:
        if sent:
            await until(lambda: len(server.requests) > before)
        for _ in range(ticks):
            await checkpoint()

    await cancelled(get, moment)
    with anyio.fail_after(HANGS):
        await get()


@pytest.mark.parametrize("loop", ["asyncio"], indirect=True)
async def test_httpx_pool_does_not_survive_it(server: RawServer) -> None:
    """With httpx's own pool one cancelled call can fail all later ones."""
    died = 0
    for sent, ticks in MOMENTS:
        async with httpx.AsyncClient(
            limits=httpx.Limits(max_connections=1),
            # Real, as nothing tells when a call waits in the pool. A stall lets the call die that
            # would not have, so the test can pass without the fault, but never fail by it.
            timeout=httpx.Timeout(HANGS, pool=0.1),
            trust_env=False,
        ) as bare:
            try:
                await calls_after_a_cancelled_one(
                    server, lambda bare=bare: bare.get(server.url), sent, ticks
                )
            except httpx.PoolTimeout:
                died += 1
    assert died >= 1


@pytest.mark.parametrize("loop", ["asyncio"], indirect=True)
async def test_ours_survives_it(server: RawServer) -> None:
    """The same, at the same moments, on a client of this package with one slot."""
    server.default = at_once
    for sent, ticks in MOMENTS:
        async with HostwayEmail(base_url=server.url, max_concurrency=1) as hostway:
            await calls_after_a_cancelled_one(
                server, lambda hostway=hostway: do_get(hostway), sent, ticks
            )
            await until(lambda: server.open <= 1)
