"""The small parts of an audit: the lane, the throttle, the summary, the verdicts."""

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
from hostway_email.audit.run.circuit_breaker import CircuitBreaker, Deferred, DeferredQueue
from hostway_email.audit.run.evaluation import Evaluation


def record(name: str, *severities: Severity) -> AuditRecord:
    findings = [
        Finding(check=f"T-{severity}", severity=severity, title="t", text="x")
        for severity in severities
    ]
    facts = MailboxFacts(username=name)
    return AuditRecord(account="a", domain="d", username=name, findings=findings, facts=facts)


def test_the_lane_closes_after_ten_failures_in_a_row() -> None:
    """Nine failures and an answer are no outage; ten in a row are."""
    lane = CircuitBreaker()
    for _ in range(9):
        lane.unreachable()
    lane.answered()
    for _ in range(9):
        lane.unreachable()
    assert not lane.closed
    lane.unreachable()
    assert lane.closed
    lane.answered()
    assert lane.closed  # A call that was under way does not open it: the second look does.
    lane.reopen()
    assert not lane.closed


def test_who_waits_is_remembered_whole() -> None:
    """What was read of a mailbox before it had to wait is all there afterwards."""
    room = DeferredQueue()
    facts = MailboxFacts(username="ana", forwards=["x@y.z"])
    one = Deferred(target=0, facts=facts, failed={"secrets": "HTTP 403"}, reason="502")
    room.add(one)
    room.add(one.model_copy(update={"target": 1}))
    assert [waiting.target for waiting in room] == [0, 1]
    assert next(iter(room)) == one
    assert room.count == 2
    room.close()


def test_three_refusals_in_a_row_halve_the_concurrency() -> None:
    """Two do not, an answer between them starts the count again, and one is the least."""
    throttle = Throttle(8)
    for _ in range(5):
        throttle.refused()
        throttle.refused()
        throttle.answered()
    assert throttle.limit == 8
    for _ in range(3):
        throttle.refused()
    assert (throttle.limit, throttle.halved) == (4, 1)
    for _ in range(100):
        throttle.refused()
    assert throttle.limit == 1


def test_requests_under_way_when_it_was_halved_do_not_halve_it_again() -> None:
    """Eight requests that were sent together count as one reason to slow down."""
    throttle = Throttle(8)
    for _ in range(8):
        throttle.refused()
    assert throttle.limit == 4


def test_the_summary_counts_and_ranks() -> None:
    """The worst mailboxes are those whose findings weigh most; only ten are kept."""
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


def test_what_a_domain_check_finds_of_a_mailbox_counts_for_it() -> None:
    """A chain of forwards is found at the end, and makes its mailbox worse all the same."""
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


def test_reasons_are_not_mistaken_for_numbers() -> None:
    """Unknown checks are counted; the text that says why is no part of the count."""
    summary = AuditSummary()
    for name in ("ana", "bob"):
        one = record(name).model_copy(update={"unknown": {"T-1": "forwards: HTTP 502"}})
        summary.add(one)
    assert summary.unknown == {"T-1": 2}
    assert not summary.complete


def test_a_domain_with_ten_thousand_findings_is_counted_in_a_moment() -> None:
    """Work grows with the findings, not with their square, which would take minutes."""
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


def test_that_an_audit_is_incomplete_does_not_count_as_a_finding_to_fail_on() -> None:
    """An incomplete audit has an exit status of its own."""
    summary = AuditSummary()
    finding = Finding(
        check=INCOMPLETE.id, severity=INCOMPLETE.severity, title=INCOMPLETE.title, text="x"
    )
    one = record("ana").model_copy(update={"findings": [finding]})
    summary.add(one)
    assert summary.at_or_above(Severity.INFO) == 0
    assert summary.findings == {"AUD-01": 1}


@pytest.mark.parametrize("severity", list(Severity))
def test_severities_are_ordered(severity: Severity) -> None:
    """Critical weighs most, info least."""
    assert severity.weight == {"critical": 4, "high": 3, "medium": 2, "low": 1, "info": 0}[severity]


def test_a_check_whose_probe_failed_is_not_asked() -> None:
    """Silence of a probe is not an answer of a check."""
    verdicts = Evaluation()
    needs = INCOMPLETE.__class__(
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
        raise AssertionError("asked")

    verdicts.ask(needs, never, {"forwards": "HTTP 502"})
    assert verdicts.unknown == {"T-01": "forwards: HTTP 502"}
    assert verdicts.findings == []
