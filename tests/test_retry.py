"""Retries: which failures, how long the waits are, and when the client gives up."""

from __future__ import annotations

import contextlib
import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import anyio
import anyio.lowlevel
import pytest
import trio.testing

from hostway_email import (
    BadGatewayError,
    ConnectError,
    HostwayEmail,
    HostwayEmailError,
    ImapFailure,
    ImapGatewayError,
    InvalidRequestError,
    MailboxUpdate,
    NotFoundError,
    Outcome,
    RateLimitedError,
    Request,
    RequestTimeoutError,
    Response,
    RetryBudget,
    RetryEvent,
    RetryPolicy,
    ServerError,
    StatusError,
    TransportError,
    WebmailCreate,
)
from hostway_email.sandbox import Sandbox
from hostway_email.transports.httpx import for_app

from .support.processes import run_process
from .support.transports import FakeTransport, client_over, response
from .support.waiting import HANGS

WHERE = "/accounts/account007/email/example.com/anything"
STATISTICS = "/accounts/account007/email/example.com/usernames/ana/mailbox/messagestats"
NO_CONNECTION = {"message": "Unable to get message count. No IMAP connection"}
SEARCH_FAILED = {"message": "Unable to get message count. IMAP search operation failed."}
NOT_SELECTED = {"message": "Unable to get message count. IMAP folder selection failed."}
GONE = {"itemNotFound": {"message": "Resource not found", "code": 404}}

CHANGE = {"quota": 5}
PASSWORD = {"password": "hush-hush"}
RENAME = {"username": "anna"}


class Naps:
    """A fake sleep that returns at once and records its durations."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def failing_with(what: int | Exception) -> FakeTransport:
    """Return a transport that fails every request in one way."""

    def handler(request: Request) -> Response:
        request.sent = not isinstance(what, ConnectError)
        if isinstance(what, Exception):
            # A new error each time, like those of a transport.
            raise type(what)(*what.args)
        return response(what, headers={})

    return FakeTransport(handler)


NOTHING_SENT = ConnectError("nothing listens")
LOST = TransportError("the connection broke")
LATE = RequestTimeoutError("too slow")

# The table of the documentation, row by row: which methods are retried after which failure.
ALL_VERBS = ("GET", "DELETE", "PUT", "PUT password", "PUT rename", "POST")
HARMLESS_VERBS = ("GET", "DELETE", "PUT")
TABLE: list[tuple[int | Exception, tuple[str, ...]]] = [
    (NOTHING_SENT, ALL_VERBS),
    (429, ALL_VERBS),
    (502, HARMLESS_VERBS),
    (503, HARMLESS_VERBS),
    (504, HARMLESS_VERBS),
    (LOST, HARMLESS_VERBS),
    (LATE, HARMLESS_VERBS),
    *((status, ()) for status in (304, 400, 401, 403, 404, 405, 409, 418, 500, 501, 505)),
]
BODIES: dict[str, dict[str, str] | dict[str, int] | None] = {
    "GET": None,
    "DELETE": None,
    "PUT": CHANGE,
    "PUT password": PASSWORD,
    "PUT rename": RENAME,
    "POST": CHANGE,
}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("what", "retried"), TABLE, ids=[getattr(what, "message", str(what)) for what, _ in TABLE]
)
async def test_what_is_retried(what: int | Exception, retried: tuple[str, ...]) -> None:
    """Only safe requests are retried, and as often as documented."""
    for case in ALL_VERBS:
        hostway, transport = client_over(failing_with(what), retry=RetryPolicy(3, base_delay=0))
        method: Any = case.split()[0]

        with pytest.raises(HostwayEmailError) as caught:
            await hostway.request(method, WHERE, body=BODIES[case])

        attempts = 3 if case in retried else 1
        assert len(transport.requests) == attempts, case
        assert caught.value.attempts == attempts, case  # type: ignore[attr-defined] # an attribute of API errors


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("what", "outcome"),
    [
        (NOTHING_SENT, Outcome.NOT_APPLIED),
        (400, Outcome.NOT_APPLIED),
        (409, Outcome.NOT_APPLIED),
        (429, Outcome.NOT_APPLIED),
        (LOST, Outcome.UNKNOWN),
        (LATE, Outcome.UNKNOWN),
        (500, Outcome.UNKNOWN),
        (502, Outcome.UNKNOWN),
        (302, Outcome.UNKNOWN),
    ],
    ids=str,
)
async def test_outcome_of_a_write(what: int | Exception, outcome: Outcome) -> None:
    """The error of a write says whether it may have taken effect; that of a read does not."""
    hostway, _ = client_over(failing_with(what), retry=RetryPolicy.none())
    expected: dict[Any, Outcome | None] = dict.fromkeys(("PUT", "POST", "DELETE"), outcome)

    for method in (*expected, "GET"):
        with pytest.raises(HostwayEmailError) as caught:
            await hostway.request(method, WHERE, body=None if method == "GET" else CHANGE)

        assert caught.value.outcome is expected.get(method), method


@pytest.mark.anyio
@pytest.mark.parametrize(
    "then", [response(429), response(400), NOTHING_SENT], ids=["429", "400", "no"]
)
async def test_unknown_stays_unknown(then: Response | Exception) -> None:
    """A refusal after a lost response does not change the outcome of the lost attempt."""
    hostway, _ = client_over([LOST, then], retry=RetryPolicy(2, base_delay=0))

    with pytest.raises(HostwayEmailError) as caught:
        await hostway.request("PUT", WHERE, body=CHANGE)

    assert caught.value.outcome is Outcome.UNKNOWN


@pytest.mark.anyio
async def test_create_is_not_retried_after_gateway_error(
    hostway: HostwayEmail, sandbox: Sandbox
) -> None:
    """A create after a 502 is an error, never sent twice: it may have taken effect."""
    sandbox.fail_next("POST", "/webmail", status=502)
    ana = hostway.account("account007").domain("example.com").username("ana")

    with pytest.raises(BadGatewayError) as caught:
        await ana.webmail.create(WebmailCreate(type="standard"))

    assert caught.value.attempts == 1
    assert caught.value.outcome is Outcome.UNKNOWN
    assert sandbox.count("POST", "/webmail") == 1


@pytest.mark.anyio
async def test_password_is_not_sent_twice(hostway: HostwayEmail, sandbox: Sandbox) -> None:
    """A new password is accepted only once, so a lost response is an error."""
    sandbox.fail_next("PUT", "/mailbox", status=503, after=True)
    ana = hostway.account("account007").domain("example.com").username("ana")

    with pytest.raises(ServerError) as caught:
        await ana.mailbox.update(MailboxUpdate(password="Another-one-1"))

    assert caught.value.outcome is Outcome.UNKNOWN
    assert sandbox.count("PUT", "/mailbox") == 1
    assert sandbox.mailbox("ana").password == "Another-one-1"


@pytest.mark.anyio
async def test_update_is_retried(hostway: HostwayEmail, sandbox: Sandbox) -> None:
    """An idempotent update is retried."""
    sandbox.fail_next("PUT", "/mailbox", status=502, times=2, after=True)
    ana = hostway.account("account007").domain("example.com").username("ana")

    await ana.mailbox.update(MailboxUpdate(quota_mb=77))

    assert sandbox.count("PUT", "/mailbox") == 3
    assert sandbox.mailbox("ana").quota == 77


@pytest.mark.anyio
async def test_deletion_with_a_lost_response(hostway: HostwayEmail, sandbox: Sandbox) -> None:
    """A 404 after a lost response is a success: the deletion took effect."""
    sandbox.fail_next("DELETE", "/ana/mailbox", status=502, after=True)

    await hostway.account("account007").domain("example.com").username("ana").mailbox.delete()

    assert sandbox.count("DELETE", "/ana/mailbox") == 2
    assert "ana" not in sandbox.domain.mailboxes


@pytest.mark.anyio
@pytest.mark.parametrize("missing", ["Domain not found", "Account not found"])
async def test_deletion_below_something_missing(missing: str) -> None:
    """If the domain or the account is missing, nothing was deleted."""
    body = {"itemNotFound": {"message": "Resource not found", "details": {"message": missing}}}
    hostway, _ = client_over([response(502), response(404, body)])

    with pytest.raises(NotFoundError) as caught:
        await hostway.request("DELETE", WHERE)

    assert caught.value.attempts == 2


@pytest.mark.anyio
async def test_deletion_of_something_missing() -> None:
    """A 404 at once, or after refusals without effect, is an error."""
    for before in ([], [response(429)], [NOTHING_SENT]):
        hostway, _ = client_over([*before, response(404, GONE)])

        with pytest.raises(NotFoundError):
            await hostway.request("DELETE", WHERE)


# Message statistics


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("cause", "reason", "attempts"),
    [
        (NO_CONNECTION, ImapFailure.NO_CONNECTION, 5),
        (SEARCH_FAILED, ImapFailure.SEARCH_FAILED, 2),
        (NOT_SELECTED, ImapFailure.FOLDER_SELECTION_FAILED, 2),
        ({"message": "else"}, ImapFailure.UNKNOWN, 5),
    ],
)
async def test_statistics_by_reason(
    cause: dict[str, str], reason: ImapFailure, attempts: int
) -> None:
    """The attempts for statistics depend on the reason, and are configurable by it."""
    hostway, transport = client_over(
        lambda request: response(502, cause), retry=RetryPolicy(5, base_delay=0)
    )
    settled = hostway.with_options(retry=RetryPolicy(5, base_delay=0, imap={reason: 3}))

    with pytest.raises(ImapGatewayError) as usual:
        await hostway.request("GET", STATISTICS)
    with pytest.raises(ImapGatewayError) as custom:
        await settled.request("GET", STATISTICS)

    assert usual.value.reason is reason
    assert (usual.value.attempts, custom.value.attempts) == (attempts, 3)
    assert len(transport.requests) == attempts + 3


@pytest.mark.anyio
async def test_another_reason_in_between() -> None:
    """Each failure counts for its own reason, over all attempts."""
    script = [response(502, NO_CONNECTION)] * 2 + [response(502, SEARCH_FAILED)]
    hostway, _ = client_over(script, retry=RetryPolicy(9, base_delay=0))

    with pytest.raises(ImapGatewayError) as caught:
        await hostway.request("GET", STATISTICS)

    assert caught.value.reason is ImapFailure.SEARCH_FAILED
    assert caught.value.attempts == 3


# Waits


@pytest.mark.anyio
async def test_full_jitter() -> None:
    """Each wait is random, between zero and a limit that doubles up to `max_delay`."""
    naps = Naps()
    policy = RetryPolicy(6, base_delay=1, max_delay=5, deadline=1000, sleep=naps)
    for _ in range(200):
        hostway, _ = client_over(failing_with(502), retry=policy)
        with pytest.raises(BadGatewayError):
            await hostway.request("GET", WHERE)

    for step, bound in enumerate([1, 2, 4, 5, 5]):
        waits = naps.seconds[step::5]
        assert len(waits) == 200
        assert 0 <= min(waits) < bound * 0.1
        assert bound * 0.9 < max(waits) <= bound


@pytest.mark.anyio
async def test_retry_after_in_seconds_is_kept() -> None:
    """The API's wait replaces ours, even if it is longer than `max_delay`."""
    naps = Naps()
    hostway, _ = client_over(
        [response(429, headers={"retry-after": "21"}), response(200, {"ok": True})],
        retry=RetryPolicy(max_delay=1, sleep=naps),
    )

    assert await hostway.request("GET", WHERE) == {"ok": True}

    assert naps.seconds == [21]


@pytest.mark.anyio
async def test_retry_after_as_a_date_is_kept() -> None:
    """A date works like seconds; a past one means at once."""
    naps = Naps()
    later = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=20)
    script = [
        response(503, headers={"retry-after": format_datetime(later, usegmt=True)}),
        response(503, headers={"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}),
        response(200, {}),
    ]
    hostway, _ = client_over(script, retry=RetryPolicy(sleep=naps))

    await hostway.request("GET", WHERE)

    assert (later - datetime.now(UTC)).total_seconds() <= naps.seconds[0] <= 20
    assert naps.seconds[1] == 0


@pytest.mark.anyio
async def test_retry_after_beyond_the_deadline() -> None:
    """A wait beyond the deadline is not started, and not shortened: the error is raised."""
    naps = Naps()
    hostway, transport = client_over(
        [response(429, headers={"retry-after": "61"})], retry=RetryPolicy(deadline=60, sleep=naps)
    )

    with pytest.raises(RateLimitedError, match="retry after 61 s") as caught:
        await hostway.request("GET", WHERE)

    assert caught.value.retry_after == 61
    assert (len(transport.requests), naps.seconds) == (1, [])


@pytest.mark.anyio
async def test_wait_beyond_an_enclosing_scope() -> None:
    """A call in a scope too short for a wait raises the API's error, and is not cancelled."""
    naps = Naps()
    hostway, _ = client_over(
        lambda request: response(429, headers={"retry-after": "700"}),
        retry=RetryPolicy(2, deadline=10_000, sleep=naps),
    )

    with pytest.raises(RateLimitedError), anyio.fail_after(500):
        await hostway.request("GET", WHERE)
    assert naps.seconds == []

    with pytest.raises(RateLimitedError), anyio.fail_after(5_000):
        await hostway.request("GET", WHERE)
    assert naps.seconds == [700]


@pytest.mark.anyio
async def test_deadline_over_all_attempts() -> None:
    """Waits add up: the call ends before the deadline."""
    naps = Naps()
    hostway, transport = client_over(
        lambda request: response(503, headers={"retry-after": "20"}),
        retry=RetryPolicy(attempts=99, deadline=50, sleep=naps),
    )

    with pytest.raises(ServerError):
        await hostway.request("GET", WHERE)

    assert naps.seconds == [20, 20]
    assert len(transport.requests) == 3


@pytest.mark.anyio
async def test_deadline_bounds_an_attempt() -> None:
    """An attempt cannot outlive the deadline, and the error names the limit."""

    async def never(request: Request) -> Response:
        await anyio.sleep_forever()
        raise AssertionError

    hostway, _ = client_over(never, timeout=30, retry=RetryPolicy(deadline=0.02))

    with anyio.fail_after(HANGS), pytest.raises(RequestTimeoutError) as caught:
        await hostway.request("GET", WHERE)

    assert "30 s" not in str(caught.value)


@pytest.mark.anyio
async def test_on_retry_is_called_before_each_wait() -> None:
    """The hook gets method, template, attempt, error and delay, before each wait and only then."""
    events: list[RetryEvent] = []
    policy = RetryPolicy(3, base_delay=0.25, on_retry=events.append, sleep=(naps := Naps()))
    hostway, _ = client_over([response(502), response(429), response(503)], retry=policy)

    with pytest.raises(ServerError):
        await hostway.account("a").domain("example.com").get()

    assert [event.attempt for event in events] == [1, 2]
    assert [event.delay for event in events] == naps.seconds
    assert [type(event.error) for event in events] == [BadGatewayError, RateLimitedError]
    assert {event.method for event in events} == {"GET"}
    assert {event.path for event in events} == {"/accounts/{account}/email/{domain}"}


@pytest.mark.anyio
async def test_policy_without_retries() -> None:
    """`RetryPolicy.none()` raises the first error, whatever it is."""
    for what in (NOTHING_SENT, 429, 502):
        hostway, transport = client_over(failing_with(what), retry=RetryPolicy.none())

        with pytest.raises(HostwayEmailError):
            await hostway.request("GET", WHERE)

        assert len(transport.requests) == 1


@pytest.mark.parametrize(
    "bad",
    [
        {"attempts": 0},
        {"base_delay": -1},
        {"base_delay": float("nan")},
        {"max_delay": -1},
        {"deadline": 0},
        {"imap": {ImapFailure.UNKNOWN: 0}},
    ],
    ids=str,
)
def test_invalid_policy(bad: dict[str, Any]) -> None:
    """An invalid policy is refused when it is created, by the field's name."""
    with pytest.raises(InvalidRequestError) as caught:
        RetryPolicy(**bad)

    assert list(caught.value.fields) == list(bad)


def test_policy_is_data() -> None:
    """A policy is frozen, hashable, and has a readable repr."""
    policy = RetryPolicy(attempts=7, imap={ImapFailure.SEARCH_FAILED: 4})

    assert "attempts=7" in repr(policy)
    assert hash(policy) == hash(RetryPolicy(attempts=7, imap={ImapFailure.SEARCH_FAILED: 4}))
    with pytest.raises(AttributeError):
        policy.attempts = 8  # type: ignore[misc] # frozen


# The budget


async def read_all(
    hostway: HostwayEmail, number: int, workers: int | None
) -> list[HostwayEmailError]:
    """Read statistics `number` times, all at once or with some workers; return the errors."""
    errors: list[HostwayEmailError] = []
    turns = iter(range(number))

    async def read() -> None:
        try:
            await hostway.request("GET", STATISTICS)
        except HostwayEmailError as error:
            # Thousands of tracebacks with all their frames slow down the garbage collector.
            errors.append(error.with_traceback(None))

    async def work() -> None:
        for _ in turns:
            await read()

    async with anyio.create_task_group() as tasks:
        for _ in range(workers or number):
            tasks.start_soon(work if workers else read)
    return errors


@pytest.mark.parametrize(
    ("number", "workers", "backend"),
    [
        pytest.param(1_000, None, "asyncio", id="all at once"),
        pytest.param(10_000, None, "asyncio", id="all of many at once", marks=pytest.mark.slow),
        pytest.param(3_000, 32, "trio", id="32 workers", marks=pytest.mark.slow),
    ],
)
def test_outage_costs_little(number: int, workers: int | None, backend: Any) -> None:
    """During an outage, 10,000 calls send less than 10,200 requests."""
    budget = RetryBudget()
    hostway, transport = client_over(
        failing_with(502), retry=RetryPolicy(12, base_delay=0), retry_budget=budget
    )

    errors = anyio.run(read_all, hostway, number, workers, backend=backend)

    assert len(errors) == number
    assert number < len(transport.requests) < number + 200
    assert budget.refused > number - 200


@pytest.mark.parametrize(
    ("number", "base_delay", "workers", "backend"),
    [
        pytest.param(1_000, 0.5, None, "asyncio", id="all at once"),
        pytest.param(10_000, 0.5, None, "asyncio", id="all of many", marks=pytest.mark.slow),
        pytest.param(10_000, 0, 32, "trio", id="32 workers", marks=pytest.mark.slow),
    ],
)
def test_random_failures_lose_nothing(
    number: int, base_delay: float, workers: int | None, backend: Any
) -> None:
    """With 30 % random failures and twelve attempts no read fails, and the budget lasts."""
    rng = random.Random(20)

    async def handler(request: Request) -> Response:
        await anyio.lowlevel.checkpoint()
        return response(502, NO_CONNECTION) if rng.random() < 0.3 else response(200, {})

    budget = RetryBudget()
    policy = RetryPolicy(12, base_delay=base_delay, sleep=Naps())
    hostway, transport = client_over(handler, retry=policy, retry_budget=budget)

    assert anyio.run(read_all, hostway, number, workers, backend=backend) == []

    assert budget.refused == 0
    assert 1.35 * number < len(transport.requests) < 1.5 * number


@pytest.mark.parametrize("number", [400, pytest.param(4_000, marks=pytest.mark.slow)])
def test_random_failures_in_real_time(number: int) -> None:
    """The same with the default waits and 50 ms a request, on a simulated clock."""
    rng = random.Random(21)
    budget = RetryBudget()

    async def handler(request: Request) -> Response:
        await anyio.sleep(0.05)
        return response(502, NO_CONNECTION) if rng.random() < 0.3 else response(200, {})

    async def main() -> list[HostwayEmailError]:
        hostway, _ = client_over(handler, retry=RetryPolicy(12), retry_budget=budget)
        return await read_all(hostway, number, None)

    clock = trio.testing.MockClock(autojump_threshold=0)
    errors = anyio.run(main, backend="trio", backend_options={"clock": clock})

    assert errors == []
    assert budget.refused == 0


@pytest.mark.anyio
async def test_budget_arithmetic() -> None:
    """A retry takes five tokens, ten after a timeout; a success returns them or adds one."""
    budget = RetryBudget(capacity=100)
    script: list[Response | Exception] = [
        *[response(502), response(200, {})],
        *[response(502), response(502), response(502), response(502)],
        *[LATE, response(404)],
        response(200, {}),
    ]
    hostway, _ = client_over(script, retry_budget=budget)

    await hostway.request("GET", WHERE)
    assert budget.tokens == 100

    with pytest.raises(BadGatewayError):
        await hostway.request("GET", WHERE)
    assert budget.tokens == 85

    with pytest.raises(NotFoundError):
        await hostway.request("GET", WHERE)
    assert budget.tokens == 75

    await hostway.request("GET", WHERE)
    assert budget.tokens == 76
    assert repr(budget) == "RetryBudget(tokens=76, capacity=100)"


@pytest.mark.anyio
async def test_empty_budget_raises_at_once() -> None:
    """Without tokens the first error is raised, without a wait."""
    budget = RetryBudget(capacity=4)
    naps = Naps()
    hostway, transport = client_over(
        failing_with(502), retry=RetryPolicy(sleep=naps), retry_budget=budget
    )

    with pytest.raises(BadGatewayError):
        await hostway.request("GET", WHERE)

    assert (len(transport.requests), budget.refused, naps.seconds) == (1, 1, [])


# Concurrency


@pytest.mark.anyio
async def test_waiting_releases_its_slot() -> None:
    """A call that waits for a retry blocks no other call."""
    waiting, go_on = anyio.Event(), anyio.Event()

    async def sleep(seconds: float) -> None:
        waiting.set()
        await go_on.wait()

    script = [response(502), response(200, {"second": 2}), response(200, {"first": 1})]
    hostway, _ = client_over(script, max_concurrency=1, retry=RetryPolicy(sleep=sleep))
    results: list[object] = []

    async def first() -> None:
        results.append(await hostway.request("GET", WHERE))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(first)
        await waiting.wait()
        with anyio.fail_after(HANGS):
            results.append(await hostway.request("GET", WHERE))
        go_on.set()

    assert results == [{"second": 2}, {"first": 1}]


@pytest.mark.anyio
async def test_retries_go_first() -> None:
    """With thousands of calls in the queue, a retry gets the next slot."""
    order: list[str] = []
    failed = False

    async def handler(request: Request) -> Response:
        nonlocal failed
        await anyio.lowlevel.checkpoint()
        order.append(request.url.rpartition("/")[2])
        if not failed:
            failed = True
            return response(502)
        return response(200, {})

    hostway, _ = client_over(handler, max_concurrency=1, retry=RetryPolicy(sleep=Naps()))

    async with anyio.create_task_group() as tasks:
        for number in range(50):
            tasks.start_soon(hostway.request, "GET", f"/accounts/{number}")

    again = [index for index, name in enumerate(order) if name == order[0]]
    assert len(order) == 51
    assert again[1] <= 3


@pytest.mark.anyio
async def test_cancelled_waits_release_their_slots() -> None:
    """A call cancelled in the queue, while sent, or between attempts leaks no slot."""

    async def slow(request: Request) -> Response:
        if request.url.endswith("last"):
            return response(200, {})
        await anyio.sleep(0.001)
        return response(502)

    hostway, transport = client_over(
        slow, max_concurrency=2, retry=RetryPolicy(99, base_delay=0.001)
    )

    async def cancelled_after(seconds: float) -> None:
        with anyio.move_on_after(seconds), contextlib.suppress(BadGatewayError):
            await hostway.request("GET", WHERE)

    rng = random.Random(4)
    async with anyio.create_task_group() as tasks:
        for _ in range(60):
            tasks.start_soon(cancelled_after, rng.random() * 0.05)

    with anyio.fail_after(HANGS):
        async with anyio.create_task_group() as tasks:
            for _ in range(2):
                tasks.start_soon(hostway.request, "GET", "/accounts/last")
    assert transport.most_under_way == 2


# Imports and plain results


def test_tenacity_is_not_imported_before_a_failure() -> None:
    """tenacity is imported by the first failure."""
    program = """
import anyio, sys
from hostway_email import *

responses = [Response(200, {}, b"{}"), Response(502, {}, b""), Response(200, {}, b"{}")]

class Fake:
    async def send(self, request): return responses.pop(0)
    async def aclose(self): pass

async def main():
    hostway = HostwayEmail(transport=Fake(), retry=RetryPolicy(base_delay=0))
    await hostway.request("GET", "/accounts/a")
    assert "tenacity" not in sys.modules
    await hostway.request("GET", "/accounts/a")
    assert "tenacity" in sys.modules

anyio.run(main)
"""
    done = run_process(["-W", "error", "-c", program])

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.anyio
async def test_errors_of_the_program_pass_through(sandbox: Sandbox) -> None:
    """An error of the program, such as a bug in a hook, is neither caught nor retried."""

    def broken(event: RetryEvent) -> None:
        raise ZeroDivisionError

    sandbox.fail_next("GET", "/aliases")
    hostway = HostwayEmail(
        "admin", "sandbox", transport=for_app(sandbox.app), retry=RetryPolicy(on_retry=broken)
    )

    with pytest.raises(ZeroDivisionError):
        await hostway.account("account007").domain("example.com").aliases.list()

    assert sandbox.count("GET", "/aliases") == 1


@pytest.mark.anyio
async def test_success_after_failures_is_a_plain_success() -> None:
    """A retried call returns the result of its last attempt."""
    script: list[Response | Exception] = [
        NOTHING_SENT,
        response(503),
        LOST,
        response(200, {"a": 1}),
    ]
    hostway, transport = client_over(script)

    assert await hostway.request("GET", WHERE) == {"a": 1}

    assert len(transport.requests) == 4


@pytest.mark.anyio
async def test_the_last_error_is_raised() -> None:
    """After the last attempt its error is raised, with the number of attempts."""
    hostway, _ = client_over([response(502), LOST, response(503), response(500, "no records")])

    with pytest.raises(StatusError) as caught:
        await hostway.request("GET", WHERE)

    assert (caught.value.status, caught.value.attempts) == (500, 4)
    assert "(after 4 attempts)" in str(caught.value)
