"""TLS: which certificates are trusted."""

from __future__ import annotations

import pytest

from hostway_email import ConnectError

from ..support.servers import RawServer, reply
from .conftest import Adapter, Certificate, ask

pytestmark = pytest.mark.anyio


async def test_context_of_the_user(
    adapter: Adapter, tls_server: RawServer, certificate: Certificate
) -> None:
    """The user's context decides on trust, and connections are kept as without TLS."""
    tls_server.default = reply(200, {"quota": 7})
    async with adapter.client(tls_server.url, ssl_context=certificate.trusted()) as hostway:
        domain = hostway.account("a").domain("example.com")
        quotas = [(await domain.get()).quota_mb for _ in range(3)]

    assert quotas == [7, 7, 7]
    assert tls_server.connections == 1


async def test_untrusted_certificate(
    adapter: Adapter, tls_server: RawServer, caplog: pytest.LogCaptureFixture
) -> None:
    """There is no connection, and nothing was sent."""
    async with adapter.open(tls_server.url) as transport:
        request = ask(tls_server, "POST", content=b"{}")
        with pytest.raises(ConnectError, match=r"(?i)certificate"):
            await transport.send(request)

    assert not request.sent
    assert tls_server.requests == []


async def test_certificate_of_another_host(
    adapter: Adapter, tls_server: RawServer, certificate: Certificate
) -> None:
    """A certificate must be for the host."""
    tls_server.url = tls_server.url.replace("localhost", "127.0.0.2")
    async with adapter.open(tls_server.url, ssl_context=certificate.trusted()) as transport:
        request = ask(tls_server)
        with pytest.raises(ConnectError):
            await transport.send(request)

    assert not request.sent


async def test_certificates_of_the_environment(
    ours: Adapter,
    tls_server: RawServer,
    certificate: Certificate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`SSL_CERT_FILE` sets the trusted authorities when the client is created."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))

    async with ours.open(tls_server.url) as transport:
        assert (await transport.send(ask(tls_server))).status == 200
