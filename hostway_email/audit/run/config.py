"""The configuration of a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hostway_email.audit.checks.settings import AuditSettings
from hostway_email.audit.records.baseline import BaselineAudit
from hostway_email.audit.run.selection import Selection
from hostway_email.audit.run.suppressions import Suppressions

__all__ = ["AuditConfig"]


@dataclass(frozen=True, slots=True)
class AuditConfig:
    """The configuration of a run, for all of its domains.

    Attributes:
        selection: the checks.
        settings: thresholds and domain lists.
        suppressions: the accepted risks; None without any.
        baseline: the audit to compare with; None without one.
        today: the date used as today.
        concurrency: how many mailboxes are read at once.
        statistics_concurrency: how many message statistics are requested at once.
    """

    selection: Selection
    settings: AuditSettings
    suppressions: Suppressions | None
    baseline: BaselineAudit | None
    today: date
    concurrency: int
    statistics_concurrency: int
