"""The automatic reply of a username."""

from __future__ import annotations

from hostway_email.models.autoresponder import Autoresponder, AutoresponderSettings
from hostway_email.resources._base import Resource

__all__ = ["AutoresponderResource"]


class AutoresponderResource(Resource):
    """The automatic reply of a username, reached as `domain.username("ana").autoresponder`."""

    __slots__ = ()

    async def get(self) -> Autoresponder:
        """Return the automatic reply and whether it is switched on.

        `GET /accounts/{account}/email/{domain}/usernames/{name}/autoresponder`

        Raises:
            NotFoundError: no such account, domain or username.
        """
        return await self._session.call("GET", self._path / "autoresponder", into=Autoresponder)

    async def update(self, settings: AutoresponderSettings) -> None:
        """Set the automatic reply, and switch it on or off.

        To switch one off and keep its text, read it first: the API wants the text even then.

        `PUT /accounts/{account}/email/{domain}/usernames/{name}/autoresponder`

        Raises:
            BadRequestError: the API refused a field; `fields` tells which.
            NotFoundError: no such account, domain or username.
        """
        await self._session.write("PUT", self._path / "autoresponder", body=settings)
