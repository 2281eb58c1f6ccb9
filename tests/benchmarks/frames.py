"""Frames and calls of this package for one request: the stack at `Transport.send`.

    python tests/benchmarks/frames.py

Both figures are exact: they depend on neither the machine nor its load. Loops and HTTP libraries
are not counted, and neither is the transport.
"""

from __future__ import annotations

import asyncio
import cProfile
import json
import pstats
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import FrameType

import hostway_email
from hostway_email import HostwayEmail, Request, Response

__all__ = ["CALLS", "calls_of", "frames_of"]

Call = Callable[[HostwayEmail], Awaitable[object]]

PACKAGE = str(Path(hostway_email.__file__).parent)

MAILBOX = {"username": "ana", "quota": 85, "usage": 3, "master": False}
PAGE = {"totalCount": 1, "list": [{"username": "ana"}]}


def usernames(hostway: HostwayEmail) -> hostway_email.AsyncPager[hostway_email.UsernameEntry]:
    return hostway.account("account007").domain("example.com").usernames.list()


async def items(hostway: HostwayEmail) -> None:
    async for _ in usernames(hostway):
        pass


async def pages(hostway: HostwayEmail) -> None:
    async for _ in usernames(hostway).pages():
        pass


CALLS: dict[str, Call] = {
    "GET": lambda hostway: (
        hostway.account("account007").domain("example.com").username("ana").mailbox.get()
    ),
    "request()": lambda hostway: hostway.request("GET", "/email/example.com/mailbox"),
    "list, by item": items,
    "list, by page": pages,
    "list, collect()": lambda hostway: usernames(hostway).collect(),
    "list, first()": lambda hostway: usernames(hostway).first(),
    "list, page(1)": lambda hostway: usernames(hostway).page(1),
}


class Stack:
    """A transport that responds from memory, and records the frames above it."""

    def __init__(self) -> None:
        self.frames: list[str] = []

    async def send(self, request: Request) -> Response:
        self.frames = [
            f"{Path(frame.f_code.co_filename).relative_to(PACKAGE)}: {frame.f_code.co_qualname}"
            for frame in above(sys._getframe(1))
            if frame.f_code.co_filename.startswith(PACKAGE)
        ]
        document = MAILBOX if request.url.endswith("/mailbox") else PAGE
        return Response(200, {}, json.dumps(document).encode())

    async def aclose(self) -> None:
        pass


def above(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield a frame and its callers."""
    while frame is not None:
        yield frame
        frame = frame.f_back


async def frames_of(call: Call) -> list[str]:
    """Return the frames of this package at `Transport.send`, the innermost first."""
    stack = Stack()
    async with HostwayEmail("admin", "secret", transport=stack) as hostway:
        await call(hostway)
    return stack.frames


async def calls_of(call: Call) -> int:
    """Return the number of calls to functions of this package, after a first use."""
    async with HostwayEmail("admin", "secret", transport=Stack()) as hostway:
        await call(hostway)
        with cProfile.Profile() as profile:
            await call(hostway)
    counts = pstats.Stats(profile).stats.items()  # type: ignore[attr-defined] # not declared
    return sum(total for (file, *_), (_, total, *_) in counts if file.startswith(PACKAGE))


def main() -> None:
    for name, call in CALLS.items():
        frames = asyncio.run(frames_of(call))
        print(f"{name}: {len(frames)} frames, {asyncio.run(calls_of(call))} calls")
        for frame in frames:
            print(f"    {frame}")


if __name__ == "__main__":
    main()
