"""The sandbox: in-memory domains and the ASGI application that serves them."""

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

from hostway_email.sandbox.faults import FaultInjector, Faults
from hostway_email.sandbox.handlers import HANDLERS
from hostway_email.sandbox.http.dispatcher import Dispatcher
from hostway_email.sandbox.http.responses import Document
from hostway_email.sandbox.http.scripted_responses import script_response
from hostway_email.sandbox.seed import populate
from hostway_email.sandbox.seed.names import account_name, domain_name
from hostway_email.sandbox.state import Domain, ExchangeMailbox, Mailbox, SandboxState

__all__ = ["Sandbox"]

_EXCHANGE_FIELDS = {field.name for field in fields_of(ExchangeMailbox)} - {"quota"}


class Sandbox:
    """An in-memory Hostway Email API with one domain or several.

    The same `mailboxes`, `seed` and `today` generate the same domains; `mailboxes=0` creates
    empty ones, for tests that add their own data. Each of the `domains` has as many mailboxes, and
    an account of its own: the second domain of `account007/example.com` is
    `account008/example2.com`, the third `account009/example3.com`. `app` is the ASGI application;
    all other members read or change its state, at any time.
    """

    def __init__(
        self,
        mailboxes: int = 500,
        seed: int = 7,
        *,
        domains: int = 1,
        account: str = "account007",
        domain: str = "example.com",
        username: str = "admin",
        password: str = "sandbox",
        today: date | None = None,
        password_rules: bool = False,
        strict: bool = True,
        faults: Faults | None = None,
    ) -> None:
        if domains < 1:
            raise ValueError(f"domains must be at least 1, not {domains}")
        faults = faults or Faults()
        self._state = SandboxState(
            domains=[
                Domain(account_name(account, number), domain_name(domain, number))
                for number in range(1, domains + 1)
            ],
            username=username,
            password=password,
            today=today or date.today(),
            password_rules=password_rules,
            strict=strict,
            faults=faults,
            fault_injector=FaultInjector(faults, seed),
            guids=Random(f"{seed}/guids"),
        )
        for number, one in enumerate(self._state.domains if mailboxes else (), start=1):
            # Added domains must not change the data of the first one.
            random = Random(seed) if number == 1 else Random(f"{seed}/domain {number}")
            populate(self._state, one, mailboxes, random)
        self._dispatcher = Dispatcher(self._state, HANDLERS)
        self.app = Starlette(routes=[Route("/_sandbox", self._show_counters)])
        # Not a route: those match decoded paths, and the API needs the raw ones.
        self.app.router.default = self._dispatcher
        self.app.router.redirect_slashes = False

    @property
    def domain(self) -> Domain:
        """The first domain, with its mailboxes and settings."""
        return self._state.domains[0]

    @property
    def domains(self) -> tuple[Domain, ...]:
        """All domains, with their accounts."""
        return tuple(self._state.domains)

    @property
    def faults(self) -> Faults:
        """The fault switches."""
        return self._state.faults

    @property
    def secret_questions(self) -> dict[str, str]:
        """The supported secret questions by text key."""
        return self._state.secret_questions

    @secret_questions.setter
    def secret_questions(self, questions: dict[str, str]) -> None:
        self._state.secret_questions = questions

    @property
    def secret_minimum(self) -> int:
        """The minimum number of secret questions of a mailbox."""
        return self._state.secret_minimum

    @secret_minimum.setter
    def secret_minimum(self, minimum: int) -> None:
        self._state.secret_minimum = minimum

    @property
    def password_rules(self) -> bool:
        """The switch that enforces the documented rules for new passwords."""
        return self._state.password_rules

    @password_rules.setter
    def password_rules(self, hold: bool) -> None:
        self._state.password_rules = hold

    @property
    def strict(self) -> bool:
        """The switch that refuses what the manual does not document."""
        return self._state.strict

    @strict.setter
    def strict(self, refuse: bool) -> None:
        self._state.strict = refuse

    @property
    def requests(self) -> Counter[str]:
        """The number of requests by operation id."""
        return self._dispatcher.log.operations

    @property
    def unknown(self) -> list[str]:
        """The methods and raw paths of requests that match no operation."""
        return self._dispatcher.log.unknown

    @property
    def refused(self) -> list[str]:
        """The methods, paths and reasons of requests refused as undocumented."""
        return self._dispatcher.log.refused

    def count(self, method: str | None = None, path_suffix: str = "") -> int:
        """Return the number of API requests: all, or those with a method and a path suffix.

        The suffix is compared with decoded paths or, if it contains braces, with path templates.
        """
        return self._dispatcher.log.count(method, path_suffix)

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
        """Script the response to the next matching requests; the operation has no effect.

        With `after` the operation takes effect first, and only its response is replaced.
        """
        self._dispatcher.scripted_responses.append(
            script_response(
                method,
                path_suffix,
                status=status,
                times=times,
                body=body,
                headers=headers,
                after=after,
            )
        )

    def add_domain(self, account: str, name: str) -> Domain:
        """Add an empty domain to a new or an existing account.

        Raises:
            ValueError: the domain exists, in this or another account.
        """
        if self._state.domain(name) is not None:
            raise ValueError(f"domain {name!r} already exists")
        domain = Domain(account, name)
        self._state.domains.append(domain)
        return domain

    def mailbox(self, username: str, domain: str | None = None) -> Mailbox:
        """Return a mailbox of a domain, by default the first one, to read or change.

        Raises:
            KeyError: the username or the domain does not exist.
        """
        mailbox = self._domain(domain).mailboxes.get(username)
        if mailbox is None:
            raise KeyError(username)
        return mailbox

    def add_mailbox(self, username: str, domain: str | None = None, **fields: object) -> Mailbox:
        """Add a regular mailbox without findings to a domain, by default the first one.

        `fields` are those of `Mailbox`.
        """
        mailbox = Mailbox(username)
        for name, value in fields.items():
            setattr(mailbox, name, value)
        self._domain(domain).mailboxes.add(mailbox)
        return mailbox

    def add_exchange(self, username: str, domain: str | None = None, **fields: object) -> Mailbox:
        """Add an Exchange mailbox without findings to a domain, by default the first one.

        `fields` are those of `Mailbox` and `ExchangeMailbox`; `quota` is in MB.
        """
        home = self._domain(domain)
        exchange = ExchangeMailbox.of_kind(str(fields.get("resource_type", "user")))
        exchange.display_name = username
        mailbox = Mailbox(username, exchange=exchange, webmail=None)
        mailbox.quota = home.exchange_quotas["standard"]
        for name, value in fields.items():
            setattr(exchange if name in _EXCHANGE_FIELDS else mailbox, name, value)
        home.mailboxes.add(mailbox)
        return mailbox

    def _domain(self, name: str | None) -> Domain:
        domain = self.domain if name is None else self._state.domain(name)
        if domain is None:
            raise KeyError(name)
        return domain

    async def _show_counters(self, request: Request) -> Response:
        return JSONResponse(
            {
                "requests": self.count(),
                "operations": self.requests,
                "unknown": self.unknown,
                "refused": self.refused,
            }
        )
