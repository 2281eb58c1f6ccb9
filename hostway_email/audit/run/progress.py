"""The progress of a running audit."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AuditProgress"]


@dataclass(frozen=True, slots=True)
class AuditProgress:
    """The progress of an audit.

    Attributes:
        total: the number of mailboxes, as far as it is known; None before the first page of a list.
        final: whether `total` covers all domains; until then it is a lower bound.
        done: how many mailboxes have a record.
        resumed: how many of those were taken over from an interrupted run.
        unknown: how many mailboxes have unknown checks.
        waiting: how many mailboxes are deferred because of the IMAP gateway.
        requests: how many requests were sent.
        retries: how many of them were retries.
        findings: the number of findings.
        seconds: the time since the start.
    """

    total: int | None
    final: bool
    done: int
    resumed: int
    unknown: int
    waiting: int
    requests: int
    retries: int
    findings: int
    seconds: float
