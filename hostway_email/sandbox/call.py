"""One authorised request, as an operation sees it."""

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
    """What was asked, of what, and by whom.

    `owner` is the mailbox whose credentials came along, None for the account's. The `body` is
    empty where none was sent.
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
        """The username in the path, of either kind.

        Raises:
            RefusalError: there is none.
        """
        if self.found is None or self.found.gone:
            raise not_found("Mailbox not found")
        return self.found

    @property
    def regular(self) -> Mailbox:
        """The username in the path, if it is not an Exchange mailbox."""
        mailbox = self.mailbox
        if mailbox.exchange is not None:
            raise not_found("Mailbox not found")
        return mailbox

    @property
    def exchange(self) -> ExchangeMailbox:
        """The Exchange side of the username in the path."""
        exchange = self.mailbox.exchange
        if exchange is None:
            raise not_found("Mailbox not found")
        return exchange

    @property
    def query(self) -> dict[str, str]:
        """The parameters behind the question mark."""
        if not self.query_string:
            return {}
        return dict(parse_qsl(self.query_string, keep_blank_values=True))


Handler = Callable[[Call], Answer]
