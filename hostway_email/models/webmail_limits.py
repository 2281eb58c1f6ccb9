"""The limits of mailboxes for each webmail type of a domain."""

from typing import Annotated

from pydantic import AfterValidator, Field

from hostway_email.models._response import Readable, ResponseModel
from hostway_email.models.links import LinkList

__all__ = ["WebmailLimits"]


def _none_if_unlimited(limit: int | None) -> int | None:
    return limit if limit is not None and limit > 0 else None


_Limit = Annotated[int | None, AfterValidator(_none_if_unlimited)]


class WebmailLimits(ResponseModel):
    """The limits of mailboxes for each webmail type of a domain.

    Attributes:
        limits: the limit of each type; None if there is none, which the API encodes as 0 or less.
        links: the response's links.
    """

    limits: Annotated[dict[str, Readable[_Limit]], Field(alias="webmailLimits")]
    links: LinkList = []
