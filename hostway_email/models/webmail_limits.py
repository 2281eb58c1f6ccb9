"""The limits of mailboxes for each webmail type of a domain."""

from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    Field,
    JsonValue,
    ModelWrapValidatorHandler,
    PrivateAttr,
    field_serializer,
    model_validator,
)

from hostway_email._core.decoding import MemoryCost
from hostway_email.models._lenient_values import Number
from hostway_email.models._response import Readable, ResponseModel
from hostway_email.models.links import LinkList

__all__ = ["WebmailLimits"]


def _none_if_unlimited(limit: int | None) -> int | None:
    return limit if limit is not None and limit > 0 else None


_Limit = Annotated[Number | None, AfterValidator(_none_if_unlimited)]


class WebmailLimits(ResponseModel):
    """The limits of mailboxes for each webmail type of a domain.

    Attributes:
        limits: the limit of each type; None if there is none, which the API encodes as 0 or less.
            A type whose limit cannot be read is not in it, but in `unreadable`.
        links: the response's links.
    """

    # More than for other responses, as the document is parsed before it is validated.
    memory_cost = MemoryCost(object=950)

    limits: Annotated[dict[str, Readable[_Limit]], Field(alias="webmailLimits")]
    links: LinkList = []

    _unreadable: dict[str, JsonValue] = PrivateAttr(default_factory=dict)

    @property
    def unreadable(self) -> dict[str, JsonValue]:
        """The values of the types whose limit cannot be read, as the API has them."""
        return self._unreadable

    @model_validator(mode="wrap")
    @classmethod
    def _keep_unreadable(cls, document: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        response = validate(document)
        given = document.get("webmailLimits") if isinstance(document, dict) else None
        if isinstance(given, dict):
            response._unreadable = {
                name: value for name, value in given.items() if name not in response.limits
            }
        return response

    @field_serializer("limits")
    def _with_unreadable(self, limits: dict[str, int | None]) -> dict[str, Any]:
        return {**limits, **self._unreadable}
