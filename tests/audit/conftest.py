"""Audits of small sandbox domains in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

import pytest

from hostway_email import DomainHandle, HostwayEmail, RetryPolicy
from hostway_email.sandbox import Sandbox
from hostway_email.transports.httpx import for_app

Opened: TypeAlias = AbstractAsyncContextManager[DomainHandle]


@asynccontextmanager
async def open_domain(
    sandbox: Sandbox, *, password: str = "sandbox", retry: RetryPolicy | None = None
) -> AsyncIterator[DomainHandle]:
    """Yield the sandbox's domain, over a client without delays between retries."""
    policy = retry or RetryPolicy(base_delay=0)
    transport = for_app(sandbox.app)
    async with HostwayEmail("admin", password, transport=transport, retry=policy) as hostway:
        yield hostway.account(sandbox.domain.account).domain(sandbox.domain.name)


@pytest.fixture
def small() -> Sandbox:
    """A sandbox with 40 different mailboxes."""
    return Sandbox(mailboxes=40, seed=3)


@pytest.fixture
def opened() -> Callable[..., Opened]:
    """The function that opens a sandbox's domain."""
    return open_domain
