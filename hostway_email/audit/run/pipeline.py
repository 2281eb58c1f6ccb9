"""The stages of a run: list -> collect -> evaluate -> record -> conclude.

Each stage hands on what it has finished to the next. Message statistics, if a check needs them, are
a stage of their own between collecting and evaluation.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Final

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from hostway_email._core.call import Meter
from hostway_email.audit.collect.collector import Collector, UnitLost
from hostway_email.audit.collect.facts import MailboxFacts
from hostway_email.audit.collect.probes import (
    DETAILS,
    DOMAIN_PROBES,
    MAILBOX_PROBES,
    STATISTICS,
    reason_of,
)
from hostway_email.audit.collect.throttle import Throttle
from hostway_email.audit.collect.units import Unit, UnitResult
from hostway_email.audit.records.journal import Journal
from hostway_email.audit.records.models import USERNAMES, AuditRecord, DomainRecord, EndRecord
from hostway_email.audit.records.summary import AuditSummary
from hostway_email.audit.run.config import AuditConfig
from hostway_email.audit.run.domain import DomainAudit, Mailbox
from hostway_email.audit.run.evaluation import Evaluator
from hostway_email.audit.run.message_stats import MessageStats
from hostway_email.audit.run.queue import RecordQueue
from hostway_email.errors import AuthenticationError, HostwayEmailError
from hostway_email.models import UsernameEntry

__all__ = ["Figures", "Pipeline"]

MAX_CONCURRENT_LISTS: Final = 8
"""The number of lists of usernames that are read at once."""

MAX_TRIES: Final = 3
"""The number of times a unit is sent to the collector before its mailboxes are unreadable."""


@dataclass(slots=True)
class Figures:
    """The figures of a run that are not in its records.

    Attributes:
        meter: counts the requests.
        throttle: the current concurrency.
        started: when the run was started.
    """

    meter: Meter
    throttle: Throttle
    started: float = field(default_factory=time.monotonic)

    def add_to(self, summary: AuditSummary) -> None:
        """Set the figures of a summary."""
        summary.requests = self.meter.requests
        summary.retries = self.meter.retries
        summary.seconds = time.monotonic() - self.started
        summary.slowed_down = self.throttle.halved

    def count(self, result: UnitResult) -> None:
        """Count what was sent for a unit outside of the session of the run."""
        self.meter.requests += result.requests
        self.meter.retries += result.retries
        for _ in range(result.rate_limits):
            self.throttle.record_rate_limit()
        if result.requests > result.rate_limits:
            self.throttle.record_other()


@dataclass(frozen=True, slots=True)
class Listing:
    """The stage that lists the usernames of the domains, as units, while their own probes run.

    Attributes:
        domains: the domains of the run.
        probes: the names of the probes to run.
        unit_size: the maximum number of mailboxes in a unit.
    """

    domains: Collection[DomainAudit]
    probes: Collection[str]
    unit_size: int
    _numbers: Iterator[int] = field(default_factory=partial(count, 1), init=False)

    async def run(self, units: MemoryObjectSendStream[Unit]) -> None:
        """List all domains, and send their mailboxes."""
        slots = anyio.Semaphore(MAX_CONCURRENT_LISTS)
        async with anyio.create_task_group() as lists:
            for domain in self.domains:
                await slots.acquire()
                lists.start_soon(self._list, domain, units, slots)

    async def _list(
        self, domain: DomainAudit, units: MemoryObjectSendStream[Unit], slots: anyio.Semaphore
    ) -> None:
        """List the usernames of a domain while its own probes run."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._run_probes, domain)
            pager = domain.handle.usernames.list(details=DETAILS in self.probes)
            pager.item_key = ""  # The audit itself finds and counts duplicates.
            try:
                async for page in pager.pages():
                    domain.walk = pager.summary or domain.walk
                    for unit in self._units(domain, page.items):
                        await units.send(unit)
            except AuthenticationError:
                raise
            except HostwayEmailError as error:
                domain.failed[USERNAMES] = reason_of(error)
        domain.list_ended = True
        slots.release()

    async def _run_probes(self, domain: DomainAudit) -> None:
        """Run the domain's own probes concurrently; its mailboxes can then be evaluated."""
        async with anyio.create_task_group() as tasks:
            for name in DOMAIN_PROBES:
                if f"domain.{name}" in self.probes:
                    tasks.start_soon(self._run_probe, domain, name)
        if domain.aggregates is not None:
            domain.aggregates.start(domain.context)
        domain.ready.set()

    async def _run_probe(self, domain: DomainAudit, name: str) -> None:
        try:
            setattr(domain.facts, name, await DOMAIN_PROBES[name](domain.handle))
        except AuthenticationError:
            raise
        except HostwayEmailError as error:
            domain.failed[f"domain.{name}"] = reason_of(error)

    def _units(self, domain: DomainAudit, entries: Iterable[UsernameEntry]) -> Iterator[Unit]:
        """Note listed usernames, and yield units of those to read: no duplicate, no resumed one."""
        wanted = []
        for entry in entries:
            name = entry.username.casefold()
            if name in domain.names:
                domain.duplicates += 1
            elif name not in domain.resumed:
                wanted.append(entry)
            domain.names.add(name)
        probes = [name for name in (*MAILBOX_PROBES, STATISTICS) if name in self.probes]
        for start in range(0, len(wanted), self.unit_size):
            batch = wanted[start : start + self.unit_size]
            yield Unit(
                key=str(next(self._numbers)),
                account=domain.handle.account,
                domain=domain.handle.name,
                probes=probes,
                mailboxes=[MailboxFacts.model_validate(entry) for entry in batch],
            )


@dataclass(frozen=True, slots=True)
class Collecting:
    """The stage that has units read by the collector.

    Attributes:
        collector: reads them.
        domains: the domains of the run, by account and name.
        figures: count what was sent for a unit elsewhere.
    """

    collector: Collector
    domains: Mapping[tuple[str, str], DomainAudit]
    figures: Figures

    async def run(
        self,
        units: MemoryObjectReceiveStream[Unit],
        hand_on: Callable[[Mailbox], Awaitable[None]],
    ) -> None:
        """Read units as they arrive, as many at once as the throttle allows."""
        async with anyio.create_task_group() as tasks:
            for number in range(self.figures.throttle.limit):
                tasks.start_soon(self._read, number, units, hand_on)

    async def _read(
        self,
        number: int,
        units: MemoryObjectReceiveStream[Unit],
        hand_on: Callable[[Mailbox], Awaitable[None]],
    ) -> None:
        """Read units one after the other, until the throttle stops this task."""
        while number < self.figures.throttle.limit:
            try:
                unit = await units.receive()
            except anyio.EndOfStream:
                return
            domain = self.domains[unit.account, unit.domain]
            result = await self._collect(unit)
            for collected in result.mailboxes:
                await hand_on(Mailbox(domain, collected))

    async def _collect(self, unit: Unit) -> UnitResult:
        """Return the result of a unit; if it is lost every time, its mailboxes are unreadable."""
        begun, reason = False, ""

        def on_heartbeat() -> None:
            nonlocal begun
            begun = True

        for _ in range(MAX_TRIES):
            try:
                result = await self.collector.collect(unit, on_heartbeat)
            except UnitLost as error:
                reason = f"{'lost while it was read' if begun else 'never begun'}: {error}"
            else:
                if result.requests:
                    self.figures.count(result)
                return result
        return unit.unread(f"{reason} (after {MAX_TRIES} tries)")


@dataclass(frozen=True, slots=True)
class Recording:
    """The stage that evaluates mailboxes, then writes, counts and yields their records.

    Attributes:
        evaluator: runs the checks.
        journal: writes the records; None without a file.
        summary: counts the records.
        queue: takes the records of mailboxes for the consumer.
        domains: takes the records of domains.
    """

    evaluator: Evaluator
    journal: Journal | None
    summary: AuditSummary
    queue: RecordQueue[AuditRecord]
    domains: list[DomainRecord]

    async def put(self, mailbox: Mailbox) -> None:
        """Make the record of a mailbox, once the facts of its domain are known."""
        await mailbox.domain.ready.wait()
        record = self.evaluator.evaluate(mailbox.domain, mailbox.collected)
        if self.journal is not None:
            self.journal.write(record)
        self.summary.add(record)
        await self.queue.put(record)

    def conclude(self, domain: DomainAudit) -> None:
        """Make the record of a domain, after its last mailbox."""
        record = self.evaluator.evaluate_domain(domain)
        self.domains.append(record)
        self.summary.add_domain(record)
        if self.journal is not None:
            self.journal.write(record)

    def end(self, config: AuditConfig, figures: Figures) -> None:
        """Complete the summary, and write the last record."""
        suppressions = config.suppressions
        if suppressions is not None:
            check_ids = [check.id for check in config.selection.checks]
            self.summary.suppressions = suppressions.uses(check_ids)
        figures.add_to(self.summary)
        if self.journal is not None:
            self.journal.write(
                EndRecord(
                    requests=self.summary.requests,
                    retries=self.summary.retries,
                    seconds=round(self.summary.seconds, 3),
                    concurrency=config.concurrency,
                    slowed_down=self.summary.slowed_down,
                    suppressions=self.summary.suppressions,
                )
            )
        self.summary.ended = True


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The stages of a run, connected.

    Attributes:
        config: the configuration.
        domains: the domains of the run, by account and name.
        collector: reads the mailboxes.
        figures: the figures of the run.
        recording: the stage that takes the mailboxes that have been read.
        statistics: the stage of message statistics; None if no check needs them.
    """

    config: AuditConfig
    domains: Mapping[tuple[str, str], DomainAudit]
    collector: Collector
    figures: Figures
    recording: Recording
    statistics: MessageStats | None

    async def run(self) -> None:
        """Run all stages, and end the iteration, with the error if there was one."""
        try:
            async with self.collector:
                if self.statistics is None:
                    await self._read_all(self.recording.put)
                else:
                    await self._read_with(self.statistics)
            self._conclude()
        except anyio.get_cancelled_exc_class():
            self._stop(None)
            raise
        except BaseException as error:
            self._stop(_root_error(error))
        else:
            self.recording.queue.close()

    def _stop(self, error: BaseException | None) -> None:
        """End the iteration before its time, with an error; None after a cancellation."""
        summary = self.recording.summary
        self.figures.add_to(summary)
        summary.stop(error)
        self.recording.queue.close(
            error
            or TimeoutError(
                "the audit was cancelled: the deadline of the scope in which it was entered has "
                "passed"
            )
        )

    async def _read_with(self, statistics: MessageStats) -> None:
        """List and read all mailboxes, with their statistics."""
        pending, queue = anyio.create_memory_object_stream[Mailbox](statistics.concurrency)

        async def hand_on(mailbox: Mailbox) -> None:
            if statistics.apply_to(mailbox.collected):
                await pending.send(mailbox)
            else:
                await self.recording.put(mailbox)

        with queue:
            async with anyio.create_task_group() as tasks, pending:
                tasks.start_soon(statistics.first_pass, queue)
                await self._read_all(hand_on)
        await statistics.retry_deferred()

    async def _read_all(self, hand_on: Callable[[Mailbox], Awaitable[None]]) -> None:
        """List and read all mailboxes, without their statistics."""
        size = 2 * self.config.concurrency
        listed, units = anyio.create_memory_object_stream[Unit](size)
        collecting = Collecting(self.collector, self.domains, self.figures)
        listing = Listing(
            self.domains.values(), self.config.selection.probes, self.collector.unit_size
        )
        with units:
            async with anyio.create_task_group() as tasks, listed:
                tasks.start_soon(collecting.run, units, hand_on)
                await listing.run(listed)

    def _conclude(self) -> None:
        """Evaluate the checks of whole domains, and write the figures of the run."""
        journal, domains = self.recording.journal, self.domains
        if journal is not None:
            for resumed in journal.resumed():
                aggregates = domains[resumed.account, resumed.domain].aggregates
                if aggregates is not None:
                    aggregates.add(resumed.facts, resumed.failed)
        for domain in domains.values():
            self.recording.conclude(domain)
        self.recording.end(self.config, self.figures)


def _root_error(error: BaseException) -> BaseException:
    """Return the error that ended the run; the others in its group are the consequences."""
    while isinstance(error, BaseExceptionGroup):
        error = (error.subgroup(Exception) or error).exceptions[0]
    return error
