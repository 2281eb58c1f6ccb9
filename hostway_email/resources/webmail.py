"""Webmail: the settings of a domain, and the account of a username."""

from __future__ import annotations

from typing import Final

from hostway_email._core.arguments import checked_arguments
from hostway_email.errors import ConflictError
from hostway_email.models.webmail import (
    DomainWebmail,
    DomainWebmailUpdate,
    Webmail,
    WebmailCreate,
    WebmailUpdate,
)
from hostway_email.resources._advice import advising
from hostway_email.resources._base import Resource

__all__ = ["DomainWebmailResource", "WebmailResource"]

_ADVICE: Final = "The username has a webmail account: call update() to change it."


class DomainWebmailResource(Resource):
    """The webmail settings of a domain, reached as `domain.webmail`."""

    __slots__ = ()

    async def get(self) -> DomainWebmail:
        """Return the webmail type of the domain, its trial, and whether users may upgrade.

        `GET /accounts/{account}/email/{domain}/webmail`

        Raises:
            NotFoundError: no such account or domain.
        """
        return (await self._session.send("GET", self._path / "webmail")).model(DomainWebmail)

    @checked_arguments
    async def update(self, *, allow_upgrade: bool) -> None:
        """Allow or forbid users to change their webmail type.

        `PUT /accounts/{account}/email/{domain}/webmail`

        Raises:
            ConflictError: the product does not allow upgrades.
            NotFoundError: no such account or domain.
        """
        body = DomainWebmailUpdate(allow_upgrade=allow_upgrade)
        await self._session.send("PUT", self._path / "webmail", body=body)


class WebmailResource(Resource):
    """The webmail account of a username, reached as `domain.username("ana").webmail`.

    In the short form the API requires the credentials of the mailbox itself: its full address and
    its password, as in `hostway.with_options(username="ana@example.com", password=...)`.
    """

    __slots__ = ()

    async def get(self) -> Webmail:
        """Return the webmail account; without its token in the short form.

        - `GET /accounts/{account}/email/{domain}/usernames/{name}/webmail`
        - `GET /email/{domain}/usernames/{name}/webmail`

        Raises:
            NotFoundError: no such account, domain or username.
        """
        reply = await self._session.send("GET", self._path / "webmail", confidential=True)
        return reply.model(Webmail)

    @checked_arguments
    async def create(self, account: WebmailCreate) -> None:
        """Create a webmail account for the username.

        - `POST /accounts/{account}/email/{domain}/usernames/{name}/webmail`
        - `POST /email/{domain}/usernames/{name}/webmail`

        Raises:
            BadRequestError: no such type, or its limit in the domain is reached.
            ConflictError: the username already has a webmail account.
            NotFoundError: no such account, domain or mailbox.
        """
        with advising({ConflictError: _ADVICE}):
            await self._session.send("POST", self._path / "webmail", body=account)

    @checked_arguments
    async def update(self, changes: WebmailUpdate) -> None:
        """Change the given fields of the webmail account.

        - `PUT /accounts/{account}/email/{domain}/usernames/{name}/webmail`
        - `PUT /email/{domain}/usernames/{name}/webmail`

        Raises:
            BadRequestError: no such type, its limit in the domain is reached, the quota is below
                the usage, or the user may not change it.
            NotFoundError: no such account, domain or username.
        """
        await self._session.send("PUT", self._path / "webmail", body=changes)
