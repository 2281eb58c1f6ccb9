"""The spam and virus filter of a domain or a username."""

from __future__ import annotations

from collections.abc import Mapping

from hostway_email._core.arguments import checked_arguments
from hostway_email.models.cleanmailplus import FilterAttribute, FilterAttributes, FilterUpdate
from hostway_email.resources._base import Resource

__all__ = ["CleanMailPlusResource"]


class CleanMailPlusResource(Resource):
    """A filter, reached as `domain.cleanmailplus` or `username.cleanmailplus`."""

    __slots__ = ()

    async def get(self) -> list[FilterAttribute]:
        """Return all settings of the filter, each with its possible values.

        - `GET /accounts/{account}/email/{domain}/cleanmailplus`
        - `GET /accounts/{account}/email/{domain}/usernames/{name}/cleanmailplus`

        Raises:
            NotFoundError: no such account, domain or username.
        """
        path = self._path / "cleanmailplus"
        return (await self._session.send("GET", path)).model(FilterAttributes).root

    @checked_arguments
    async def update(self, values: Mapping[str, str]) -> None:
        """Change settings: `{"SPAM_LEVEL": "1"}`; other settings stay as they are.

        - `PUT /accounts/{account}/email/{domain}/cleanmailplus`
        - `PUT /accounts/{account}/email/{domain}/usernames/{name}/cleanmailplus`

        Raises:
            InvalidRequestError: no setting was given, or a value is not a `str`.
            BadRequestError: no such setting or value; `fields` has keys such as `attributes.0`.
            NotFoundError: no such account, domain or username.
        """
        body = FilterUpdate.of(values)
        await self._session.send("PUT", self._path / "cleanmailplus", body=body)
