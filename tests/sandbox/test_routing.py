"""How the raw path of a request is read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostway_email.sandbox import OPERATIONS, Sandbox
from hostway_email.sandbox.routing import Router
from hostway_email.sandbox.table import Operation

Ask = Callable[..., Awaitable[httpx.Response]]

ROUTER = Router(OPERATIONS)
START = "/accounts/account007/email/example.com"


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_any_name_survives_the_path(name: str) -> None:
    """Whatever a contact is called, encoded whole it is found under that name."""
    match = ROUTER.find("GET", f"{START}/contacts/{quote(name, safe='')}".encode())

    assert match.operation is not None
    assert match.operation.id == "contacts.get"
    assert match.values["contact"] == name


@given(st.binary(max_size=80))
def test_any_bytes_are_answered(raw_path: bytes) -> None:
    """A path of any bytes has an operation or has none, but breaks nothing."""
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
def test_what_is_no_path_of_the_api(raw_path: str) -> None:
    """A path that is split, spelt or encoded otherwise belongs to no operation."""
    match = ROUTER.find("GET", raw_path.encode())

    assert match.operation is None
    assert match.allowed == ""


def test_an_own_link_with_a_slash_can_be_followed() -> None:
    """Where answers link to themselves with a slash at the end, that path works; to read only."""
    match = ROUTER.find("GET", f"{START}/usernames/ana/mailbox/".encode())
    assert match.operation is not None
    assert match.operation.id == "mailbox.get"

    assert ROUTER.find("PUT", f"{START}/usernames/ana/mailbox/".encode()).operation is None


def test_refuses_an_operation_that_is_there_twice() -> None:
    """Two operations with one verb and one path would hide each other."""
    twice = (Operation("a", "GET", "/x/{y}"), Operation("b", "GET", "/x/{z}"))

    with pytest.raises(ValueError, match="twice"):
        Router(twice)


@pytest.mark.anyio
async def test_a_slash_in_a_name_stays_in_its_segment(ask: Ask, sandbox: Sandbox) -> None:
    """A contact `a/b` is reached as `a%2Fb`, and its link says so."""
    sandbox.domain.contacts["a/b"] = {"email": "ab@partner.example", "displayName": "A B"}

    answer = await ask("GET", "contacts/a%2Fb")

    assert answer.json()["links"][0]["href"].endswith("/contacts/a%2Fb")
    assert sandbox.count("GET", "/contacts/a/b") == 1
    assert sandbox.count("GET", "/contacts/{contact}") == 1


@pytest.mark.anyio
async def test_unknown_paths_are_remembered(ask: Ask, sandbox: Sandbox) -> None:
    """A wrongly encoded name is a 404 that a test can see."""
    answer = await ask("GET", "contacts/a/b%20c")

    assert answer.status_code == 404
    assert sandbox.unknown == [f"GET {START}/contacts/a/b%20c"]
    assert sandbox.requests == {}
    assert sandbox.count() == 1


@pytest.mark.anyio
async def test_wrong_verbs_are_remembered(ask: Ask, sandbox: Sandbox) -> None:
    """A known path with a verb that it has not is a 405 with the verbs that it has."""
    answer = await ask("PATCH", "usernames/ana/mailbox")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "DELETE, GET, PUT"
    assert sandbox.unknown == [f"PATCH {START}/usernames/ana/mailbox"]


@pytest.mark.anyio
async def test_which_names_have_case(ask: Ask) -> None:
    """Domains and usernames are found in any case, contacts and accounts only in their own."""
    upper = "/accounts/account007/email/EXAMPLE.com"

    assert (await ask("GET", f"{upper}/usernames/ANA/mailbox")).json()["username"] == "ana"
    assert (await ask("GET", "/accounts/ACCOUNT007/email/example.com")).status_code == 404
