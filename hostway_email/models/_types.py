"""The kinds of fields that request bodies share, and the rules of names and addresses."""

import re
from collections.abc import Callable
from typing import Annotated, Self

from pydantic import AfterValidator, Field, Strict

from hostway_email._core.path import ROOT
from hostway_email.errors import InvalidRequestError
from hostway_email.models._refusals import refusing
from hostway_email.models._request import RequestModel
from hostway_email.models.new_names import NEW_NAME_RULE, allows_name

__all__ = [
    "Body",
    "EmailText",
    "Flag",
    "ListedText",
    "NewName",
    "PathText",
    "QuotaMB",
    "Text",
    "TypeName",
]


class Body(RequestModel):
    """A request body with optional fields: one that is given as None is left out."""

    leaves_out_none = True

    @classmethod
    @refusing
    def made_of(cls, **data: object) -> Self:
        """Return the body with these fields, of which parts may be plain mappings yet."""
        return cls(**data)


def _can_be_in_a_path(name: str) -> bool:
    try:
        ROOT.value("name", name)
    except InvalidRequestError:
        return False
    return True


def _must(holds: Callable[[str], object], rule: str) -> AfterValidator:
    def check(value: str) -> str:
        if not holds(value):
            raise ValueError(rule)
        return value

    return AfterValidator(check)


Text = Annotated[str, Strict()]
"""Text as it is, also empty."""

TypeName = Annotated[str, Strict(), Field(min_length=1)]
"""The type of a webmail account: an open set, of which only the empty text is refused."""

Flag = Annotated[bool, Strict()]
"""True or False, and nothing that merely looks like it."""

QuotaMB = Annotated[int, Strict(), Field(gt=0)]
"""The quota of a mailbox in MB, greater than 0."""

NewName = Annotated[str, Strict(), _must(allows_name, NEW_NAME_RULE)]
"""The new name of a mailbox."""

PathText = Annotated[
    str,
    Strict(),
    _must(
        _can_be_in_a_path,
        "must not be empty, blank, '.' or '..', nor hold control characters: no path could name it",
    ),
]
"""The name of something new that paths will hold, of any characters that they can hold."""

EmailText = Annotated[
    str,
    Strict(),
    _must(
        re.compile(r"[^@\s]+@[^@\s]+").fullmatch,
        "must be an address, with one '@' and text on both sides of it",
    ),
]
"""An e-mail address, checked no more than the API's own examples do."""

ListedText = Annotated[
    str,
    Strict(),
    _must(
        re.compile(r"[^@\s]*@[^@\s]+").fullmatch,
        "must be an address, or a domain with '@' before it",
    ),
]
"""What a black/white list takes: an address or `@domain`."""
