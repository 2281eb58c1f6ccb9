"""The comparison of one domain with its baseline."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace

from hostway_email.audit.checks.base import Baseline, Context
from hostway_email.audit.records.baseline import BaselineAudit, BaselineDomain, compare
from hostway_email.audit.records.models import AuditRecord, DomainRecord, Finding
from hostway_email.audit.run.selection import Selection

__all__ = ["Comparison"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison of one domain with the same domain in the baseline.

    Attributes:
        domain: the baseline of the domain.
        days: the age of the baseline in days.
        comparable: the ids of the checks with a result in both audits, unless it is unknown.
    """

    domain: BaselineDomain
    days: int
    comparable: Set[str]

    @classmethod
    def of(
        cls, baseline: BaselineAudit, selection: Selection, account: str, domain: str
    ) -> Comparison | None:
        """Return the comparison of a domain; None if the baseline does not have it."""
        found = baseline.of(account, domain)
        if found is None:
            return None
        # A comparing check reports what happened since the baseline, so it need not be in it.
        comparing = {
            check.id
            for check in selection.mailbox_checks
            if check.min_baseline_age_days is not None
        }
        ids = {check.id for check in selection.checks}
        return cls(found, baseline.days, ids & (baseline.check_ids | comparing))

    def take(self, username: str) -> AuditRecord | None:
        """Return the record of a mailbox in the baseline, once; None if it is not in it."""
        return self.domain.take(username)

    def context(self, context: Context, before: AuditRecord) -> Context:
        """Return the context of a check, with the facts of a mailbox in the baseline."""
        return replace(context, baseline=Baseline(before.facts, self.days))

    def is_new(self, before: AuditRecord | None) -> bool:
        """Return whether a mailbox is new, given its record in the baseline."""
        return before is None and self.domain.is_complete

    def compare(
        self,
        findings: list[Finding],
        unknown: Mapping[str, str],
        before: AuditRecord | DomainRecord | None,
    ) -> tuple[list[Finding], list[Finding]]:
        """Return the findings, marked as new or changed, and those of the baseline now resolved.

        Parameters:
            findings: the current findings.
            unknown: the checks that are unknown now.
            before: the record in the baseline.
        """
        comparable = self.comparable - unknown.keys()
        if before is not None:
            return compare(before.findings, findings, comparable - before.unknown.keys())
        # Without a record in a complete baseline, all findings are new.
        return compare((), findings, comparable) if self.domain.is_complete else (findings, [])
