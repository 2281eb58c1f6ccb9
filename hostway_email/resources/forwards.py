"""The forwards of a username."""

from __future__ import annotations

from collections.abc import Iterable

from hostway_email._core.arguments import checked_arguments
from hostway_email.models.forwards import Forwards, ForwardsCreate
from hostway_email.models.linked_list import LinkedList
from hostway_email.resources._base import Resource

__all__ = ["ForwardsResource"]


class ForwardsResource(Resource):
    """The forwards of a username, reached as `domain.username("ana").forwards`."""

    __slots__ = ()

    @checked_arguments
    async def create(self, targets: Iterable[str]) -> None:
        """Forward mail to these addresses: to all of them, or to none if one is rejected.

        Whether existing targets stay is not documented: list them afterwards.

        `POST /accounts/{account}/email/{domain}/usernames/{name}/forwards`

        Raises:
            InvalidRequestError: no target was given, or a single `str`.
            BadRequestError: a target in this domain does not exist, or is the username itself;
                `fields` has the target as its key.
            ConflictError: the forward would create a mail loop.
            NotFoundError: no such account, domain or username.
        """
        body = ForwardsCreate.of(targets)
        await self._session.send("POST", self._path / "forwards", body=body)

    @checked_arguments
    async def delete(self, target: str) -> None:
        """Stop forwarding to one address.

        `DELETE /accounts/{account}/email/{domain}/usernames/{name}/forwards/{target}`

        Raises:
            NotFoundError: no such account, domain, username or target.
        """
        await self._session.send("DELETE", (self._path / "forwards").value("target", target))

    async def list(self) -> LinkedList[str]:
        """Return the addresses that mail is forwarded to, with the `links` of the response.

        `GET /accounts/{account}/email/{domain}/usernames/{name}/forwards`

        Raises:
            NotFoundError: no such account, domain or username.
        """
        reply = await self._session.send("GET", self._path / "forwards")
        forwards = reply.model(Forwards)
        return LinkedList((forward.target for forward in forwards.targets), forwards.links)
