"""The transport over httpx2, the maintained continuation of httpx."""

from __future__ import annotations

import ssl

import httpx2

from hostway_email.transports._httpx_library import Library
from hostway_email.transports._httpx_pool import PooledTransport
from hostway_email.transports.error_chain import forgetting_arguments

__all__ = ["Httpx2Transport"]

_HTTPX2 = Library(httpx2)


class Httpx2Transport(PooledTransport):
    """A transport over `httpx2.AsyncHTTPTransport`, like `HttpxTransport` over that of httpx.

    Parameters:
        base_url: the URL of the API, which determines TLS and the proxy of the environment.
        ssl_context: the TLS context; by default one with httpx2's certificates, those of the
            system, which honours `SSL_CERT_FILE` and `SSL_CERT_DIR`.
        proxy: the URL of a proxy; by default that of the environment, if any.
    """

    @forgetting_arguments
    def __init__(
        self, base_url: str, *, ssl_context: ssl.SSLContext | None = None, proxy: str | None = None
    ) -> None:
        super().__init__(_HTTPX2, base_url, ssl_context, proxy)
