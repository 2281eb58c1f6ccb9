"""An authorized request, as a handler receives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from hostway_email.sandbox.http.errors import not_found
from hostway_email.sandbox.http.responses import Response
from hostway_email.sandbox.state import Domain, ExchangeMailbox, Mailbox, SandboxState

__all__ = ["Handler", "Request"]


@dataclass(slots=True)
class Request:
    """An authorized request and the state it applies to.

    `domain` is the one in the path, the first one for a path without a domain.
    `owner` is the mailbox that the credentials belong to, None for the account's credentials.
    `path_mailbox` is the mailbox in the path, None if it does not exist. `body` is empty if none
    was sent.
    """

    state: SandboxState
    domain: Domain
    path_params: dict[str, str]
    query_string: str
    body: dict[str, object]
    owner: Mailbox | None
    path_mailbox: Mailbox | None

    @property
    def mailbox(self) -> Mailbox:
        """The mailbox in the path, regular or Exchange.

        Raises:
            ApiError: the mailbox does not exist.
        """
        if self.path_mailbox is None or self.path_mailbox.gone:
            raise not_found("Mailbox not found")
        return self.path_mailbox

    @property
    def regular_mailbox(self) -> Mailbox:
        """The mailbox in the path, which must be a regular one."""
        mailbox = self.mailbox
        if mailbox.exchange is not None:
            raise not_found("Mailbox not found")
        return mailbox

    @property
    def exchange(self) -> ExchangeMailbox:
        """The Exchange settings of the mailbox in the path."""
        exchange = self.mailbox.exchange
        if exchange is None:
            raise not_found("Mailbox not found")
        return exchange

    @property
    def query(self) -> dict[str, str]:
        """The query parameters."""
        if not self.query_string:
            return {}
        return dict(parse_qsl(self.query_string, keep_blank_values=True))


Handler = Callable[[Request], Response]
