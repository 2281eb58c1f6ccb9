"""The addresses that the mail of a username is forwarded to."""

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import Field

from hostway_email.errors import InvalidRequestError
from hostway_email.models._request import RequestModel
from hostway_email.models._response import Readable, ResponseModel
from hostway_email.models._types import Text
from hostway_email.models.links import LinkList

__all__ = ["ForwardTarget", "Forwards", "ForwardsCreate"]


class ForwardTarget(ResponseModel):
    """One address that mail is forwarded to."""

    target: str


class Forwards(ResponseModel):
    """All addresses that the mail of a username is forwarded to."""

    targets: list[Readable[ForwardTarget]]
    links: LinkList = []


class _Target(RequestModel):
    target: Annotated[Text, Field(min_length=1)]


class ForwardsCreate(RequestModel):
    """Addresses to forward to."""

    leaves_out_none = True

    targets: Annotated[list[_Target], Field(min_length=1)]

    @classmethod
    def of(cls, targets: Iterable[str]) -> Self:
        """Return the body with `targets`.

        Raises:
            InvalidRequestError: the list is empty, a target is not text, or a `str` was given.
        """
        # A str is an iterable of str: mail would be forwarded to each of its letters.
        if isinstance(targets, str) or not isinstance(targets, Iterable):
            rule = "must be a list of addresses, even for a single one"
            raise InvalidRequestError.for_argument("targets", rule)
        return cls.made_of(targets=[{"target": target} for target in targets])
