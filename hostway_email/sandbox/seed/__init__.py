"""Generation of a realistic domain with findings for an audit."""

from __future__ import annotations

from random import Random

from hostway_email.sandbox.seed.domain_settings import add_domain_settings
from hostway_email.sandbox.seed.findings import add_findings
from hostway_email.sandbox.seed.mailboxes import add_mailboxes
from hostway_email.sandbox.state import Domain, SandboxState

__all__ = ["populate"]


def populate(state: SandboxState, domain: Domain, count: int, random: Random) -> None:
    """Generate `count` usernames, their settings and those of the domain."""
    groups = add_mailboxes(state, domain, count, random)
    add_findings(state, domain, groups, random)
    add_domain_settings(state, domain, groups, random)
