"""A running audit: it walks the lists, reads the mailboxes, and hands out records."""

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
from hostway_email.audit.collect.collector import MailboxCollector
from hostway_email.audit.collect.facts import MailboxFacts
from hostway_email.audit.collect.probes import DETAILS, explained
from hostway_email.audit.collect.throttle import Throttle
from hostway_email.audit.records.journal import Journal
from hostway_email.audit.records.models import (
    USERNAMES,
    AuditRecord,
    CheckRecord,
    DomainRecord,
    EndRecord,
    HeaderRecord,
)
from hostway_email.audit.records.summary import AuditSummary
from hostway_email.audit.run.domain import AuditConfig, Target
from hostway_email.audit.run.message_stats import Statistics, Uncounted
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

DOMAINS_AT_ONCE: Final = 8
PATIENT_MAX_DELAY: Final = 2.0
RECORDS_AHEAD: Final = 64


@dataclass(frozen=True, slots=True)
class _Job:
    """A mailbox of a list."""

    target: Target
    entry: UsernameEntry


class AuditRun:
    """An audit of one domain or several: enter it, and iterate over its records.

    Attributes:
        summary: the figures so far; complete once the iteration has ended.
        domains: the records of whole domains, made at the end.
    """

    def __init__(
        self,
        domains: Sequence[DomainHandle],
        brief: AuditConfig,
        *,
        concurrency: int,
        records: str | os.PathLike[str] | None,
        resume: bool,
    ) -> None:
        self.domains: list[DomainRecord] = []
        self._brief = brief
        self._concurrency = concurrency
        self._throttle = Throttle(concurrency)
        self._meter = Meter()
        self._targets = [
            Target(self._counted(domain, patient=False), self._counted(domain, patient=True), brief)
            for domain in domains
        ]
        self._by_key = {target.key: target for target in self._targets}
        self._needed = brief.selection.probes
        self._reader = MailboxCollector(self._needed, self._throttle)
        self._statistics = Statistics(self._reader, self._targets, concurrency, self._finish)
        self._journal = Journal(records, resume=resume)
        baseline = brief.baseline.header if brief.baseline else None
        self._header = HeaderRecord(
            targets=[target.key for target in self._targets],
            checks=CheckRecord.of(brief.selection.checks),
            skipped=brief.selection.skipped,
            probes=sorted(self._needed),
            settings=brief.settings,
            suppressions=brief.suppressions.all,
            baseline=baseline.started if baseline else None,
            changed_settings=brief.settings.differing(baseline.settings) if baseline else [],
            today=brief.today,
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            pseudonym_key=baseline.pseudonym_key if baseline else token_hex(16),
        )
        self.summary = AuditSummary.of(self._header)
        self._started = time.monotonic()
        self._failure: Exception | None = None
        self._tasks: TaskGroup | None = None
        self._left = False
        self._out: RecordQueue[AuditRecord] = RecordQueue(RECORDS_AHEAD)

    def plan(self) -> AuditPlan:
        """Return what this audit asks from its beginning to its end; nothing is sent.

        What a resumed run need not ask again is not taken off.

        Raises:
            InvalidRequestError: the earlier audit was of other domains, or is damaged.
        """
        baseline = self._brief.baseline
        # Once the run has been entered it reads the earlier audit itself.
        if baseline is not None and self._tasks is None:
            baseline.open(self._header.targets)
            baseline.close()
        return AuditPlan.of(self._brief.selection, len(self._targets), self._concurrency, baseline)

    async def __aenter__(self) -> Self:
        if self._tasks is not None:
            raise InvalidRequestError("an audit runs once; make a new one")
        self._started = time.monotonic()
        try:
            self._open_files()
        except BaseException:
            self._close_files()
            raise
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        self._tasks.start_soon(self._drive)
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
            # Told nothing of the error: a task group would wrap it in an ExceptionGroup.
            await self._tasks.__aexit__(None, None, None)
        finally:
            self._left = True
            self._statistics.close()
            self._close_files()
            self._note_figures()
            if not self.summary.ended:
                self.summary.stop(self._failure)

    def _open_files(self) -> None:
        if self._brief.baseline is not None:
            self._brief.baseline.open(self._header.targets)
            self._header.baseline_damage = self._brief.baseline.damage
            self.summary = AuditSummary.of(self._header)
        for record in self._journal.open(self._header):
            self._target_of(record).hold(record)
            self.summary.add(record)
        self.summary.notes.extend(self._journal.notes)

    def _close_files(self) -> None:
        self._journal.close()
        if self._brief.baseline is not None:
            self._brief.baseline.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> AuditRecord:
        if self._tasks is None:
            raise InvalidRequestError("enter the audit first: async with audit(...) as run")
        if self._left:
            raise InvalidRequestError("this audit is over; iterate inside of its async with")
        record = await self._out.take()
        if record is not None:
            return record
        if self._failure is not None:
            raise self._failure from self._failure.__cause__
        raise StopAsyncIteration

    @property
    def progress(self) -> AuditProgress:
        """Where the audit stands now."""
        totals = [target.total for target in self._targets]
        known = [total for total in totals if total is not None]
        return AuditProgress(
            total=sum(known) if known else None,
            final=len(known) == len(totals),
            done=self.summary.mailboxes,
            resumed=self._journal.count,
            unknown=self.summary.with_unknown,
            waiting=self._statistics.waiting,
            requests=self._meter.requests,
            retries=self._meter.retries,
            findings=self.summary.findings.total(),
            seconds=time.monotonic() - self._started,
        )

    def _counted(self, domain: DomainHandle, *, patient: bool) -> DomainHandle:
        """Return the domain over a session whose requests and refusals the audit counts."""
        policy = domain._session.retry
        told = policy.on_retry

        def on_retry(event: RetryEvent) -> None:
            if isinstance(event.error, RateLimitedError):
                self._throttle.refused()
            if told is not None:
                told(event)

        if patient and policy.attempts > 1:
            delay = min(PATIENT_MAX_DELAY, policy.max_delay)
            policy = replace(policy, attempts=2 * policy.attempts, max_delay=delay)
        session = domain._session.derive(retry=replace(policy, on_retry=on_retry))
        session.meter = self._meter
        return domain._over(session)

    def _target_of(self, record: AuditRecord) -> Target:
        return self._by_key[record.account, record.domain]

    async def _drive(self) -> None:
        """Do the whole audit, and end the iteration, with the error that ended it if one did."""
        try:
            await self._first_pass()
            await self._statistics.second_pass()
            self._conclude()
        except* Exception as group:
            self._failure = _first_of(group)
        finally:
            self._out.end()

    async def _first_pass(self) -> None:
        """List and read all mailboxes; each is finished, or waits for the gateway."""
        jobs, queue = anyio.create_memory_object_stream[_Job](2 * self._concurrency)
        at_once = self._statistics.at_once
        uncounted, arriving = anyio.create_memory_object_stream[Uncounted](at_once)
        with queue, arriving:
            async with anyio.create_task_group() as beside, uncounted:
                beside.start_soon(self._statistics.first_pass, arriving)
                async with anyio.create_task_group() as readers, jobs:
                    for number in range(self._concurrency):
                        readers.start_soon(self._read, number, queue, uncounted)
                    await self._list_all(jobs)

    async def _list_all(self, jobs: MemoryObjectSendStream[_Job]) -> None:
        places = anyio.Semaphore(DOMAINS_AT_ONCE)
        async with anyio.create_task_group() as lists:
            for target in self._targets:
                await places.acquire()
                lists.start_soon(self._list, target, jobs, places)

    async def _list(
        self, target: Target, jobs: MemoryObjectSendStream[_Job], places: anyio.Semaphore
    ) -> None:
        """Walk the list of a domain while its own probes are asked."""
        own = sorted(name for name in self._needed if name.startswith("domain."))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(target.learn, [name.removeprefix("domain.") for name in own])
            pager = target.domain.usernames.list(details=DETAILS in self._needed)
            pager.item_key = ""  # The target keeps the names, and counts those that came twice.
            try:
                async for page in pager.pages():
                    target.walk = pager.summary or target.walk
                    for entry in page.items:
                        if target.is_new(entry.username):
                            await jobs.send(_Job(target, entry))
            except AuthenticationError:
                raise
            except HostwayEmailError as error:
                target.failed[USERNAMES] = explained(error)
        target.listed()
        places.release()

    async def _read(
        self,
        number: int,
        queue: MemoryObjectReceiveStream[_Job],
        uncounted: MemoryObjectSendStream[Uncounted],
    ) -> None:
        """Read mailboxes, one after the other, as long as the throttle leaves room for this one."""
        while number < self._throttle.limit:
            try:
                job = await queue.receive()
            except anyio.EndOfStream:
                return
            facts, failed = await self._reader.read(job.target.domain, job.entry)
            if self._reader.counts(facts, failed):
                await uncounted.send(Uncounted(job.target, facts, failed))
            else:
                await self._finish(job.target, facts, failed)

    async def _finish(self, target: Target, facts: MailboxFacts, failed: dict[str, str]) -> None:
        """Judge a mailbox, and write and hand out its record."""
        await target.ready.wait()
        record = target.judge(facts, failed)
        self._journal.write(record)
        self.summary.add(record)
        await self._out.put(record)

    def _conclude(self) -> None:
        """Judge the domains as a whole, and write what the run has cost."""
        for held in self._journal.resumed():
            self._target_of(held).aggregate_resumed(held)
        for target in self._targets:
            record = target.conclude()
            self.domains.append(record)
            self.summary.add_domain(record)
            self._journal.write(record)
        asked = [check.id for check in self._brief.selection.checks]
        self.summary.suppressions = self._brief.suppressions.uses(asked)
        self._note_figures()
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

    def _note_figures(self) -> None:
        self.summary.requests = self._meter.requests
        self.summary.retries = self._meter.retries
        self.summary.seconds = time.monotonic() - self._started
        self.summary.slowed_down = self._throttle.halved


def _first_of(group: BaseExceptionGroup[Exception]) -> Exception:
    """Return the error that ended the run; the others are what it left behind."""
    first = group.exceptions[0]
    return _first_of(first) if isinstance(first, BaseExceptionGroup) else first
