"""The sandbox as an HTTP server in a separate process."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from hostway_email.sandbox import Sandbox, serve

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from hostway_email.sandbox import Faults, Sandbox, serve

sandbox = Sandbox(mailboxes=5, faults=Faults(drop_rate=float(sys.argv[1])))
sandbox.domain.contacts["a/b"] = {"email": "ab@partner.example", "displayName": "A B"}
serve(sandbox, port=0, on_ready=lambda url: print(url, flush=True))
print("served", sandbox.count(), flush=True)
"""
HEADERS = {
    "Authorization": "Basic " + b64encode(b"admin:sandbox").decode(),
    "Content-Type": "application/json",
}
DOMAIN = "/accounts/account007/email/example.com"

Process = subprocess.Popen[str]


def start(drop_rate: float) -> tuple[Process, http.client.HTTPConnection]:
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, str(drop_rate)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    url = urlsplit(process.stdout.readline().strip())
    assert url.hostname
    return process, http.client.HTTPConnection(url.hostname, url.port, timeout=10)


def end(process: Process, number: signal.Signals) -> tuple[int, str, str]:
    process.send_signal(number)
    out, err = process.communicate(timeout=10)
    return process.returncode, out, err


@pytest.fixture
def server() -> Iterator[tuple[Process, http.client.HTTPConnection]]:
    """A server without faults, and a connection to it."""
    process, connection = start(0)
    with process:
        yield process, connection
        connection.close()
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serves_until_a_signal(
    server: tuple[Process, http.client.HTTPConnection], number: signal.Signals
) -> None:
    """One connection serves many requests; a signal stops the server, not the program."""
    process, connection = server

    for path, status in (
        (f"{DOMAIN}/usernames?page=1&pageSize=2", 200),
        (f"{DOMAIN}/contacts/a%2Fb", 200),
        (f"{DOMAIN}/contacts/a/b", 404),
    ):
        connection.request("GET", path, headers=HEADERS)
        response = connection.getresponse()
        assert response.status == status
        response.read()
    connection.request("GET", "/_sandbox")
    counters = json.loads(connection.getresponse().read())

    assert counters["operations"] == {"usernames.list": 1, "contacts.get": 1}
    assert counters["unknown"] == [f"GET {DOMAIN}/contacts/a/b"]
    # The connection is still open, as a client's pool would keep it.
    assert end(process, number) == (0, "served 3\n", "")


def test_responses_are_not_delayed(
    server: tuple[Process, http.client.HTTPConnection],
) -> None:
    """Headers and body of a response are sent together, without Nagle's algorithm."""
    _, connection = server
    began = time.monotonic()

    for _ in range(50):
        connection.request("GET", f"{DOMAIN}/infostore", headers=HEADERS)
        connection.getresponse().read()

    # With Nagle's algorithm, each request would take about 40 ms.
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_dropped_connections(method: str) -> None:
    """The client sees an incomplete response; the server logs nothing."""
    process, connection = start(1)
    with process:
        body = {"GET": None, "PUT": b'{"quota": 5000}'}[method]
        connection.request(method, f"{DOMAIN}/infostore", body=body, headers=HEADERS)
        response = connection.getresponse()

        with pytest.raises(http.client.IncompleteRead) as caught:
            response.read()

        assert len(caught.value.partial) > 0
        connection.close()
        assert end(process, signal.SIGTERM) == (0, "served 1\n", "")


def test_port_in_use() -> None:
    """A port in use is an OSError."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        serve(Sandbox(0), port=taken.getsockname()[1])
