"""The sandbox as an HTTP server."""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Generator
from types import FrameType

import uvicorn
from starlette.types import Receive, Scope, Send

from hostway_email.sandbox.app import Sandbox
from hostway_email.sandbox.faults import ConnectionDroppedError

__all__ = ["serve"]


def serve(
    sandbox: Sandbox,
    *,
    host: str = "127.0.0.1",
    port: int = 8025,
    on_ready: Callable[[str], object] | None = None,
) -> None:
    """Serve the sandbox over HTTP until SIGINT, SIGTERM or SIGHUP, then return.

    A SIGHUP that is ignored, as under `nohup`, stays ignored.

    `port=0` selects a free port; `on_ready` is called with the base URL once connections are
    accepted.

    Raises:
        OSError: the address is in use or not available.
    """
    with _listen(host, port) as listener, _without_drop_messages():
        bound: int = listener.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        config = uvicorn.Config(
            _Closing(sandbox),
            access_log=False,
            log_level="warning",
            lifespan="off",
            timeout_keep_alive=75,
            timeout_graceful_shutdown=3,
        )
        server = _Server(config, lambda: on_ready and on_ready(f"http://{shown}:{bound}"))
        server.run(sockets=[listener])


class _Closing:
    """An ASGI wrapper that drops connections without a traceback."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._app = sandbox.app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # An incomplete response makes uvicorn close the connection, which is the fault.
        with contextlib.suppress(ConnectionDroppedError):
            await self._app(scope, receive, send)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], object]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        # uvicorn raises the signal again after its shutdown, which would end the program too.
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        handled = [signal.SIGINT, signal.SIGTERM]
        # Windows has none.
        hangup = signal.Signals.__members__.get("SIGHUP")
        if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
            handled.append(hangup)
        before = {number: signal.signal(number, self._stop) for number in handled}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.handle_exit(number, frame)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio disables Nagle's algorithm only on sockets whose protocol is TCP; with it, headers
    # and body of a response would be 40 ms apart.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


@contextlib.contextmanager
def _without_drop_messages() -> Generator[None, None, None]:
    """Suppress uvicorn's log messages about connections dropped on purpose."""
    logger = logging.getLogger("uvicorn.error")

    def is_wanted(record: logging.LogRecord) -> bool:
        return "without completing response" not in record.getMessage()

    logger.addFilter(is_wanted)
    try:
        yield
    finally:
        logger.removeFilter(is_wanted)
