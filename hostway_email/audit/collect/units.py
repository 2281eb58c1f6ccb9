"""Units of collecting and their results: plain JSON, so that both can leave this process."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from hostway_email.audit.collect.facts import MailboxFacts
from hostway_email.models.building import WHEN_USED

__all__ = ["Collected", "Unit", "UnitResult"]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=WHEN_USED)


class Collected(_Message):
    """What was read of one mailbox.

    Attributes:
        facts: the facts.
        failed: the probes that failed, by name, with the reason.
    """

    facts: MailboxFacts
    failed: dict[str, str] = {}


class Unit(_Message):
    """Listed mailboxes of one domain to read, and the probes to run.

    Attributes:
        key: its identifier, unique within the run.
        account: the account.
        domain: the domain.
        probes: the names of the mailbox probes that the checks need, in their order. `statistics`
            is never requested for a unit, but fails with the others for an unreadable mailbox.
        mailboxes: the facts from the list of usernames.
    """

    key: str
    account: str
    domain: str
    probes: list[str]
    mailboxes: list[MailboxFacts]

    def unread(self, reason: str) -> UnitResult:
        """Return the result if nothing could be read: every probe has failed, for this reason."""
        mailboxes = [
            Collected(facts=facts, failed=dict.fromkeys(self.probes, reason))
            for facts in self.mailboxes
        ]
        return UnitResult(key=self.key, mailboxes=mailboxes)


class UnitResult(_Message):
    """What was read of the mailboxes of a unit.

    Attributes:
        key: the key of the unit.
        mailboxes: what was read, in the order of the unit.
        requests: the number of requests sent for it outside of the session of the run.
        retries: how many of them were retries.
        rate_limits: how many of them got HTTP 429.
    """

    key: str
    mailboxes: list[Collected]
    requests: int = 0
    retries: int = 0
    rate_limits: int = 0
