"""Selection of a transport by its name, and the errors of an invalid one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import anyio
import pytest

from hostway_email import HostwayEmail, InvalidRequestError, Transport, transports
from hostway_email.transports.choice import choose_transport

from ..support.processes import run_process
from ..support.servers import RawServer, reply
from .conftest import ADAPTERS, MODULES, Adapter

BLOCKED = """
import sys
sys.modules[sys.argv[1]] = None
from hostway_email import HostwayEmail, InvalidRequestError
try:
    HostwayEmail(transport=sys.argv[1])
except InvalidRequestError as error:
    print(error)
"""
LEAN = """
import sys
from hostway_email import HostwayEmail
HostwayEmail(base_url="http://localhost", transport=sys.argv[1])
print(sorted({"httpx", "httpx2", "aiohttp"} & set(sys.modules)))
"""


def run(program: str, *arguments: str) -> str:
    done = run_process(["-W", "error", "-c", program, *arguments])
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_every_transport_is_in_this_suite() -> None:
    """A module with a transport is in `MODULES`, and each of these runs on some event loop."""
    folder = Path(transports.__file__).parent
    named = {
        path.stem
        for path in folder.glob("[a-z]*.py")
        if re.search(r"^class \w+Transport\b", path.read_text(), re.MULTILINE)
    }

    assert named == set(MODULES)
    assert {adapter.name for adapter in ADAPTERS if adapter.is_ours} == set(MODULES)


@pytest.mark.anyio
async def test_choice_by_name(ours: Adapter, server: RawServer) -> None:
    """A name is enough."""
    server.default = reply(200, {"quota": 5})
    async with HostwayEmail(base_url=server.url, transport=ours.name) as hostway:
        assert (await hostway.account("a").domain("example.com").get()).quota_mb == 5


def test_options_are_passed_on(ours: Adapter, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy and the TLS context reach the adapter."""
    found: dict[str, Any] = {}
    made = ours.make("http://localhost")

    def note(self: object, base_url: str, **options: object) -> None:
        found.update(options, base_url=base_url)

    monkeypatch.setattr(type(made), "__init__", note)
    context: Any = object()
    choose_transport(ours.name, None, "https://api.test", "http://proxy.test", context)

    assert found == {
        "base_url": "https://api.test",
        "proxy": "http://proxy.test",
        "ssl_context": context,
    }


def test_the_default_is_httpx(monkeypatch: pytest.MonkeyPatch) -> None:
    """Installing another library does not change the behaviour of a program."""
    made = choose_transport(None, None, "http://localhost", None, None)

    assert type(made).__name__ == "HttpxTransport"
    assert isinstance(made, Transport)


@pytest.mark.parametrize("name", ["requests", "", "HTTPX"])
def test_unknown_name(name: str) -> None:
    """An unknown name is refused, and the known ones are listed."""
    with pytest.raises(InvalidRequestError, match=r"'httpx', 'httpx2', 'aiohttp'"):
        HostwayEmail(transport=name)


@pytest.mark.parametrize("name", ["httpx2", "aiohttp"])
def test_missing_package(name: str) -> None:
    """The error for a missing library has the command that installs it."""
    said = run(BLOCKED, name)

    assert f"pip install 'hostway-email[{name}]'" in said


@pytest.mark.parametrize("name", MODULES)
def test_only_the_selected_library_is_imported(name: str) -> None:
    """No other library is imported."""
    pytest.importorskip(name, reason=f"the extra {name!r} is not installed")

    assert run(LEAN, name) == f"['{name}']\n"


def test_aiohttp_on_trio() -> None:
    """aiohttp runs on asyncio only, and the error says what to use instead."""
    pytest.importorskip("aiohttp", reason="the extra 'aiohttp' is not installed")
    hostway = HostwayEmail(base_url="http://localhost", transport="aiohttp")

    async def job() -> None:
        with pytest.raises(InvalidRequestError, match="supports only asyncio"):
            await hostway.request("GET", "/x")
        await hostway.aclose()

    anyio.run(job, backend="trio")
