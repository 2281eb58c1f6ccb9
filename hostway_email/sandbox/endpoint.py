"""The dispatch of requests: routing, faults, authorization, handler and response."""

from __future__ import annotations

import json
from collections import Counter
from urllib.parse import quote

import anyio
from starlette.types import Receive, Scope, Send

from hostway_email.sandbox.access import authorise
from hostway_email.sandbox.answers import Answer
from hostway_email.sandbox.call import Call
from hostway_email.sandbox.errors import (
    RefusalError,
    envelope,
    not_found,
    unknown_path,
    wrong_method,
)
from hostway_email.sandbox.errors import message as refuse
from hostway_email.sandbox.faults import ConnectionDroppedError, Script, ends_with
from hostway_email.sandbox.operations import HANDLERS
from hostway_email.sandbox.routing import Match, Router
from hostway_email.sandbox.table import OPERATIONS
from hostway_email.sandbox.world import World

__all__ = ["Endpoint", "Log"]

_ROUTER = Router(OPERATIONS)
_TEMPLATES = {operation.id: operation for operation in OPERATIONS}
_WITH_BODY = frozenset(("POST", "PUT"))


class Log:
    """A log of the received requests, with counters."""

    def __init__(self) -> None:
        self.total = 0
        self.operations: Counter[str] = Counter()
        self.unknown: list[str] = []
        self._lines: Counter[str] = Counter()

    def add(self, method: str, raw_path: bytes, match: Match) -> None:
        """Record one request."""
        self.total += 1
        self._lines[f"{method} {match.path}"] += 1
        if match.operation is None:
            self.unknown.append(f"{method} {raw_path.decode('latin-1')}")
        else:
            self.operations[match.operation.id] += 1

    def count(self, method: str | None, suffix: str) -> int:
        """Return the number of requests with a method and a suffix of the path or its template."""
        if method is None:
            return self.total
        method = method.upper()
        if "{" in suffix:
            return sum(
                count
                for name, count in self.operations.items()
                if _TEMPLATES[name].method == method
                and ends_with("", _TEMPLATES[name].template, suffix)
            )
        start = f"{method} "
        return sum(
            count
            for line, count in self._lines.items()
            if line.startswith(start) and line.endswith(suffix)
        )


class Endpoint:
    """The ASGI application that serves all paths of the API."""

    def __init__(self, world: World) -> None:
        self.log = Log()
        self.scripts: list[Script] = []
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000, "reason": ""})
            return
        faults = self._world.faults
        method: str = scope["method"]
        raw_path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
        match = _ROUTER.find(method, raw_path)
        self.log.add(method, raw_path, match)
        if faults.latency_ms:
            await anyio.sleep(faults.latency_ms / 1000)
        script = self._script(method, match) if self.scripts else None
        if script is not None and not script.after:
            answer = script.answer
        else:
            try:
                answer = await self._perform(match, scope, receive)
            except RefusalError as refusal:
                answer = refusal.answer
            if script is not None:
                answer = script.answer
        if self._world.dice.drops(faults):
            await _send_half(answer, send)
        await _send(answer, send)

    async def _perform(self, match: Match, scope: Scope, receive: Receive) -> Answer:
        world, operation = self._world, match.operation
        world.dice.check_rate(world.faults)
        if operation is None:
            raise wrong_method(match.allowed) if match.allowed else unknown_path()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        username = match.values.get("mailboxName")
        found = None if username is None else world.domain.mailboxes.get(username)
        owner = authorise(world, operation.access, headers.get(b"authorization"), found)
        if operation.content_type_required and world.faults.check_content_type:
            _check_content_type(headers.get(b"content-type"))
        body = await _read(receive) if operation.method in _WITH_BODY else {}
        query: str = scope["query_string"].decode("latin-1")
        call = Call(world, match.values, query, body, owner, found)
        try:
            _check_place(world, match.values)
            return HANDLERS[operation.id](call)
        except RefusalError as refusal:
            if operation.bare_404 and refusal.answer.status == 404:
                return Answer(404)
            raise

    def _script(self, method: str, match: Match) -> Script | None:
        for script in self.scripts:
            if script.matches(method, match):
                script.times -= 1
                if script.times <= 0:
                    self.scripts.remove(script)
                return script
        return None


def _check_place(world: World, values: dict[str, str]) -> None:
    account = values.get("account", values.get("accountId"))
    if account is not None and account != world.domain.account:
        raise not_found("Account not found")
    domain = values.get("domain")
    if domain is not None and domain.lower() != world.domain.name.lower():
        raise not_found("Domain not found")


def _check_content_type(header: bytes | None) -> None:
    if header is None:
        raise envelope({"Content-Type": "Required"})
    kind, _, parameters = header.decode("latin-1").lower().partition(";")
    name, _, value = parameters.strip().partition("=")
    right = name.strip() in ("", "charset") and value.strip(' "') in ("", "utf-8", "utf8")
    if kind.strip() != "application/json" or not right:
        raise envelope({"Content-Type": "Must be application/json; charset=UTF-8"})


async def _read(receive: Receive) -> dict[str, object]:
    received = b""
    more = True
    while more:
        event = await receive()
        received += event.get("body", b"")
        more = event.get("more_body", False)
    if not received.strip():
        return {}
    try:
        body = json.loads(received)
    except ValueError:
        raise refuse("The request body is not JSON") from None
    if not isinstance(body, dict):
        raise refuse("The request body is not an object")
    return body


async def _send(answer: Answer, send: Send) -> None:
    headers = list(answer.headers)
    if answer.status != 204:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    if answer.body and all(name != b"content-type" for name, _ in headers):
        headers.append((b"content-type", answer.content_type))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _send_half(answer: Answer, send: Send) -> None:
    """Send the headers and the first half of the body, then drop the connection.

    Raises:
        ConnectionDroppedError: always; it makes the server close the connection.
    """
    # A response without a body would be complete after its headers, so a body is announced.
    body = answer.body or b"{}"
    status = 200 if answer.status == 204 else answer.status
    headers = [
        (b"content-type", answer.content_type),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    half = {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True}
    await send(half)
    raise ConnectionDroppedError("connection dropped in the middle of a response")
