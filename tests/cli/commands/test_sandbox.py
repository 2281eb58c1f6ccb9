"""Proxies of the environment, which are not used for the sandbox."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator

import pytest

from ..conftest import SLOW, run, run_process

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def dead_port() -> Iterator[int]:
    """A port in use without a listener."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.mark.parametrize(
    "environment",
    [
        {"all_proxy": "http://127.0.0.1:{port}", "no_proxy": "example.org"},
        {"HTTP_PROXY": "http://[", "HTTPS_PROXY": "http://["},
        pytest.param({"HTTP_PROXY": "http://127.0.0.1:{port}"}, marks=SLOW),
        pytest.param({"http_proxy": "127.0.0.1:{port}"}, marks=SLOW),
        pytest.param({"ALL_PROXY": "socks5://127.0.0.1:{port}"}, marks=SLOW),
        pytest.param({"HTTP_PROXY": "ftp://user:CANARY@127.0.0.1:{port}"}, marks=SLOW),
    ],
    ids=str,
)
def test_sandbox_without_proxies(environment: dict[str, str], dead_port: int) -> None:
    """`audit --sandbox` works with any proxy in the environment, and counts its requests."""
    proxies = {name: value.format(port=dead_port) for name, value in environment.items()}
    done = run("audit", "--sandbox", "--mailboxes", "3", "--checks", "QUO-01", **proxies)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^\d+ requests \(\d+ counted by the sandbox\)", done.stdout, re.MULTILINE)


@SLOW
def test_sandbox_process_without_proxies(dead_port: int) -> None:
    """The sandbox process inherits the environment, and works as well."""
    proxies = dict.fromkeys(("HTTP_PROXY", "ALL_PROXY"), f"http://127.0.0.1:{dead_port}")
    done = run_process("audit", "--sandbox", "--mailboxes", "3", **proxies)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("proxy", ["http://[", "socks5://127.0.0.1:9", "nonsense://x"])
def test_plan_ignores_proxies(proxy: str) -> None:
    """`--plan` works with an invalid proxy, because nothing is sent."""
    done = run("audit", "account007/example.com", "--plan", HTTPS_PROXY=proxy, ALL_PROXY=proxy)
    assert (done.returncode, done.stderr) == (0, "")
