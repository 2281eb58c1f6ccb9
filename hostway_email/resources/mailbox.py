"""The regular mailbox of a username."""

from __future__ import annotations

from typing import Final

from hostway_email._core.arguments import checked_arguments
from hostway_email.errors import ConflictError
from hostway_email.models.mailbox import Mailbox, MailboxCreate, MailboxUpdate
from hostway_email.models.new_names import check_new_name
from hostway_email.models.results import PutResult
from hostway_email.resources._advice import advising, advising_of_a_missing_mailbox
from hostway_email.resources._hosted import HostedResource
from hostway_email.resources.passwords import PasswordResource

__all__ = ["MailboxResource", "ShortMailboxResource"]

_REQUIRED: Final = {"password": "password"}


class MailboxResource(HostedResource):
    """A regular mailbox, reached as `domain.username("ana").mailbox`."""

    __slots__ = ()

    async def get(self) -> Mailbox:
        """Return the mailbox: its quota, usage and webmail URLs.

        `GET /accounts/{account}/email/{domain}/usernames/{name}/mailbox`

        Raises:
            NotFoundError: no such account, domain or mailbox.
        """
        return (await self._session.send("GET", self._path, confidential=True)).model(Mailbox)

    @checked_arguments
    async def create(self, mailbox: MailboxCreate) -> PutResult:
        """Create the mailbox, and return `CREATED`.

        The API uses the same request for create and update. An existing mailbox of that name gets
        the given password and settings, unless the API rejects that; the result is `UPDATED`.

        `PUT /accounts/{account}/email/{domain}/usernames/{name}/mailbox`

        Raises:
            InvalidRequestError: the name has characters other than letters, digits, `.`, `_`, `-`.
            BadRequestError: the API rejected a field, or the domain has its maximum of mailboxes.
            ConflictError: the mailbox exists.
            NotFoundError: no such account or domain.
        """
        check_new_name(self._name)
        with advising({ConflictError: "The mailbox exists: call update() to change it."}):
            return await self._put(mailbox)

    @checked_arguments
    async def update(self, changes: MailboxUpdate) -> PutResult:
        """Change the given fields of the mailbox, and return `UPDATED`.

        Warning:
            The API uses the same request for create and update. If the name is misspelt and the
            changes include a password, a new mailbox is created and the result is `CREATED`.

        `PUT /accounts/{account}/email/{domain}/usernames/{name}/mailbox`

        Raises:
            BadRequestError: the API rejected a field; the password was used before; the new name
                is taken; or, if it names `password` as required, there is no such mailbox.
            ConflictError: the mailbox exists.
            NotFoundError: no such account or domain.
        """
        with advising_of_a_missing_mailbox("mailbox", _REQUIRED, changes):
            return await self._put(changes)


class ShortMailboxResource(PasswordResource):
    """A regular mailbox in the short form, whose only operation is the password reset."""

    __slots__ = ()
