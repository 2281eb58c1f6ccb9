"""One page of a list as it comes on the wire, whatever the list holds."""

from pydantic import AliasChoices, Field

from hostway_email.models._response import Lenient, ResponseModel
from hostway_email.models.links import LinkList

__all__ = ["PageBody"]


class PageBody(ResponseModel):
    """The body of one page: its `items`, the total it claims, its links.

    What the items are is said by each list's own class, in a field of its own: a page without a
    list is useless, so `items` must be there. A generic class would say it here, at the price of
    building a class for each parameter at import.
    """

    total_count: Lenient[int] = Field(
        default=None, validation_alias=AliasChoices("totalCount", "count")
    )
    links: LinkList = []
