"""How many mailboxes of each webmail type a domain may have."""

from typing import Annotated

from pydantic import AfterValidator, Field

from hostway_email.models._response import Readable, ResponseModel
from hostway_email.models.links import LinkList

__all__ = ["WebmailLimits"]


def _none_if_unlimited(limit: int | None) -> int | None:
    return limit if limit is not None and limit > 0 else None


_Limit = Annotated[int | None, AfterValidator(_none_if_unlimited)]


class WebmailLimits(ResponseModel):
    """How many mailboxes of each webmail type a domain may have.

    Attributes:
        limits: the limit of each type; None where there is none, as the API says by 0 or less.
        links: the answer's links.
    """

    limits: Annotated[dict[str, Readable[_Limit]], Field(alias="webmailLimits")]
    links: LinkList = []
