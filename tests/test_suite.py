"""The test suite itself: independent of the machine, and leaving nothing behind."""

from __future__ import annotations

import os
import re
import signal
from functools import partial
from pathlib import Path
from urllib.request import getproxies

import anyio
import pytest
from hypothesis import settings

from hostway_email import HostwayEmail, RequestTimeoutError, RetryPolicy

from .support.loops import LONGEST_STALL, Clock, Stalls
from .support.processes import end_of, run_process, running
from .support.servers import RawServer, Then, reply
from .support.waiting import until_in_thread

HERE = Path(__file__).parent
WHERE = "/accounts/account007/email/example.com"


def test_no_proxy_of_the_machine() -> None:
    """Neither a test nor its processes use the proxies of the environment."""
    assert getproxies() == {}
    seen = run_process(["-c", "import urllib.request; print(urllib.request.getproxies())"])
    assert seen.stdout == "{}\n"


def test_examples_are_the_same_everywhere() -> None:
    """Hypothesis has no deadline, and a failure can be reproduced."""
    assert settings.default is not None
    assert (settings.default.deadline, settings.default.derandomize) == (None, True)
    assert settings.default.print_blob


def test_one_module_for_processes_and_profiles() -> None:
    """Processes are started in one module, and hypothesis is configured once."""
    elsewhere = [
        str(file.relative_to(HERE))
        for file in sorted(HERE.rglob("*.py"))
        if file.name not in ("processes.py", "conftest.py", Path(__file__).name)
        and "benchmarks" not in file.parts
        and re.search(
            r"\bPopen\(|subprocess\.run\(\s*\[sys\.executable|@settings\(.*deadline|_profile\(",
            file.read_text(),
        )
    ]

    assert elsewhere == []


def test_no_process_is_left_by_a_test_that_fails() -> None:
    """A process that ignores signals ends with the test, and so does its child."""
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    child = f"{deaf}print(0, flush=True); time.sleep(1e6)"
    parent = f"import subprocess, sys; subprocess.call([sys.executable, '-c', {child!r}])"

    def fail() -> None:
        with running(["-c", parent]) as process:
            started.append(process.pid)
            assert process.stdout is not None
            assert process.stdout.readline() == "1\n"

    started: list[int] = []
    with pytest.raises(AssertionError):
        fail()

    def none_left() -> bool:
        try:
            os.killpg(started[0], 0)
        except ProcessLookupError:
            return True
        return False

    until_in_thread(none_left)


def test_a_signal_and_an_end() -> None:
    """A signal is sent, and status and output are returned."""
    with running(["-c", "input()"]) as process:
        assert end_of(process, signal.SIGKILL) == (-signal.SIGKILL, "", "")


@pytest.mark.anyio
async def test_a_timeout_expires_without_waiting(server: RawServer, clock: Clock) -> None:
    """The clock jumps once the response is stuck, however long that has taken."""
    server.replies = [Then(b"", "hold")]
    server.when_stuck = partial(clock.jump, 3_600)
    policy = RetryPolicy(attempts=1, deadline=3_600)
    async with HostwayEmail(base_url=server.url, timeout=3_600, retry=policy) as hostway:
        started = anyio.current_time()
        with pytest.raises(RequestTimeoutError, match="3600 s"):
            await hostway.request("GET", WHERE)
        assert anyio.current_time() - started >= 3_600


@pytest.mark.anyio
async def test_replies_by_path(server: RawServer) -> None:
    """A reply for one path is sent to no other."""
    server.replies_to["/b"] = [reply(200, {"b": 1})]
    async with HostwayEmail(base_url=server.url) as hostway:
        assert await hostway.request("GET", "/a") == {"list": []}
        assert await hostway.request("GET", "/b", query={"x": "1"}) == {"b": 1}
        assert await hostway.request("GET", "/b") == {"list": []}


def test_stalls_are_the_same_for_a_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A seed reproduces its stalls, and long tests are not stalled for ever."""
    stalled: list[float] = []
    monkeypatch.setattr("time.sleep", stalled.append)

    def stalls_of(seed: str | None) -> list[float]:
        stalls = Stalls(seed)
        stalls.begin("a test")
        for _ in range(100_000):
            stalls.step()
        return [stalled.pop() for _ in stalled[:]]

    first = stalls_of("1")
    assert first == stalls_of("1") != stalls_of("2")
    assert 5 < len(first) < 50
    assert max(first) <= LONGEST_STALL
    assert stalls_of(None) == []
