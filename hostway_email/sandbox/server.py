"""The sandbox as a real server, for programs that want a port."""

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

    `port=0` takes a free one; `on_ready` is called with the base URL once connections are
    accepted.

    Raises:
        OSError: the address is taken or not ours.
    """
    with _listen(host, port) as listener, _without_complaints():
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
    """The application, with its dropped connections ended by the server without a traceback."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._app = sandbox.app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # An answer left incomplete makes uvicorn close the connection, which is the fault.
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
        # uvicorn raises the signal once more when it is done; here it has done its work.
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
    # Only sockets that name TCP are spared Nagle's algorithm by asyncio; with it, head and body
    # of an answer would be 40 ms apart.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


@contextlib.contextmanager
def _without_complaints() -> Generator[None, None, None]:
    """Keep uvicorn from reporting the connections that were dropped on purpose."""
    logger = logging.getLogger("uvicorn.error")

    def is_wanted(record: logging.LogRecord) -> bool:
        return "without completing response" not in record.getMessage()

    logger.addFilter(is_wanted)
    try:
        yield
    finally:
        logger.removeFilter(is_wanted)
