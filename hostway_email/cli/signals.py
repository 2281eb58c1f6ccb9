"""SIGINT, SIGTERM and SIGHUP: noted when they come, and acted on where nothing is lost by it."""

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
    """A signal asked the command to end.

    It is no `KeyboardInterrupt`: event loops and libraries have ways of their own with that.
    """

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(number)
        self.number = number

    def __str__(self) -> str:
        by = "" if self.number is signal.SIGINT else f" by {self.number.name}"
        return f"interrupted{by}"


@dataclass(slots=True)
class _State:
    """The first signal that has come, and what the next one does.

    Once one was acted on, all further ones are ignored: what is left to do takes a moment, and
    it is what the user wants to keep.
    """

    first: signal.Signals | None = None
    acted: bool = False
    raises: bool = False
    cancel: Callable[[], object] | None = None

    def note(self, number: int, _: FrameType | None) -> None:
        self.first = self.first or signal.Signals(number)
        if self.cancel is not None:
            self.cancel()
        elif self.raises:
            self.act()

    def act(self) -> None:
        """Raise the signal that has come, if none was acted on yet."""
        if self.first is not None and not self.acted:
            self.acted = True
            raise Interrupted(self.first)


_state = _State()


@contextlib.contextmanager
def handled_signals() -> Iterator[None]:
    """Note signals instead of dying of them; one that was inherited as ignored stays ignored."""
    global _state
    _state = _State()
    before: dict[signal.Signals, Handler] = {}
    # Only the main thread can have handlers.
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
    """Raise the signal that has come before, or comes within, as `Interrupted`."""
    before, _state.raises = _state.raises, True
    try:
        _state.act()
        yield
    finally:
        _state.raises = before


def run_cancellable(main: Callable[[], Awaitable[T]]) -> T:
    """Run on an event loop, and cancel it when a signal comes.

    Raises:
        Interrupted: a signal came; what was cancelled has come to its end.
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
    _state.act()
    assert result is not None
    return result


def _note(number: int, frame: FrameType | None) -> None:
    _state.note(number, frame)
