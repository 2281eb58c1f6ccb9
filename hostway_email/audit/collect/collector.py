"""Reading of one mailbox: runs every selected probe that applies to it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from hostway_email.audit.collect.facts import MailboxFacts, StatisticsFacts
from hostway_email.audit.collect.probes import (
    MAILBOX_PROBES,
    STATISTICS,
    MailboxProbe,
    read_message_counts,
    reason_of,
)
from hostway_email.audit.collect.throttle import Throttle
from hostway_email.errors import (
    AuthenticationError,
    HostwayEmailError,
    ImapFailure,
    ImapGatewayError,
    NotFoundError,
    RateLimitedError,
)
from hostway_email.handles import DomainHandle, UsernameHandle
from hostway_email.models import UsernameEntry

__all__ = ["MailboxCollector"]

UNKNOWN_KIND: Final = "the API does not say whether it is a regular mailbox or Exchange"


class MailboxCollector:
    """A collector of facts that runs the selected probes of each mailbox.

    A probe that fails is recorded with the reason, and never stops the others. Only rejected
    credentials do: ten thousand more wrong logins would lock the account.

    Parameters:
        needed: the names of the probes that the checks need.
        throttle: counts 429 responses.
    """

    def __init__(self, needed: Collection[str], throttle: Throttle) -> None:
        self._probes = {name: probe for name, probe in MAILBOX_PROBES.items() if name in needed}
        self._with_statistics = STATISTICS in needed
        self._throttle = throttle

    async def read(
        self, domain: DomainHandle, entry: UsernameEntry
    ) -> tuple[MailboxFacts, dict[str, str]]:
        """Return the facts of a listed mailbox without its statistics, and the failed probes."""
        facts = MailboxFacts.model_validate(entry)
        failed: dict[str, str] = {}
        try:
            username = domain.username(facts.username)
            if facts.kind is None:
                facts.kind = (await username.get()).kind
        except AuthenticationError:
            raise
        except HostwayEmailError as error:
            # Every listed mailbox has a record, here one with the reason why nothing is known.
            probes = [*self._probes, STATISTICS] if self._with_statistics else self._probes
            return facts, dict.fromkeys(probes, reason_of(error))
        for name, probe in self._probes.items():
            if probe.kind in (None, facts.kind):
                await self._run_probe(name, probe, username, facts, failed)
            elif facts.kind is None:
                failed[name] = UNKNOWN_KIND
        if facts.kind is None and self._with_statistics:
            failed[STATISTICS] = UNKNOWN_KIND
        return facts, failed

    def needs_statistics(self, facts: MailboxFacts, failed: dict[str, str]) -> bool:
        """Return whether the statistics of a mailbox are still to be read."""
        return self._with_statistics and not facts.gone and STATISTICS not in failed

    async def _run_probe(
        self,
        name: str,
        probe: MailboxProbe,
        username: UsernameHandle,
        facts: MailboxFacts,
        failed: dict[str, str],
    ) -> None:
        try:
            setattr(facts, name, await probe.read(username))
        except AuthenticationError:
            raise
        except NotFoundError as error:
            if probe.kind is not None:
                facts.gone = True
            elif not probe.may_be_absent and not await self._is_missing(username, facts):
                failed[name] = reason_of(error)
        except HostwayEmailError as error:
            failed[name] = reason_of(error)
            if isinstance(error, RateLimitedError):
                self._throttle.record_rate_limit()
                return
        self._throttle.record_other()

    async def _is_missing(self, username: UsernameHandle, facts: MailboxFacts) -> bool:
        """Return whether the mailbox itself is missing, after a 404 for one of its resources.

        Where no probe reads the mailbox itself, one request is sent to find out: once for each of
        the few listed mailboxes that do not exist.
        """
        if not facts.gone and facts.kind is not None and facts.kind not in self._probes:
            try:
                await MAILBOX_PROBES[facts.kind].read(username)
            except AuthenticationError:
                raise
            except NotFoundError:
                facts.gone = True
            except HostwayEmailError:
                return False  # Not known, so the probe that failed stays unknown.
        return facts.gone

    async def read_statistics(
        self, domain: DomainHandle, facts: MailboxFacts, failed: dict[str, str]
    ) -> str | None:
        """Read the statistics; return the reason if the IMAP gateway could not be reached."""
        try:
            facts.statistics = await self._statistics(domain, facts)
        except AuthenticationError:
            raise
        except HostwayEmailError as error:
            reason = error.reason if isinstance(error, ImapGatewayError) else None
            if reason is ImapFailure.NO_CONNECTION:
                return reason_of(error)
            failed[STATISTICS] = reason_of(error)
        return None

    async def _statistics(
        self, domain: DomainHandle, facts: MailboxFacts
    ) -> StatisticsFacts | None:
        assert facts.kind is not None
        try:
            return await read_message_counts(domain.username(facts.username), facts.kind)
        except NotFoundError:
            # A virtual mailbox, which has no messages, or one that no longer exists.
            return None
