"""The parts of an audit: circuit breaker, deferred queue, throttle, summary, evaluation."""

from __future__ import annotations

import time

import pytest

from hostway_email.audit import (
    AuditRecord,
    AuditSummary,
    DomainFacts,
    DomainRecord,
    Finding,
    MailboxFacts,
    Severity,
)
from hostway_email.audit.checks.base import INCOMPLETE
from hostway_email.audit.collect.throttle import Throttle
from hostway_email.audit.collect.units import Collected
from hostway_email.audit.run.circuit_breaker import CircuitBreaker, DeferredMailbox, DeferredQueue
from hostway_email.audit.run.evaluation import Evaluation


def record(name: str, *severities: Severity) -> AuditRecord:
    findings = [
        Finding(check=f"T-{severity}", severity=severity, title="t", text="x")
        for severity in severities
    ]
    facts = MailboxFacts(username=name)
    return AuditRecord(account="a", domain="d", username=name, findings=findings, facts=facts)


def test_circuit_breaker_opens_after_ten_failures_in_a_row() -> None:
    """A success between failures resets the count."""
    breaker = CircuitBreaker()
    for _ in range(9):
        breaker.record_failure()
    breaker.record_success()
    for _ in range(9):
        breaker.record_failure()
    assert not breaker.is_open
    breaker.record_failure()
    assert breaker.is_open
    breaker.record_success()
    assert breaker.is_open  # A request that was already in progress does not close it.
    breaker.reset()
    assert not breaker.is_open


def test_deferred_queue() -> None:
    """DeferredMailbox mailboxes keep their facts and failed probes, in order."""
    queue = DeferredQueue()
    facts = MailboxFacts(username="ana", forwards=["x@y.z"])
    collected = Collected(facts=facts, failed={"secrets": "HTTP 403"})
    one = DeferredMailbox(domain_index=0, collected=collected, reason="502")
    queue.add(one)
    queue.add(one.model_copy(update={"domain_index": 1}))
    assert [deferred.domain_index for deferred in queue] == [0, 1]
    assert next(iter(queue)) == one
    assert queue.count == 2
    queue.close()


def test_throttle_halves_after_three_rate_limits_in_a_row() -> None:
    """Any other response between them resets the count; the minimum is 1."""
    throttle = Throttle(8)
    for _ in range(5):
        throttle.record_rate_limit()
        throttle.record_rate_limit()
        throttle.record_other()
    assert throttle.limit == 8
    for _ in range(3):
        throttle.record_rate_limit()
    assert (throttle.limit, throttle.halved) == (4, 1)
    for _ in range(100):
        throttle.record_rate_limit()
    assert throttle.limit == 1


def test_throttle_ignores_requests_in_progress() -> None:
    """Eight rate-limited requests that were sent together halve the limit once."""
    throttle = Throttle(8)
    for _ in range(8):
        throttle.record_rate_limit()
    assert throttle.limit == 4


def test_summary_counts_and_ranks() -> None:
    """The ten worst mailboxes are those with the highest scores."""
    summary = AuditSummary()
    summary.add(record("mild", Severity.LOW))
    summary.add(record("bad", Severity.CRITICAL))
    summary.add(record("clean"))
    for number in range(30):
        summary.add(record(f"m{number:02}", Severity.HIGH, Severity.MEDIUM))
    worst = summary.worst
    assert worst[0].name == "bad@d"
    assert len(worst) == 10
    assert [one.name for one in worst[1:3]] == ["m00@d", "m01@d"] or worst[1].score == 230
    assert (summary.mailboxes, summary.with_findings) == (33, 32)
    assert summary.at_or_above(Severity.HIGH) == 31
    assert summary.at_or_above(Severity.INFO) == 62


def test_findings_of_domain_checks_count_for_their_mailbox() -> None:
    """A finding of a check of the whole domain raises the score of its mailbox."""
    summary = AuditSummary()
    summary.add(record("ana", Severity.LOW))
    summary.add(record("bob", Severity.MEDIUM))
    found = Finding(check="J-1", severity=Severity.HIGH, title="t", text="x", username="ana")
    facts = DomainFacts(account="a", domain="d")
    summary.add_domain(DomainRecord(account="a", domain="d", findings=[found], facts=facts))
    assert [(one.name, one.checks) for one in summary.worst] == [
        ("ana@d", ("J-1", "T-low")),
        ("bob@d", ("T-medium",)),
    ]


def test_unknown_checks_are_counted() -> None:
    """The summary counts unknown checks by id, and ignores their reasons."""
    summary = AuditSummary()
    for name in ("ana", "bob"):
        one = record(name).model_copy(update={"unknown": {"T-1": "forwards: HTTP 502"}})
        summary.add(one)
    assert summary.unknown == {"T-1": 2}
    assert not summary.complete


def test_ten_thousand_findings_are_counted_in_linear_time() -> None:
    """Quadratic time would be minutes."""
    findings = [
        Finding(check="J-1", severity=Severity.LOW, title="t", text="x", username=f"m{number}")
        for number in range(10_000)
    ]
    facts = DomainFacts(account="a", domain="d")
    summary = AuditSummary()
    started = time.process_time()
    summary.add_domain(DomainRecord(account="a", domain="d", findings=findings, facts=facts))
    assert time.process_time() - started < 2
    assert summary.findings == {"J-1": 10_000}


def test_incomplete_audit_is_not_counted_by_severity() -> None:
    """AUD-01 has its own exit status, so `--fail-on` ignores it."""
    summary = AuditSummary()
    finding = Finding(
        check=INCOMPLETE.id, severity=INCOMPLETE.severity, title=INCOMPLETE.title, text="x"
    )
    one = record("ana").model_copy(update={"findings": [finding]})
    summary.add(one)
    assert summary.at_or_above(Severity.INFO) == 0
    assert summary.findings == {"AUD-01": 1}


@pytest.mark.parametrize("severity", list(Severity))
def test_severity_weights(severity: Severity) -> None:
    """Critical has the highest weight, info the lowest."""
    assert severity.weight == {"critical": 4, "high": 3, "medium": 2, "low": 1, "info": 0}[severity]


def test_check_with_a_failed_probe_is_not_run() -> None:
    """A check whose probe failed is unknown."""
    evaluation = Evaluation()
    check = INCOMPLETE.__class__(
        **{
            **{
                name: getattr(INCOMPLETE, name)
                for name in ("title", "group", "rationale", "remediation")
            },
            "id": "T-01",
            "severity": Severity.LOW,
            "probes": frozenset({"forwards"}),
        }
    )

    def never() -> list[object]:
        raise AssertionError("the check was run")

    evaluation.run(check, never, {"forwards": "HTTP 502"})
    assert evaluation.unknown == {"T-01": "forwards: HTTP 502"}
    assert evaluation.findings == []
