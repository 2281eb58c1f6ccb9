"""What all tests share: both event loops, a sandbox with a client over it, and no way out."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from anyio.from_thread import start_blocking_portal

from hostway_email import DomainScope, HostwayEmail, RetryPolicy
from hostway_email.sandbox import Sandbox
from hostway_email.transports.httpx import for_app

from .servers import RawServer, serving


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how many of the manual's examples were cases here.

    This cannot stand beside them: the process that prints it may have left collecting to others.
    """
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    if any(report.nodeid.startswith("tests/manual/") for report in reports):
        from .manual.examples import EXAMPLES, EXCUSED

        documented = len(EXAMPLES) + len(EXCUSED)
        terminalreporter.write_line(f"{len(EXAMPLES)} of {documented} documented examples covered")


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Run every test marked `anyio` on both event loops."""
    return str(request.param)


@pytest.fixture(autouse=True)
def _no_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail whatever asks for another machine: tests talk to this one only."""
    connect, connect_ex, getaddrinfo = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.getaddrinfo,
    )

    def check(host: object) -> None:
        if isinstance(host, tuple):
            host = host[0]
        local = host in (None, "", "localhost", "::1", b"localhost")
        if isinstance(host, str) and not local and not host.startswith(("127.", "/")):
            raise AssertionError(f"a test wanted to reach {host!r}")

    def guard(function: Callable[..., object]) -> Callable[..., object]:
        def guarded(*args: object, **kwargs: object) -> object:
            check(args[1] if isinstance(args[0], socket.socket) else args[0])
            return function(*args, **kwargs)

        return guarded

    monkeypatch.setattr(socket.socket, "connect", guard(connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guard(connect_ex))
    monkeypatch.setattr(socket, "getaddrinfo", guard(getaddrinfo))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A domain with two mailboxes; a path that the API does not have fails the test."""
    sandbox = Sandbox(mailboxes=0)
    sandbox.add_mailbox("ana", password="Ana-secret-1", quota=100, usage=40)
    sandbox.add_mailbox("ben", password="Ben-secret-1", quota=50)
    yield sandbox
    assert sandbox.unknown == []


@pytest.fixture
async def hostway(sandbox: Sandbox) -> AsyncIterator[HostwayEmail]:
    """A client over the sandbox that never waits before it repeats a call."""
    async with HostwayEmail(
        "admin",
        "sandbox",
        base_url="https://api.test",
        transport=for_app(sandbox.app),
        retry=RetryPolicy(base_delay=0),
    ) as hostway:
        yield hostway


@pytest.fixture
def domain(hostway: HostwayEmail) -> DomainScope:
    """The domain of the sandbox."""
    return hostway.account("account007").domain("example.com")


@pytest.fixture
async def server() -> AsyncIterator[RawServer]:
    """A scripted HTTP server on this event loop."""
    async with serving() as server:
        yield server


@pytest.fixture
def server_apart() -> Iterator[RawServer]:
    """A scripted HTTP server with an event loop of its own, for tests that run several."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(serving()) as server:
        yield server
