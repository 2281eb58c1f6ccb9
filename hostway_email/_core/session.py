"""The session: sends calls, and retries them where that is safe.

All operations share it: credentials, concurrency limit, timeouts, retries, redirects, and errors.
"""

from __future__ import annotations

import copy
import logging
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Self, TypeVar
from urllib.parse import quote, urlencode

import anyio

from hostway_email._core.call import Body, Call, CallState, Meter, Verb
from hostway_email._core.credentials import Credentials, checked_authorization
from hostway_email._core.limiter import PriorityLimiter
from hostway_email._core.path import MAX_URL, Path
from hostway_email._core.redirects import safe_redirect
from hostway_email._core.reply import Reply
from hostway_email.errors import (
    HostwayEmailError,
    InvalidRequestError,
    NotFoundError,
    RequestTimeoutError,
    StatusError,
    TransportError,
)
from hostway_email.retry import RetryBudget, RetryEvent, RetryPolicy, may_retry, retry_call
from hostway_email.transports import Request, Response, Transport
from hostway_email.transports.body import ACCEPTED_ENCODINGS
from hostway_email.transports.loops import PerLoop

__all__ = ["Session"]

E = TypeVar("E", bound=BaseException)

log = logging.getLogger("hostway_email")


@dataclass(slots=True)
class _Shared:
    """The state that derived sessions share."""

    transport: Transport
    limiters: PerLoop[PriorityLimiter]
    closed: bool = False


class Session:
    """A sender of calls to one base URL with one set of credentials and options.

    Parameters:
        base_url: scheme, host and any prefix of the API, without a slash at the end.
        transport: sends the requests.
        credentials: the credentials of all requests.
        timeout: the seconds one attempt may take, from connecting to the last byte.
        max_concurrency: the number of requests in flight at once.
        max_response_bytes: the maximum size of a response body, decoded.
        retry: the retry policy.
        budget: the retry budget that all calls share.
        user_agent: the value of the `User-Agent` header.
    """

    def __init__(
        self,
        base_url: str,
        transport: Transport,
        *,
        credentials: Credentials,
        timeout: float,
        max_concurrency: int,
        max_response_bytes: int,
        retry: RetryPolicy,
        budget: RetryBudget,
        user_agent: str,
    ) -> None:
        self.base_url = base_url
        self.timeout = timeout
        self.max_response_bytes = max_response_bytes
        self.retry = retry
        self.budget = budget
        self.meter = Meter()
        self._owner = True
        self._shared = _Shared(transport, PerLoop(lambda: PriorityLimiter(max_concurrency)))
        self._headers = {
            # The manual requires this on every request, even without a body.
            "Content-Type": "application/json; charset=UTF-8",
            # The manual documents errors as plain text too.
            "Accept": "application/json, text/plain;q=0.5",
            "Accept-Encoding": ACCEPTED_ENCODINGS,
            "User-Agent": user_agent,
        }
        self._identify(credentials)

    def derive(
        self,
        *,
        credentials: Credentials | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
        meter: Meter | None = None,
    ) -> Self:
        """Return a session with the same connections, limit and budget, but another meter."""
        derived = copy.copy(self)
        derived._owner = False
        derived.meter = meter or Meter()
        if timeout is not None:
            derived.timeout = timeout
        if retry is not None:
            derived.retry = retry
        if credentials is not None:
            derived._identify(credentials)
        return derived

    async def send(
        self,
        method: Verb,
        path: Path,
        *,
        query: Mapping[str, str] | None = None,
        body: Body | None = None,
        confidential: bool = False,
        keeps_redirect: bool = False,
    ) -> Reply:
        """Send a call and return its successful response.

        Parameters:
            confidential: whether the API documents a secret in the response; errors then quote
                nothing of it.
            keeps_redirect: whether to return a redirect instead of following it.

        Raises:
            StatusError: the API responded with an error status.
            TransportError: no complete response was received.
        """
        state = self._prepare(method, path, query, body, confidential, keeps_redirect)
        self._check_open()
        await self._acquire_slot(state)
        try:
            # Checked again: the session may have been closed while the call waited for its slot.
            self._check_open()
            response = await self._attempt(state)
        except HostwayEmailError as error:
            if not may_retry(error, state):
                raise
            response = await self._retry(state, error)
        else:
            self.budget.earn()
        finally:
            self._release_slot(state)
        return Reply(state, response)

    def check(self, path: Path, query: Mapping[str, str]) -> None:
        """Check that a query can be sent, without sending it.

        Raises:
            InvalidRequestError: the URL is too long, or the query is not valid Unicode text.
        """
        self._prepare("GET", path, query)

    async def aclose(self) -> None:
        """Close the connections; does nothing on a derived session."""
        if self._owner:
            self._shared.closed = True
            await self._shared.transport.aclose()

    @property
    def closed(self) -> bool:
        """Whether the connections have been closed."""
        return self._shared.closed

    def _identify(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._headers = {
            name: value for name, value in self._headers.items() if name != "Authorization"
        }
        self._authorize = None
        if isinstance(credentials.authorization, str):
            self._headers["Authorization"] = credentials.authorization
        else:
            self._authorize = credentials.authorization

    def _prepare(
        self,
        method: Verb,
        path: Path,
        query: Mapping[str, str] | None,
        body: Body | None = None,
        confidential: bool = False,
        keeps_redirect: bool = False,
    ) -> CallState:
        url = self.base_url + path.raw
        if query:
            try:
                # Plain text: `urlencode` would write a text enumeration as `Name.MEMBER`.
                plain = {name: str.__str__(value) for name, value in query.items()}
                url = f"{url}?{urlencode(plain, quote_via=quote)}"
            except UnicodeEncodeError:
                rule = "must be valid Unicode text"
                raise InvalidRequestError.for_argument("query", rule) from None
        if len(url) > MAX_URL:
            raise InvalidRequestError(f"the URL is longer than {MAX_URL} characters")
        content = b"" if body is None else body.to_wire()
        call = Call(
            method, path, url, body, content, self._credentials, confidential, keeps_redirect
        )
        retryable = method in ("GET", "DELETE") or (
            method == "PUT" and (body is None or body.retryable())
        )
        return CallState(retryable, call=call, url=url)

    def _check_open(self) -> None:
        if self._shared.closed:
            raise InvalidRequestError("this client is closed; create a new one")

    async def _acquire_slot(self, state: CallState) -> None:
        limiter = self._shared.limiters.get()
        await limiter.acquire(retry=state.attempts > 0)
        state.limiter = limiter

    def _release_slot(self, state: CallState) -> None:
        limiter, state.limiter = state.limiter, None
        if limiter is not None:
            limiter.release()

    async def _retry(self, state: CallState, error: HostwayEmailError) -> Response:
        """Retry a call where that is safe and the policy allows it."""
        call = state.call

        async def attempt() -> Response:
            if state.limiter is None:
                await self._acquire_slot(state)
            self.meter.retries += 1
            return await self._attempt(state)

        async def pause(seconds: float) -> None:
            if seconds:
                self._release_slot(state)
            state.spent += seconds
            await self.retry.sleep(seconds)

        event = partial(RetryEvent, call.method, call.path.template)
        try:
            return await retry_call(self.retry, self.budget, state, error, event, attempt, pause)
        except NotFoundError:
            # An earlier attempt, whose response was lost, has deleted the resource. If its domain
            # is missing too, the resource never existed.
            if call.method == "DELETE" and state.uncertain and not state.parent_is_missing:
                return Response(204, {}, b"")
            raise

    async def _attempt(self, state: CallState) -> Response:
        """Send a call once and return the successful response, or raise an error."""
        call = state.call
        started = time.perf_counter()
        request = Request(
            call.method, state.url, self._headers, call.content, self.max_response_bytes
        )
        state.attempts += 1
        state.late = None
        response: Response | None = None
        failure: TransportError | None = None
        before = sys.exception()
        seconds = min(self.timeout, max(0.0, self.retry.deadline - state.spent))
        try:
            with anyio.move_on_after(seconds):
                if self._authorize is not None:
                    state.authorization = checked_authorization(await self._authorize())
                    request.headers = self._headers | {"Authorization": state.authorization}
                self.meter.requests += 1
                response = await self._shared.transport.send(request)
        except TransportError as error:
            failure = error
        except BaseException as error:
            raise self._cleaned(state, error, before)  # noqa: B904 # the same error
        state.spent += time.perf_counter() - started
        if response is None:
            # Outside of the `except`: the context would be the transport's own error.
            if failure is None:
                failure = state.late = RequestTimeoutError(
                    f"timed out after {seconds:g} s waiting for the response"
                )
            response = self._received_head(state, request, failure)
            if response is None:
                raise self._cleaned(state, self._transport_error(state, request, failure), before)
        if log.isEnabledFor(logging.DEBUG):
            log.debug("%s %s: HTTP %d", call.method, call.path.template, response.status)
        if 200 <= response.status < 300 or (call.keeps_redirect and 300 <= response.status < 400):
            return response
        return await self._handle_failure(state, response)

    async def _handle_failure(self, state: CallState, response: Response) -> Response:
        """Follow a safe redirect, retry once with new credentials after a 401, or raise."""
        if response.status == 401 and self._authorize is not None and not state.reauthorized:
            state.reauthorized = True
            return await self._attempt(state)
        target = safe_redirect(state, response)
        if target is not None:
            state.url = target
            state.redirects += 1
            state.attempts -= 1
            return await self._attempt(state)
        raise self._status_error(state, response)

    def _received_head(
        self, state: CallState, request: Request, failure: TransportError
    ) -> Response | None:
        """Return the head of a response that was cut short or late, if its status is enough."""
        head = request.response
        if head is None:
            return None
        failure.message += f" (after receiving HTTP {head.status})"
        # A read needs the body. A write that has succeeded does not: a retry would apply it twice.
        return None if state.call.method == "GET" and 200 <= head.status < 300 else head

    def _transport_error(
        self, state: CallState, request: Request, error: TransportError
    ) -> TransportError:
        """Add the call and its outcome to the error of a transport."""
        from hostway_email._core.error_mapping import transport_error

        state.sent = request.sent
        state.uncertain = state.uncertain or request.sent
        log.debug("%s %s: %s", state.call.method, state.call.path.template, type(error).__name__)
        return transport_error(state, error)

    def _cleaned(self, state: CallState, error: E, before: BaseException | None) -> E:
        """Remove from an error what could reveal a secret in an error tracker."""
        from hostway_email._core.redaction import Mask
        from hostway_email.transports.error_chain import cleaned

        return cleaned(error, Mask(state.secrets()).redact, before)

    def _status_error(self, state: CallState, response: Response) -> StatusError:
        """Return the error for a response whose status is not a success."""
        # Imported here and above on the first failure only.
        from hostway_email._core.error_mapping import status_error

        state.sent = True
        state.uncertain = state.uncertain or response.status >= 500 or response.status < 400
        return status_error(state, response)
