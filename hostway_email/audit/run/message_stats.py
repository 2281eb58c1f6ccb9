"""Collection of message statistics, beside the other probes and once more at the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream

from hostway_email.audit.collect.collector import MailboxCollector
from hostway_email.audit.collect.facts import MailboxFacts
from hostway_email.audit.collect.probes import STATISTICS
from hostway_email.audit.run.circuit_breaker import CircuitBreaker, DeferredMailbox, DeferredQueue
from hostway_email.audit.run.domain import DomainAudit
from hostway_email.handles import DomainHandle

__all__ = ["MessageStatsCollector", "PendingMailbox"]

MAX_CONCURRENT: Final = 12
"""The limit of concurrent requests: while the gateway is down, each of them is wasted."""

MAX_PASSES: Final = 3
BREAKER_OPEN: Final = "the IMAP gateway could not be reached for ten mailboxes in a row"


@dataclass(frozen=True, slots=True)
class PendingMailbox:
    """A mailbox of which all but the statistics has been read."""

    audit: DomainAudit
    facts: MailboxFacts
    failed: dict[str, str]


class MessageStatsCollector:
    """A collector of message statistics that defers mailboxes while the gateway is down.

    Parameters:
        collector: sends the requests for one mailbox.
        audits: the domains of the audit.
        concurrency: how many mailboxes are read at once.
        finish: is called with each mailbox that has been read completely.
    """

    def __init__(
        self,
        collector: MailboxCollector,
        audits: Sequence[DomainAudit],
        concurrency: int,
        finish: Callable[[DomainAudit, MailboxFacts, dict[str, str]], Awaitable[None]],
    ) -> None:
        self.concurrency = min(MAX_CONCURRENT, concurrency)
        self._collector = collector
        self._audits = audits
        self._finish = finish
        self._breaker = CircuitBreaker()
        self._deferred = DeferredQueue()

    @property
    def deferred_count(self) -> int:
        """The number of deferred mailboxes."""
        return self._deferred.count

    def close(self) -> None:
        """Discard the deferred mailboxes; may be called twice."""
        self._deferred.close()

    async def first_pass(self, pending: MemoryObjectReceiveStream[PendingMailbox]) -> None:
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
        for mailbox in self._deferred:
            failed = mailbox.failed | {STATISTICS: mailbox.reason}
            await self._finish(self._audits[mailbox.domain_index], mailbox.facts, failed)

    async def _read_pending(self, pending: MemoryObjectReceiveStream[PendingMailbox]) -> None:
        async for mailbox in pending:
            if self._breaker.is_open:
                self._defer(mailbox, BREAKER_OPEN)
            else:
                await self._read(mailbox, mailbox.audit.domain)

    async def _read(self, mailbox: PendingMailbox, domain: DomainHandle) -> bool:
        """Finish a mailbox with its statistics; defer it and return False without the gateway."""
        unreachable = await self._collector.read_statistics(domain, mailbox.facts, mailbox.failed)
        if unreachable is not None:
            self._breaker.record_failure()
            self._defer(mailbox, unreachable)
            return False
        self._breaker.record_success()
        await self._finish(mailbox.audit, mailbox.facts, mailbox.failed)
        return True

    def _defer(self, mailbox: PendingMailbox, reason: str) -> None:
        self._deferred.add(
            DeferredMailbox(
                domain_index=self._audits.index(mailbox.audit),
                facts=mailbox.facts,
                failed=mailbox.failed,
                reason=reason,
            )
        )

    async def _retry(self, queue: Iterator[DeferredMailbox]) -> bool:
        """Retry one mailbox, and the others only if the gateway could be reached for it."""
        first = self._restored(next(queue))
        if not await self._read(first, first.audit.retrying_domain):
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
                await self._read(mailbox, mailbox.audit.retrying_domain)

    def _restored(self, deferred: DeferredMailbox) -> PendingMailbox:
        return PendingMailbox(self._audits[deferred.domain_index], deferred.facts, deferred.failed)
