"""The stage of message statistics: beside the other probes, and once more at the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream

from hostway_email.audit.collect.facts import StatisticsFacts
from hostway_email.audit.collect.probes import STATISTICS, read_message_counts, reason_of
from hostway_email.audit.collect.units import Collected
from hostway_email.audit.run.circuit_breaker import CircuitBreaker, DeferredMailbox, DeferredQueue
from hostway_email.audit.run.domain import DomainAudit, Mailbox
from hostway_email.errors import (
    AuthenticationError,
    HostwayEmailError,
    ImapFailure,
    ImapGatewayError,
    NotFoundError,
)
from hostway_email.handles import MeteredDomain
from hostway_email.retry import RetryPolicy

__all__ = ["MessageStats"]

MAX_PASSES: Final = 3
RETRYING_MAX_DELAY: Final = 2.0
BREAKER_OPEN: Final = "the IMAP gateway could not be reached for ten mailboxes in a row"


class MessageStats:
    """The stage that adds message statistics, and defers mailboxes while the gateway is down.

    Parameters:
        domains: the domains of the run.
        concurrency: how many statistics are requested at once: while the gateway is down, each of
            these requests is wasted.
        hand_on: takes the mailboxes that have been read completely.
    """

    def __init__(
        self,
        domains: Sequence[DomainAudit],
        concurrency: int,
        hand_on: Callable[[Mailbox], Awaitable[None]],
    ) -> None:
        self.concurrency = concurrency
        self._domains = domains
        self._hand_on = hand_on
        self._breaker = CircuitBreaker()
        self._deferred = DeferredQueue()

    @staticmethod
    def apply_to(collected: Collected) -> bool:
        """Return whether the statistics of a mailbox are still to be read."""
        return not collected.facts.gone and STATISTICS not in collected.failed

    @property
    def deferred_count(self) -> int:
        """The number of deferred mailboxes."""
        return self._deferred.count

    def close(self) -> None:
        """Discard the deferred mailboxes; may be called twice."""
        self._deferred.close()

    async def first_pass(self, pending: MemoryObjectReceiveStream[Mailbox]) -> None:
        """Read the statistics of mailboxes as they arrive; defer them while the breaker is open."""
        async with anyio.create_task_group() as tasks:
            for _ in range(self.concurrency):
                tasks.start_soon(self._read_pending, pending)

    async def retry_deferred(self) -> None:
        """Retry the deferred mailboxes; those still deferred afterwards are unknown."""
        for _ in range(MAX_PASSES):
            queue = self._deferred
            if not queue.count:
                return
            self._deferred = DeferredQueue()
            self._breaker.reset()
            if not await self._retry(iter(queue)):
                self._deferred.close()
                self._deferred = queue
                break
            queue.close()
        for deferred in self._deferred:
            mailbox = self._restored(deferred)
            mailbox.collected.failed[STATISTICS] = deferred.reason
            await self._hand_on(mailbox)

    async def _read_pending(self, pending: MemoryObjectReceiveStream[Mailbox]) -> None:
        async for mailbox in pending:
            if self._breaker.is_open:
                self._defer(mailbox, BREAKER_OPEN)
            else:
                await self._read(mailbox, mailbox.domain.handle)

    async def _read(self, mailbox: Mailbox, handle: MeteredDomain) -> bool:
        """Hand on a mailbox with its statistics; defer it and return False without the gateway."""
        unreachable = await _read_statistics(handle, mailbox.collected)
        if unreachable is not None:
            self._breaker.record_failure()
            self._defer(mailbox, unreachable)
            return False
        self._breaker.record_success()
        await self._hand_on(mailbox)
        return True

    def _defer(self, mailbox: Mailbox, reason: str) -> None:
        self._deferred.add(
            DeferredMailbox(
                domain_index=self._domains.index(mailbox.domain),
                collected=mailbox.collected,
                reason=reason,
            )
        )

    async def _retry(self, queue: Iterator[DeferredMailbox]) -> bool:
        """Retry one mailbox, and the others only if the gateway could be reached for it."""
        first = self._restored(next(queue))
        if not await self._read(first, _patient(first.domain.handle)):
            return False
        async with anyio.create_task_group() as tasks:
            for _ in range(self.concurrency):
                tasks.start_soon(self._retry_all, queue)
        return True

    async def _retry_all(self, queue: Iterator[DeferredMailbox]) -> None:
        for deferred in queue:
            mailbox = self._restored(deferred)
            if self._breaker.is_open:
                self._defer(mailbox, deferred.reason)
            else:
                await self._read(mailbox, _patient(mailbox.domain.handle))

    def _restored(self, deferred: DeferredMailbox) -> Mailbox:
        return Mailbox(self._domains[deferred.domain_index], deferred.collected)


async def _read_statistics(handle: MeteredDomain, collected: Collected) -> str | None:
    """Read the statistics; return the reason if the IMAP gateway could not be reached."""
    try:
        collected.facts.statistics = await _statistics(handle, collected)
    except AuthenticationError:
        raise
    except HostwayEmailError as error:
        reason = error.reason if isinstance(error, ImapGatewayError) else None
        if reason is ImapFailure.NO_CONNECTION:
            return reason_of(error)
        collected.failed[STATISTICS] = reason_of(error)
    return None


async def _statistics(handle: MeteredDomain, collected: Collected) -> StatisticsFacts | None:
    facts = collected.facts
    assert facts.kind is not None
    try:
        return await read_message_counts(handle.username(facts.username), facts.kind)
    except NotFoundError:
        # A virtual mailbox, which has no messages, or one that no longer exists.
        return None


def _patient(handle: MeteredDomain) -> MeteredDomain:
    """Return a domain with twice the attempts, for mailboxes that are retried at the end."""

    def adapt(policy: RetryPolicy) -> RetryPolicy:
        if policy.attempts == 1:
            return policy
        delay = min(RETRYING_MAX_DELAY, policy.max_delay)
        return replace(policy, attempts=2 * policy.attempts, max_delay=delay)

    return MeteredDomain(handle, handle.meter, adapt)
