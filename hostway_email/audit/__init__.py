"""The bulk audit: reads every mailbox of a domain, or of many, and tells what is amiss."""

from __future__ import annotations

from hostway_email.audit.check import (
    Check,
    Context,
    DomainCheck,
    Earlier,
    Evidence,
    Join,
    JoinCheck,
    MailboxCheck,
    Severity,
)
from hostway_email.audit.checks import CATALOGUE
from hostway_email.audit.facts import DomainFacts, MailboxFacts
from hostway_email.audit.plan import AuditPlan, Between
from hostway_email.audit.progress import AuditProgress
from hostway_email.audit.record_reader import read_records
from hostway_email.audit.records import (
    AuditRecord,
    CheckRecord,
    DomainRecord,
    EndRecord,
    Finding,
    HeaderRecord,
)
from hostway_email.audit.run import AuditRun
from hostway_email.audit.selection import available_checks, select_checks
from hostway_email.audit.settings import AuditSettings, read_settings
from hostway_email.audit.start import audit
from hostway_email.audit.summary import AuditSummary, WorstMailbox
from hostway_email.audit.suppressions import (
    Acceptance,
    Suppression,
    SuppressionUse,
    read_suppressions,
)

__all__ = [
    "CATALOGUE",
    "Acceptance",
    "AuditPlan",
    "AuditProgress",
    "AuditRecord",
    "AuditRun",
    "AuditSettings",
    "AuditSummary",
    "Between",
    "Check",
    "CheckRecord",
    "Context",
    "DomainCheck",
    "DomainFacts",
    "DomainRecord",
    "Earlier",
    "EndRecord",
    "Evidence",
    "Finding",
    "HeaderRecord",
    "Join",
    "JoinCheck",
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
