"""Handling of SIGINT, SIGTERM and SIGHUP at points where no data is lost."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Final, TypeVar

import anyio

__all__ = ["Interrupted", "handled_signals", "interruptible", "run_cancellable"]

T = TypeVar("T")
Handler = Callable[[int, FrameType | None], object] | int | None

# Windows has no SIGHUP.
_HANDLED: Final = [
    signal.Signals[name]
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if name in signal.Signals.__members__
]


class Interrupted(BaseException):
    """A signal that ends the command.

    Not a `KeyboardInterrupt`, which event loops and libraries handle in their own ways.
    """

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(number)
        self.number = number

    def __str__(self) -> str:
        by = "" if self.number is signal.SIGINT else f" by {self.number.name}"
        return f"interrupted{by}"


@dataclass(slots=True)
class _State:
    """The state of signal handling.

    Once a signal was raised, further ones are ignored, so that records and reports are completed.

    Attributes:
        first: the first signal that was received.
        raised: whether it was raised.
        raises: whether a signal is raised at once.
        cancel: cancels the running event loop, if there is one.
    """

    first: signal.Signals | None = None
    raised: bool = False
    raises: bool = False
    cancel: Callable[[], object] | None = None

    def note(self, number: int, _: FrameType | None) -> None:
        self.first = self.first or signal.Signals(number)
        if self.cancel is not None:
            self.cancel()
        elif self.raises:
            self.raise_pending()

    def raise_pending(self) -> None:
        """Raise the received signal, if none was raised yet."""
        if self.first is not None and not self.raised:
            self.raised = True
            raise Interrupted(self.first)


_state = _State()


@contextlib.contextmanager
def handled_signals() -> Iterator[None]:
    """Handle signals instead of being terminated; inherited ignored signals stay ignored."""
    global _state
    _state = _State()
    before: dict[signal.Signals, Handler] = {}
    # Signal handlers can only be set in the main thread.
    if threading.current_thread() is threading.main_thread():
        for number in _HANDLED:
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, _note)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Raise an earlier signal, or one received within the block, as `Interrupted`."""
    before, _state.raises = _state.raises, True
    try:
        _state.raise_pending()
        yield
    finally:
        _state.raises = before


def run_cancellable(main: Callable[[], Awaitable[T]]) -> T:
    """Run an async function on an event loop, and cancel it on a signal.

    Raises:
        Interrupted: a signal was received; the cancelled function has ended.
    """

    async def run() -> T | None:
        loop = asyncio.get_running_loop()
        with anyio.CancelScope() as scope:
            _state.cancel = lambda: loop.call_soon_threadsafe(scope.cancel)
            try:
                if _state.first is not None:
                    scope.cancel()
                return await main()
            finally:
                _state.cancel = None
        return None

    result = anyio.run(run)
    _state.raise_pending()
    assert result is not None
    return result


def _note(number: int, frame: FrameType | None) -> None:
    _state.note(number, frame)
