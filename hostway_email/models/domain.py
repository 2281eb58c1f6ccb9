"""The information about a domain as a whole."""

from typing import Annotated

from pydantic import Field

from hostway_email.models._lenient_values import Number
from hostway_email.models._response import ResponseModel
from hostway_email.models.links import LinkList

__all__ = ["DomainInfo"]


class DomainInfo(ResponseModel):
    """A domain.

    Attributes:
        quota_mb: the sum of the quotas of its mailboxes, in MB; not a limit of the domain.
        links: the domain's links.
    """

    quota_mb: Annotated[Number, Field(alias="quota")]
    links: LinkList = []
