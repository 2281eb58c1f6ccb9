"""The stages of a run, and the seam behind which mailboxes are collected."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, ClassVar

import anyio
import pytest

from hostway_email import (
    AuthenticationError,
    HostwayEmail,
    Request,
    Response,
    RetryPolicy,
    ServerError,
)
from hostway_email._core.call import Meter
from hostway_email.audit import AuditRecord, AuditRun, audit
from hostway_email.audit.collect.collector import Heartbeat, LocalCollector, UnitLost
from hostway_email.audit.collect.throttle import Throttle
from hostway_email.audit.collect.units import Unit, UnitResult
from hostway_email.handles import MeteredDomain
from hostway_email.sandbox import Sandbox
from hostway_email.transports.httpx import for_app

from ...support.loops import settle
from ...support.transports import FakeTransport, client_over, response
from ...support.waiting import HANGS
from ..conftest import Opened

pytestmark = pytest.mark.anyio
Open = Callable[..., Opened]


@dataclass
class RemoteCollector:
    """A collector that sends units and results as JSON, as to another process."""

    latest: ClassVar[RemoteCollector]

    domains: Mapping[tuple[str, str], MeteredDomain]
    throttle: Throttle
    unit_size: int = 7
    loses: Callable[[Unit], UnitLost | None] = lambda unit: None
    waits: Callable[[Unit], Awaitable[object]] | None = None
    beats: bool = False
    figures: Mapping[str, int] = field(default_factory=dict)
    units: list[Unit] = field(default_factory=list)
    entered: int = 0
    exited: int = 0

    def __post_init__(self) -> None:
        RemoteCollector.latest = self
        self.local = LocalCollector(self.domains, self.throttle)

    async def __aenter__(self) -> None:
        self.entered += 1

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None:
        self.exited += 1

    async def collect(self, unit: Unit, on_heartbeat: Heartbeat) -> UnitResult:
        self.units.append(unit)
        if self.beats:
            on_heartbeat()
        if self.waits is not None:
            await self.waits(unit)
        lost = self.loses(unit)
        if lost is not None:
            raise lost
        received = Unit.model_validate(plain(unit))
        assert received == unit
        result = await self.local.collect(received, on_heartbeat)
        returned = UnitResult.model_validate(plain(result))
        assert returned == result
        return returned.model_copy(update=self.figures)


def plain(message: Unit | UnitResult) -> Any:
    """Return a message after a round trip through JSON."""
    document = message.model_dump(mode="json")
    sent = json.loads(json.dumps(document))
    assert sent == document
    return sent


@pytest.fixture
def remotely(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The function that has the audits of a test collect through JSON, with some options."""

    def use(**options: object) -> None:
        def create(*arguments: Any) -> RemoteCollector:
            return RemoteCollector(*arguments, **options)  # type: ignore[arg-type]

        monkeypatch.setattr("hostway_email.audit.run.auditor.LocalCollector", create)

    return use


async def records_of(run: AuditRun) -> dict[str, AuditRecord]:
    async with run:
        records = [record async for record in run]
    assert len({record.username for record in records}) == len(records)
    return {record.username: record for record in records}


@pytest.mark.parametrize("size", [1, 7, 50])
async def test_units_and_results_are_plain_json(
    small: Sandbox, opened: Open, remotely: Callable[..., None], size: int
) -> None:
    """Records are the same if each unit and each result goes through JSON; keys are unique."""
    small.add_mailbox("zoe", gone=True)
    async with opened(small) as domain:
        expected = await records_of(audit(domain))
        remotely(unit_size=size)
        found = await records_of(audit(domain))

    assert found == expected
    collector = RemoteCollector.latest
    assert (collector.entered, collector.exited) == (1, 1)
    sizes = Counter(len(unit.mailboxes) for unit in collector.units)
    assert sizes.total() == -(-41 // size)
    assert max(sizes) == min(size, 41)
    assert len({unit.key for unit in collector.units}) == sizes.total()


async def test_lost_unit_is_sent_again(
    small: Sandbox, opened: Open, remotely: Callable[..., None]
) -> None:
    """A unit that is lost twice is read the third time; nothing is missing."""
    tries = Counter[str]()

    def loses(unit: Unit) -> UnitLost | None:
        tries[unit.key] += 1
        return UnitLost("a worker died") if tries[unit.key] < 3 else None

    remotely(loses=loses)
    async with opened(small) as domain:
        run = audit(domain)
        records = await records_of(run)

    assert len(records) == 40
    assert set(tries.values()) == {3}
    assert run.summary.complete


@pytest.mark.parametrize(
    ("beats", "state"), [(True, "lost while it was read"), (False, "never begun")]
)
async def test_unit_that_is_always_lost(
    small: Sandbox, opened: Open, remotely: Callable[..., None], beats: bool, state: str
) -> None:
    """Its mailboxes have a record with the reason; the others are read, and the run ends."""
    victim = [*small.domain.mailboxes][3].username

    def loses(unit: Unit) -> UnitLost | None:
        names = [facts.username for facts in unit.mailboxes]
        return UnitLost("a worker died") if victim in names else None

    remotely(loses=loses, beats=beats, unit_size=1)
    async with opened(small) as domain:
        run = audit(domain)
        records = await records_of(run)

    failed = records.pop(victim).failed
    assert set(failed.values()) == {f"{state}: a worker died (after 3 tries)"}
    assert {"forwards", "mailbox", "statistics"} <= failed.keys()
    assert not any(record.failed for record in records.values())
    assert run.summary.unknown
    assert not run.summary.complete


async def test_figures_of_remote_units(
    small: Sandbox, opened: Open, remotely: Callable[..., None]
) -> None:
    """Requests that were sent elsewhere are counted, and their rate limits slow the run down."""
    async with opened(small) as domain:
        run = audit(domain, checks=["QUO-01"])
        await records_of(run)
        remotely(unit_size=10, figures={"requests": 100, "retries": 5, "rate_limits": 3})
        remote = audit(domain, checks=["QUO-01"], concurrency=4)
        await records_of(remote)

    assert run.summary.slowed_down == 0
    assert remote.summary.requests == run.summary.requests + 4 * 100
    assert remote.summary.retries == 4 * 5
    assert remote.summary.slowed_down >= 1


async def test_rejected_credentials_elsewhere_end_the_run(
    small: Sandbox, opened: Open, remotely: Callable[..., None]
) -> None:
    """The error of a unit whose credentials were rejected is raised by the iteration."""

    def refuse(unit: Unit) -> None:
        raise AuthenticationError(401, "GET", "/x", "no")

    remotely(loses=refuse)
    async with opened(small) as domain, audit(domain, checks=["QUO-01"]) as run:
        with pytest.raises(AuthenticationError):
            async for _ in run:
                pass
    assert RemoteCollector.latest.exited == 1


async def test_leaving_withdraws_units(
    small: Sandbox, opened: Open, remotely: Callable[..., None]
) -> None:
    """Units in progress are cancelled before the collector is left, and the run waits for both."""
    withdrawn: list[int] = []

    async def hang(unit: Unit) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            withdrawn.append(RemoteCollector.latest.exited)

    remotely(unit_size=1, waits=hang)
    async with opened(small) as domain:
        async with audit(domain, checks=["QUO-01"], concurrency=4) as run:
            with anyio.fail_after(HANGS):
                while run.progress.total is None:
                    await settle()
            await settle()

    assert withdrawn == [0] * 4
    assert RemoteCollector.latest.exited == 1


@pytest.mark.parametrize(
    ("options", "most"),
    [
        ({}, 12),
        ({"statistics_concurrency": 3}, 3),
        ({"statistics_concurrency": 20}, 20),
        ({"statistics_concurrency": 20, "concurrency": 6}, 6),
    ],
)
async def test_statistics_concurrency(options: dict[str, int], most: int) -> None:
    """As many statistics are requested at once as configured, never more than `concurrency`."""
    sandbox = Sandbox(mailboxes=60)
    app, now, seen = for_app(sandbox.app), 0, 0

    async def send(request: Request) -> Response:
        nonlocal now, seen
        if not request.url.endswith("/messagestats"):
            return await app.send(request)
        now += 1
        seen = max(seen, now)
        for _ in range(20):
            await settle()
        now -= 1
        return await app.send(request)

    async with HostwayEmail("admin", "sandbox", transport=FakeTransport(send)) as hostway:
        domain = hostway.account("account007").domain("example.com")
        records = await records_of(audit(domain, checks=["activity"], **options))  # type: ignore[arg-type]

    assert len(records) == 60
    assert seen == most


async def test_metered_domain() -> None:
    """It counts its own requests, and retries by its own policy; the domain itself does not."""
    policy, meter = RetryPolicy(attempts=2, base_delay=0), Meter()
    hostway, transport = client_over(lambda request: response(503), retry=policy)
    async with hostway:
        domain = hostway.account("acc").domain("d.com")
        metered = MeteredDomain(domain, meter, lambda policy: replace(policy, attempts=5))
        for one in (domain, metered, metered.secret_questions, metered.secret_question_settings):
            with pytest.raises(ServerError):
                await one.get()

    assert len(transport.requests) == 2 + 3 * 5
    assert (meter.requests, meter.retries) == (15, 12)
    assert (metered.account, metered.name) == ("acc", "d.com")
