"""The permission of the product to change webmail types."""

from hostway_email.models._lenient_values import ReadFlag
from hostway_email.models._response import ResponseModel
from hostway_email.models.links import LinkList

__all__ = ["WebmailUpgrade"]


class WebmailUpgrade(ResponseModel):
    """The permission of the product to change webmail types.

    Attributes:
        allowed: whether upgrades are possible.
        links: the response's links.
    """

    allowed: ReadFlag
    links: LinkList = []
