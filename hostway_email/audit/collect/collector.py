"""Collecting: the seam behind which mailboxes are read, and its implementation in this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Protocol

from hostway_email.audit.collect.facts import MailboxFacts
from hostway_email.audit.collect.probes import MAILBOX_PROBES, MailboxProbe, reason_of
from hostway_email.audit.collect.throttle import Throttle
from hostway_email.audit.collect.units import Collected, Unit, UnitResult
from hostway_email.errors import (
    AuthenticationError,
    HostwayEmailError,
    NotFoundError,
    RateLimitedError,
)
from hostway_email.handles import MeteredDomain, UsernameHandle

__all__ = ["Collector", "Heartbeat", "LocalCollector", "UnitLost"]

UNKNOWN_KIND: Final = "the API does not say whether it is a regular mailbox or Exchange"

Heartbeat = Callable[[], None]
"""A function that is called when the reading of a unit has begun, and while it lasts."""


class UnitLost(Exception):  # noqa: N818 # not an error of the run: it sends the unit again
    """No result of a unit will arrive, as when the process that read it has died."""


class Collector(Protocol):
    """A reader of units, in this process or in others: an async context manager."""

    @property
    def unit_size(self) -> int:
        """The maximum number of mailboxes in a unit."""
        ...

    async def __aenter__(self) -> object:
        """Prepare for units."""
        ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> bool | None:
        """Release what it holds; no unit is in progress."""
        ...

    async def collect(self, unit: Unit, on_heartbeat: Heartbeat) -> UnitResult:
        """Read the mailboxes of a unit; cancelling it withdraws the unit.

        Raises:
            UnitLost: no result will arrive; the unit may be sent again.
            AuthenticationError: the credentials were rejected, which ends the run.
        """
        ...


@dataclass(frozen=True)
class LocalCollector(nullcontext[None]):
    """A collector in this process, for one mailbox at a time.

    A probe that fails is recorded with the reason, and never stops the others. Only rejected
    credentials do: ten thousand more wrong logins would lock the account.

    It counts requests and 429 responses where the run itself does, so its results have no figures;
    its units cannot be lost, so they need no heartbeat. It has nothing to open or to close.

    Attributes:
        domains: the domains of the run, by account and name.
        throttle: counts 429 responses.
        unit_size: the maximum number of mailboxes in a unit.
    """

    enter_result: None = field(default=None, init=False)
    domains: Mapping[tuple[str, str], MeteredDomain]
    throttle: Throttle
    unit_size: int = 1

    async def collect(self, unit: Unit, on_heartbeat: Heartbeat) -> UnitResult:
        """Read the mailboxes of a unit, one after the other."""
        domain = self.domains[unit.account, unit.domain]
        mailboxes = [await self._read(domain, facts, unit.probes) for facts in unit.mailboxes]
        return UnitResult(key=unit.key, mailboxes=mailboxes)

    async def _read(
        self, domain: MeteredDomain, facts: MailboxFacts, probes: list[str]
    ) -> Collected:
        try:
            username = domain.username(facts.username)
            if facts.kind is None:
                facts.kind = (await username.get()).kind
        except AuthenticationError:
            raise
        except HostwayEmailError as error:
            # Every listed mailbox has a record, here one with the reason why nothing is known.
            return Collected(facts=facts, failed=dict.fromkeys(probes, reason_of(error)))
        reading = _Reading(username, Collected(facts=facts), probes, self.throttle)
        await reading.run_probes()
        return reading.collected


@dataclass(frozen=True, slots=True)
class _Reading:
    """The reading of one mailbox: runs every probe that applies to its kind."""

    username: UsernameHandle
    collected: Collected
    probes: list[str]
    throttle: Throttle

    async def run_probes(self) -> None:
        kind, failed = self.collected.facts.kind, self.collected.failed
        for name in self.probes:
            probe = MAILBOX_PROBES.get(name)
            if probe is not None and probe.kind in (None, kind):
                await self._run(name, probe)
            elif kind is None:
                failed[name] = UNKNOWN_KIND

    async def _run(self, name: str, probe: MailboxProbe) -> None:
        facts, failed = self.collected.facts, self.collected.failed
        try:
            setattr(facts, name, await probe.read(self.username))
        except AuthenticationError:
            raise
        except NotFoundError as error:
            if probe.kind is not None:
                facts.gone = True
            elif not probe.may_be_absent and not await self._is_missing():
                failed[name] = reason_of(error)
        except HostwayEmailError as error:
            failed[name] = reason_of(error)
            if isinstance(error, RateLimitedError):
                self.throttle.record_rate_limit()
                return
        if self.throttle.rate_limits > 0:
            self.throttle.record_other()

    async def _is_missing(self) -> bool:
        """Return whether the mailbox itself is missing, after a 404 for one of its resources.

        Where no probe reads the mailbox itself, one request is sent to find out: once for each of
        the few listed mailboxes that do not exist.
        """
        facts = self.collected.facts
        if not facts.gone and facts.kind is not None and facts.kind not in self.probes:
            try:
                await MAILBOX_PROBES[facts.kind].read(self.username)
            except AuthenticationError:
                raise
            except NotFoundError:
                facts.gone = True
            except HostwayEmailError:
                return False  # Not known, so the probe that failed stays unknown.
        return facts.gone
