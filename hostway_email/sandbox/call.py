"""An authorized request, as a handler receives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from hostway_email.sandbox.answers import Answer
from hostway_email.sandbox.errors import not_found
from hostway_email.sandbox.state import Domain, ExchangeMailbox, Mailbox
from hostway_email.sandbox.world import World

__all__ = ["Call", "Handler"]


@dataclass(slots=True)
class Call:
    """An authorized request and the state it applies to.

    `owner` is the mailbox that the credentials belong to, None for the account's credentials.
    `found` is the mailbox in the path. `body` is empty if none was sent.
    """

    world: World
    values: dict[str, str]
    query_string: str
    body: dict[str, object]
    owner: Mailbox | None
    found: Mailbox | None

    @property
    def domain(self) -> Domain:
        """The domain in the path."""
        return self.world.domain

    @property
    def mailbox(self) -> Mailbox:
        """The mailbox in the path, regular or Exchange.

        Raises:
            RefusalError: the mailbox does not exist.
        """
        if self.found is None or self.found.gone:
            raise not_found("Mailbox not found")
        return self.found

    @property
    def regular(self) -> Mailbox:
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


Handler = Callable[[Call], Answer]
