"""A recording transport to a sandbox."""

from __future__ import annotations

import json
from typing import cast

from pydantic import JsonValue

from hostway_email.sandbox import Sandbox
from hostway_email.transports.httpx import for_app

from ..support.transports import FakeTransport

__all__ = ["Wire"]


class Wire(FakeTransport):
    """A transport that records requests and forwards them to a sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(for_app(sandbox.app))

    @property
    def body(self) -> JsonValue:
        """The JSON body of the latest request."""
        return cast(JsonValue, json.loads(self.requests[-1].content))
