"""The Exchange mailbox of a username."""

from __future__ import annotations

from typing import Final

from hostway_email._core.arguments import checked_arguments
from hostway_email.errors import ConflictError
from hostway_email.models.exchange import ExchangeCreate, ExchangeMailbox, ExchangeUpdate
from hostway_email.models.new_names import check_new_name
from hostway_email.models.results import PutResult
from hostway_email.resources._advice import advising, advising_of_a_missing_mailbox
from hostway_email.resources._hosted import HostedResource
from hostway_email.resources.passwords import PasswordResource

__all__ = ["ExchangeResource", "ShortExchangeResource"]

_LONGEST_NAME: Final = 64
_REQUIRED: Final = {"password": "password", "displayName": "display_name"}


class ExchangeResource(HostedResource):
    """An Exchange mailbox, reached as `domain.username("ana").exchange`."""

    __slots__ = ()

    async def get(self) -> ExchangeMailbox:
        """Return the mailbox with all its settings.

        `GET /accounts/{account}/email/{domain}/usernames/{name}/exchange`

        Raises:
            NotFoundError: no such account, domain or mailbox.
        """
        return (await self._session.send("GET", self._path)).model(ExchangeMailbox)

    @checked_arguments
    async def create(self, mailbox: ExchangeCreate) -> PutResult:
        """Create the mailbox, and return `CREATED`.

        The API uses the same request for create and update. An existing mailbox of that name gets
        the given password and settings, unless the API rejects that; the result is `UPDATED`.

        `PUT /accounts/{account}/email/{domain}/usernames/{name}/exchange`

        Raises:
            InvalidRequestError: the name has more than 64 characters, or characters other than
                letters, digits, `.`, `_`, `-`.
            BadRequestError: the API rejected a field; `fields` names it.
            ConflictError: the mailbox exists.
            NotFoundError: no such account or domain.
        """
        check_new_name(self._name, _LONGEST_NAME)
        with advising({ConflictError: "The mailbox exists: call update() to change it."}):
            return await self._put(mailbox)

    @checked_arguments
    async def update(self, changes: ExchangeUpdate) -> PutResult:
        """Change the given fields of the mailbox, and return `UPDATED`.

        Warning:
            The API uses the same request for create and update. If the name is misspelt and the
            changes include a password and a display name, a new mailbox is created and the result
            is `CREATED`.

        `PUT /accounts/{account}/email/{domain}/usernames/{name}/exchange`

        Raises:
            BadRequestError: the API rejected a field; the password was used before; or, if it
                names `password` or `displayName` as required, there is no such mailbox.
            ConflictError: the domain is disabled.
            NotFoundError: no such account or domain.
        """
        with advising_of_a_missing_mailbox("Exchange mailbox", _REQUIRED, changes):
            return await self._put(changes)


class ShortExchangeResource(PasswordResource):
    """An Exchange mailbox in the short form, whose only operation is the password reset."""

    __slots__ = ()
