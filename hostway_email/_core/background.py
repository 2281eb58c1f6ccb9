"""A task outside of all task groups."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from contextvars import copy_context
from typing import Final

import anyio
from anyio.lowlevel import checkpoint, current_token

__all__ = ["BackgroundTask"]

_RUNNING: Final[set[asyncio.Task[None]]] = set()
"""All of them on asyncio, whose event loops hold only weak references to tasks."""


class BackgroundTask:
    """A task that any task may start and any may stop; it is cancelled when its event loop ends.

    A task group keeps a cancel scope open in the task that entered it, which must leave it too.

    Parameters:
        work: what the task does.
        resources: what it holds until it is stopped or its event loop ends, even if its work has
            ended before.
    """

    def __init__(self, work: Callable[[], Awaitable[None]], resources: ExitStack) -> None:
        self._work = work
        self._resources = resources
        self._scope = anyio.CancelScope()
        self._ended = anyio.Event()
        self._failure: BaseException | None = None

    def start(self) -> None:
        """Start it, with the deadline and a copy of the context of the calling task."""
        self._scope.deadline = anyio.current_effective_deadline()
        loop = current_token().native_token
        if isinstance(loop, asyncio.AbstractEventLoop):
            task = loop.create_task(self._run())
            _RUNNING.add(task)
            task.add_done_callback(self._done)
        else:
            import trio

            trio.lowlevel.spawn_system_task(self._run, context=copy_context())

    async def stop(self) -> None:
        """Cancel it, and wait for its end even if the calling task is cancelled meanwhile.

        Raises:
            BaseException: the error of its work, or of closing its resources.
        """
        self._scope.cancel()
        # A task group waits for its tasks in spite of any number of native cancellations.
        async with anyio.create_task_group() as waiting:
            waiting.start_soon(self._wait)
        if self._failure is not None:
            raise self._failure

    async def _wait(self) -> None:
        with anyio.CancelScope(shield=True):
            await self._ended.wait()

    async def _run(self) -> None:
        try:
            with self._scope:
                # If the event loop ends at once, no task has been started that never ran.
                await checkpoint()
                await self._work()
                await anyio.sleep_forever()
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as error:
            # Raised here it would end the event loop, on trio as an internal error.
            self._failure = error
        finally:
            self._end()

    def _done(self, task: asyncio.Task[None]) -> None:
        _RUNNING.discard(task)
        # A task that is cancelled before its first step never runs.
        self._end()

    def _end(self) -> None:
        if not self._ended.is_set():
            try:
                self._resources.close()
            except BaseException as error:
                self._failure = self._failure or error
            self._ended.set()
