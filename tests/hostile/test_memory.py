"""Peak memory of a client that receives far too much, each in its own process."""

from __future__ import annotations

import functools
import gzip
from collections.abc import Callable

import pytest

from ..support.bad_responses import GZIP, PACKED, huge
from ..support.processes import run_process
from ..support.servers import RawServer, Reply, Then, reply

MEGABYTES = 24
"""Maximum cost of the responses below: each of them is at least twice as large."""

# The peak of a process includes that of its parent, so a small process starts it.
GO_BETWEEN = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, *sys.argv[1:]]))"

PROGRAM = """
import asyncio, resource, sys
from hostway_email import HostwayEmail, HostwayEmailError, RetryPolicy

def peak():
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / 1024 / (1024 if sys.platform == "darwin" else 1)

async def main():
    retry = RetryPolicy.none()
    async with HostwayEmail(
        base_url=sys.argv[1], max_response_bytes=1_000_000, retry=retry, timeout=60
    ) as hostway:
        await hostway.request("GET", "/warm")
        before = peak()
        try:
            ended = repr(await hostway.request("GET", "/bad"))
        except HostwayEmailError as error:
            ended = type(error).__name__
        await hostway.request("GET", "/good")
        print(ended, before, peak())

asyncio.run(main())
"""


@functools.cache
def bomb() -> bytes:
    return gzip.compress(b" " * 200_000_000)


# Made when it is needed: a process that only collects the tests has no use for it.
CASES: dict[str, tuple[Callable[[], Reply], str]] = {
    "bomb": (lambda: reply(200, bomb(), GZIP), "InvalidResponseError"),
    "bomb in an error": (lambda: reply(500, bomb(), GZIP), "ServerError"),
    "50 MB": (lambda: huge(200), "InvalidResponseError"),
    "50 MB of an error": (lambda: huge(502), "BadGatewayError"),
    "50 MB behind gzip": (lambda: reply(200, PACKED + bytes(50_000_000), GZIP), "{'quota': 1}"),
    "50 MB of headers": (
        lambda: Then(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 8_000_000),
        "TransportError",
    ),
}


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, marks=[] if case == "bomb" else pytest.mark.slow) for case in CASES],
)
def test_memory_is_bounded(server_in_thread: RawServer, case: str) -> None:
    """No response makes the client use much more than `max_response_bytes`."""
    bad, ends = CASES[case]
    server_in_thread.replies = [reply(200, {}), bad()]

    done = run_process(["-c", GO_BETWEEN, "-W", "error", "-c", PROGRAM, server_in_thread.url])

    assert done.stderr == ""
    ended, before, after = done.stdout.rsplit(maxsplit=2)
    assert ended == ends
    assert float(after) - float(before) < MEGABYTES
