"""A recording transport to a sandbox."""

from __future__ import annotations

import json
from typing import cast

from pydantic import JsonValue

from hostway_email.sandbox import Sandbox
from hostway_email.transports import Request, Response
from hostway_email.transports.httpx import for_app

__all__ = ["Wire"]


class Wire:
    """A transport that records requests and forwards them to a sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.requests: list[Request] = []
        self._sandbox = for_app(sandbox.app)

    async def send(self, request: Request) -> Response:
        """Record the request and forward it."""
        self.requests.append(request)
        return await self._sandbox.send(request)

    async def aclose(self) -> None:
        """Close the transport to the sandbox."""
        await self._sandbox.aclose()

    @property
    def body(self) -> JsonValue:
        """The JSON body of the latest request."""
        return cast(JsonValue, json.loads(self.requests[-1].content))
