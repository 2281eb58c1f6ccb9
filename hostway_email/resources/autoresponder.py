"""The autoresponder of a username."""

from __future__ import annotations

from hostway_email._core.arguments import checked_arguments
from hostway_email.models.autoresponder import Autoresponder, AutoresponderSettings
from hostway_email.resources._base import Resource

__all__ = ["AutoresponderResource"]


class AutoresponderResource(Resource):
    """The autoresponder of a username, reached as `domain.username("ana").autoresponder`."""

    __slots__ = ()

    async def get(self) -> Autoresponder:
        """Return the autoresponder: its text, and whether it is on.

        `GET /accounts/{account}/email/{domain}/usernames/{name}/autoresponder`

        Raises:
            NotFoundError: no such account, domain or username.
        """
        return (await self._session.send("GET", self._path / "autoresponder")).model(Autoresponder)

    @checked_arguments
    async def update(self, settings: AutoresponderSettings) -> None:
        """Set the autoresponder, and switch it on or off.

        To switch it off and keep its text, get it first: the API requires the text even then.

        `PUT /accounts/{account}/email/{domain}/usernames/{name}/autoresponder`

        Raises:
            BadRequestError: the API rejected a field; `fields` names it.
            NotFoundError: no such account, domain or username.
        """
        await self._session.send("PUT", self._path / "autoresponder", body=settings)
