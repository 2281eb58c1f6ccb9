"""The sandbox: a domain in memory, and the ASGI application that answers for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import fields as fields_of
from datetime import date
from random import Random

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hostway_email.sandbox.answers import Document
from hostway_email.sandbox.endpoint import Endpoint
from hostway_email.sandbox.faults import Dice, Faults, make_script
from hostway_email.sandbox.seed import populate
from hostway_email.sandbox.state import Domain, ExchangeMailbox, Mailbox
from hostway_email.sandbox.world import World

__all__ = ["Sandbox"]

_EXCHANGE_FIELDS = {field.name for field in fields_of(ExchangeMailbox)} - {"quota"}


class Sandbox:
    """An email API of its own, with one domain, in memory.

    The same `mailboxes`, `seed` and `today` make the same domain; `mailboxes=0` makes an empty
    one, for tests that build their own world. `app` is the ASGI application; everything else
    looks into the state behind it or changes it, at any time.
    """

    def __init__(
        self,
        mailboxes: int = 500,
        seed: int = 7,
        *,
        account: str = "account007",
        domain: str = "example.com",
        username: str = "admin",
        password: str = "sandbox",
        today: date | None = None,
        password_rules: bool = False,
        faults: Faults | None = None,
    ) -> None:
        self._world = World(
            domain=Domain(account, domain),
            username=username,
            password=password,
            today=today or date.today(),
            password_rules=password_rules,
            faults=faults or Faults(),
            dice=Dice(seed),
            guids=Random(f"{seed}/guids"),
        )
        if mailboxes:
            populate(self._world, mailboxes, Random(seed))
        self._endpoint = Endpoint(self._world)
        self.app = Starlette(routes=[Route("/_sandbox", self._show_counters)])
        # Not a route: those match decoded paths, and the API needs the raw ones.
        self.app.router.default = self._endpoint
        self.app.router.redirect_slashes = False

    @property
    def domain(self) -> Domain:
        """The domain and all that belongs to it."""
        return self._world.domain

    @property
    def faults(self) -> Faults:
        """The switches for faults."""
        return self._world.faults

    @property
    def secret_questions(self) -> dict[str, str]:
        """The secret questions on offer, by text key."""
        return self._world.secret_questions

    @secret_questions.setter
    def secret_questions(self, questions: dict[str, str]) -> None:
        self._world.secret_questions = questions

    @property
    def secret_minimum(self) -> int:
        """How many secret questions a mailbox must have."""
        return self._world.secret_minimum

    @secret_minimum.setter
    def secret_minimum(self, minimum: int) -> None:
        self._world.secret_minimum = minimum

    @property
    def password_rules(self) -> bool:
        """Whether new passwords must keep the documented rules."""
        return self._world.password_rules

    @password_rules.setter
    def password_rules(self, hold: bool) -> None:
        self._world.password_rules = hold

    @property
    def requests(self) -> Counter[str]:
        """How often each operation was asked for, by its id."""
        return self._endpoint.log.operations

    @property
    def unknown(self) -> list[str]:
        """The verbs and raw paths that belong to no operation."""
        return self._endpoint.log.unknown

    def count(self, method: str | None = None, path_suffix: str = "") -> int:
        """Return how many API requests came in: all, or those of a verb and the end of a path.

        The end is compared with decoded paths or, when it has braces, with templates too.
        """
        return self._endpoint.log.count(method, path_suffix)

    def fail_next(
        self,
        method: str,
        path_suffix: str,
        *,
        status: int = 502,
        times: int = 1,
        body: bytes | str | Document = b"",
        headers: Mapping[str, str] | None = None,
        after: bool = False,
    ) -> None:
        """Answer the next matching requests so, before the operation has any effect.

        With `after` the operation takes effect first and only its answer is lost.
        """
        self._endpoint.scripts.append(
            make_script(
                method,
                path_suffix,
                status=status,
                times=times,
                body=body,
                headers=headers,
                after=after,
            )
        )

    def mailbox(self, username: str) -> Mailbox:
        """Return the state of one username, to read or to change.

        Raises:
            KeyError: no such username.
        """
        mailbox = self.domain.mailboxes.get(username)
        if mailbox is None:
            raise KeyError(username)
        return mailbox

    def add_mailbox(self, username: str, **fields: object) -> Mailbox:
        """Add a regular mailbox without findings; `fields` are those of `Mailbox`."""
        mailbox = Mailbox(username)
        for name, value in fields.items():
            setattr(mailbox, name, value)
        self.domain.mailboxes.add(mailbox)
        return mailbox

    def add_exchange(self, username: str, **fields: object) -> Mailbox:
        """Add an Exchange mailbox without findings.

        `fields` are those of `Mailbox` and `ExchangeMailbox`; `quota` is the number of MB.
        """
        exchange = ExchangeMailbox.of_kind(str(fields.get("resource_type", "user")))
        exchange.display_name = username
        mailbox = Mailbox(username, exchange=exchange, webmail=None)
        mailbox.quota = self.domain.exchange_quotas["standard"]
        for name, value in fields.items():
            setattr(exchange if name in _EXCHANGE_FIELDS else mailbox, name, value)
        self.domain.mailboxes.add(mailbox)
        return mailbox

    async def _show_counters(self, request: Request) -> Response:
        return JSONResponse(
            {"requests": self.count(), "operations": self.requests, "unknown": self.unknown}
        )
