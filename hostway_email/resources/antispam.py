"""The antispam control panel of a domain."""

from __future__ import annotations

from pydantic import SecretStr

from hostway_email.models.antispam import SSOLink, SSOLinkAnswer
from hostway_email.resources._base import Resource

__all__ = ["AntispamResource"]


class AntispamResource(Resource):
    """The antispam control panel of a domain, reached as `domain.antispam`."""

    __slots__ = ()

    async def sso_link(self) -> SSOLink:
        """Return a link that signs in to the control panel; whoever has it needs no password.

        The manual names this operation without describing its answer: where it is a redirect, its
        target is the link, and it is not followed.

        `GET /accounts/{account}/avas/{domain}/SSOLink`

        Raises:
            InvalidResponseError: no link was found in the answer.
        """
        answer = await self._session.location("GET", self._path / "SSOLink", into=SSOLinkAnswer)
        return SSOLink(url=SecretStr(answer)) if isinstance(answer, str) else answer.link
