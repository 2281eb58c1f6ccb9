"""Event loops: connections belong to one loop, and are closed with it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import weakref
from typing import Any

import anyio
import pytest
from anyio.from_thread import start_blocking_portal

from hostway_email import Transport, TransportError

from ..support.processes import run_process
from ..support.servers import RawServer, Then, reply, serving
from .conftest import MODULES, Adapter, Certificate, ask, until

STRICTLY = ["-X", "dev", "-W", "error", "-c"]

PROGRAM = """
import importlib, ssl, sys
import anyio
from hostway_email import HostwayEmail, RequestTimeoutError

backend, module, name, url, file = sys.argv[1:]
options = {"ssl_context": ssl.create_default_context(cafile=file)} if file else {}
transport = getattr(importlib.import_module(module), name)(url, **options)
hostway = HostwayEmail("a", "b", base_url=url, transport=transport)

async def job():
    async with anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(hostway.request, "GET", "/x")
    try:
        await hostway.with_options(timeout=0.05).request("POST", "/hold")
    except RequestTimeoutError:
        pass
    with anyio.move_on_after(0.05):
        await hostway.request("POST", "/hold")

for _ in range(2):
    anyio.run(job, backend=backend)
print("done")
"""


async def hold(request: Any, stream: Any) -> None:
    if request.line == "POST /hold":
        # Nor does it read again: a close_notify of TLS gets no reply either.
        await anyio.sleep_forever()
    else:
        await stream.send(reply(200, {"list": []}))


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_end_of_a_loop_leaves_nothing(ours: Adapter, certificate: Certificate, tls: bool) -> None:
    """A loop that ends without `aclose()` leaves no warning, also after a timeout."""
    context = certificate.of_server() if tls else None
    with start_blocking_portal() as portal:
        with portal.wrap_async_context_manager(serving(context)) as server:
            server.default = hold
            file = str(certificate.file) if tls else ""
            done = run_process(
                [*STRICTLY, PROGRAM, ours.backend, *MODULES[ours.name], server.url, file]
            )

    assert (done.stdout, done.stderr) == ("done\n", "")


def test_loops_are_not_kept(ours_on_asyncio: Adapter, server_in_thread: RawServer) -> None:
    """A client that outlives its event loops keeps none in memory; trio's are no objects."""
    transport = ours_on_asyncio.make(server_in_thread.url)
    loops = []

    async def job() -> None:
        loops.append(weakref.ref(asyncio.get_running_loop()))
        await transport.send(ask(server_in_thread))

    for _ in range(2):
        asyncio.run(job())
    gc.collect()

    assert [loop() for loop in loops[:-1]] == [None]
    assert server_in_thread.connections == 2


@pytest.mark.anyio
async def test_closing(transport: Transport, server: RawServer) -> None:
    """Closing ends the connections, may be called twice, and allows later requests."""
    await transport.send(ask(server))

    await transport.aclose()
    await transport.aclose()
    response = await transport.send(ask(server))

    assert response.status == 200


@pytest.mark.anyio
async def test_closing_closes_connections(ours: Adapter, server: RawServer) -> None:
    """After `aclose()` the server has no open connection."""
    async with ours.open(server.url) as transport:
        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(transport.send, ask(server))
        assert server.open

    await until(lambda: server.open == 0)


@pytest.mark.anyio
async def test_closing_during_a_request(ours: Adapter, server: RawServer) -> None:
    """A request during `aclose()` ends, and keeps no connection."""
    server.default = Then(reply(200, b"a", length=2), "hold")
    ended = anyio.Event()
    scope = anyio.CancelScope()

    async def lost(transport: Transport) -> None:
        with scope, contextlib.suppress(TransportError):
            await transport.send(ask(server))
        ended.set()

    async with ours.open(server.url) as transport, anyio.create_task_group() as tasks:
        tasks.start_soon(lost, transport)
        await until(lambda: server.requests)
        await transport.aclose()
        # Some end by themselves then, others when they are cancelled.
        with anyio.move_on_after(0.1):
            await ended.wait()
        scope.cancel()
        await ended.wait()

    await until(lambda: server.open == 0)
