"""The settings of the spam and virus filter, CleanMail Plus."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field

from hostway_email._core.decoding import MemoryCost
from hostway_email.errors import InvalidRequestError
from hostway_email.models._request import RequestModel
from hostway_email.models._response import Lenient, Listing, Readable, ResponseModel
from hostway_email.models._root import RootResponse
from hostway_email.models._types import Text

__all__ = ["FilterAttribute", "FilterAttributes", "FilterOption", "FilterUpdate"]


class FilterOption(ResponseModel):
    """One value that a filter attribute can have.

    Attributes:
        name: its display name, such as `Most Aggressive`.
        value: the value to send, such as `2`.
    """

    name: Lenient[str] = None
    value: str


class FilterAttribute(ResponseModel):
    """One setting of the filter.

    Attributes:
        field_name: its name, such as `SPAM_LEVEL`; `update()` takes it as a key.
        selected: the current value, as text. For `SPAM_LEVEL`, 1 is the most aggressive.
        description: its description.
        options: the allowed values, in no order; empty if any value is allowed.
    """

    field_name: str
    selected: Lenient[str] = None
    description: Lenient[str] = None
    options: Listing[FilterOption] = []


class FilterAttributes(RootResponse):
    """All settings of a filter; the response is a bare array."""

    memory_cost = MemoryCost(object=950, array=340, item=150)

    root: list[Readable[FilterAttribute]]


class _Value(RequestModel):
    name: Annotated[Text, Field(min_length=1, alias="attributeName")]
    value: Annotated[Text, Field(alias="attributeValue")]


class FilterUpdate(RequestModel):
    """The filter settings to change; others stay unchanged."""

    leaves_out_none = True

    attributes: Annotated[list[_Value], Field(min_length=1)]

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """Return the body that sets each named attribute to its value.

        Raises:
            InvalidRequestError: the mapping is empty, or a name or value is not text.
        """
        if not isinstance(values, Mapping):
            rule = "must be a mapping of attribute names to values"
            raise InvalidRequestError.for_argument("attributes", rule)
        return cls.made_of(
            attributes=[{"name": name, "value": value} for name, value in values.items()]
        )
