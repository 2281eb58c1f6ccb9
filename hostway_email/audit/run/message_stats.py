"""The message statistics of an audit, asked for beside all else, and once more at its end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream

from hostway_email.audit.collect.collector import MailboxCollector
from hostway_email.audit.collect.facts import MailboxFacts
from hostway_email.audit.collect.probes import STATISTICS
from hostway_email.audit.run.circuit_breaker import CircuitBreaker, Deferred, DeferredQueue
from hostway_email.audit.run.domain import Target
from hostway_email.handles import DomainHandle

__all__ = ["Statistics", "Uncounted"]

AT_ONCE: Final = 12
"""At most this many calls for statistics: while the gateway is down each of them is a loss."""

ROUNDS: Final = 3
LANE_CLOSED: Final = "the IMAP gateway could not be reached for ten mailboxes in a row"


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A mailbox that is known but for its statistics."""

    target: Target
    facts: MailboxFacts
    failed: dict[str, str]


class Statistics:
    """Asks for the statistics of mailboxes, and finishes these; some wait for the gateway.

    Parameters:
        reader: asks for those of one mailbox.
        targets: the domains of the audit.
        concurrency: how many mailboxes are read at once.
        finish: is called with each mailbox of which there is nothing more to learn.
    """

    def __init__(
        self,
        reader: MailboxCollector,
        targets: Sequence[Target],
        concurrency: int,
        finish: Callable[[Target, MailboxFacts, dict[str, str]], Awaitable[None]],
    ) -> None:
        self.at_once = min(AT_ONCE, concurrency)
        self._reader = reader
        self._targets = targets
        self._finish = finish
        self._lane = CircuitBreaker()
        self._room = DeferredQueue()

    @property
    def waiting(self) -> int:
        """How many mailboxes wait for the gateway."""
        return self._room.count

    def close(self) -> None:
        """Forget who waits; may be called twice."""
        self._room.close()

    async def first_pass(self, arriving: MemoryObjectReceiveStream[Uncounted]) -> None:
        """Ask for those of the mailboxes that arrive; once the lane is closed, let them wait."""
        async with anyio.create_task_group() as tasks:
            for _ in range(self.at_once):
                tasks.start_soon(self._serve, arriving)

    async def second_pass(self) -> None:
        """Ask again for what waits, if the gateway answers; what still waits is unknown."""
        for _ in range(ROUNDS):
            room = self._room
            if not room.count:
                return
            self._room = DeferredQueue()
            self._lane.reopen()
            if not await self._retry_deferred(iter(room)):
                self._room.close()
                self._room = room
                break
            room.close()
        for one in self._room:
            failed = one.failed | {STATISTICS: one.reason}
            await self._finish(self._targets[one.target], one.facts, failed)

    async def _serve(self, arriving: MemoryObjectReceiveStream[Uncounted]) -> None:
        async for one in arriving:
            if self._lane.closed:
                self._wait(one, LANE_CLOSED)
            else:
                await self._ask(one, one.target.domain)

    async def _ask(self, one: Uncounted, domain: DomainHandle) -> bool:
        """Finish a mailbox with its statistics; False if it has to wait for the gateway."""
        unreachable = await self._reader.count(domain, one.facts, one.failed)
        if unreachable is not None:
            self._lane.unreachable()
            self._wait(one, unreachable)
            return False
        self._lane.answered()
        await self._finish(one.target, one.facts, one.failed)
        return True

    def _wait(self, one: Uncounted, reason: str) -> None:
        target = self._targets.index(one.target)
        self._room.add(Deferred(target=target, facts=one.facts, failed=one.failed, reason=reason))

    async def _retry_deferred(self, waiting: Iterator[Deferred]) -> bool:
        """Try the gateway with one call; only if it answers, ask for all that waits."""
        first = self._called(next(waiting))
        if not await self._ask(first, first.target.patient):
            return False
        async with anyio.create_task_group() as tasks:
            for _ in range(self.at_once):
                tasks.start_soon(self._drain, waiting)
        return True

    async def _drain(self, waiting: Iterator[Deferred]) -> None:
        for one in waiting:
            uncounted = self._called(one)
            if self._lane.closed:
                self._wait(uncounted, one.reason)
            else:
                await self._ask(uncounted, uncounted.target.patient)

    def _called(self, one: Deferred) -> Uncounted:
        return Uncounted(self._targets[one.target], one.facts, one.failed)
