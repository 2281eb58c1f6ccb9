"""Every adapter, on every event loop that its library can run on, under one suite."""

from __future__ import annotations

import importlib
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from hostway_email import HostwayEmail, Request, RetryPolicy, Transport
from hostway_email.transports.httpx import HttpxClientTransport

from ..support.loops import backend
from ..support.servers import RawServer, serving
from ..support.waiting import until

__all__ = ["ADAPTERS", "HEADERS", "MODULES", "PASSWORD", "Adapter", "Certificate", "ask", "until"]

MODULES = {
    "httpx": ("hostway_email.transports.httpx", "HttpxTransport"),
    "httpx2": ("hostway_email.transports.httpx2", "Httpx2Transport"),
    "aiohttp": ("hostway_email.transports.aiohttp", "AiohttpTransport"),
}
PASSWORD = "s3cret-Pass"
HEADERS = {
    "Content-Type": "application/json; charset=UTF-8",
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": "contract/1",
    "Authorization": f"Basic {PASSWORD}",
}


@dataclass(frozen=True)
class Adapter:
    """A transport by its name, with an event loop that it supports."""

    name: str
    backend: str

    def __str__(self) -> str:
        return f"{self.name}-{self.backend}"

    @property
    def is_ours(self) -> bool:
        """Whether this package makes the connections, not a client of the user."""
        return self.name != "own-client"

    def make(self, base_url: str, **options: Any) -> Transport:
        """Return a transport of this package."""
        module, name = MODULES[self.name]
        made: Transport = getattr(importlib.import_module(module), name)(base_url, **options)
        return made

    @asynccontextmanager
    async def open(
        self, base_url: str, *, ssl_context: ssl.SSLContext | None = None, proxy: str | None = None
    ) -> AsyncIterator[Transport]:
        """Open a transport and close it again."""
        if self.is_ours:
            transport = self.make(base_url, ssl_context=ssl_context, proxy=proxy)
            try:
                yield transport
            finally:
                await transport.aclose()
        else:
            verify = True if ssl_context is None else ssl_context
            async with httpx.AsyncClient(verify=verify, proxy=proxy, timeout=None) as client:
                yield HttpxClientTransport(client)

    @asynccontextmanager
    async def client(
        self,
        base_url: str,
        *,
        ssl_context: ssl.SSLContext | None = None,
        proxy: str | None = None,
        **options: Any,
    ) -> AsyncIterator[HostwayEmail]:
        """Open a client without waits before retries."""
        async with self.open(base_url, ssl_context=ssl_context, proxy=proxy) as transport:
            settings: dict[str, Any] = {"retry": RetryPolicy(base_delay=0), **options}
            async with HostwayEmail(
                "admin", PASSWORD, base_url=base_url, transport=transport, **settings
            ) as hostway:
                yield hostway


ADAPTERS = [
    Adapter("httpx", "asyncio"),
    Adapter("httpx", "trio"),
    Adapter("httpx2", "asyncio"),
    Adapter("httpx2", "trio"),
    Adapter("aiohttp", "asyncio"),
    Adapter("own-client", "asyncio"),
    Adapter("own-client", "trio"),
]

# A series of cases over all of them is slow.
QUICK = [Adapter("httpx", "asyncio"), Adapter("aiohttp", "asyncio")]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize each test with the adapters that its fixtures select."""
    names = metafunc.fixturenames
    if "adapter" not in names:
        return
    adapters = [one for one in ADAPTERS if one.is_ours or "ours" not in names]
    if "ours_on_asyncio" in names:
        adapters = [one for one in adapters if one.backend == "asyncio"]
    is_series = any(metafunc.definition.iter_markers("parametrize"))
    metafunc.parametrize(
        "adapter",
        [
            pytest.param(one, marks=[pytest.mark.slow] if is_series and one not in QUICK else [])
            for one in adapters
        ],
        ids=str,
        indirect=True,
    )


@pytest.fixture
def adapter(request: pytest.FixtureRequest) -> Adapter:
    """Each adapter on each event loop."""
    adapter: Adapter = request.param
    if adapter.is_ours:
        pytest.importorskip(adapter.name, reason=f"the extra {adapter.name!r} is not installed")
    return adapter


@pytest.fixture
def ours(adapter: Adapter) -> Adapter:
    """The adapters whose connections are made by this package."""
    return adapter


@pytest.fixture
def ours_on_asyncio(ours: Adapter) -> Adapter:
    """Those on asyncio."""
    return ours


@pytest.fixture
def anyio_backend(adapter: Adapter) -> tuple[str, dict[str, Any]]:
    """Run the test on the event loop of the adapter."""
    return backend(adapter.backend)


@pytest.fixture
async def transport(adapter: Adapter, server: RawServer) -> AsyncIterator[Transport]:
    """A transport to the scripted server."""
    async with adapter.open(server.url) as transport:
        yield transport


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for `localhost`."""

    file: Path
    key: Path

    def of_server(self) -> ssl.SSLContext:
        """Return the TLS context of a server with this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context

    def trusted(self) -> ssl.SSLContext:
        """Return the TLS context of a client that trusts only this certificate."""
        return ssl.create_default_context(cafile=str(self.file))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Create a certificate."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    command = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    command += " -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1"
    subprocess.run(
        [openssl, *command.split(), "-keyout", made.key, "-out", made.file],
        check=True,
        capture_output=True,
    )
    return made


@pytest.fixture
async def tls_server(certificate: Certificate) -> AsyncIterator[RawServer]:
    """A scripted server behind TLS."""
    async with serving(certificate.of_server()) as server:
        yield server


def ask(server: RawServer, method: str = "GET", path: str = "/x", **changes: Any) -> Request:
    """Return a request to the server."""
    settings: dict[str, Any] = {"content": b"", "max_bytes": 1_000_000, **changes}
    return Request(method, server.url + path, HEADERS, **settings)
