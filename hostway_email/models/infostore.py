"""The InfoStore of a domain, the file storage of its users."""

from typing import Annotated

from pydantic import Field, Strict

from hostway_email.models._envelope import EnvelopedResponse
from hostway_email.models._lenient_values import Number
from hostway_email.models._request import RequestModel
from hostway_email.models._response import Lenient
from hostway_email.models.links import LinkList

__all__ = ["InfoStore", "InfoStoreUpdate"]


class InfoStore(EnvelopedResponse):
    """The usage and the quota of an InfoStore.

    Attributes:
        usage_mb: the storage used, in MB.
        quota_mb: the quota, in MB.
        links: the response's links.
    """

    envelope = "infoStore"

    usage_mb: Annotated[Lenient[Number], Field(alias="usage")] = None
    quota_mb: Annotated[Lenient[Number], Field(alias="quota")] = None
    links: LinkList = []


class InfoStoreUpdate(RequestModel):
    """A new quota of the InfoStore, in MB; 0 is allowed."""

    leaves_out_none = True

    quota_mb: Annotated[int, Strict(), Field(ge=0, alias="quota")]
