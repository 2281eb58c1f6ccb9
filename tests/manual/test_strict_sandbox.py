"""The sandbox refuses what the manual does not document, with no effect, and counts it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import anyio
import httpx
import pytest

from hostway_email import HostwayEmail
from hostway_email.sandbox import Domain, Mailbox, Sandbox

from .operations import OPERATIONS, documented_sandbox
from .wire import Wire

pytestmark = pytest.mark.anyio

CALLS = {operation.id: operation.call for operation in OPERATIONS} | {
    f"{operation.id}, creating": operation.other for operation in OPERATIONS if operation.other
}
# The names of their fields are those of questions.
MAPS = ("secrets.put", "short.secrets.put")
LISTS = ("domain_blackwhitelist.list", "mailbox_blackwhitelist.list", "usernames.list")


@dataclass(frozen=True)
class Sent:
    """A request of the client, which a test changes before it sends it to a new sandbox."""

    name: str
    method: str
    url: httpx.URL
    headers: dict[str, str]
    content: bytes

    @property
    def body(self) -> dict[str, Any]:
        """A copy of the body; empty if there is none."""
        return json.loads(self.content) if self.content else {}

    async def send(
        self, sandbox: Sandbox, *, query: str = "", content: bytes | None = None
    ) -> httpx.Response:
        url = httpx.URL(f"{self.url}{'&' if self.url.query else '?'}{query}" if query else self.url)
        sent = self.content if content is None else content
        async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.app)) as client:
            return await client.request(self.method, url, headers=self.headers, content=sent)

    async def refused(
        self, *, query: str = "", content: bytes | None = None, else_valid: bool = True
    ) -> object:
        """Send it changed, and return the details of the refusal.

        It must be counted, have no effect, and succeed without `strict` if it is `else_valid`.
        """
        sandbox = documented_sandbox()
        before = state_of(sandbox)
        response = await self.send(sandbox, query=query, content=content)
        assert response.status_code == 400, (self.name, response)
        assert state_of(sandbox) == before, self.name
        (line,) = sandbox.refused
        assert line.startswith(f"{self.method} {httpx.URL(self.url).path}: "), self.name
        sandbox.strict = False
        again = await self.send(sandbox, query=query, content=content)
        assert again.is_success or not else_valid, self.name
        assert len(sandbox.refused) == 1
        details = response.json()
        return details["badRequest"]["details"] if "badRequest" in details else details


def state_of(sandbox: Sandbox) -> tuple[Domain, list[Mailbox]]:
    """Return a copy of the state that is equal to that of an unchanged sandbox."""
    domain = deepcopy(sandbox.domain)
    mailboxes = list(domain.mailboxes)
    domain.mailboxes = sandbox.domain.mailboxes
    return domain, mailboxes


async def sent_by_client() -> dict[str, Sent]:
    found = {}
    for name, call in CALLS.items():
        wire = Wire(documented_sandbox())
        async with HostwayEmail("admin", "sandbox", transport=wire) as hostway:
            await call(hostway)
        (one,) = wire.requests
        found[name] = Sent(name, one.method, httpx.URL(one.url), dict(one.headers), one.content)
    return found


@pytest.fixture(scope="module")
def requests() -> dict[str, Sent]:
    """The requests that the client sends for all operations."""
    return anyio.run(sent_by_client)


def writes(requests: dict[str, Sent]) -> list[Sent]:
    return [sent for sent in requests.values() if sent.content]


def encoded(body: object) -> bytes:
    return json.dumps(body).encode()


def objects_in(value: object, path: str = "") -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the objects inside a body with their paths."""
    items = value.items() if isinstance(value, dict) else enumerate(value)  # type: ignore[arg-type]
    for name, inner in items:
        if isinstance(inner, dict):
            yield f"{path}{name}.", inner
        if isinstance(inner, dict | list) and name != "secretQuestionsAnswers":
            yield from objects_in(inner, f"{path}{name}.")


async def test_client_sends_only_documented_things() -> None:
    """No request of the client is refused."""
    for call in CALLS.values():
        sandbox = documented_sandbox()
        async with HostwayEmail("admin", "sandbox", transport=Wire(sandbox)) as hostway:
            await call(hostway)
        assert sandbox.refused == []


async def test_unknown_parameter(requests: dict[str, Sent]) -> None:
    """An unknown query parameter is refused by every operation."""
    for sent in requests.values():
        details = await sent.refused(query="pagesize=2")
        assert details == {"pagesize": "pagesize is not valid query parameter name"}, sent.name


async def test_unknown_field(requests: dict[str, Sent]) -> None:
    """An unknown field is refused by every operation that has fields."""
    for sent in writes(requests):
        if sent.name not in MAPS:
            details = await sent.refused(content=encoded({**sent.body, "alowUpgrade": 1}))
            assert details == {"alowUpgrade": "alowUpgrade is not valid field name"}, sent.name


async def test_unknown_field_inside(requests: dict[str, Sent]) -> None:
    """An unknown field of an object inside the body is refused, and named by its path."""
    tried = set()
    for sent in writes(requests):
        for path, _ in objects_in(sent.body):
            if path.endswith("Answers."):
                continue
            body = sent.body
            dict(objects_in(body))[path]["note"] = "x"
            details = await sent.refused(content=encoded(body))
            assert details == {f"{path}note": "note is not valid field name"}, sent.name
            tried.add(path)
    assert tried == {"list.0.", "attributes.0.", "targets.0.", "actionData."}


async def test_null(requests: dict[str, Sent]) -> None:
    """No field may be null, neither a required nor an optional one."""
    for sent in writes(requests):
        for name in sent.body:
            details = await sent.refused(
                content=encoded({**sent.body, name: None}), else_valid=False
            )
            assert details == {name: "Required"}, sent.name


async def test_null_inside(requests: dict[str, Sent]) -> None:
    """No field of an object inside the body may be null."""
    for sent in writes(requests):
        for path, inner in objects_in(sent.body):
            if path.endswith("Answers."):
                continue
            for name in inner:
                body = sent.body
                dict(objects_in(body))[path][name] = None
                details = await sent.refused(content=encoded(body), else_valid=False)
                assert details == {f"{path}{name}": "Required"}, sent.name


@pytest.mark.parametrize("content", [b"", b" \n"])
async def test_missing_body(requests: dict[str, Sent], content: bytes) -> None:
    """A POST or PUT must have a body, even if none of its fields is required."""
    for sent in writes(requests):
        details = await sent.refused(content=content, else_valid=False)
        assert isinstance(details, dict)
        assert set(details.values()) in ({"Required"}, {"The request must have a body"}), sent.name


async def test_body_where_none_is_documented(requests: dict[str, Sent]) -> None:
    """A GET or DELETE must not have a body."""
    for sent in requests.values():
        if not sent.content:
            details = await sent.refused(content=b'{"force": true}')
            assert details == {"message": "The request must not have a body"}, sent.name


async def test_repeated_field(requests: dict[str, Sent]) -> None:
    """A field must not be given twice, which JSON allows."""
    for sent in writes(requests):
        name, value = next(iter(sent.body.items()))
        twice = sent.content.rstrip()[:-1] + f', "{name}": {json.dumps(value)}}}'.encode()
        assert await sent.refused(content=twice) == {name: "Given more than once"}, sent.name


@pytest.mark.parametrize(
    ("names", "query", "reason"),
    [
        (LISTS[:2], "sortField=type", '"type" is not one of address'),
        (LISTS[:2], "filterType=Q", '"Q" is not one of B, W'),
        (LISTS[:2], "filterType=w", '"w" is not one of B, W'),
        (LISTS[:2], "filterType=", '"" is not one of B, W'),
        (LISTS[2:], "details=0", '"0" is not one of 1'),
        (LISTS, "filterAddress=a&filterAddress=b&filterUsername=a&filterUsername=b", None),
        (LISTS, "page=1", "Given more than once"),
        (("contacts.list",), "filteremail=x", "filteremail is not valid query parameter name"),
        (("contacts.list",), "searchPhone=x", "searchPhone is not valid query parameter name"),
        (("contacts.list",), "page=1", "page is not valid query parameter name"),
    ],
)
async def test_undocumented_value(
    requests: dict[str, Sent], names: tuple[str, ...], query: str, reason: str | None
) -> None:
    """An undocumented name or value of a query, or a repeated one, is refused."""
    for name in names:
        details = await requests[name].refused(query=query)
        assert isinstance(details, dict)
        if reason is not None:
            assert details == {query.partition("=")[0]: reason}, name


@pytest.mark.parametrize("query", ["sortField=size", "sortOrder=ASC", "sortOrder="])
async def test_undocumented_order(requests: dict[str, Sent], query: str) -> None:
    """Sort fields and orders are checked in any case, and counted."""
    for name in LISTS:
        sandbox = documented_sandbox()
        assert (await requests[name].send(sandbox, query=query)).status_code == 400
        assert len(sandbox.refused) == 1


OTHERS: tuple[tuple[str, Callable[[dict[str, Any]], object]], ...] = (
    ("webmail.create", lambda body: body | {"resetPassword": True}),
    ("short.webmail.create", lambda body: body | {"resetPassword": True}),
    ("contacts.put", lambda body: body | {"name": "dora"}),
    ("autoresponder.put", lambda body: body | {"links": []}),
    ("exchange.put", lambda body: body | {"quota": 5}),
)


@pytest.mark.parametrize(("name", "changed"), OTHERS)
async def test_field_of_another_operation(
    requests: dict[str, Sent], name: str, changed: Callable[[dict[str, Any]], object]
) -> None:
    """A field that the manual documents elsewhere only is unknown here."""
    sent = requests[name]
    details = await sent.refused(content=encoded(changed(sent.body)))
    assert isinstance(details, dict)
    assert len(details) == 1


async def test_new_name_of_a_new_mailbox(requests: dict[str, Sent]) -> None:
    """`username` is for updates only."""
    sent, sandbox = requests["mailbox.put, creating"], documented_sandbox()
    body = encoded({**sent.body, "username": "carla"})
    response = await sent.send(sandbox, content=body)
    assert response.json() == {"username": "username is for updates only"}
    sandbox.strict = False
    assert (await sent.send(sandbox, content=body)).status_code == 201


async def test_number_as_a_setting(requests: dict[str, Sent]) -> None:
    """The settings of filters are text."""
    sent, sandbox = requests["mailbox_cleanmailplus.put"], documented_sandbox()
    body = encoded({"attributes": [{"attributeName": "SPAM_LEVEL", "attributeValue": 1}]})
    response = await sent.send(sandbox, content=body)
    assert response.json() == {"attributes.0": "1 is not of type string"}
    sandbox.strict = False
    assert (await sent.send(sandbox, content=body)).status_code == 204


async def test_missing_field_comes_first(requests: dict[str, Sent]) -> None:
    """The API names only what is missing, as it does in examples with an unknown field."""
    for name in ("infostore.put", "domain_cleanmailplus.put", "autoresponder.put"):
        sent, sandbox = requests[name], documented_sandbox()
        response = await sent.send(sandbox, content=b'{"foo": "bar"}')
        assert response.status_code == 400
        assert "foo" not in response.text
        assert sandbox.refused == []
