"""The retry policy of failed calls, and the retry budget of a client.

tenacity runs the retries. It is imported and entered only after a failure: a call that succeeds at
once has no overhead.
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

_TRANSIENT_STATUSES: Final = frozenset({502, 503, 504})
_RETRIED_ONCE: Final = frozenset({ImapFailure.SEARCH_FAILED, ImapFailure.FOLDER_SELECTION_FAILED})


@dataclass(frozen=True, slots=True)
class RetryEvent:
    """The retry that `on_retry` is called with, before its delay.

    Attributes:
        method: the HTTP method of the call.
        path: the template of its path.
        attempt: the number of failed attempts so far.
        error: the error of the latest attempt.
        delay: the seconds until the next attempt.
    """

    method: str
    path: str
    attempt: int
    error: HostwayEmailError
    delay: float


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The number and the timing of retries.

    Only safe retries are made: of reads and deletions after a lost response or a 502, 503 or 504;
    of updates likewise, unless they set a password or rename; of any call after a 429, or if
    nothing was sent. A POST that may have reached the API is never retried.

    Parameters:
        attempts: the maximum number of attempts of one call, including the first.
        base_delay: the base of the exponential backoff, in seconds; the delay before the n-th
            retry is random between zero and `base_delay * 2 ** (n - 1)` ("full jitter").
        max_delay: the maximum of such a delay, in seconds.
        deadline: the seconds that all attempts and delays of a call may take together, without
            the time it waits for a slot.
        imap: the maximum number of attempts of message statistics, by the reason of the 502. By
            default "no connection" has all `attempts`, a failed search or folder selection has 2.
        on_retry: called before each delay.
        sleep: the function that waits; can be replaced in tests.

    Raises:
        InvalidRequestError: a value is out of range; the message names it.
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
            "attempts": (self.attempts >= 1, "must be 1 or more"),
            "base_delay": (self.base_delay >= 0, "must be 0 seconds or more"),
            "max_delay": (self.max_delay >= 0, "must be 0 seconds or more"),
            "deadline": (self.deadline > 0, "must be more than 0 seconds"),
            "imap": (all(number >= 1 for number in self.imap.values()), "must be 1 or more"),
        }
        for name, (valid, rule) in checks.items():
            if not valid:
                raise InvalidRequestError(f"RetryPolicy: {name} {rule}", {name: rule})

    @classmethod
    def none(cls) -> RetryPolicy:
        """Return a policy without retries."""
        return cls(attempts=1)

    def attempts_after(self, error: HostwayEmailError) -> int:
        """Return the maximum number of attempts of a call that failed with `error`."""
        if isinstance(error, ImapGatewayError):
            default = min(2, self.attempts) if error.reason in _RETRIED_ONCE else self.attempts
            return self.imap.get(error.reason, default)
        return self.attempts


class RetryBudget:
    """A budget of retries that all calls of a client share, which prevents retry storms.

    Each retry costs tokens. A call that succeeds after retries returns its tokens, and a call that
    succeeds at once earns one. While all calls fail the tokens run out, and further errors are
    raised without a retry.

    Parameters:
        capacity: the initial and the maximum number of tokens.
        retry_cost: the tokens that a retry costs.
        timeout_cost: the tokens that a retry after a timeout costs.

    Attributes:
        tokens: the tokens left.
        refused: the number of retries that were not made for lack of tokens.
    """

    def __init__(self, capacity: int = 500, retry_cost: int = 5, timeout_cost: int = 10) -> None:
        self.capacity = capacity
        self.retry_cost = retry_cost
        self.timeout_cost = timeout_cost
        self.tokens = capacity
        self.refused = 0

    def spend(self, error: HostwayEmailError) -> int:
        """Take the tokens for a retry after `error` and return them; 0 if too few are left."""
        cost = self.timeout_cost if isinstance(error, RequestTimeoutError) else self.retry_cost
        if cost > self.tokens:
            self.refused += 1
            return 0
        self.tokens -= cost
        return cost

    def earn(self, tokens: int = 1) -> None:
        """Return tokens, up to the capacity."""
        self.tokens = min(self.capacity, self.tokens + tokens)

    def __repr__(self) -> str:
        return f"RetryBudget(tokens={self.tokens}, capacity={self.capacity})"


@dataclass(slots=True)
class Effort:
    """The state of the attempts of one call.

    Attributes:
        retryable: whether the call is idempotent, so that a retry is safe after it was sent.
        attempts: the number of attempts, including those that failed to connect.
        spent: the seconds of all attempts and delays.
        tokens: the tokens that its retries took from the budget.
        sent: whether any byte of the latest attempt may have been sent.
        uncertain: whether an attempt was sent whose effect is unknown.
    """

    retryable: bool
    attempts: int = 0
    spent: float = 0.0
    tokens: int = 0
    sent: bool = False
    uncertain: bool = False


async def retry_call(
    policy: RetryPolicy,
    budget: RetryBudget,
    effort: Effort,
    error: HostwayEmailError,
    event: Callable[[int, HostwayEmailError, float], RetryEvent],
    attempt: Callable[[], Awaitable[T]],
    pause: Callable[[float], Awaitable[None]],
) -> T:
    """Retry `attempt` after `error` as long as the policy allows, and raise the last error.

    `event` creates the event of a retry from the number of attempts, the error and the delay.
    """
    from tenacity import AsyncRetrying, retry_if_exception, wait_random_exponential

    backoff = wait_random_exponential(multiplier=policy.base_delay, max=policy.max_delay)
    failed: HostwayEmailError | None = error

    async def attempt_or_first_error() -> T:
        # tenacity counts the first attempt, which has already failed.
        nonlocal failed
        if failed is not None:
            first, failed = failed, None
            raise first
        return await attempt()

    def wait(state: RetryCallState) -> float:
        retry_after = getattr(_error(state), "retry_after", None)
        return float(backoff(state) if retry_after is None else retry_after)

    def stop(state: RetryCallState) -> bool:
        latest = _error(state)
        if effort.attempts >= policy.attempts_after(latest):
            return True
        if not _fits(state.upcoming_sleep, policy.deadline - effort.spent):
            return True
        tokens = budget.spend(latest)
        effort.tokens += tokens
        return not tokens

    def notify(state: RetryCallState) -> None:
        if policy.on_retry is not None:
            policy.on_retry(event(effort.attempts, _error(state), state.upcoming_sleep))

    retrying = AsyncRetrying(
        retry=retry_if_exception(lambda latest: may_retry(latest, effort)),
        wait=wait,
        stop=stop,
        before_sleep=notify,
        sleep=pause,
        reraise=True,
    )
    result: T = await retrying(attempt_or_first_error)
    budget.earn(effort.tokens)
    return result


def may_retry(error: BaseException, effort: Effort) -> bool:
    """Return whether a retry is safe and may succeed."""
    if isinstance(error, RateLimitedError):
        return True
    if isinstance(error, StatusError):
        return effort.retryable and error.status in _TRANSIENT_STATUSES
    if isinstance(error, TransportError):
        return effort.retryable or not effort.sent
    return False


def _fits(wait: float, left: float) -> bool:
    """Return whether a wait ends before both deadlines; a wait is never shortened."""
    scope_left = anyio.current_effective_deadline() - anyio.current_time()
    return wait < min(left, scope_left)


def _error(state: RetryCallState) -> HostwayEmailError:
    outcome = state.outcome
    error = outcome.exception() if outcome is not None else None
    if not isinstance(error, HostwayEmailError):
        raise TypeError("only errors of this package are retried") from error
    return error
