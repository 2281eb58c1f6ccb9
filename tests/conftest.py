"""What all tests share: both event loops, a sandbox with a client over it, and no way out."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import HealthCheck, settings

from hostway_email import DomainHandle, HostwayEmail, RetryPolicy
from hostway_email.sandbox import Sandbox
from hostway_email.transports.httpx import for_app

from .support.connections import Connections
from .support.loops import CLOCK, STALLS, Clock, backend
from .support.servers import RawServer, serving

OUTSIDE = re.compile(r"(?i)[a-z]+_proxy|hostway_\w+|(no|force)_color|columns|request_method")
"""What a machine's environment must not decide for a test, nor for a process that it starts."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--stalls",
        metavar="SEED",
        help="Stall event loops and scripted servers at random, for up to 100 ms each time.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make all machines alike, before the first fixture of any scope."""
    for name in filter(OUTSIDE.fullmatch, list(os.environ)):
        del os.environ[name]
    # A shell's background and `nohup` have signals ignored, which a process that a test starts
    # would inherit. A handler it does not.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
    # Examples are the same in each run: what fails once fails again, and fails everywhere.
    settings.register_profile(
        "suite",
        deadline=None,
        derandomize=True,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("suite")
    STALLS.seed = config.getoption("--stalls")


def pytest_report_header() -> list[str]:
    return [f"stalls: --stalls {STALLS.seed}"] if STALLS.seed else []


def pytest_runtest_setup(item: pytest.Item) -> None:
    STALLS.begin(item.nodeid)


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
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    """Run every test marked `anyio` on both event loops."""
    return backend(request.param)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the event loops, which a test moves ahead instead of waiting for a timeout."""
    real = time.perf_counter
    monkeypatch.setattr(time, "perf_counter", lambda: real() + CLOCK.ahead)
    return CLOCK


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
def connections(_no_way_out: None, monkeypatch: pytest.MonkeyPatch) -> Connections:
    """The connections that are made on this side, at this moment and at the most."""
    made = Connections()
    connect = socket.socket.connect

    def counting(one: socket.socket, address: Any) -> None:
        made.add(one)
        connect(one, address)

    monkeypatch.setattr(socket.socket, "connect", counting)
    return made


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
def domain(hostway: HostwayEmail) -> DomainHandle:
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
