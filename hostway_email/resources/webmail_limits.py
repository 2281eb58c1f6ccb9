"""The limits of mailboxes for each webmail type of a domain."""

from __future__ import annotations

from hostway_email.models.webmail_limits import WebmailLimits
from hostway_email.resources._base import Resource

__all__ = ["WebmailLimitsResource"]


class WebmailLimitsResource(Resource):
    """The limits of mailboxes for each webmail type of a domain.

    Reached as `domain.webmail_limits`, also in the short form.
    """

    __slots__ = ()

    async def get(self) -> WebmailLimits:
        """Return the limit of each webmail type; None for no limit.

        - `GET /accounts/{account}/email/{domain}/webmailLimits`
        - `GET /email/{domain}/webmailLimits`
        """
        return (await self._session.send("GET", self._path / "webmailLimits")).model(WebmailLimits)
