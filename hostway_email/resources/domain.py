"""A domain as a whole."""

from __future__ import annotations

from hostway_email.models.domain import DomainInfo
from hostway_email.resources._base import Resource

__all__ = ["DomainResource"]


class DomainResource(Resource):
    """A domain, at its own path."""

    __slots__ = ()

    async def get(self) -> DomainInfo:
        """Return the sum of the quotas of all mailboxes, in MB.

        `GET /accounts/{account}/email/{domain}`

        Raises:
            NotFoundError: no such account or domain.
        """
        return (await self._session.send("GET", self._path)).model(DomainInfo)
