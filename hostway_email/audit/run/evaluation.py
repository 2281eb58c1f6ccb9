"""How checks are asked: what they found, and which of them could not be answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from hostway_email.audit.checks.base import Check, Evidence
from hostway_email.audit.records.models import Finding

__all__ = ["Evaluation", "own_failure"]


@dataclass(slots=True)
class Evaluation:
    """The answers of several checks to the same facts.

    Attributes:
        findings: what they found.
        unknown: those that could not be answered, by id, with the reason.
    """

    findings: list[Finding] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        check: Check,
        find: Callable[[], Iterable[Evidence]],
        failed: Mapping[str, str],
    ) -> None:
        """Ask a check, unless a probe it needs has failed: then it is unknown, never a pass."""
        missing = sorted(check.probes & failed.keys())
        if missing:
            self.unknown[check.id] = f"{missing[0]}: {failed[missing[0]]}"
            return
        try:
            found = [_finding(check, evidence) for evidence in find()]
        except Exception as error:
            self.unknown[check.id] = own_failure(error)
            return
        self.findings.extend(found)


def own_failure(error: Exception) -> str:
    """Return why a check has no answer that failed by itself.

    Checks may come from anybody. One that fails must not end the audit of thousands of mailboxes,
    and must not pass for an answer.
    """
    return f"the check itself failed: {type(error).__name__}: {error}"


def _finding(check: Check, evidence: Evidence) -> Finding:
    return Finding(
        check=check.id,
        severity=evidence.severity or check.severity,
        title=check.title,
        text=evidence.text,
        username=evidence.username,
    )
