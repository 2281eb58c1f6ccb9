"""The dispatch of requests: routing, faults, authorization, handler and response."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import quote

import anyio
from starlette.types import Receive, Scope, Send

from hostway_email.sandbox.faults import ConnectionDroppedError
from hostway_email.sandbox.http.access import authorize
from hostway_email.sandbox.http.errors import (
    ApiError,
    bad_request,
    message_error,
    method_not_allowed,
    not_found,
    too_many_requests,
    unknown_path,
)
from hostway_email.sandbox.http.request import Handler, Request
from hostway_email.sandbox.http.request_log import RequestLog
from hostway_email.sandbox.http.responses import Response
from hostway_email.sandbox.http.routes import OPERATIONS
from hostway_email.sandbox.http.routing import RouteMatch, Router
from hostway_email.sandbox.http.scripted_responses import ScriptedResponse
from hostway_email.sandbox.http.strictness import UndocumentedError, check_documented
from hostway_email.sandbox.state import Domain, SandboxState

__all__ = ["Dispatcher"]

_ROUTER = Router(OPERATIONS)


class Dispatcher:
    """The ASGI application that serves all paths of the API; `handlers` are by operation id."""

    def __init__(self, state: SandboxState, handlers: Mapping[str, Handler]) -> None:
        self.log = RequestLog()
        self.scripted_responses: list[ScriptedResponse] = []
        self._state = state
        self._handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000, "reason": ""})
            return
        state = self._state
        method: str = scope["method"]
        raw_path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
        match = _ROUTER.find(method, raw_path)
        self.log.add(method, raw_path, match)
        if state.faults.latency_ms:
            await anyio.sleep(state.faults.latency_ms / 1000)
        scripted = self._scripted(method, match) if self.scripted_responses else None
        if scripted is not None and not scripted.after:
            response = scripted.response
        else:
            try:
                response = await self._handle(match, scope, receive)
            except UndocumentedError as error:
                self.log.add_refused(method, match, error.reasons)
                response = error.response
            except ApiError as error:
                response = error.response
            if scripted is not None:
                response = scripted.response
        if state.fault_injector.drops_connection():
            await _send_half(response, send)
        await _send(response, send)

    async def _handle(self, match: RouteMatch, scope: Scope, receive: Receive) -> Response:
        state, operation = self._state, match.operation
        if state.fault_injector.exceeds_rate_limit():
            raise too_many_requests(state.faults.retry_after)
        if operation is None:
            raise method_not_allowed(match.allowed) if match.allowed else unknown_path()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        username = match.path_params.get("mailboxName")
        domain, missing = _find_domain(state, match.path_params)
        path_mailbox = domain.mailboxes.get(username) if domain and username else None
        credentials = headers.get(b"authorization")
        owner = authorize(state, operation.access, credentials, domain, path_mailbox)
        if operation.content_type_required and state.faults.check_content_type:
            _check_content_type(headers.get(b"content-type"))
        received = await _read_body(receive)
        body = {} if operation.body is None else _parsed(received)
        query: str = scope["query_string"].decode("latin-1")
        try:
            if domain is None:
                raise not_found(missing)
            request = Request(state, domain, match.path_params, query, body, owner, path_mailbox)
            if state.strict:
                check_documented(operation, query, received, body)
            return self._handlers[operation.id](request)
        except ApiError as error:
            if operation.bare_404 and error.response.status == 404:
                return Response(404)
            raise

    def _scripted(self, method: str, match: RouteMatch) -> ScriptedResponse | None:
        for scripted in self.scripted_responses:
            if scripted.matches(method, match):
                scripted.times -= 1
                if scripted.times <= 0:
                    self.scripted_responses.remove(scripted)
                return scripted
        return None


def _find_domain(state: SandboxState, path_params: Mapping[str, str]) -> tuple[Domain | None, str]:
    """Return the domain in a path, else None and what does not exist."""
    account = path_params.get("account", path_params.get("accountId"))
    if account is not None and all(account != domain.account for domain in state.domains):
        return None, "Account not found"
    name = path_params.get("domain")
    domain = state.domains[0] if name is None else state.domain(name)
    if domain is None or account not in (None, domain.account):
        return None, "Domain not found"
    return domain, ""


def _check_content_type(header: bytes | None) -> None:
    if header is None:
        raise bad_request({"Content-Type": "Required"})
    kind, _, parameters = header.decode("latin-1").lower().partition(";")
    name, _, value = parameters.strip().partition("=")
    utf8 = name.strip() in ("", "charset") and value.strip(' "') in ("", "utf-8", "utf8")
    if kind.strip() != "application/json" or not utf8:
        raise bad_request({"Content-Type": "Must be application/json; charset=UTF-8"})


async def _read_body(receive: Receive) -> bytes:
    received = b""
    more = True
    while more:
        event = await receive()
        received += event.get("body", b"")
        more = event.get("more_body", False)
    return received


def _parsed(received: bytes) -> dict[str, object]:
    if not received.strip():
        return {}
    try:
        body = json.loads(received)
    except ValueError:
        raise message_error("The request body is not JSON") from None
    if not isinstance(body, dict):
        raise message_error("The request body is not an object")
    return body


async def _send(response: Response, send: Send) -> None:
    headers = list(response.headers)
    if response.status != 204:
        headers.append((b"content-length", str(len(response.body)).encode()))
    if response.body and all(name != b"content-type" for name, _ in headers):
        headers.append((b"content-type", response.content_type))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


async def _send_half(response: Response, send: Send) -> None:
    """Send the headers and the first half of the body, then drop the connection.

    Raises:
        ConnectionDroppedError: always; it makes the server close the connection.
    """
    # A response without a body would be complete after its headers, so a body is announced.
    body = response.body or b"{}"
    status = 200 if response.status == 204 else response.status
    headers = [
        (b"content-type", response.content_type),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    half = {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True}
    await send(half)
    raise ConnectionDroppedError("connection dropped in the middle of a response")
