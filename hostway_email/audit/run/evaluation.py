"""Evaluation of checks: their findings, and the checks that are unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from hostway_email.audit.checks.base import CheckInfo, Evidence
from hostway_email.audit.records.models import Finding

__all__ = ["Evaluation", "failure_of_check"]


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
            found = [_finding(check, evidence) for evidence in find()]
        except Exception as error:
            self.unknown[check.id] = failure_of_check(error)
            return
        self.findings.extend(found)


def failure_of_check(error: Exception) -> str:
    """Return the reason for a check that has raised an error.

    Checks may come from other packages. A broken one must neither end the audit of thousands of
    mailboxes nor count as a pass.
    """
    return f"the check raised {type(error).__name__}: {error}"


def _finding(check: CheckInfo, evidence: Evidence) -> Finding:
    return Finding(
        check=check.id,
        severity=evidence.severity or check.severity,
        title=check.title,
        text=evidence.text,
        username=evidence.username,
    )
