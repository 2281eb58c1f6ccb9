"""The entry point: a client of the Hostway Email API."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypeVar, get_args, overload

from pydantic import BaseModel, JsonValue, SecretStr

from hostway_email._core.arguments import check_count, check_model, check_query
from hostway_email._core.call import Verb
from hostway_email._core.credentials import Authorization, Credentials, credentials_of
from hostway_email._core.json_body import AnyBody, body_of
from hostway_email._core.options import (
    check_kind,
    check_timeout,
    checked_base_url,
)
from hostway_email._core.path import ROOT, Path
from hostway_email._core.secret_values import holds_secret
from hostway_email._core.session import Session
from hostway_email._version import __version__
from hostway_email.errors import InvalidRequestError
from hostway_email.handles import AccountHandle, ShortDomainHandle
from hostway_email.resources.secret_questions import (
    SecretQuestionSettingsResource,
    SecretQuestionsResource,
)
from hostway_email.retry import RetryBudget, RetryPolicy
from hostway_email.transports import Transport
from hostway_email.transports.choice import choose_transport
from hostway_email.transports.error_chain import forgetting_arguments

if TYPE_CHECKING:
    import httpx

__all__ = ["HostwayEmail"]

M = TypeVar("M", bound=BaseModel)

BASE_URL: Final = "https://api.hostway.com"
MAX_RESPONSE_BYTES: Final = 32 * 1024 * 1024


class HostwayEmail:
    """A client of the Hostway Email API, which any number of tasks can share.

    ```python
    async with HostwayEmail(username="admin", password="...") as hostway:
        domain = hostway.account("account007").domain("example.com")
        async for entry in domain.usernames.list():
            print(entry.username, entry.quota_mb)
    ```

    It can also be used without `async with`, and closed with `aclose()`. It can be created at
    import time and used in several event loops, one after the other: each has its own connections.

    Parameters:
        username: the API username, for HTTP Basic authentication with `password`.
        password: the API password. Some operations need no credentials.
        authorization: the value of the `Authorization` header instead, or an async function that
            returns one; it is called before each attempt, and once more after a 401.
        base_url: the URL of the API, `https://api.hostway.com` by default. Plain `http://` is
            refused unless the host is loopback.
        timeout: the seconds one attempt may take, from connecting to the last byte. The wait for a
            slot of `max_concurrency` does not count.
        max_concurrency: the number of requests in flight at once.
        retry: the retry policy; by default `RetryPolicy()`.
        retry_budget: the retry budget that all calls share; by default `RetryBudget()`.
        max_response_bytes: the maximum size of a response body, decoded; 32 MiB by default.
        proxy: the URL of a proxy; by default that of the environment, if any.
        ssl_context: a custom TLS context.
        allow_insecure: allow plain `http://` to any host.
        transport: the HTTP library: `"httpx"` (the default); `"aiohttp"`, the fastest, for asyncio
            only; `"httpx2"`; or an object with the two methods of `Transport`. `"aiohttp"` and
            `"httpx2"` are extras: `pip install 'hostway-email[aiohttp]'`.
        http_client: a custom `httpx.AsyncClient`; the caller closes it.

    Raises:
        InvalidRequestError: an argument is invalid; the message names it.
    """

    @forgetting_arguments
    def __init__(
        self,
        username: str | None = None,
        password: str | SecretStr | None = None,
        *,
        authorization: Authorization | None = None,
        base_url: str = BASE_URL,
        timeout: float = 30.0,
        max_concurrency: int = 32,
        retry: RetryPolicy | None = None,
        retry_budget: RetryBudget | None = None,
        max_response_bytes: int = MAX_RESPONSE_BYTES,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        allow_insecure: bool = False,
        transport: str | Transport | None = None,
        http_client: httpx.AsyncClient | None = None,
    ) -> None:
        check_timeout(timeout)
        check_count("max_concurrency", max_concurrency)
        check_count("max_response_bytes", max_response_bytes)
        check_kind("retry", retry, RetryPolicy)
        check_kind("retry_budget", retry_budget, RetryBudget)
        check_kind("proxy", proxy, str)
        check_kind("ssl_context", ssl_context, ssl.SSLContext)
        base_url = checked_base_url(base_url, allow_insecure)
        credentials = credentials_of(username, password, authorization)
        self._session = Session(
            base_url,
            choose_transport(transport, http_client, base_url, proxy, ssl_context),
            credentials=credentials or Credentials(),
            timeout=timeout,
            max_concurrency=max_concurrency,
            max_response_bytes=max_response_bytes,
            retry=retry or RetryPolicy(),
            budget=retry_budget or RetryBudget(),
            user_agent=f"hostway-email/{__version__}",
        )

    @classmethod
    @forgetting_arguments
    def from_env(
        cls,
        *,
        timeout: float = 30.0,
        max_concurrency: int = 32,
        retry: RetryPolicy | None = None,
        transport: str | Transport | None = None,
    ) -> Self:
        """Return a client configured by environment variables.

        `HOSTWAY_USERNAME` and `HOSTWAY_PASSWORD` are required, `HOSTWAY_BASE_URL` is optional.

        Raises:
            InvalidRequestError: a variable is missing or empty.
        """
        found = {
            name: os.environ.get(name, "") for name in ("HOSTWAY_USERNAME", "HOSTWAY_PASSWORD")
        }
        for name, value in found.items():
            InvalidRequestError.require(value, name, "must be set in the environment")
        return cls(
            *found.values(),
            base_url=os.environ.get("HOSTWAY_BASE_URL") or BASE_URL,
            timeout=timeout,
            max_concurrency=max_concurrency,
            retry=retry,
            transport=transport,
        )

    def account(self, account: str) -> AccountHandle:
        """Return a handle on an account, without checking that it exists."""
        return AccountHandle(self._session, account)

    def domain(self, domain: str) -> ShortDomainHandle:
        """Return a handle on a domain in the short form, with the operations below `/email/...`."""
        return ShortDomainHandle(self._session, domain)

    @property
    def secret_questions(self) -> SecretQuestionsResource:
        """The secret questions that the API offers."""
        return SecretQuestionsResource(self._session, ROOT / "email")

    @property
    def secret_question_settings(self) -> SecretQuestionSettingsResource:
        """The number of secret questions that a mailbox must have."""
        return SecretQuestionSettingsResource(self._session, ROOT / "email")

    @overload
    async def request(
        self,
        method: Verb,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: AnyBody | None = None,
        into: type[M],
    ) -> M: ...

    @overload
    async def request(
        self,
        method: Verb,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: AnyBody | None = None,
        into: None = None,
    ) -> JsonValue: ...

    async def request(
        self,
        method: Verb,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: AnyBody | None = None,
        into: type[BaseModel] | None = None,
    ) -> BaseModel | JsonValue:
        """Send a request to an operation that this package does not cover, with retries and errors.

        Parameters:
            method: the HTTP method; it decides which retries are safe.
            path: the path below the base URL, percent-encoded, without a query.
            query: the query parameters, not encoded.
            body: the JSON body: JSON values, pydantic models, and `SecretStr`, sent in the clear.
            into: the pydantic model of the response; if it has a field for a secret, such as a
                `SecretStr`, errors quote nothing of the response.

        Returns:
            The response as `into`, or as plain JSON values without it; None if it is empty.

        Raises:
            InvalidRequestError: an argument is invalid; the message names it.
            HostwayEmailError: any error of a call.
        """
        try:
            InvalidRequestError.require(
                method in get_args(Verb), "method", "must be GET, POST, PUT or DELETE"
            )
            check_query(query)
            check_model(into)
            where, content = Path.given(path), body_of(body)
        finally:
            # Error trackers show the locals of each frame.
            del body
        reply = await self._session.send(
            method,
            where,
            query=query,
            body=content,
            confidential=holds_secret(into),
        )
        return reply.json() if into is None else reply.model(into)

    @forgetting_arguments
    def with_options(
        self,
        *,
        username: str | None = None,
        password: str | SecretStr | None = None,
        authorization: Authorization | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Self:
        """Return a client with other options and the same connections, limit and budget.

        New credentials replace the old ones. Closing the new client does nothing.

        Raises:
            InvalidRequestError: an argument is invalid; the message names it.
        """
        if timeout is not None:
            check_timeout(timeout)
        check_kind("retry", retry, RetryPolicy)
        client = object.__new__(type(self))
        client._session = self._session.derive(
            credentials=credentials_of(username, password, authorization),
            timeout=timeout,
            retry=retry,
        )
        return client

    async def aclose(self) -> None:
        """Close the connections of the running event loop; may be called twice."""
        await self._session.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        state = ", closed" if self._session.closed else ""
        return f"HostwayEmail(base_url={self._session.base_url!r}{state})"
