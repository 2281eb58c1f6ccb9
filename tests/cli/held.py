"""A sandbox that blocks after some requests, so that a test can act during an audit."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import anyio
import uvicorn

from hostway_email.sandbox import Sandbox

from .conftest import TIMEOUT

__all__ = ["HeldSandbox", "held_sandbox"]


class HeldSandbox:
    """An application that responds to some requests; the others wait until it is released."""

    def __init__(self, sandbox: Sandbox, answers: int) -> None:
        self.sandbox = sandbox
        self._left = answers
        self._released = anyio.Event()
        self._reached = threading.Event()
        self.base_url = ""
        self.loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self._left -= 1
        if self._left < 0:
            self._reached.set()
            await self._released.wait()
        await self.sandbox.app(scope, receive, send)

    def wait(self) -> None:
        """Wait for the first blocked request."""
        assert self._reached.wait(TIMEOUT)

    def release(self) -> None:
        """Respond to the blocked and all further requests."""
        assert self.loop is not None
        self.loop.call_soon_threadsafe(self._released.set)


@contextlib.contextmanager
def held_sandbox(mailboxes: int, answers: int) -> Iterator[HeldSandbox]:
    """Serve such a sandbox in a thread of this process."""
    app = HeldSandbox(
        Sandbox(
            mailboxes,
            7,
            account="account007",
            domain="example.com",
            username="admin",
            password="sandbox",
        ),
        answers,
    )
    config = uvicorn.Config(
        app, port=0, lifespan="off", log_level="error", timeout_graceful_shutdown=1
    )
    ready = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            app.loop = asyncio.get_running_loop()
            app.base_url = f"http://127.0.0.1:{self.servers[0].sockets[0].getsockname()[1]}"
            ready.set()

    server = Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert ready.wait(TIMEOUT)
        yield app
    finally:
        app.release()
        server.should_exit = True
        thread.join(TIMEOUT)
