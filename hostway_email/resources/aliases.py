"""The aliases of a domain."""

from __future__ import annotations

import builtins

from hostway_email.models.aliases import DomainAliases
from hostway_email.resources._base import Resource

__all__ = ["AliasesResource"]


class AliasesResource(Resource):
    """The aliases of a domain, reached as `domain.aliases`."""

    __slots__ = ()

    async def list(self) -> builtins.list[str]:
        """Return the alias names of the domain.

        `GET /accounts/{account}/email/{domain}/aliases`

        Raises:
            NotFoundError: no such account or domain.
        """
        return (await self._session.send("GET", self._path / "aliases")).model(DomainAliases).names
