"""Whether the product lets webmail types be changed."""

from hostway_email.models._response import ResponseModel
from hostway_email.models.links import LinkList

__all__ = ["WebmailUpgrade"]


class WebmailUpgrade(ResponseModel):
    """Whether the product lets webmail types be changed at all.

    Attributes:
        allowed: whether upgrades are possible.
        links: the answer's links.
    """

    allowed: bool
    links: LinkList = []
