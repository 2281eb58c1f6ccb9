"""A running audit: lists the mailboxes, reads them, and yields their records."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from secrets import token_hex
from types import TracebackType
from typing import Final, Self

import anyio
from anyio.abc import TaskGroup
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from hostway_email._core.call import Meter
from hostway_email.audit.checks.base import infos_of
from hostway_email.audit.collect.collector import MailboxCollector
from hostway_email.audit.collect.facts import MailboxFacts
from hostway_email.audit.collect.probes import DETAILS, reason_of
from hostway_email.audit.collect.throttle import Throttle
from hostway_email.audit.records.journal import Journal
from hostway_email.audit.records.models import (
    USERNAMES,
    AuditRecord,
    DomainRecord,
    EndRecord,
    HeaderRecord,
)
from hostway_email.audit.records.summary import AuditSummary
from hostway_email.audit.run.domain import AuditConfig, DomainAudit
from hostway_email.audit.run.message_stats import MessageStatsCollector, PendingMailbox
from hostway_email.audit.run.plan import AuditPlan
from hostway_email.audit.run.progress import AuditProgress
from hostway_email.audit.run.queue import RecordQueue
from hostway_email.errors import (
    AuthenticationError,
    HostwayEmailError,
    InvalidRequestError,
    RateLimitedError,
)
from hostway_email.handles import DomainHandle
from hostway_email.models import UsernameEntry
from hostway_email.retry import RetryEvent

__all__ = ["AuditRun"]

# Lists of usernames that are read at the same time.
MAX_CONCURRENT_LISTS: Final = 8
RETRYING_MAX_DELAY: Final = 2.0
MAX_QUEUED_RECORDS: Final = 64


@dataclass(frozen=True, slots=True)
class _Job:
    """A listed mailbox that is to be read."""

    audit: DomainAudit
    entry: UsernameEntry


class AuditRun:
    """An audit of one or more domains: an async context manager, and an iterator over records.

    Attributes:
        summary: the figures so far; complete once the iteration has ended.
        domains: the records of the domains, created at the end.
    """

    def __init__(
        self,
        domains: Sequence[DomainHandle],
        config: AuditConfig,
        *,
        concurrency: int,
        records: str | os.PathLike[str] | None,
        resume: bool,
    ) -> None:
        self.domains: list[DomainRecord] = []
        self._config = config
        self._concurrency = concurrency
        self._throttle = Throttle(concurrency)
        self._meter = Meter()
        self._audits = [
            DomainAudit(
                self._metered(domain, retrying=False), self._metered(domain, retrying=True), config
            )
            for domain in domains
        ]
        self._by_key = {audit.key: audit for audit in self._audits}
        self._probes = config.selection.probes
        self._collector = MailboxCollector(self._probes, self._throttle)
        self._message_stats = MessageStatsCollector(
            self._collector, self._audits, concurrency, self._finish_mailbox
        )
        self._journal = Journal(records, resume=resume)
        baseline = config.baseline.header if config.baseline else None
        self._header = HeaderRecord(
            targets=[audit.key for audit in self._audits],
            checks=infos_of(config.selection.checks),
            skipped=config.selection.skipped,
            probes=sorted(self._probes),
            settings=config.settings,
            suppressions=config.suppressions.all,
            baseline=baseline.started if baseline else None,
            changed_settings=config.settings.differing(baseline.settings) if baseline else [],
            today=config.today,
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            pseudonym_key=baseline.pseudonym_key if baseline else token_hex(16),
        )
        self.summary = AuditSummary.of(self._header)
        self._started = time.monotonic()
        self._failure: Exception | None = None
        self._tasks: TaskGroup | None = None
        self._exited = False
        self._queue: RecordQueue[AuditRecord] = RecordQueue(MAX_QUEUED_RECORDS)

    def plan(self) -> AuditPlan:
        """Return the requests of this audit; nothing is sent.

        The requests that a resumed run saves are not subtracted.

        Raises:
            InvalidRequestError: the baseline is an audit of other domains, or is not readable.
        """
        baseline = self._config.baseline
        # Once entered, the run keeps the baseline open.
        if baseline is not None and self._tasks is None:
            baseline.open(self._header.targets)
            baseline.close()
        return AuditPlan.of(self._config.selection, len(self._audits), self._concurrency, baseline)

    async def __aenter__(self) -> Self:
        if self._tasks is not None:
            raise InvalidRequestError("an audit can run only once; create a new one")
        self._started = time.monotonic()
        try:
            self._open_files()
        except BaseException:
            self._close_files()
            raise
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        self._tasks.start_soon(self._run)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._tasks is not None
        self._tasks.cancel_scope.cancel()
        try:
            # Without the error, which a task group would wrap in an ExceptionGroup.
            await self._tasks.__aexit__(None, None, None)
        finally:
            self._exited = True
            self._message_stats.close()
            self._close_files()
            self._update_totals()
            if not self.summary.ended:
                self.summary.stop(self._failure)

    def _open_files(self) -> None:
        if self._config.baseline is not None:
            self._config.baseline.open(self._header.targets)
            self._header.baseline_damage = self._config.baseline.damage
            self.summary = AuditSummary.of(self._header)
        for record in self._journal.open(self._header):
            self._audit_of(record).restore(record)
            self.summary.add(record)
        self.summary.notes.extend(self._journal.notes)

    def _close_files(self) -> None:
        self._journal.close()
        if self._config.baseline is not None:
            self._config.baseline.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> AuditRecord:
        if self._tasks is None:
            raise InvalidRequestError("enter the audit first: async with audit(...) as run")
        if self._exited:
            raise InvalidRequestError("the audit has ended; iterate inside its async with block")
        record = await self._queue.get()
        if record is not None:
            return record
        if self._failure is not None:
            raise self._failure from self._failure.__cause__
        raise StopAsyncIteration

    @property
    def progress(self) -> AuditProgress:
        """The current progress."""
        totals = [audit.total for audit in self._audits]
        known = [total for total in totals if total is not None]
        return AuditProgress(
            total=sum(known) if known else None,
            final=len(known) == len(totals),
            done=self.summary.mailboxes,
            resumed=self._journal.count,
            unknown=self.summary.with_unknown,
            waiting=self._message_stats.deferred_count,
            requests=self._meter.requests,
            retries=self._meter.retries,
            findings=self.summary.findings.total(),
            seconds=time.monotonic() - self._started,
        )

    def _metered(self, domain: DomainHandle, *, retrying: bool) -> DomainHandle:
        """Return the domain over a session that counts requests, retries and 429 responses."""
        policy = domain._session.retry
        user_callback = policy.on_retry

        def on_retry(event: RetryEvent) -> None:
            if isinstance(event.error, RateLimitedError):
                self._throttle.record_rate_limit()
            if user_callback is not None:
                user_callback(event)

        if retrying and policy.attempts > 1:
            delay = min(RETRYING_MAX_DELAY, policy.max_delay)
            policy = replace(policy, attempts=2 * policy.attempts, max_delay=delay)
        session = domain._session.derive(retry=replace(policy, on_retry=on_retry))
        session.meter = self._meter
        return domain._over(session)

    def _audit_of(self, record: AuditRecord) -> DomainAudit:
        return self._by_key[record.account, record.domain]

    async def _run(self) -> None:
        """Run the audit, then end the iteration, with the error if there was one."""
        try:
            await self._first_pass()
            await self._message_stats.retry_deferred()
            self._finish_domains()
        except* Exception as group:
            self._failure = _root_error(group)
        finally:
            self._queue.close()

    async def _first_pass(self) -> None:
        """List and read all mailboxes; each is finished, or deferred for its statistics."""
        jobs, job_queue = anyio.create_memory_object_stream[_Job](2 * self._concurrency)
        pending, pending_queue = anyio.create_memory_object_stream[PendingMailbox](
            self._message_stats.concurrency
        )
        with job_queue, pending_queue:
            async with anyio.create_task_group() as statistics, pending:
                statistics.start_soon(self._message_stats.first_pass, pending_queue)
                async with anyio.create_task_group() as readers, jobs:
                    for number in range(self._concurrency):
                        readers.start_soon(self._read, number, job_queue, pending)
                    await self._list_all(jobs)

    async def _list_all(self, jobs: MemoryObjectSendStream[_Job]) -> None:
        slots = anyio.Semaphore(MAX_CONCURRENT_LISTS)
        async with anyio.create_task_group() as lists:
            for audit in self._audits:
                await slots.acquire()
                lists.start_soon(self._list, audit, jobs, slots)

    async def _list(
        self, audit: DomainAudit, jobs: MemoryObjectSendStream[_Job], slots: anyio.Semaphore
    ) -> None:
        """List the usernames of a domain while its own probes run."""
        probes = sorted(name for name in self._probes if name.startswith("domain."))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(audit.run_probes, [name.removeprefix("domain.") for name in probes])
            pager = audit.domain.usernames.list(details=DETAILS in self._probes)
            pager.item_key = ""  # The audit itself finds and counts duplicates.
            try:
                async for page in pager.pages():
                    audit.walk = pager.summary or audit.walk
                    for entry in page.items:
                        if audit.is_new(entry.username):
                            await jobs.send(_Job(audit, entry))
            except AuthenticationError:
                raise
            except HostwayEmailError as error:
                audit.failed[USERNAMES] = reason_of(error)
        audit.listed()
        slots.release()

    async def _read(
        self,
        number: int,
        jobs: MemoryObjectReceiveStream[_Job],
        pending: MemoryObjectSendStream[PendingMailbox],
    ) -> None:
        """Read mailboxes one after the other, until the throttle stops this task."""
        while number < self._throttle.limit:
            try:
                job = await jobs.receive()
            except anyio.EndOfStream:
                return
            facts, failed = await self._collector.read(job.audit.domain, job.entry)
            if self._collector.needs_statistics(facts, failed):
                await pending.send(PendingMailbox(job.audit, facts, failed))
            else:
                await self._finish_mailbox(job.audit, facts, failed)

    async def _finish_mailbox(
        self, audit: DomainAudit, facts: MailboxFacts, failed: dict[str, str]
    ) -> None:
        """Evaluate a mailbox, then write and yield its record."""
        await audit.ready.wait()
        record = audit.evaluate(facts, failed)
        self._journal.write(record)
        self.summary.add(record)
        await self._queue.put(record)

    def _finish_domains(self) -> None:
        """Evaluate the checks of whole domains, then write the figures of the run."""
        for resumed in self._journal.resumed():
            self._audit_of(resumed).aggregate_resumed(resumed)
        for audit in self._audits:
            record = audit.finish()
            self.domains.append(record)
            self.summary.add_domain(record)
            self._journal.write(record)
        check_ids = [check.id for check in self._config.selection.checks]
        self.summary.suppressions = self._config.suppressions.uses(check_ids)
        self._update_totals()
        self._journal.write(
            EndRecord(
                requests=self.summary.requests,
                retries=self.summary.retries,
                seconds=round(self.summary.seconds, 3),
                concurrency=self._concurrency,
                slowed_down=self.summary.slowed_down,
                suppressions=self.summary.suppressions,
            )
        )
        self.summary.ended = True

    def _update_totals(self) -> None:
        self.summary.requests = self._meter.requests
        self.summary.retries = self._meter.retries
        self.summary.seconds = time.monotonic() - self._started
        self.summary.slowed_down = self._throttle.halved


def _root_error(group: BaseExceptionGroup[Exception]) -> Exception:
    """Return the error that ended the run; the others in the group are its consequences."""
    first = group.exceptions[0]
    return _root_error(first) if isinstance(first, BaseExceptionGroup) else first
