"""Fixtures of all tests: both event loops, a sandbox and its client, and no network."""

from __future__ import annotations

import gc
import os
import re
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterator
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

VARIABLES = re.compile(
    r"(?i)[a-z]+_proxy|hostway_\w+|(no|force)_color|columns|request_method|pythondontwritebytecode"
)
"""Variables of the environment that must not affect a test, nor a process that it starts."""

BOTH_LOOPS = (
    "audit/collect/",
    "audit/records/test_shared_files.py::TestInterrupted",
    "audit/records/test_shared_files.py::TestTwoAudits::test_audits_that_start_at_once",
    "audit/run/",
    "contract/",
    "core/test_session.py",
    "hostile/",
    "pagination/",
    "sandbox/http/test_dispatcher.py",
    "sandbox/test_faults.py",
    "sandbox/test_server.py",
    "test_client.py",
    "test_retry.py",
    "test_suite.py",
    "transports/",
)
"""The tests of what waits, is cancelled, or holds connections: here the event loop matters.

All others marked `anyio` run on asyncio only.
"""
PLANS = ("audit/run/test_plan.py", "audit/run/test_selection.py")
"""These compare numbers and names before and after an audit, whichever loop it ran on."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--stalls",
        metavar="SEED",
        help="Stall event loops and scripted servers at random, for up to 100 ms each time.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the environment the same on all machines, before the first fixture of any scope."""
    for name in filter(VARIABLES.fullmatch, list(os.environ)):
        del os.environ[name]
    # Without bytecode each process compiles the package, and this one all tests, again and again.
    sys.dont_write_bytecode = False
    # Background jobs and `nohup` ignore signals, which a process that a test starts
    # would inherit. It does not inherit a handler.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
    # Examples are the same in each run and on each machine: a failure can be reproduced.
    settings.register_profile(
        "suite",
        deadline=None,
        derandomize=True,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("suite")
    STALLS.seed = config.getoption("--stalls")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the collected tests, which live to the end, away from the garbage collector.

    To go through them again and again takes a quarter of the time of all tests.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_report_header() -> list[str]:
    return [f"stalls: --stalls {STALLS.seed}"] if STALLS.seed else []


def pytest_runtest_setup(item: pytest.Item) -> None:
    STALLS.begin(item.nodeid)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many of the manual's examples are covered.

    Not in tests/manual, as other processes may have collected these tests.
    """
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    if any(report.nodeid.startswith("tests/manual/") for report in reports):
        from .manual.examples import EXAMPLES, EXCUSED

        documented = len(EXAMPLES) + len(EXCUSED)
        terminalreporter.write_line(f"{len(EXAMPLES)} of {documented} documented examples covered")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize a test with its event loops, unless it names them itself."""
    named = (mark.args[0] for mark in metafunc.definition.iter_markers("parametrize"))
    if "loop" in metafunc.fixturenames and "loop" not in named:
        where = metafunc.definition.nodeid.removeprefix("tests/")
        both = where.startswith(BOTH_LOOPS) and not where.startswith(PLANS)
        metafunc.parametrize("loop", ["asyncio", "trio"] if both else ["asyncio"], indirect=True)


@pytest.fixture
def loop(request: pytest.FixtureRequest) -> str:
    """The name of the event loop of a test."""
    name: str = request.param
    return name


@pytest.fixture
def anyio_backend(loop: str) -> tuple[str, dict[str, Any]]:
    """Run a test marked `anyio` on its event loop."""
    return backend(loop)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the event loops, which a test moves ahead to let a timeout expire."""
    real = time.perf_counter
    monkeypatch.setattr(time, "perf_counter", lambda: real() + CLOCK.ahead)
    return CLOCK


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail connections to other machines."""
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
            raise AssertionError(f"a test tried to connect to {host!r}")

    def guard(function: Callable[..., object]) -> Callable[..., object]:
        def guarded(*args: object, **kwargs: object) -> object:
            check(args[1] if isinstance(args[0], socket.socket) else args[0])
            return function(*args, **kwargs)

        return guarded

    monkeypatch.setattr(socket.socket, "connect", guard(connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guard(connect_ex))
    monkeypatch.setattr(socket, "getaddrinfo", guard(getaddrinfo))


@pytest.fixture
def connections(_no_network: None, monkeypatch: pytest.MonkeyPatch) -> Connections:
    """The connections made by this process, with their number now and its maximum."""
    made = Connections()
    connect = socket.socket.connect

    def counting(one: socket.socket, address: Any) -> None:
        made.add(one)
        connect(one, address)

    monkeypatch.setattr(socket.socket, "connect", counting)
    return made


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox with two mailboxes; requests to unknown paths fail the test."""
    sandbox = Sandbox(mailboxes=0)
    sandbox.add_mailbox("ana", password="Ana-secret-1", quota=100, usage=40)
    sandbox.add_mailbox("ben", password="Ben-secret-1", quota=50)
    yield sandbox
    assert sandbox.unknown == []


@pytest.fixture
async def hostway(sandbox: Sandbox) -> AsyncIterator[HostwayEmail]:
    """A client of the sandbox without waits before retries."""
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
def server_in_thread() -> Iterator[RawServer]:
    """A scripted HTTP server with its own event loop, for tests that run several."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(serving()) as server:
        yield server
