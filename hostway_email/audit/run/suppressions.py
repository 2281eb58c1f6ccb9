"""The suppressions of a run, and how often each of them is used."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from datetime import date
from typing import Literal, Self

from hostway_email.audit.records.models import Finding
from hostway_email.audit.records.suppressions import (
    Acceptance,
    Suppression,
    SuppressionUse,
    read_suppressions,
    why_not_accepted,
)
from hostway_email.errors import InvalidRequestError

__all__ = ["Suppressions"]


class Suppressions:
    """The suppressions of a run, and how often each was used.

    Parameters:
        suppressions: the suppressions; the first that matches is used.
        today: the date used as today.
    """

    def __init__(self, suppressions: Sequence[Suppression], today: date) -> None:
        self.all = list(suppressions)
        self._today = today
        self._times = [0] * len(self.all)
        self._valid = defaultdict[str, list[int]](list)
        for number, one in enumerate(self.all):
            if one.expires >= today:
                self._valid[one.id.casefold()].append(number)

    @classmethod
    def of(
        cls,
        accepted: str | os.PathLike[str] | Iterable[Suppression],
        known: Set[str],
        today: date,
    ) -> Self | None:
        """Return the suppressions of a run, given or read from a TOML file; None without any.

        Parameters:
            accepted: the suppressions, or their file.
            known: the known ids of checks.
            today: the date used as today.

        Raises:
            InvalidRequestError: the file cannot be read, or an entry is invalid.
        """
        if isinstance(accepted, str | os.PathLike):
            return cls(read_suppressions(accepted, known), today)
        given = list(accepted)
        for number, one in enumerate(given, start=1):
            reason = why_not_accepted(one.id, known)
            InvalidRequestError.require(reason is None, "suppress", f"entry {number}: id: {reason}")
        return cls(given, today) if given else None

    def accepted(self, check: str, username: str, domain: str) -> Acceptance | None:
        """Return the acceptance of a finding; None if it is not accepted."""
        for number in self._valid.get(check.casefold(), ()):
            one = self.all[number]
            if one.matches(username, domain):
                self._times[number] += 1
                return Acceptance(reason=one.reason, owner=one.owner, expires=one.expires)
        return None

    def mark(self, findings: Iterable[Finding], domain: str, username: str = "") -> None:
        """Mark the findings that are accepted.

        Parameters:
            findings: the findings.
            domain: their domain.
            username: the mailbox of those that name none.
        """
        for finding in findings:
            finding.accepted = self.accepted(finding.check, finding.username or username, domain)

    def restore(self, findings: Iterable[Finding], domain: str, username: str) -> None:
        """Count the findings that an interrupted run has marked."""
        for finding in findings:
            if finding.accepted:
                self.accepted(finding.check, username, domain)

    def uses(self, check_ids: Iterable[str]) -> list[SuppressionUse]:
        """Return the state of each suppression, given the ids of the checks that were run."""
        ids = {check.casefold() for check in check_ids}
        return [
            SuppressionUse(suppression=one, state=self._state(one, times, ids), times=times)
            for one, times in zip(self.all, self._times, strict=True)
        ]

    def _state(
        self, one: Suppression, times: int, ids: Set[str]
    ) -> Literal["used", "unused", "expired", "not run"]:
        if one.expires < self._today:
            return "expired"
        if one.id.casefold() not in ids:
            return "not run"
        return "used" if times else "unused"
