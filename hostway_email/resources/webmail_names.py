"""The webmail types of a domain, and the names of their plans."""

from __future__ import annotations

from hostway_email.models.webmail_names import WebmailNames
from hostway_email.resources._base import Resource

__all__ = ["WebmailNamesResource"]


class WebmailNamesResource(Resource):
    """The webmail types of a domain, and the names of their plans.

    Reached as `domain.webmail_names`, also in the short form.
    """

    __slots__ = ()

    async def get(self) -> WebmailNames:
        """Return the webmail types of the domain, each with the name of its plan.

        - `GET /accounts/{account}/email/{domain}/webmailNames`
        - `GET /email/{domain}/webmailNames`
        """
        return (await self._session.send("GET", self._path / "webmailNames")).model(WebmailNames)
