"""The choice of a transport, by the options of a client."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Protocol

from hostway_email.errors import InvalidRequestError
from hostway_email.transports import Transport

if TYPE_CHECKING:
    import httpx

__all__ = ["choose_transport"]


def choose_transport(
    transport: str | Transport | None,
    http_client: httpx.AsyncClient | None,
    base_url: str,
    proxy: str | None,
    ssl_context: ssl.SSLContext | None,
) -> Transport:
    """Return the transport that the options name, and import its HTTP library.

    Raises:
        InvalidRequestError: the options exclude each other, or the library is not installed.
    """
    own = http_client is not None or not (transport is None or isinstance(transport, str))
    if own:
        name = "transport" if http_client is None else "http_client"
        InvalidRequestError.require(
            proxy is None and ssl_context is None,
            name,
            "has its own proxy and TLS settings; proxy= and ssl_context= must not be given",
        )
    if http_client is not None:
        from hostway_email.transports.httpx import HttpxClientTransport

        InvalidRequestError.require_alone("http_client", transport=transport is not None)
        return HttpxClientTransport(http_client)
    if isinstance(transport, str) or transport is None:
        return _by_name("httpx" if transport is None else transport)(
            base_url, ssl_context=ssl_context, proxy=proxy
        )
    InvalidRequestError.require(
        isinstance(transport, Transport), "transport", "must have the methods send() and aclose()"
    )
    return transport


class _TransportFactory(Protocol):
    """The constructor of the built-in transports."""

    def __call__(
        self, base_url: str, *, ssl_context: ssl.SSLContext | None, proxy: str | None
    ) -> Transport: ...


def _by_name(name: str) -> _TransportFactory:
    """Return the built-in transport of that name, and import its HTTP library."""
    try:
        match name:
            case "httpx":
                from hostway_email.transports.httpx import HttpxTransport

                return HttpxTransport
            case "httpx2":
                from hostway_email.transports.httpx2 import Httpx2Transport

                return Httpx2Transport
            case "aiohttp":
                from hostway_email.transports.aiohttp import AiohttpTransport

                return AiohttpTransport
    except ModuleNotFoundError as missing:
        rule = f"{name!r} is not installed: pip install 'hostway-email[{name}]'"
        raise InvalidRequestError.for_argument("transport", rule) from missing
    rule = f"must be 'httpx', 'httpx2', 'aiohttp' or a Transport, not {name!r}"
    raise InvalidRequestError.for_argument("transport", rule)
