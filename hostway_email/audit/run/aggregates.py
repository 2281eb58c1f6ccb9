"""The checks over all mailboxes of one domain, while the mailboxes arrive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from functools import partial

from hostway_email.audit.checks.base import (
    Aggregate,
    AggregateCheck,
    Context,
    Evidence,
    failure_of_check,
)
from hostway_email.audit.collect.facts import MailboxFacts

__all__ = ["Aggregates"]


class Aggregates:
    """The aggregations of one domain.

    A mailbox that could not be read makes a check unknown that needed it, and so does an
    aggregation that raises.

    Parameters:
        checks: the checks.
    """

    def __init__(self, checks: Sequence[AggregateCheck]) -> None:
        self._checks = checks
        self._started: dict[str, Aggregate] = {}
        self._failures: dict[str, str] = {}

    def start(self, context: Context) -> None:
        """Start the aggregations, once the facts of the domain are known."""
        for check in self._checks:
            try:
                self._started[check.id] = check.start(context)
            except Exception as error:
                self._failures[check.id] = failure_of_check(error)

    def add(self, facts: MailboxFacts, failed: dict[str, str]) -> None:
        """Add a mailbox, and the probes of it that failed."""
        for check in self._checks:
            missing = sorted(check.probes & failed.keys())
            if missing:
                self._failures.setdefault(check.id, f"{facts.username}: {failed[missing[0]]}")
                if not check.allow_partial:
                    continue
            if (aggregate := self._started.get(check.id)) is not None:
                try:
                    aggregate.add(facts)
                except Exception as error:
                    self._failures[check.id] = failure_of_check(error)

    def results(
        self, names: Set[str], list_gap: str | None
    ) -> Iterator[tuple[AggregateCheck, Callable[[], Iterable[Evidence]] | None, str | None]]:
        """Yield each check with its function, if it can be run, and why it is unknown, if it is.

        Parameters:
            names: the usernames of the domain, case-folded.
            list_gap: why the list of usernames is incomplete; None if it is complete.
        """
        for check in self._checks:
            aggregate = self._started.get(check.id)
            failure = self._failures.get(check.id) or list_gap
            if aggregate is not None and (failure is None or check.allow_partial):
                yield check, partial(aggregate.find, names), failure
            else:
                yield check, None, failure
