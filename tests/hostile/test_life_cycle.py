"""The life cycle of clients: closed at any moment or never, shared, used in many event loops."""

from __future__ import annotations

import json

import anyio
import pytest
from anyio.abc import SocketStream

from hostway_email import (
    DomainHandle,
    HostwayEmail,
    HostwayEmailError,
    InvalidRequestError,
    RetryPolicy,
)
from hostway_email.audit import audit

from ..support.loops import settle
from ..support.processes import run_process
from ..support.servers import RawRequest, RawServer, reply
from ..support.waiting import HANGS, until

pytestmark = pytest.mark.anyio

STRICTLY = ["-W", "error", "-X", "dev", "-c"]
WHERE = "/accounts/account007/email/example.com"


async def pages(request: RawRequest, stream: SocketStream) -> None:
    """Reply with a page of one username and a link to a next one, without end."""
    _, paged, number = request.line.partition("?page=")
    if not paged:
        await stream.send(reply(200, {}))
        return
    following = int(number.partition("&")[0]) + 1
    links = [{"rel": "next", "href": f"{WHERE}/usernames?page={following}&pageSize=1"}]
    names = [{"username": f"user{following - 1}", "type": "mailbox"}]
    await stream.send(reply(200, {"list": names, "links": links}))


def domain_of(hostway: HostwayEmail) -> DomainHandle:
    return hostway.account("account007").domain("example.com")


async def test_closed_twice_and_used_after_that(server: RawServer) -> None:
    """Closing ends all connections, once; a closed client and its derived ones send nothing."""
    hostway = HostwayEmail(base_url=server.url)
    derived = hostway.with_options(timeout=3)
    async with hostway:
        await hostway.request("GET", WHERE)
        await derived.aclose()
        await hostway.request("GET", WHERE)
    await hostway.aclose()
    await until(lambda: server.open == 0)
    assert len(server.requests) == 2

    for client in (hostway, derived):
        with pytest.raises(InvalidRequestError, match="closed"):
            await client.request("GET", WHERE)
        with pytest.raises(InvalidRequestError, match="closed"):
            await domain_of(client).usernames.list().collect()
        with pytest.raises(InvalidRequestError, match="closed"):
            async with audit(domain_of(client)) as run:
                assert [record async for record in run] == []
                assert "closed" in run.domains[0].failed["usernames"]
                raise InvalidRequestError("closed")
    assert len(server.requests) == 2


async def test_closed_while_iterating(server: RawServer) -> None:
    """The iteration ends with an error that says so, after the items that it had."""
    server.default = pages
    seen: list[str] = []
    async with HostwayEmail(base_url=server.url) as hostway:
        with pytest.raises(InvalidRequestError, match="closed"):
            async for entry in domain_of(hostway).usernames.list(page_size=1):
                seen.append(entry.username)
                if len(seen) == 3:
                    await hostway.aclose()
    assert seen == ["user1", "user2", "user3"]
    await until(lambda: server.open == 0)


async def test_closed_while_calls_are_under_way(server: RawServer) -> None:
    """Calls that were sent complete, waiting ones are not sent, and no connection is left."""
    closing = anyio.Event()

    async def slow(request: RawRequest, stream: SocketStream) -> None:
        await closing.wait()
        await stream.send(reply(200, {}))

    server.default = slow
    ends: list[bool] = []
    hostway = HostwayEmail(base_url=server.url, max_concurrency=4, retry=RetryPolicy.none())

    async def call() -> None:
        try:
            await hostway.request("GET", WHERE)
            ends.append(True)
        except HostwayEmailError:
            ends.append(False)

    with anyio.fail_after(HANGS):
        async with anyio.create_task_group() as tasks:
            for _ in range(12):
                tasks.start_soon(call)
            await until(lambda: len(server.requests) == 4)
            tasks.start_soon(hostway.aclose)
            await settle()
            closing.set()
    await until(lambda: server.open == 0)
    assert sorted(ends) == [False] * 8 + [True] * 4
    assert len(server.requests) == 4


async def test_shared_by_200_tasks(server: RawServer) -> None:
    """Each task has its own response, over no more connections than there are slots."""

    async def echo(request: RawRequest, stream: SocketStream) -> None:
        await stream.send(reply(200, {"line": request.line}))

    server.default = echo
    wrong: list[object] = []
    async with HostwayEmail(base_url=server.url, max_concurrency=10) as hostway:

        async def call(number: int) -> None:
            for turn in range(3):
                path = f"{WHERE}/{number}/{turn}"
                result = await hostway.request("GET", path)
                if result != {"line": f"GET {path}"}:
                    wrong.append(result)

        async with anyio.create_task_group() as tasks:
            for number in range(200):
                tasks.start_soon(call, number)

    assert wrong == []
    assert len(server.requests) == 600
    assert server.connections == server.most_open == 10


BEGINNING = """
import asyncio, gc, sys
import anyio, trio
from hostway_email import HostwayEmail, HostwayEmailError
from hostway_email.audit import audit

hostway = HostwayEmail(base_url=sys.argv[1])
domain = hostway.account("account007").domain("example.com")

async def call():
    await domain.usernames.list().collect(limit=5)

async def calls():
    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(call)
"""
PROGRAMS = {
    "many event loops": """
for _ in range(3):
    asyncio.run(calls())
    trio.run(calls)
    anyio.run(calls)
""",
    "closed in each event loop": """
async def closing():
    await calls()
    await hostway._session._shared.transport.aclose()
for _ in range(3):
    asyncio.run(closing())
""",
    "never closed": """
asyncio.run(calls())
del hostway, domain
gc.collect()
""",
    "never used": """
async def main():
    domain.usernames.list()
    domain.usernames.list().pages()
    aiter(domain.usernames.list())
    audit(domain)
    gc.collect()
asyncio.run(main())
anyio.run(main, backend="trio")
""",
    "left half way": """
async def main():
    async for entry in domain.usernames.list(page_size=1):
        break
    async for page in domain.usernames.list(page_size=1).pages():
        break
    async with audit(domain, checks=["quota"]) as run:
        async for record in run:
            break
    gc.collect()
asyncio.run(main())
anyio.run(main, backend="trio")
""",
    "stopped in the middle": """
async def main():
    with anyio.move_on_after(0.01):
        await calls()
    tasks = [asyncio.ensure_future(calls()) for _ in range(5)]
    await asyncio.sleep(0.005)
asyncio.run(main())
""",
    "an event loop without asyncio.run": """
loop = asyncio.new_event_loop()
loop.run_until_complete(calls())
loop.run_until_complete(loop.shutdown_asyncgens())
loop.close()
""",
}


ONE_AFTER_ANOTHER = """
import json, sys
kept = []
for name, program in json.loads(sys.argv.pop()).items():
    print(name, file=sys.stderr)
    kept.append({})  # Until the interpreter ends.
    exec(program, kept[-1])
"""


def test_no_warning(server_in_thread: RawServer) -> None:
    """A client made at import time leaves nothing that Python would warn about."""
    server_in_thread.default = pages
    programs = json.dumps({name: BEGINNING + rest for name, rest in PROGRAMS.items()})

    done = run_process([*STRICTLY, ONE_AFTER_ANOTHER, server_in_thread.url, programs])

    # A warning would follow the name of its program.
    assert (done.returncode, done.stderr.splitlines()) == (0, [*PROGRAMS])
