"""The bulk audit: reads every mailbox of one or more domains, and reports findings."""

from __future__ import annotations

from hostway_email.audit.checks import CATALOGUE
from hostway_email.audit.checks.base import (
    Aggregate,
    AggregateCheck,
    Baseline,
    Check,
    CheckInfo,
    Context,
    DomainCheck,
    Evidence,
    MailboxCheck,
    Severity,
)
from hostway_email.audit.checks.settings import AuditSettings, read_settings
from hostway_email.audit.collect.facts import DomainFacts, MailboxFacts
from hostway_email.audit.records.models import (
    AuditRecord,
    DomainRecord,
    EndRecord,
    Finding,
    HeaderRecord,
)
from hostway_email.audit.records.reader import read_records
from hostway_email.audit.records.summary import AuditSummary, WorstMailbox
from hostway_email.audit.records.suppressions import (
    Acceptance,
    Suppression,
    SuppressionUse,
    read_suppressions,
)
from hostway_email.audit.run.auditor import AuditRun
from hostway_email.audit.run.entry import audit
from hostway_email.audit.run.plan import AuditPlan, Between
from hostway_email.audit.run.progress import AuditProgress
from hostway_email.audit.run.selection import available_checks, select_checks

__all__ = [
    "CATALOGUE",
    "Acceptance",
    "Aggregate",
    "AggregateCheck",
    "AuditPlan",
    "AuditProgress",
    "AuditRecord",
    "AuditRun",
    "AuditSettings",
    "AuditSummary",
    "Baseline",
    "Between",
    "Check",
    "CheckInfo",
    "Context",
    "DomainCheck",
    "DomainFacts",
    "DomainRecord",
    "EndRecord",
    "Evidence",
    "Finding",
    "HeaderRecord",
    "MailboxCheck",
    "MailboxFacts",
    "Severity",
    "Suppression",
    "SuppressionUse",
    "WorstMailbox",
    "audit",
    "available_checks",
    "read_records",
    "read_settings",
    "read_suppressions",
    "select_checks",
]
