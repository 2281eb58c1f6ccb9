"""The response model of one page of any list."""

from pydantic import AliasChoices, Field

from hostway_email.models._lenient_values import Number
from hostway_email.models._response import Lenient, ResponseModel
from hostway_email.models.links import LinkList

__all__ = ["PageBody"]


class PageBody(ResponseModel):
    """The body of one page: its `items`, total and links.

    Each subclass declares `items` with its own type, as a required field. A generic class would
    declare it here, but build a class for each parameter at import.
    """

    total_count: Lenient[Number] = Field(
        default=None, validation_alias=AliasChoices("totalCount", "count")
    )
    links: LinkList = []
