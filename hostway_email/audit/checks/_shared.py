"""Checks that run twice: on the settings of each mailbox and on those of its domain."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hostway_email.audit.checks.base import (
    CheckInfo,
    Context,
    DomainCheck,
    Evidence,
    MailboxCheck,
    fields_of,
)
from hostway_email.audit.collect.facts import DomainFacts, MailboxFacts

__all__ = ["Owner", "SharedCheck", "domain_twin"]

Owner = MailboxFacts | DomainFacts
"""The owner of the settings that a shared check examines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedCheck(CheckInfo):
    """A check of settings that both mailboxes and domains have.

    Its probes are those of the mailbox; for the domain, the probes of the same names are used.
    """

    find: Callable[[Owner, Context], Iterable[Evidence]]

    def both(self) -> tuple[MailboxCheck, DomainCheck]:
        """Return the check of mailboxes and the check of domains."""
        of_mailbox = MailboxCheck(**fields_of(self), find=self.find)
        probes = frozenset(f"domain.{probe.removeprefix('domain.')}" for probe in self.probes)
        return of_mailbox, domain_twin(
            self, probes, lambda context: self.find(context.domain, context)
        )


def domain_twin(
    check: CheckInfo, probes: frozenset[str], find: Callable[[Context], Iterable[Evidence]]
) -> DomainCheck:
    """Return a check of the domain with the id, title and texts of another check."""
    return DomainCheck(**fields_of(check, probes=probes), find=find)
