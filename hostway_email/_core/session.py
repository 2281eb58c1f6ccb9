"""The one door to the API: it sends a call, repeats it where that is safe, and reads the answer.

What all operations have in common is here, once: credentials, the limit on requests under way,
timeouts, retries, redirects, errors, and the reading of answers into models.
"""

from __future__ import annotations

import copy
import logging
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Self, TypeVar
from urllib.parse import quote, urlencode, urljoin, urlsplit

import anyio
from pydantic import JsonValue
from pydantic_core import from_json

from hostway_email._core.call import (
    Body,
    Call,
    Credentials,
    Meter,
    Model,
    Verb,
    checked_authorization,
)
from hostway_email._core.decoding import LARGE, MemoryCost
from hostway_email._core.limiter import PriorityLimiter
from hostway_email._core.path import MAX_URL, Path
from hostway_email.errors import (
    HostwayEmailError,
    InvalidRequestError,
    NotFoundError,
    RequestTimeoutError,
    StatusError,
    TransportError,
)
from hostway_email.retry import RetryBudget, RetryPolicy, may_retry, repeat
from hostway_email.transports import Request, Response, Transport
from hostway_email.transports.body import ACCEPTED_ENCODINGS
from hostway_email.transports.loops import PerLoop

__all__ = ["Session"]

E = TypeVar("E", bound=BaseException)
M = TypeVar("M", bound=Model)

MAX_REDIRECTS: Final = 3

log = logging.getLogger("hostway_email")


@dataclass(slots=True)
class _Shared:
    """What a client and those made from it with other options have in common."""

    transport: Transport
    places: PerLoop[PriorityLimiter]
    closed: bool = False


class _PlainValue:
    """Any JSON at all, read without a model: that takes half the memory."""

    memory_cost = MemoryCost(object=170, array=90, item=20)

    def __init__(self, root: JsonValue) -> None:
        self.root = root

    @classmethod
    def model_validate_json(cls, json_data: str | bytes, /) -> Self:
        return cls(from_json(json_data, cache_strings="keys"))


class Session:
    """Sends calls to one base URL with one set of credentials and options.

    Parameters:
        base_url: scheme, host and any prefix of the API, without a slash at the end.
        transport: sends the requests.
        credentials: who asks.
        timeout: seconds for one attempt, from connecting to the last byte.
        max_concurrency: how many requests may be under way at once.
        max_response_bytes: how much an answer may weigh, decoded.
        retry: when a failed call is asked again.
        budget: what all calls may spend on that together.
        user_agent: the value of that header.
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
        self._origin = urlsplit(base_url)[:2]
        self._owner = True
        self._shared = _Shared(transport, PerLoop(lambda: PriorityLimiter(max_concurrency)))
        self._headers = {
            # The manual requires it on every request, also on those without a body.
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
    ) -> Self:
        """Return a session over the same connections, limit and budget, with a meter of its own."""
        derived = copy.copy(self)
        derived._owner = False
        derived.meter = Meter()
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
        """Send a call and return its answer as `into`.

        Raises:
            StatusError: the API refused or failed.
            TransportError: no whole answer came back.
            InvalidResponseError: the answer cannot be read as `into`.
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
        """Send a call like `call()`, but return what reads its answer, which until then is bytes.

        Raises:
            StatusError: the API refused or failed.
            TransportError: no whole answer came back.
        """
        call = self._prepare(method, path, query, body)
        call.hides_answer = getattr(into, "holds_secret", False)
        return partial(self._read, call, await self._perform(call), into)

    async def write(
        self,
        method: Verb,
        path: Path,
        *,
        query: Mapping[str, str] | None = None,
        body: Body | None = None,
    ) -> int:
        """Send a call and return the HTTP status of its success; what else it says is not read."""
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
        """Send a call and return the plain JSON of its answer, None where that is empty.

        Raises:
            InvalidResponseError: the answer is not JSON.
        """
        call = self._prepare(method, path, query, body)
        response = await self._perform(call)
        if not response.content.strip() and not response.fault:
            return None
        return self._read(call, response, _PlainValue).root

    async def location(self, method: Verb, path: Path, *, into: type[M]) -> M | str:
        """Send a call whose answer may be a redirect: return its target, which is not followed."""
        call = self._prepare(method, path, None, None)
        call.keeps_redirect = call.hides_answer = True
        response = await self._perform(call)
        if response.status >= 300:
            from hostway_email._core.error_mapping import redirect_target

            return redirect_target(call, response)
        return self._read(call, response, into)

    def check(self, path: Path, query: Mapping[str, str]) -> None:
        """Check that a query can be asked, without sending anything.

        Raises:
            InvalidRequestError: the address is too long, or the query is not valid Unicode text.
        """
        self._prepare("GET", path, query, None)

    async def aclose(self) -> None:
        """Close the connections, unless they belong to the session this one was derived from."""
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
                raise InvalidRequestError(f"query {rule}", {"query": rule}) from None
        if len(url) > MAX_URL:
            raise InvalidRequestError(f"the address is longer than {MAX_URL} characters")
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
        """Send a call, and again while that is safe and the policy allows it."""
        self._check_open()
        await self._acquire_slot(call)
        try:
            # Once more: it may have been closed while the call waited for its place.
            self._check_open()
            response = await self._attempt(call)
        except HostwayEmailError as error:
            if not may_retry(error, call):
                raise
            return await self._repeat(call, error)
        finally:
            self._release_slot(call)
        self.budget.earn()
        return response

    def _check_open(self) -> None:
        if self._shared.closed:
            raise InvalidRequestError("this client is closed; make a new one")

    async def _acquire_slot(self, call: Call) -> None:
        place = self._shared.places.get()
        await place.take(again=call.attempts > 0)
        call.place = place

    def _release_slot(self, call: Call) -> None:
        place, call.place = call.place, None
        if place is not None:
            place.release()

    async def _repeat(self, call: Call, error: HostwayEmailError) -> Response:
        async def attempt() -> Response:
            if call.place is None:
                await self._acquire_slot(call)
            self.meter.retries += 1
            return await self._attempt(call)

        async def pause(seconds: float) -> None:
            if seconds:
                self._release_slot(call)
            call.spent += seconds
            await self.retry.sleep(seconds)

        try:
            return await repeat(self.retry, self.budget, call, error, attempt, pause)
        except NotFoundError:
            # The deletion whose answer was lost has been done. Only what was to be deleted may be
            # missing, though: a missing domain would mean that nothing ever was there.
            if call.method == "DELETE" and call.uncertain and not call.parent_is_missing:
                return Response(204, {}, b"")
            raise
        finally:
            self._release_slot(call)

    async def _attempt(self, call: Call) -> Response:
        """Send a call once and return its success, or raise what came of it."""
        started = time.perf_counter()
        request = Request(
            call.method, call.url, self._headers, call.content, self.max_response_bytes
        )
        call.attempts += 1
        response: Response | None = None
        lost: TransportError | None = None
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
            lost = error
        except BaseException as error:
            raise self._cleaned(call, error, before)  # noqa: B904 # it is the same error
        if response is None:
            response = self._told_by_status(call, request.response, late=lost is None)
        if response is None:
            # Not raised within the `except`: what the transport was handling would be its context.
            lost = lost or RequestTimeoutError(f"no whole answer within {seconds:g} s")
            raise self._cleaned(call, self._lost(call, request, lost, started), before)
        call.spent += time.perf_counter() - started
        if log.isEnabledFor(logging.DEBUG):
            log.debug("%s %s: HTTP %d", call.method, call.path, response.status)
        if 200 <= response.status < 300 or (call.keeps_redirect and 300 <= response.status < 400):
            return response
        return await self._not_a_success(call, response)

    async def _not_a_success(self, call: Call, response: Response) -> Response:
        """Follow a harmless redirect, ask for fresh credentials once, or raise the error."""
        if response.status == 401 and self._authorize is not None and not call.asked_again:
            call.asked_again = True
            return await self._attempt(call)
        target = self._redirect(call, response)
        if target is not None:
            call.url = target
            call.redirects += 1
            call.attempts -= 1
            return await self._attempt(call)
        raise self._failure(call, response)

    def _told_by_status(self, call: Call, head: Response | None, *, late: bool) -> Response | None:
        """Return the head of a response that broke off, or came too late, if it says enough."""
        if head is None or not 200 <= head.status < 300:
            return head
        if call.method == "GET":
            return None
        # It has been done. Sending it again would do it twice.
        call.retryable = False
        return None if late and call.is_read else head

    def _redirect(self, call: Call, response: Response) -> str | None:
        """Return where a redirect leads, if it stays on this origin and keeps the verb."""
        keeps_verb = response.status in (307, 308) or (
            call.method == "GET" and response.status in (301, 302, 303)
        )
        location = response.headers.get("location", "")
        if not keeps_verb or not location or call.redirects == MAX_REDIRECTS:
            return None
        if len(location) > MAX_URL or not location.isascii():
            return None
        try:
            target = urljoin(call.url, location)
            stays = urlsplit(target)[:2] == self._origin
        except ValueError:
            return None
        return target if stays and target.isprintable() and len(target) <= MAX_URL else None

    def _read(self, call: Call, response: Response, into: type[M]) -> M:
        if not response.fault and len(response.content) <= LARGE:
            try:
                return into.model_validate_json(response.content)
            except ValueError:
                pass  # It is read once more, with more patience.
        from hostway_email._core.error_mapping import read_patiently

        return read_patiently(call, response, into, partial(self._secrets_of, call))

    def _lost(
        self, call: Call, request: Request, error: TransportError, started: float
    ) -> TransportError:
        """Complete the error of a transport with what was asked and what may have become of it."""
        from hostway_email._core.error_mapping import lost

        call.spent += time.perf_counter() - started
        call.sent = request.sent
        call.uncertain = call.uncertain or request.sent
        if request.response is not None:
            error.message += f", after HTTP {request.response.status} had come"
        log.debug("%s %s: %s", call.method, call.path, type(error).__name__)
        return lost(call, error, self._secrets_of(call))

    def _cleaned(self, call: Call, error: E, before: BaseException | None) -> E:
        """Return an error without what could show a secret to a tool that reports errors."""
        from hostway_email._core.redaction import Mask
        from hostway_email.transports.error_chain import cleaned

        return cleaned(error, Mask(self._secrets_of(call)).shown, before)

    def _failure(self, call: Call, response: Response) -> StatusError:
        """Return the error for an answer that is not a success."""
        # Here and above, and not at the top: only a failure needs to know how to be explained.
        from hostway_email._core.error_mapping import refused

        call.sent = True
        call.uncertain = call.uncertain or response.status >= 500 or response.status < 400
        return refused(call, response, self._secrets_of(call))

    def _secrets_of(self, call: Call) -> list[str]:
        own = [*self._credentials.secrets, call.authorization, call.authorization.split(" ")[-1]]
        return own if call.body is None else [*own, *call.body.secrets()]
