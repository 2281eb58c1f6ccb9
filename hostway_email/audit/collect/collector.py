"""How one mailbox is read: every probe that was chosen and applies, and what came of each."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from hostway_email.audit.collect.facts import MailboxFacts, StatisticsFacts
from hostway_email.audit.collect.probes import (
    MAILBOX_PROBES,
    STATISTICS,
    MailboxProbe,
    ask_statistics,
    explained,
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

NO_KIND: Final = "the API does not tell whether it is a regular mailbox or Exchange"


class MailboxCollector:
    """Asks the chosen probes of mailboxes.

    What one mailbox does not answer is noted as failed, with the reason, and never stops the
    others. Only refused credentials do: ten thousand more wrong logins would lock the account.

    Parameters:
        needed: the names of the probes that the checks need.
        throttle: is told which answers were a 429.
    """

    def __init__(self, needed: Collection[str], throttle: Throttle) -> None:
        self._probes = {name: probe for name, probe in MAILBOX_PROBES.items() if name in needed}
        self._counts = STATISTICS in needed
        self._throttle = throttle

    async def read(
        self, domain: DomainHandle, entry: UsernameEntry
    ) -> tuple[MailboxFacts, dict[str, str]]:
        """Return what is known of a listed mailbox but for its statistics, and what failed."""
        facts = MailboxFacts.model_validate(entry)
        failed: dict[str, str] = {}
        try:
            username = domain.username(facts.username)
            if facts.kind is None:
                facts.kind = (await username.get()).kind
        except AuthenticationError:
            raise
        except HostwayEmailError as error:
            # It is on the list, so it has a record: one that says why nothing is known of it.
            asked = [*self._probes, STATISTICS] if self._counts else self._probes
            return facts, dict.fromkeys(asked, explained(error))
        for name, probe in self._probes.items():
            if probe.kind in (None, facts.kind):
                await self._ask(name, probe, username, facts, failed)
            elif facts.kind is None:
                failed[name] = NO_KIND
        if facts.kind is None and self._counts:
            failed[STATISTICS] = NO_KIND
        return facts, failed

    def counts(self, facts: MailboxFacts, failed: dict[str, str]) -> bool:
        """Return whether the statistics of a mailbox are to be asked for."""
        return self._counts and not facts.gone and STATISTICS not in failed

    async def _ask(
        self,
        name: str,
        probe: MailboxProbe,
        username: UsernameHandle,
        facts: MailboxFacts,
        failed: dict[str, str],
    ) -> None:
        try:
            setattr(facts, name, await probe.ask(username))
        except AuthenticationError:
            raise
        except NotFoundError as error:
            if probe.kind is not None:
                facts.gone = True
            elif not probe.may_be_absent and not await self._is_gone(username, facts):
                failed[name] = explained(error)
        except HostwayEmailError as error:
            failed[name] = explained(error)
            if isinstance(error, RateLimitedError):
                self._throttle.refused()
                return
        self._throttle.answered()

    async def _is_gone(self, username: UsernameHandle, facts: MailboxFacts) -> bool:
        """Return whether a mailbox of which something is missing is missing as a whole.

        Where its details are not among what is asked, they are asked for now: once for each of the
        few mailboxes that are listed and gone.
        """
        if not facts.gone and facts.kind is not None and facts.kind not in self._probes:
            try:
                await MAILBOX_PROBES[facts.kind].ask(username)
            except AuthenticationError:
                raise
            except NotFoundError:
                facts.gone = True
            except HostwayEmailError:
                return False  # Nobody can tell, so what was missing stays unknown.
        return facts.gone

    async def count(
        self, domain: DomainHandle, facts: MailboxFacts, failed: dict[str, str]
    ) -> str | None:
        """Ask for the statistics; return why, if the gateway could not be reached for them."""
        try:
            facts.statistics = await self._statistics(domain, facts)
        except AuthenticationError:
            raise
        except HostwayEmailError as error:
            reason = error.reason if isinstance(error, ImapGatewayError) else None
            if reason is ImapFailure.NO_CONNECTION:
                return explained(error)
            failed[STATISTICS] = explained(error)
        return None

    async def _statistics(
        self, domain: DomainHandle, facts: MailboxFacts
    ) -> StatisticsFacts | None:
        assert facts.kind is not None
        try:
            return await ask_statistics(domain.username(facts.username), facts.kind)
        except NotFoundError:
            # A virtual mailbox, which has no messages, or one that is gone by now.
            return None
