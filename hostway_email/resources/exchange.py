"""The Exchange mailbox of a username."""

from __future__ import annotations

from typing import Final

from hostway_email.models._fields import check_new_name
from hostway_email.models.exchange import ExchangeCreate, ExchangeMailbox, ExchangeUpdate
from hostway_email.models.results import PutResult
from hostway_email.resources._hosted import HostedResource
from hostway_email.resources.passwords import PasswordResource

__all__ = ["ExchangeResource", "ShortExchangeResource"]

_LONGEST_NAME: Final = 64


class ExchangeResource(HostedResource):
    """An Exchange mailbox, reached as `domain.username("ana").exchange`."""

    __slots__ = ()

    async def get(self) -> ExchangeMailbox:
        """Return the mailbox with all its settings.

        `GET /accounts/{account}/email/{domain}/usernames/{name}/exchange`

        Raises:
            NotFoundError: no such account, domain or mailbox.
        """
        return await self._session.call("GET", self._path, into=ExchangeMailbox)

    async def create(self, mailbox: ExchangeCreate) -> PutResult:
        """Make the mailbox, and return `CREATED`.

        The API creates and updates by the same request. If there is a mailbox of that name, it
        gets the given password and settings, unless the API refuses that; the result is `UPDATED`.

        `PUT /accounts/{account}/email/{domain}/usernames/{name}/exchange`

        Raises:
            InvalidRequestError: the name has more than 64 characters, or others than letters,
                digits, `.`, `_`, `-`.
            BadRequestError: the API refused a field; `fields` tells which.
            ConflictError: the mailbox exists.
            NotFoundError: no such account or domain.
        """
        check_new_name(self._name, _LONGEST_NAME)
        return await self._put(mailbox)

    async def update(self, changes: ExchangeUpdate) -> PutResult:
        """Change the given fields of the mailbox, and return `UPDATED`.

        Warning:
            The API creates and updates by the same request. If the name is misspelt and both a
            password and a display name are among the changes, it makes a new mailbox: the result
            is `CREATED` then.

        `PUT /accounts/{account}/email/{domain}/usernames/{name}/exchange`

        Raises:
            BadRequestError: the API refused a field; the password was used before; or, if it
                names `password` or `displayName` as required, there is no such mailbox.
            ConflictError: the domain is disabled.
            NotFoundError: no such account or domain.
        """
        return await self._put(changes)


class ShortExchangeResource(PasswordResource):
    """An Exchange mailbox in the short form, which can only reset its password."""

    __slots__ = ()
