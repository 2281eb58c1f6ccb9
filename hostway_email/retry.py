"""When a failed call is asked again, how long it waits, and when the client gives up.

tenacity runs the repetitions. It is imported, and entered, only once something has failed: a call
that succeeds at once pays nothing for its safety.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

import anyio

from hostway_email.errors import (
    HostwayEmailError,
    ImapFailure,
    ImapGatewayError,
    InvalidRequestError,
    RateLimitedError,
    RequestTimeoutError,
    StatusError,
    TransportError,
)

if TYPE_CHECKING:
    from tenacity import RetryCallState

__all__ = ["RetryBudget", "RetryEvent", "RetryPolicy"]

T = TypeVar("T")

_PASSING_STATUSES: Final = frozenset({502, 503, 504})
_ONE_MORE_TRY: Final = frozenset({ImapFailure.SEARCH_FAILED, ImapFailure.FOLDER_SELECTION_FAILED})


@dataclass(frozen=True, slots=True)
class RetryEvent:
    """What `on_retry` is told before each wait.

    Attributes:
        method: the verb of the call.
        path: the template of its path.
        attempt: how many attempts have failed so far.
        error: how the latest one failed.
        delay: the seconds until the next.
    """

    method: str
    path: str
    attempt: int
    error: HostwayEmailError
    delay: float


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently a failed call is asked again.

    Only what cannot do harm is repeated: reads and deletions after a lost answer or a 502, 503 or
    504; updates likewise unless they set a password or rename; anything at all after a 429 or when
    nothing was sent. A POST that may have reached the API is never repeated.

    Parameters:
        attempts: how often one call is sent at the most, the first time included.
        base_delay: seconds; the wait before the n-th repetition is a random time between zero and
            `base_delay * 2 ** (n - 1)` ("full jitter").
        max_delay: seconds; no such wait is longer.
        deadline: seconds that all attempts and waits of a call may take together, not counting
            the time it waits for its turn.
        imap: how often message statistics are asked in all, by the reason of the 502. By default
            "no connection" has all `attempts`, a failed search or folder selection has 2.
        on_retry: called before each wait.
        sleep: waits; replaced in tests.
    """

    attempts: int = 4
    base_delay: float = 0.5
    max_delay: float = 8.0
    deadline: float = 60.0
    imap: Mapping[ImapFailure, int] = field(default_factory=dict, hash=False)
    on_retry: Callable[[RetryEvent], None] | None = field(default=None, repr=False)
    sleep: Callable[[float], Awaitable[None]] = field(default=anyio.sleep, repr=False)

    def __post_init__(self) -> None:
        checks = {
            "attempts": self.attempts >= 1,
            "base_delay": self.base_delay >= 0,
            "max_delay": self.max_delay >= 0,
            "deadline": self.deadline > 0,
            "imap": all(attempts >= 1 for attempts in self.imap.values()),
        }
        for name, holds in checks.items():
            if not holds:
                rule = "must be 1 or more" if name in ("attempts", "imap") else "is out of range"
                raise InvalidRequestError(f"RetryPolicy: {name} {rule}", {name: rule})

    @classmethod
    def none(cls) -> RetryPolicy:
        """Return a policy that never repeats anything."""
        return cls(attempts=1)

    def attempts_after(self, error: HostwayEmailError) -> int:
        """Return how often a call may be sent in all, once it has failed in this way."""
        if isinstance(error, ImapGatewayError):
            usual = min(2, self.attempts) if error.reason in _ONE_MORE_TRY else self.attempts
            return self.imap.get(error.reason, usual)
        return self.attempts


class RetryBudget:
    """What all calls of a client may spend on repetitions together, so that no storm can rise.

    Each repetition costs tokens. A call that succeeds in the end gets its tokens back, and a call
    that succeeds at once earns one. While everything fails the budget runs dry and every further
    error is raised at once.

    Parameters:
        capacity: the tokens at the start, and the most there can be.
        retry_cost: what a repetition costs.
        timeout_cost: what a repetition after a timeout costs.
    """

    def __init__(self, capacity: int = 500, retry_cost: int = 5, timeout_cost: int = 10) -> None:
        self.capacity = capacity
        self.retry_cost = retry_cost
        self.timeout_cost = timeout_cost
        self.tokens = capacity
        self.refused = 0

    def spend(self, error: HostwayEmailError) -> int:
        """Take the tokens for a repetition after `error`; 0 when there are not enough."""
        cost = self.timeout_cost if isinstance(error, RequestTimeoutError) else self.retry_cost
        if cost > self.tokens:
            self.refused += 1
            return 0
        self.tokens -= cost
        return cost

    def earn(self, tokens: int = 1) -> None:
        """Give tokens back, up to the capacity."""
        self.tokens = min(self.capacity, self.tokens + tokens)

    def __repr__(self) -> str:
        return f"RetryBudget(tokens={self.tokens}, capacity={self.capacity})"


@dataclass(slots=True)
class Effort:
    """What one call has cost so far, and what may still be tried.

    Attributes:
        method: the verb.
        path: the template of the path.
        retryable: whether a second effect would be no more than the first.
        attempts: how often it was sent, or tried to be.
        spent: the seconds of all attempts and waits.
        tokens: what its repetitions took from the budget.
        sent: whether anything of the latest attempt may have left.
        uncertain: whether an attempt was sent whose effect is not known.
    """

    method: str
    path: str
    retryable: bool
    attempts: int = 0
    spent: float = 0.0
    tokens: int = 0
    sent: bool = False
    uncertain: bool = False


async def repeat(
    policy: RetryPolicy,
    budget: RetryBudget,
    effort: Effort,
    error: HostwayEmailError,
    attempt: Callable[[], Awaitable[T]],
    pause: Callable[[float], Awaitable[None]],
) -> T:
    """Repeat `attempt` as long as the policy allows after `error`, and raise the last error."""
    from tenacity import AsyncRetrying, retry_if_exception, wait_random_exponential

    backoff = wait_random_exponential(multiplier=policy.base_delay, max=policy.max_delay)
    failed: HostwayEmailError | None = error

    async def attempt_again() -> T:
        # tenacity counts from the first attempt, which has been made and has failed.
        nonlocal failed
        if failed is not None:
            first, failed = failed, None
            raise first
        return await attempt()

    def wait(state: RetryCallState) -> float:
        asked = getattr(_error(state), "retry_after", None)
        return float(backoff(state) if asked is None else asked)

    def stop(state: RetryCallState) -> bool:
        latest = _error(state)
        if effort.attempts >= policy.attempts_after(latest):
            return True
        if not _fits(state.upcoming_sleep, policy.deadline - effort.spent):
            return True
        tokens = budget.spend(latest)
        effort.tokens += tokens
        return not tokens

    def announce(state: RetryCallState) -> None:
        if policy.on_retry is not None:
            event = RetryEvent(
                effort.method, effort.path, effort.attempts, _error(state), state.upcoming_sleep
            )
            policy.on_retry(event)

    retrying = AsyncRetrying(
        retry=retry_if_exception(lambda latest: may_retry(latest, effort)),
        wait=wait,
        stop=stop,
        before_sleep=announce,
        sleep=pause,
        reraise=True,
    )
    result: T = await retrying(attempt_again)
    budget.earn(effort.tokens)
    return result


def may_retry(error: BaseException, effort: Effort) -> bool:
    """Return whether sending the call again can do no harm and may help."""
    if isinstance(error, RateLimitedError):
        return True
    if isinstance(error, StatusError):
        return effort.retryable and error.status in _PASSING_STATUSES
    if isinstance(error, TransportError):
        return effort.retryable or not effort.sent
    return False


def _fits(wait: float, left: float) -> bool:
    """A wait is never shortened: what would end too late is not begun."""
    scope_left = anyio.current_effective_deadline() - anyio.current_time()
    return wait < min(left, scope_left)


def _error(state: RetryCallState) -> HostwayEmailError:
    outcome = state.outcome
    error = outcome.exception() if outcome is not None else None
    if not isinstance(error, HostwayEmailError):
        raise TypeError("only errors of this package are repeated") from error
    return error
