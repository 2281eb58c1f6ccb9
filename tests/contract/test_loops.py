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

backend, module, name, plain, tls, file = sys.argv[1:]
make = getattr(importlib.import_module(module), name)
trusted = ssl.create_default_context(cafile=file)
transports = {plain: make(plain), tls: make(tls, ssl_context=trusted)}
clients = [HostwayEmail("a", "b", base_url=url, transport=transports[url]) for url in transports]

async def job(hostway):
    async with anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(hostway.request, "GET", "/x")
    try:
        await hostway.with_options(timeout=0.05).request("POST", "/hold")
    except RequestTimeoutError:
        pass
    with anyio.move_on_after(0.05):
        await hostway.request("POST", "/hold")

for hostway in clients:
    for _ in range(2):
        anyio.run(job, hostway, backend=backend)
print("done")
"""


async def hold(request: Any, stream: Any) -> None:
    if request.line == "POST /hold":
        # Nor does it read again: a close_notify of TLS gets no reply either.
        await anyio.sleep_forever()
    else:
        await stream.send(reply(200, {"list": []}))


def test_end_of_a_loop_leaves_nothing(ours: Adapter, certificate: Certificate) -> None:
    """A loop that ends without `aclose()` leaves no warning, also after a timeout."""
    with start_blocking_portal() as portal, contextlib.ExitStack() as servers:
        urls = []
        for context in (None, certificate.of_server()):
            manager = portal.wrap_async_context_manager(serving(context))
            server = servers.enter_context(manager)
            server.default = hold
            urls.append(server.url)
        arguments = [ours.backend, *MODULES[ours.name], *urls, str(certificate.file)]
        done = run_process([*STRICTLY, PROGRAM, *arguments])

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
