"""A running audit: an async context manager, and an async iterator over its records."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from secrets import token_hex
from types import TracebackType
from typing import Final, Self

from hostway_email._core.background import BackgroundTask
from hostway_email._core.call import Meter
from hostway_email.audit.checks.base import Context, infos_of
from hostway_email.audit.collect.collector import LocalCollector
from hostway_email.audit.collect.facts import DomainFacts
from hostway_email.audit.collect.probes import STATISTICS
from hostway_email.audit.collect.throttle import Throttle
from hostway_email.audit.records.journal import Journal
from hostway_email.audit.records.models import AuditRecord, DomainRecord, HeaderRecord
from hostway_email.audit.records.summary import AuditSummary
from hostway_email.audit.run.aggregates import Aggregates
from hostway_email.audit.run.comparison import Comparison
from hostway_email.audit.run.config import AuditConfig
from hostway_email.audit.run.domain import DomainAudit
from hostway_email.audit.run.evaluation import Evaluator
from hostway_email.audit.run.message_stats import MessageStats
from hostway_email.audit.run.pipeline import Figures, Pipeline, Recording
from hostway_email.audit.run.plan import AuditPlan
from hostway_email.audit.run.progress import AuditProgress
from hostway_email.audit.run.queue import RecordQueue
from hostway_email.errors import InvalidRequestError, RateLimitedError
from hostway_email.handles import DomainHandle, MeteredDomain
from hostway_email.retry import RetryEvent, RetryPolicy

__all__ = ["AuditRun"]

MAX_QUEUED_RECORDS: Final = 64


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
        records: str | os.PathLike[str] | None,
        resume: bool,
    ) -> None:
        self.domains: list[DomainRecord] = []
        self._config = config
        self._figures = Figures(Meter(), Throttle(config.concurrency))
        self._audits = {(handle.account, handle.name): self._audit_of(handle) for handle in domains}
        self._journal = None if records is None else Journal(records, resume=resume)
        self._header = self._create_header()
        self.summary = AuditSummary.of(self._header)
        self._queue: RecordQueue[AuditRecord] = RecordQueue(MAX_QUEUED_RECORDS)
        self._pipeline: Pipeline | None = None
        self._task: BackgroundTask | None = None
        self._exited = False

    def plan(self) -> AuditPlan:
        """Return the requests of this audit; nothing is sent.

        The requests that a resumed run saves are not subtracted.

        Raises:
            InvalidRequestError: the baseline is an audit of other domains, or is not readable.
        """
        baseline = self._config.baseline
        # Once entered, the run keeps the baseline open.
        if baseline is not None and self._pipeline is None:
            baseline.open(self._header.targets)
            baseline.close()
        return AuditPlan.of(
            self._config.selection, len(self._audits), self._config.concurrency, baseline
        )

    async def __aenter__(self) -> Self:
        if self._pipeline is not None:
            raise InvalidRequestError("an audit can run only once; create a new one")
        self._figures.started = time.monotonic()
        files = ExitStack()
        try:
            self._open(files)
            self._pipeline = self._create_pipeline(files)
            self._task = BackgroundTask(self._pipeline.run, files)
            self._task.start()
        except BaseException:
            files.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._task is not None
        self._exited = True
        if not self.summary.ended:
            self._queue.close(_ended())
        await self._task.stop()

    def __aiter__(self) -> Self:
        return self

    def __anext__(self) -> Awaitable[AuditRecord]:
        if self._pipeline is None:
            raise InvalidRequestError("enter the audit first: async with audit(...) as run")
        if self._exited:
            raise _ended()
        return self._queue.get()

    @property
    def progress(self) -> AuditProgress:
        """The current progress."""
        totals = [audit.total for audit in self._audits.values()]
        known = [total for total in totals if total is not None]
        statistics = None if self._pipeline is None else self._pipeline.statistics
        return AuditProgress(
            total=sum(known) if known else None,
            final=len(known) == len(totals),
            done=self.summary.mailboxes,
            resumed=0 if self._journal is None else self._journal.count,
            unknown=self.summary.with_unknown,
            waiting=0 if statistics is None else statistics.deferred_count,
            requests=self._figures.meter.requests,
            retries=self._figures.meter.retries,
            findings=self.summary.findings.total(),
            seconds=time.monotonic() - self._figures.started,
        )

    def _open(self, files: ExitStack) -> None:
        """Open the files, and take over what they hold."""
        baseline, suppressions = self._config.baseline, self._config.suppressions
        if baseline is not None:
            files.callback(baseline.close)
            baseline.open(self._header.targets)
            self._header.baseline_damage = baseline.damage
            self.summary = AuditSummary.of(self._header)
            for (account, domain), audit in self._audits.items():
                audit.comparison = Comparison.of(baseline, self._config.selection, account, domain)
        if self._journal is not None:
            files.callback(self._journal.close)
            for record in self._journal.open(self._header):
                self._audits[record.account, record.domain].restore(record)
                if suppressions is not None:
                    suppressions.restore(record.findings, record.domain, record.username)
                self.summary.add(record)
            self.summary.notes.extend(self._journal.notes)

    def _create_pipeline(self, files: ExitStack) -> Pipeline:
        config = self._config
        evaluator = Evaluator(config.selection, config.suppressions)
        recording = Recording(evaluator, self._journal, self.summary, self._queue, self.domains)
        statistics = None
        if STATISTICS in config.selection.probes:
            statistics = MessageStats(
                [*self._audits.values()], config.statistics_concurrency, recording.put
            )
            files.callback(statistics.close)
        return Pipeline(
            config=config,
            domains=self._audits,
            collector=LocalCollector(
                {key: audit.handle for key, audit in self._audits.items()}, self._figures.throttle
            ),
            figures=self._figures,
            recording=recording,
            statistics=statistics,
        )

    def _audit_of(self, handle: DomainHandle) -> DomainAudit:
        """Return the state of a domain, over a session that counts requests and 429 responses."""
        facts = DomainFacts(account=handle.account, domain=handle.name)
        checks = self._config.selection.aggregate_checks
        return DomainAudit(
            MeteredDomain(handle, self._figures.meter, self._watched),
            facts,
            Context(facts, self._config.settings, self._config.today),
            Aggregates(checks) if checks else None,
        )

    def _watched(self, policy: RetryPolicy) -> RetryPolicy:
        """Return a policy that tells the throttle of each 429 response that is retried."""
        user_callback = policy.on_retry

        def on_retry(event: RetryEvent) -> None:
            if isinstance(event.error, RateLimitedError):
                self._figures.throttle.record_rate_limit()
            if user_callback is not None:
                user_callback(event)

        return replace(policy, on_retry=on_retry)

    def _create_header(self) -> HeaderRecord:
        config = self._config
        baseline = config.baseline.header if config.baseline else None
        return HeaderRecord(
            targets=[*self._audits],
            checks=infos_of(config.selection.checks),
            skipped=config.selection.skipped,
            probes=sorted(config.selection.probes),
            settings=config.settings,
            suppressions=config.suppressions.all if config.suppressions else [],
            baseline=baseline.started if baseline else None,
            changed_settings=config.settings.differing(baseline.settings) if baseline else [],
            today=config.today,
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            pseudonym_key=baseline.pseudonym_key if baseline else token_hex(16),
        )


def _ended() -> InvalidRequestError:
    return InvalidRequestError("the audit has ended; iterate inside its async with block")
