"""The sandbox as a real server: a process of its own, on a port of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import socket
import time
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from hostway_email.sandbox import Sandbox, serve

from ..support.processes import Process, end_of, running
from ..support.waiting import HANGS

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

Server = tuple[Process, http.client.HTTPConnection]


@contextlib.contextmanager
def started(drop_rate: float) -> Iterator[Server]:
    """A server in a process of its own, and a connection to it."""
    with running(["-W", "error", "-c", PROGRAM, str(drop_rate)]) as process:
        assert process.stdout is not None
        url = urlsplit(process.stdout.readline().strip())
        assert url.hostname
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=HANGS)
        with contextlib.closing(connection):
            yield process, connection


@pytest.fixture
def faultless() -> Iterator[Server]:
    """A server that behaves, and a connection to it."""
    with started(0) as server:
        yield server


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serves_until_a_signal(faultless: Server, number: signal.Signals) -> None:
    """One connection serves many requests; a signal ends the server, not the program."""
    process, connection = faultless

    for path, status in (
        (f"{DOMAIN}/usernames?page=1&pageSize=2", 200),
        (f"{DOMAIN}/contacts/a%2Fb", 200),
        (f"{DOMAIN}/contacts/a/b", 404),
    ):
        connection.request("GET", path, headers=HEADERS)
        answer = connection.getresponse()
        assert answer.status == status
        answer.read()
    connection.request("GET", "/_sandbox")
    counters = json.loads(connection.getresponse().read())

    assert counters["operations"] == {"usernames.list": 1, "contacts.get": 1}
    assert counters["unknown"] == [f"GET {DOMAIN}/contacts/a/b"]
    # The connection is still open, as a client's pool would keep it.
    assert end_of(process, number) == (0, "served 3\n", "")


def test_responses_are_not_held_back(
    faultless: Server,
) -> None:
    """Head and body of an answer leave together: small answers do not wait for the network."""
    _, connection = faultless
    seconds = []

    for _ in range(50):
        began = time.perf_counter()
        connection.request("GET", f"{DOMAIN}/infostore", headers=HEADERS)
        connection.getresponse().read()
        seconds.append(time.perf_counter() - began)

    # Held back, each of them takes some 40 ms, but for the first ones; a busy machine spares some.
    assert min(seconds[25:]) < 0.03


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_dropped_connections_end_early(method: str) -> None:
    """The client sees a connection that ends before the answer does; the server stays quiet."""
    with started(1) as (process, connection):
        body = {"GET": None, "PUT": b'{"quota": 5000}'}[method]
        connection.request(method, f"{DOMAIN}/infostore", body=body, headers=HEADERS)
        answer = connection.getresponse()

        with pytest.raises(http.client.IncompleteRead) as caught:
            answer.read()

        assert len(caught.value.partial) > 0
        connection.close()
        assert end_of(process, signal.SIGTERM) == (0, "served 1\n", "")


def test_a_port_that_is_taken() -> None:
    """A port that another program has is an ordinary error, before anything is served."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        serve(Sandbox(0), port=taken.getsockname()[1])
