"""The audit of one domain: its facts, and the evaluation of its checks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import anyio

from hostway_email.audit.checks.base import (
    INCOMPLETE,
    Aggregate,
    AggregateCheck,
    Baseline,
    Context,
    DomainCheck,
    MailboxCheck,
)
from hostway_email.audit.checks.settings import AuditSettings
from hostway_email.audit.collect.facts import DomainFacts, MailboxFacts
from hostway_email.audit.collect.probes import DOMAIN_PROBES, reason_of
from hostway_email.audit.records.baseline import BaselineAudit, BaselineDomain, compare
from hostway_email.audit.records.models import AuditRecord, DomainRecord, Finding
from hostway_email.audit.records.suppressions import Suppressions
from hostway_email.audit.run.evaluation import Evaluation, failure_of_check
from hostway_email.audit.run.selection import Selection
from hostway_email.errors import AuthenticationError, HostwayEmailError
from hostway_email.handles import DomainHandle
from hostway_email.pagination import WalkSummary

__all__ = ["AuditConfig", "DomainAudit"]


@dataclass(frozen=True, slots=True)
class AuditConfig:
    """The configuration that all domains of a run share.

    Attributes:
        selection: the checks.
        settings: thresholds and domain lists.
        suppressions: the accepted risks.
        baseline: the audit to compare with.
        today: the date used as today.
    """

    selection: Selection
    settings: AuditSettings
    suppressions: Suppressions
    baseline: BaselineAudit | None
    today: date


class DomainAudit:
    """The audit of one domain.

    Attributes:
        domain: the domain, with a session that belongs to the audit.
        retrying_domain: the same domain with more retries, for deferred mailboxes.
        facts: the facts about the domain.
        failed: the probes of the domain that failed, as `domain.NAME`, with the reason.
        ready: set once its probes are done; mailboxes are evaluated only then.
        walk: the summary of the walk over its usernames.
    """

    def __init__(
        self, domain: DomainHandle, retrying_domain: DomainHandle, config: AuditConfig
    ) -> None:
        self.domain = domain
        self.retrying_domain = retrying_domain
        self.facts = DomainFacts(account=domain.account, domain=domain.name)
        self.failed: dict[str, str] = {}
        self.ready = anyio.Event()
        self.walk = WalkSummary()
        self._config = config
        self._context = Context(self.facts, config.settings, config.today)
        checks = config.selection.checks
        self._check_ids = frozenset(check.id for check in checks)
        self._mailbox_checks = [check for check in checks if isinstance(check, MailboxCheck)]
        self._comparing_ids = {
            one.id for one in self._mailbox_checks if one.min_baseline_age_days is not None
        }
        self._domain_checks = [check for check in checks if isinstance(check, DomainCheck)]
        self._aggregate_checks = [check for check in checks if isinstance(check, AggregateCheck)]
        self._aggregates: dict[str, Aggregate] = {}
        self._aggregate_failures: dict[str, str] = {}
        self._names: set[str] = set()
        self._resumed: set[str] = set()
        self._duplicates = 0
        self._listed = False
        self._unknown = 0

    @property
    def key(self) -> tuple[str, str]:
        """The account and the domain."""
        return self.domain.account, self.domain.name

    @property
    def total(self) -> int | None:
        """The number of its mailboxes, as far as it is known; None before the first page."""
        return len(self._names) if self._listed else self.walk.first_total

    def listed(self) -> None:
        """Note that its list has ended or has failed."""
        self._listed = True

    async def run_probes(self, probes: Iterable[str]) -> None:
        """Run the domain's own probes concurrently."""
        async with anyio.create_task_group() as tasks:
            for name in probes:
                tasks.start_soon(self._run_probe, name)
        for check in self._aggregate_checks:
            try:
                self._aggregates[check.id] = check.start(self._context)
            except Exception as error:
                self._aggregate_failures[check.id] = failure_of_check(error)
        self.ready.set()

    async def _run_probe(self, name: str) -> None:
        try:
            setattr(self.facts, name, await DOMAIN_PROBES[name](self.domain))
        except AuthenticationError:
            raise
        except HostwayEmailError as error:
            self.failed[f"domain.{name}"] = reason_of(error)

    def is_new(self, username: str) -> bool:
        """Note a listed username; return False for a duplicate and for a resumed mailbox."""
        name = username.casefold()
        if name in self._names:
            self._duplicates += 1
            return False
        self._names.add(name)
        return name not in self._resumed

    def restore(self, record: AuditRecord) -> None:
        """Take over the record of an interrupted run, so that its mailbox is not read again."""
        self._resumed.add(record.username.casefold())
        self._unknown += bool(record.unknown)
        self._baseline_record(record.username)
        for finding in record.findings:
            if finding.accepted:
                self._config.suppressions.accepted(finding.check, record.username, record.domain)

    def aggregate_resumed(self, record: AuditRecord) -> None:
        """Add a resumed mailbox to the aggregations."""
        self._add_to_aggregates(record.facts, record.failed)

    def evaluate(self, facts: MailboxFacts, failed: dict[str, str]) -> AuditRecord:
        """Run the checks on a mailbox, and return its record."""
        missing = failed | self.failed if self.failed else failed
        before = self._baseline_record(facts.username)
        context, baseline_failed = self._context, dict[str, str]()
        if before is not None and self._config.baseline is not None:
            baseline = Baseline(before.facts, self._config.baseline.days)
            context = replace(context, baseline=baseline)
            baseline_failed = {
                name: f"in the baseline: {reason}" for name, reason in before.failed.items()
            }
        evaluation = Evaluation()
        for check in self._mailbox_checks:
            if check.min_baseline_age_days is None:
                evaluation.run(check, partial(check.find, facts, context), missing)
            elif before is not None:
                failures = baseline_failed | missing
                evaluation.run(check, partial(check.find, facts, context), failures)
        self._unknown += bool(evaluation.unknown)
        self._add_to_aggregates(facts, failed)
        findings, resolved = self._compare(evaluation, before, facts.username)
        return AuditRecord(
            account=self.domain.account,
            domain=self.domain.name,
            username=facts.username,
            kind=facts.kind,
            new=before is None and self._baseline is not None and self._baseline.is_complete,
            findings=findings,
            resolved=resolved,
            unknown=evaluation.unknown,
            failed=failed,
            facts=facts,
        )

    @property
    def _baseline(self) -> BaselineDomain | None:
        """The baseline of this domain; None before the baseline is open, or without one."""
        baseline = self._config.baseline
        return None if baseline is None else baseline.of(*self.key)

    def _baseline_record(self, username: str) -> AuditRecord | None:
        """Return the record of a mailbox in the baseline."""
        return None if self._baseline is None else self._baseline.take(username)

    def _compare(
        self, evaluation: Evaluation, before: AuditRecord | DomainRecord | None, username: str = ""
    ) -> tuple[list[Finding], list[Finding]]:
        """Return the findings, marked as new, changed or accepted, and the resolved ones."""
        found, resolved = evaluation.findings, list[Finding]()
        baseline = self._config.baseline
        known = before is not None or (self._baseline is not None and self._baseline.is_complete)
        if baseline is not None and known:
            unknown = evaluation.unknown.keys() | (before.unknown.keys() if before else set())
            # A comparing check reports what happened since the baseline, so it need not be in it.
            comparable = (self._check_ids & (baseline.check_ids | self._comparing_ids)) - unknown
            found, resolved = compare(before.findings if before else (), found, comparable)
        for finding in found:
            subject = finding.username or username
            finding.accepted = self._config.suppressions.accepted(
                finding.check, subject, self.domain.name
            )
        return found, resolved

    def _add_to_aggregates(self, facts: MailboxFacts, failed: dict[str, str]) -> None:
        for check in self._aggregate_checks:
            missing = sorted(check.probes & failed.keys())
            if missing:
                self._aggregate_failures.setdefault(
                    check.id, f"{facts.username}: {failed[missing[0]]}"
                )
                if not check.allow_partial:
                    continue
            if (aggregate := self._aggregates.get(check.id)) is not None:
                try:
                    aggregate.add(facts)
                except Exception as error:
                    self._aggregate_failures[check.id] = failure_of_check(error)

    def finish(self) -> DomainRecord:
        """Run the checks of the whole domain, and return its record."""
        record = DomainRecord(
            account=self.domain.account,
            domain=self.domain.name,
            mailboxes=len(self._names),
            first_total=self.walk.first_total,
            last_total=self.walk.last_total,
            duplicates=self._duplicates,
            failed=self.failed,
            facts=self.facts,
        )
        evaluation = self._evaluate(record.list_gap)
        baseline = self._baseline
        record.findings, record.resolved = self._compare(
            evaluation, baseline.record if baseline else None
        )
        record.unknown = evaluation.unknown
        if baseline is not None and record.list_gap is None:
            record.removed_mailboxes = sorted(baseline.remaining())
        if gaps := self._gaps(record):
            incomplete = Finding(
                check=INCOMPLETE.id,
                severity=INCOMPLETE.severity,
                title=INCOMPLETE.title,
                text="; ".join(gaps),
            )
            record.findings.append(incomplete)
        return record

    def _evaluate(self, list_gap: str | None) -> Evaluation:
        """Run the checks of the whole domain; aggregations need a complete list."""
        evaluation = Evaluation()
        for check in self._domain_checks:
            evaluation.run(check, partial(check.find, self._context), self.failed)
        for aggregate_check in self._aggregate_checks:
            aggregate = self._aggregates.get(aggregate_check.id)
            failure = self._aggregate_failures.get(aggregate_check.id) or list_gap
            if aggregate is not None and (not failure or aggregate_check.allow_partial):
                evaluation.run(aggregate_check, partial(aggregate.find, self._names), self.failed)
            if failure:
                evaluation.unknown[aggregate_check.id] = failure
        return evaluation

    def _gaps(self, record: DomainRecord) -> list[str]:
        """Return the reasons why the audit of the domain is incomplete."""
        gaps = [record.list_gap] if record.list_gap else []
        if self._unknown:
            mailboxes = "mailbox has" if self._unknown == 1 else "mailboxes have"
            gaps.append(f"{self._unknown:,} {mailboxes} unknown results")
        gaps += [f"{check} is unknown: {reason}" for check, reason in record.unknown.items()]
        return gaps
