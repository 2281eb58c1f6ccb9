"""The documented links of lists without pages."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Awaitable, Callable

import pytest

from hostway_email import HostwayEmail, LinkedList

from ..support.transports import client_over, response
from .operations import domain, short_user, user

pytestmark = pytest.mark.anyio

CASES: dict[str, tuple[Callable[[HostwayEmail], Awaitable[LinkedList[str]]], dict[str, object]]] = {
    "aliases": (lambda it: domain(it).aliases.list(), {"list": ["a.example"]}),
    "secrets": (lambda it: user(it).secrets.list(), {"list": ["a.example"]}),
    "short secrets": (lambda it: short_user(it).secrets.list(), {"list": ["a.example"]}),
    "forwards": (lambda it: user(it).forwards.list(), {"targets": [{"target": "a.example"}]}),
}


@pytest.mark.parametrize(("call", "document"), CASES.values(), ids=CASES)
async def test_links_of_a_list(
    call: Callable[[HostwayEmail], Awaitable[LinkedList[str]]], document: dict[str, object]
) -> None:
    """A list without pages is a list, and has the links of its response, in copies too."""
    links = [{"location": "/x", "rel": "self"}, {"href": "/y", "rel": "related"}]
    hostway, _ = client_over([response(200, {**document, "links": links})])

    listed = await call(hostway)

    assert listed == ["a.example"]
    assert json.dumps(listed) == '["a.example"]'
    for one in (listed, copy.deepcopy(listed), pickle.loads(pickle.dumps(listed))):
        assert one == listed
        assert [(link.href, link.rel) for link in one.links] == [("/x", "self"), ("/y", "related")]


@pytest.mark.parametrize(("call", "document"), CASES.values(), ids=CASES)
async def test_list_without_links(
    call: Callable[[HostwayEmail], Awaitable[LinkedList[str]]], document: dict[str, object]
) -> None:
    """Without links in the response there are none."""
    hostway, _ = client_over([response(200, document)])

    assert (await call(hostway)).links == []
