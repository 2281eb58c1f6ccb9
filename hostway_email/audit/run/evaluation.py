"""Evaluation: the checks, run on facts, and the records with their results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from hostway_email.audit.checks.base import INCOMPLETE, CheckInfo, Evidence, failure_of_check
from hostway_email.audit.collect.units import Collected
from hostway_email.audit.records.models import AuditRecord, DomainRecord, Finding
from hostway_email.audit.run.domain import DomainAudit
from hostway_email.audit.run.selection import Selection
from hostway_email.audit.run.suppressions import Suppressions

__all__ = ["Evaluation", "Evaluator"]


@dataclass(slots=True)
class Evaluation:
    """The results of several checks on the same facts.

    Attributes:
        findings: their findings.
        unknown: the checks without a result, by id, with the reason.
    """

    findings: list[Finding] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)

    def run(
        self,
        check: CheckInfo,
        find: Callable[[], Iterable[Evidence]],
        failed: Mapping[str, str],
    ) -> None:
        """Run a check; if a probe it needs has failed, it is unknown, never a pass."""
        missing = sorted(check.probes & failed.keys())
        if missing:
            self.unknown[check.id] = f"{missing[0]}: {failed[missing[0]]}"
            return
        try:
            found = [
                Finding(
                    check=check.id,
                    severity=evidence.severity or check.severity,
                    title=check.title,
                    text=evidence.text,
                    username=evidence.username,
                )
                for evidence in find()
            ]
        except Exception as error:
            self.unknown[check.id] = failure_of_check(error)
            return
        self.findings.extend(found)


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Runs the checks of a run, and returns records with their results.

    Attributes:
        selection: the checks.
        suppressions: the accepted risks; None without any.
    """

    selection: Selection
    suppressions: Suppressions | None

    def evaluate(self, domain: DomainAudit, collected: Collected) -> AuditRecord:
        """Run the checks on a mailbox, and return its record."""
        facts, failed = collected.facts, collected.failed
        comparison = domain.comparison
        before = None if comparison is None else comparison.take(facts.username)
        evaluation = self._run_checks(domain, collected, before)
        domain.unknown += bool(evaluation.unknown)
        if domain.aggregates is not None:
            domain.aggregates.add(facts, failed)
        findings, resolved = evaluation.findings, list[Finding]()
        if comparison is not None:
            findings, resolved = comparison.compare(findings, evaluation.unknown, before)
        if self.suppressions is not None:
            self.suppressions.mark(findings, domain.handle.name, facts.username)
        return AuditRecord(
            account=domain.handle.account,
            domain=domain.handle.name,
            username=facts.username,
            kind=facts.kind,
            new=comparison is not None and comparison.is_new(before),
            findings=findings,
            resolved=resolved,
            unknown=evaluation.unknown,
            failed=failed,
            facts=facts,
        )

    def evaluate_domain(self, domain: DomainAudit) -> DomainRecord:
        """Run the checks of the whole domain, after its last mailbox, and return its record."""
        record = DomainRecord(
            account=domain.handle.account,
            domain=domain.handle.name,
            mailboxes=len(domain.names),
            first_total=domain.walk.first_total,
            last_total=domain.walk.last_total,
            duplicates=domain.duplicates,
            failed=domain.failed,
            facts=domain.facts,
        )
        evaluation, list_gap, comparison = Evaluation(), record.list_gap, domain.comparison
        for check in self.selection.domain_checks:
            evaluation.run(check, partial(check.find, domain.context), domain.failed)
        if domain.aggregates is not None:
            for aggregate, find, failure in domain.aggregates.results(domain.names, list_gap):
                if find is not None:
                    evaluation.run(aggregate, find, domain.failed)
                if failure is not None:
                    evaluation.unknown[aggregate.id] = failure
        record.findings, record.unknown = evaluation.findings, evaluation.unknown
        if comparison is not None:
            record.findings, record.resolved = comparison.compare(
                evaluation.findings, evaluation.unknown, comparison.domain.record
            )
            if list_gap is None:
                record.removed_mailboxes = sorted(comparison.domain.remaining())
        if self.suppressions is not None:
            self.suppressions.mark(record.findings, record.domain)
        gaps = [list_gap] if list_gap else []
        if domain.unknown:
            mailboxes = "mailbox has" if domain.unknown == 1 else "mailboxes have"
            gaps.append(f"{domain.unknown:,} {mailboxes} unknown results")
        for check_id, reason in record.unknown.items():
            gaps.append(f"{check_id} is unknown: {reason}")
        if gaps:
            incomplete = Finding(
                check=INCOMPLETE.id,
                severity=INCOMPLETE.severity,
                title=INCOMPLETE.title,
                text="; ".join(gaps),
            )
            record.findings.append(incomplete)
        return record

    def _run_checks(
        self, domain: DomainAudit, collected: Collected, before: AuditRecord | None
    ) -> Evaluation:
        """Run the checks of one mailbox; comparing checks run only if the baseline has it."""
        evaluation, facts, context = Evaluation(), collected.facts, domain.context
        failed = collected.failed | domain.failed if domain.failed else collected.failed
        failed_before = failed
        if before is not None and domain.comparison is not None:
            context = domain.comparison.context(context, before)
            in_baseline = {name: f"in the baseline: {why}" for name, why in before.failed.items()}
            failed_before = in_baseline | failed
        for check in self.selection.mailbox_checks:
            if check.min_baseline_age_days is None:
                evaluation.run(check, partial(check.find, facts, context), failed)
            elif before is not None:
                evaluation.run(check, partial(check.find, facts, context), failed_before)
        return evaluation
