"""Routing of raw paths."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostway_email.sandbox import OPERATIONS, Operation, Sandbox
from hostway_email.sandbox.http.routing import Router

Send = Callable[..., Awaitable[httpx.Response]]

ROUTER = Router(OPERATIONS)
START = "/accounts/account007/email/example.com"


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_any_encoded_name_is_routed(name: str) -> None:
    """Any percent-encoded contact name is decoded to the same name."""
    match = ROUTER.find("GET", f"{START}/contacts/{quote(name, safe='')}".encode())

    assert match.operation is not None
    assert match.operation.id == "contacts.get"
    assert match.path_params["contact"] == name


@given(st.binary(max_size=80))
def test_any_bytes_are_routed(raw_path: bytes) -> None:
    """Any bytes as a path are routed without an exception."""
    assert ROUTER.find("GET", raw_path).operation is None or raw_path.startswith(b"/")


@pytest.mark.parametrize(
    "raw_path",
    [
        f"{START}/contacts/a/b",
        f"{START}/contacts/%ff",
        f"{START}/contacts/",
        f"{START}/usernames//mailbox",
        f"{START}/usernames/ana/mailbox/x",
        f"{START}/Usernames",
        "/accounts//email/example.com",
        "/",
        "",
        "no-slash",
    ],
)
def test_unknown_paths(raw_path: str) -> None:
    """A path that is split, spelled or encoded differently matches no operation."""
    match = ROUTER.find("GET", raw_path.encode())

    assert match.operation is None
    assert match.allowed == ""


def test_self_link_with_trailing_slash() -> None:
    """The path of a self link with a trailing slash is routed for GET only."""
    match = ROUTER.find("GET", f"{START}/usernames/ana/mailbox/".encode())
    assert match.operation is not None
    assert match.operation.id == "mailbox.get"

    assert ROUTER.find("PUT", f"{START}/usernames/ana/mailbox/".encode()).operation is None


def test_refuses_duplicate_operations() -> None:
    """Two operations with the same method and path are an error."""
    duplicates = (Operation("a", "GET", "/x/{y}"), Operation("b", "GET", "/x/{z}"))

    with pytest.raises(ValueError, match="duplicate operation: GET"):
        Router(duplicates)


@pytest.mark.anyio
async def test_encoded_slash_stays_in_its_segment(send: Send, sandbox: Sandbox) -> None:
    """A contact `a/b` has the path `a%2Fb`, also in its link."""
    sandbox.domain.contacts["a/b"] = {"email": "ab@partner.example", "displayName": "A B"}

    response = await send("GET", "contacts/a%2Fb")

    assert response.json()["links"][0]["href"].endswith("/contacts/a%2Fb")
    assert sandbox.count("GET", "/contacts/a/b") == 1
    assert sandbox.count("GET", "/contacts/{contact}") == 1


@pytest.mark.anyio
async def test_unknown_paths_are_recorded(send: Send, sandbox: Sandbox) -> None:
    """A wrongly encoded name is a 404 and recorded in `unknown`."""
    response = await send("GET", "contacts/a/b%20c")

    assert response.status_code == 404
    assert sandbox.unknown == [f"GET {START}/contacts/a/b%20c"]
    assert sandbox.requests == {}
    assert sandbox.count() == 1


@pytest.mark.anyio
async def test_wrong_methods_are_recorded(send: Send, sandbox: Sandbox) -> None:
    """A known path with another method is a 405 with the allowed methods."""
    response = await send("PATCH", "usernames/ana/mailbox")

    assert response.status_code == 405
    assert response.headers["allow"] == "DELETE, GET, PUT"
    assert sandbox.unknown == [f"PATCH {START}/usernames/ana/mailbox"]


@pytest.mark.anyio
async def test_case_sensitivity_of_names(send: Send) -> None:
    """Domains and usernames are case-insensitive, contacts and accounts case-sensitive."""
    upper = "/accounts/account007/email/EXAMPLE.com"

    assert (await send("GET", f"{upper}/usernames/ANA/mailbox")).json()["username"] == "ana"
    assert (await send("GET", "/accounts/ACCOUNT007/email/example.com")).status_code == 404
