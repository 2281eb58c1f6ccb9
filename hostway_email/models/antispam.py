"""The single sign-on link to the antispam control panel."""

import re
from typing import Annotated, Any, Final, Self

from pydantic import AliasChoices, ConfigDict, Field

from hostway_email._core.decoding import MemoryCost
from hostway_email.models._response import ResponseModel, Token
from hostway_email.models._root import RootResponse

__all__ = ["SSOLink", "SSOLinkResponse"]

_URL: Final = re.compile(r"https?://[!-~]+", re.IGNORECASE)


class SSOLink(ResponseModel):
    """A link that signs in its user without credentials.

    The manual does not document the response, so the link is accepted under several names. Other
    fields of the response are not kept, as they may give the same access.

    Attributes:
        url: the link; `url.get_secret_value()` reveals it.
    """

    model_config = ConfigDict(extra="ignore")

    url: Annotated[
        Token,
        Field(
            min_length=1,
            validation_alias=AliasChoices(
                "url", "SSOLink", "ssoLink", "ssolink", "sso_link", "link", "href", "location"
            ),
        ),
    ]


class SSOLinkResponse(RootResponse):
    """A response that is an object with the link, or the bare link."""

    memory_cost = MemoryCost(object=1000, array=500, item=260)  # Both forms are tried.

    root: SSOLink | Annotated[Token, Field(min_length=1)]

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Parse JSON, or else a URL as plain text."""
        text = (
            json_data if isinstance(json_data, str) else bytes(json_data).decode(errors="replace")
        )
        if _URL.fullmatch(text.strip()):
            return cls.model_validate({"root": text.strip()}, **options)
        return super().model_validate_json(json_data, **options)

    @property
    def link(self) -> SSOLink:
        """The link, from either form."""
        return self.root if isinstance(self.root, SSOLink) else SSOLink(url=self.root)
