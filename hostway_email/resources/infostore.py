"""The InfoStore of a domain, where its users keep files."""

from __future__ import annotations

from hostway_email.models.infostore import InfoStore, InfoStoreUpdate
from hostway_email.resources._base import Resource

__all__ = ["InfoStoreResource"]


class InfoStoreResource(Resource):
    """The InfoStore of a domain, reached as `domain.infostore`."""

    __slots__ = ()

    async def get(self) -> InfoStore:
        """Return how much may be stored and how much is, in MB.

        `GET /accounts/{account}/email/{domain}/infostore`

        Raises:
            NotFoundError: no such account or domain.
        """
        return await self._session.call("GET", self._path / "infostore", into=InfoStore)

    async def update(self, *, quota_mb: int) -> None:
        """Set how much may be stored, in MB; 0 is allowed.

        `PUT /accounts/{account}/email/{domain}/infostore`

        Raises:
            InvalidRequestError: the quota is less than 0.
            BadRequestError: more than that is already stored.
            NotFoundError: no such account or domain.
        """
        body = InfoStoreUpdate.made_of(quota_mb=quota_mb)
        await self._session.write("PUT", self._path / "infostore", body=body)
