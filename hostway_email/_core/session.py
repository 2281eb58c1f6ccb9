"""The session: sends calls, retries them where that is safe, and parses the responses.

All operations share it: credentials, concurrency limit, timeouts, retries, redirects, errors, and
the parsing of responses into models.
"""

from __future__ import annotations

import copy
import logging
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Self, TypeVar
from urllib.parse import quote, urlencode

import anyio
from pydantic import JsonValue

from hostway_email._core.call import (
    Body,
    Call,
    Meter,
    Model,
    Verb,
)
from hostway_email._core.credentials import Credentials, checked_authorization
from hostway_email._core.decoding import LARGE, PlainValue
from hostway_email._core.limiter import PriorityLimiter
from hostway_email._core.path import MAX_URL, Path
from hostway_email._core.redirects import safe_redirect
from hostway_email.errors import (
    HostwayEmailError,
    InvalidRequestError,
    NotFoundError,
    RequestTimeoutError,
    StatusError,
    TransportError,
)
from hostway_email.retry import RetryBudget, RetryPolicy, may_retry, retry_call
from hostway_email.transports import Request, Response, Transport
from hostway_email.transports.body import ACCEPTED_ENCODINGS
from hostway_email.transports.loops import PerLoop

__all__ = ["Session"]

E = TypeVar("E", bound=BaseException)
M = TypeVar("M", bound=Model)

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
            "Accept": "application/json",
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

    async def call(
        self,
        method: Verb,
        path: Path,
        *,
        query: Mapping[str, str] | None = None,
        body: Body | None = None,
        into: type[M],
    ) -> M:
        """Send a call and return the response parsed as `into`.

        Raises:
            StatusError: the API responded with an error status.
            TransportError: no complete response was received.
            InvalidResponseError: the response cannot be parsed as `into`.
        """
        return (await self.ask(method, path, query=query, body=body, into=into))()

    async def ask(
        self,
        method: Verb,
        path: Path,
        *,
        query: Mapping[str, str] | None = None,
        body: Body | None = None,
        into: type[M],
    ) -> Callable[[], M]:
        """Send a call like `call()`, but return a function that parses the response when called.

        Raises:
            StatusError: the API responded with an error status.
            TransportError: no complete response was received.
        """
        call = self._prepare(method, path, query, body)
        call.confidential = getattr(into, "holds_secret", False)
        return partial(self._read, call, await self._perform(call), into)

    async def write(
        self,
        method: Verb,
        path: Path,
        *,
        query: Mapping[str, str] | None = None,
        body: Body | None = None,
    ) -> int:
        """Send a call and return the status of the successful response; its body is ignored."""
        call = self._prepare(method, path, query, body)
        call.is_read = False
        return (await self._perform(call)).status

    async def value(
        self,
        method: Verb,
        path: Path,
        *,
        query: Mapping[str, str] | None = None,
        body: Body | None = None,
    ) -> JsonValue:
        """Send a call and return the response as plain JSON values, or None if it is empty.

        Raises:
            InvalidResponseError: the response is not JSON.
        """
        call = self._prepare(method, path, query, body)
        response = await self._perform(call)
        if not response.content.strip() and not response.fault:
            return None
        return self._read(call, response, PlainValue).root

    async def location(self, method: Verb, path: Path, *, into: type[M]) -> M | str:
        """Send a call and return its response, or the target of a redirect without following it."""
        call = self._prepare(method, path, None, None)
        call.keeps_redirect = call.confidential = True
        response = await self._perform(call)
        if response.status >= 300:
            from hostway_email._core.error_mapping import redirect_target

            return redirect_target(call, response)
        return self._read(call, response, into)

    def check(self, path: Path, query: Mapping[str, str]) -> None:
        """Check that a query can be sent, without sending it.

        Raises:
            InvalidRequestError: the URL is too long, or the query is not valid Unicode text.
        """
        self._prepare("GET", path, query, None)

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
        self, method: Verb, path: Path, query: Mapping[str, str] | None, body: Body | None
    ) -> Call:
        url = self.base_url + path.raw
        if query:
            try:
                url = f"{url}?{urlencode(query, quote_via=quote)}"
            except UnicodeEncodeError:
                rule = "must be valid Unicode text"
                raise InvalidRequestError.for_argument("query", rule) from None
        if len(url) > MAX_URL:
            raise InvalidRequestError(f"the URL is longer than {MAX_URL} characters")
        return Call(
            method,
            path.template,
            retryable=method in ("GET", "DELETE")
            or (method == "PUT" and (body is None or body.retryable())),
            where=path,
            url=url,
            body=body,
            content=b"" if body is None else body.to_wire(),
        )

    async def _perform(self, call: Call) -> Response:
        """Send a call, and retry it where that is safe and the policy allows it."""
        self._check_open()
        await self._acquire_slot(call)
        try:
            # Checked again: the session may have been closed while the call waited for its slot.
            self._check_open()
            response = await self._attempt(call)
        except HostwayEmailError as error:
            if not may_retry(error, call):
                raise
            return await self._retry(call, error)
        finally:
            self._release_slot(call)
        self.budget.earn()
        return response

    def _check_open(self) -> None:
        if self._shared.closed:
            raise InvalidRequestError("this client is closed; create a new one")

    async def _acquire_slot(self, call: Call) -> None:
        limiter = self._shared.limiters.get()
        await limiter.acquire(retry=call.attempts > 0)
        call.limiter = limiter

    def _release_slot(self, call: Call) -> None:
        limiter, call.limiter = call.limiter, None
        if limiter is not None:
            limiter.release()

    async def _retry(self, call: Call, error: HostwayEmailError) -> Response:
        async def attempt() -> Response:
            if call.limiter is None:
                await self._acquire_slot(call)
            self.meter.retries += 1
            return await self._attempt(call)

        async def pause(seconds: float) -> None:
            if seconds:
                self._release_slot(call)
            call.spent += seconds
            await self.retry.sleep(seconds)

        try:
            return await retry_call(self.retry, self.budget, call, error, attempt, pause)
        except NotFoundError:
            # An earlier attempt, whose response was lost, has deleted the resource. If its domain
            # is missing too, the resource never existed.
            if call.method == "DELETE" and call.uncertain and not call.parent_is_missing:
                return Response(204, {}, b"")
            raise
        finally:
            self._release_slot(call)

    async def _attempt(self, call: Call) -> Response:
        """Send a call once and return the successful response, or raise an error."""
        started = time.perf_counter()
        request = Request(
            call.method, call.url, self._headers, call.content, self.max_response_bytes
        )
        call.attempts += 1
        response: Response | None = None
        failure: TransportError | None = None
        before = sys.exception()
        seconds = min(self.timeout, max(0.0, self.retry.deadline - call.spent))
        try:
            with anyio.move_on_after(seconds):
                if self._authorize is not None:
                    call.authorization = checked_authorization(await self._authorize())
                    request.headers = self._headers | {"Authorization": call.authorization}
                self.meter.requests += 1
                response = await self._shared.transport.send(request)
        except TransportError as error:
            failure = error
        except BaseException as error:
            raise self._cleaned(call, error, before)  # noqa: B904 # the same error
        if response is None:
            response = self._incomplete_response(call, request.response, late=failure is None)
        if response is None:
            # Raised outside of the `except`: the context would be the transport's own error.
            failure = failure or RequestTimeoutError(
                f"timed out after {seconds:g} s waiting for the response"
            )
            raise self._cleaned(
                call, self._transport_error(call, request, failure, started), before
            )
        call.spent += time.perf_counter() - started
        if log.isEnabledFor(logging.DEBUG):
            log.debug("%s %s: HTTP %d", call.method, call.path, response.status)
        if 200 <= response.status < 300 or (call.keeps_redirect and 300 <= response.status < 400):
            return response
        return await self._handle_failure(call, response)

    async def _handle_failure(self, call: Call, response: Response) -> Response:
        """Follow a safe redirect, retry once with new credentials after a 401, or raise."""
        if response.status == 401 and self._authorize is not None and not call.reauthorized:
            call.reauthorized = True
            return await self._attempt(call)
        target = safe_redirect(call, response)
        if target is not None:
            call.url = target
            call.redirects += 1
            call.attempts -= 1
            return await self._attempt(call)
        raise self._status_error(call, response)

    def _incomplete_response(
        self, call: Call, head: Response | None, *, late: bool
    ) -> Response | None:
        """Return the head of a response that was cut short or late, if its status is enough."""
        if head is None or not 200 <= head.status < 300:
            return head
        if call.method == "GET":
            return None
        # The write has succeeded: a retry would apply it twice.
        call.retryable = False
        return None if late and call.is_read else head

    def _read(self, call: Call, response: Response, into: type[M]) -> M:
        if not response.fault and len(response.content) <= LARGE:
            try:
                return into.model_validate_json(response.content)
            except ValueError:
                pass  # Parsed again below, in other charsets and with a limit on memory.
        from hostway_email._core.error_mapping import read_fallback

        return read_fallback(call, response, into, partial(self._secrets_of, call))

    def _transport_error(
        self, call: Call, request: Request, error: TransportError, started: float
    ) -> TransportError:
        """Add the call and its outcome to the error of a transport."""
        from hostway_email._core.error_mapping import transport_error

        call.spent += time.perf_counter() - started
        call.sent = request.sent
        call.uncertain = call.uncertain or request.sent
        if request.response is not None:
            error.message += f" (after receiving HTTP {request.response.status})"
        log.debug("%s %s: %s", call.method, call.path, type(error).__name__)
        return transport_error(call, error, self._secrets_of(call))

    def _cleaned(self, call: Call, error: E, before: BaseException | None) -> E:
        """Remove from an error what could reveal a secret in an error tracker."""
        from hostway_email._core.redaction import Mask
        from hostway_email.transports.error_chain import cleaned

        return cleaned(error, Mask(self._secrets_of(call)).redact, before)

    def _status_error(self, call: Call, response: Response) -> StatusError:
        """Return the error for a response whose status is not a success."""
        # Imported here and above on the first failure only.
        from hostway_email._core.error_mapping import status_error

        call.sent = True
        call.uncertain = call.uncertain or response.status >= 500 or response.status < 400
        return status_error(call, response, self._secrets_of(call))

    def _secrets_of(self, call: Call) -> list[str]:
        own = [*self._credentials.secrets, call.authorization, call.authorization.split(" ")[-1]]
        return own if call.body is None else [*own, *call.body.secrets()]
