"""The aliases of a domain."""

from __future__ import annotations

from hostway_email.models.aliases import DomainAliases
from hostway_email.models.linked_list import LinkedList
from hostway_email.resources._base import Resource

__all__ = ["AliasesResource"]


class AliasesResource(Resource):
    """The aliases of a domain, reached as `domain.aliases`."""

    __slots__ = ()

    async def list(self) -> LinkedList[str]:
        """Return the alias names of the domain, with the `links` of the response.

        `GET /accounts/{account}/email/{domain}/aliases`

        Raises:
            NotFoundError: no such account or domain.
        """
        reply = await self._session.send("GET", self._path / "aliases")
        aliases = reply.model(DomainAliases)
        return LinkedList(aliases.names, aliases.links)
