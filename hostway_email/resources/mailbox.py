"""The regular mailbox of a username."""

from __future__ import annotations

from hostway_email.models._fields import check_new_name
from hostway_email.models.mailbox import Mailbox, MailboxCreate, MailboxUpdate
from hostway_email.models.results import PutResult
from hostway_email.resources._hosted import HostedResource
from hostway_email.resources.passwords import PasswordResource

__all__ = ["MailboxResource", "ShortMailboxResource"]


class MailboxResource(HostedResource):
    """A regular mailbox, reached as `domain.username("ana").mailbox`."""

    __slots__ = ()

    async def get(self) -> Mailbox:
        """Return the mailbox: its quota, what is used of it, and where its webmail is.

        `GET /accounts/{account}/email/{domain}/usernames/{name}/mailbox`

        Raises:
            NotFoundError: no such account, domain or mailbox.
        """
        return await self._session.call("GET", self._path, into=Mailbox)

    async def create(self, mailbox: MailboxCreate) -> PutResult:
        """Make the mailbox, and return `CREATED`.

        The API creates and updates by the same request. If there is a mailbox of that name, it
        gets the given password and settings, unless the API refuses that; the result is `UPDATED`.

        `PUT /accounts/{account}/email/{domain}/usernames/{name}/mailbox`

        Raises:
            InvalidRequestError: the name has characters other than letters, digits, `.`, `_`, `-`.
            BadRequestError: the API refused a field, or the domain may have no more mailboxes.
            ConflictError: the mailbox exists.
            NotFoundError: no such account or domain.
        """
        check_new_name(self._name)
        return await self._put(mailbox)

    async def update(self, changes: MailboxUpdate) -> PutResult:
        """Change the given fields of the mailbox, and return `UPDATED`.

        Warning:
            The API creates and updates by the same request. If the name is misspelt and a
            password is among the changes, it makes a new mailbox: the result is `CREATED` then.

        `PUT /accounts/{account}/email/{domain}/usernames/{name}/mailbox`

        Raises:
            BadRequestError: the API refused a field; the password was used before; the new name
                is taken; or, if it names `password` as required, there is no such mailbox.
            ConflictError: the mailbox exists.
            NotFoundError: no such account or domain.
        """
        return await self._put(changes)


class ShortMailboxResource(PasswordResource):
    """A regular mailbox in the short form, which can only reset its password."""

    __slots__ = ()
