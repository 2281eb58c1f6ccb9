"""Where a running audit stands."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AuditProgress"]


@dataclass(frozen=True, slots=True)
class AuditProgress:
    """Where an audit stands.

    Attributes:
        total: how many mailboxes there are, as far as the lists have told; None before that.
        final: whether all lists have told; until then there are more than `total`.
        done: how many of them have a record.
        resumed: how many of those were taken over from a run that was stopped.
        unknown: how many have a check without an answer.
        waiting: how many wait for the IMAP gateway.
        requests: how many requests were sent.
        retries: how many of them were repetitions.
        findings: how many findings there are.
        seconds: how long it has been running.
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
