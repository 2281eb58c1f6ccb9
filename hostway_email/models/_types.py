"""Field types of request bodies, with the rules for names and addresses."""

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field, Strict

from hostway_email._core.path import ROOT
from hostway_email.errors import InvalidRequestError
from hostway_email.models.new_names import NEW_NAME_RULE, allows_name

__all__ = [
    "EmailText",
    "Flag",
    "ListedText",
    "NewName",
    "PathText",
    "QuotaMB",
    "Text",
    "TypeName",
]


def _is_path_value(name: str) -> bool:
    try:
        ROOT.value("name", name)
    except InvalidRequestError:
        return False
    return True


def _must(is_valid: Callable[[str], object], rule: str) -> AfterValidator:
    def check(value: str) -> str:
        if not is_valid(value):
            raise ValueError(rule)
        return value

    return AfterValidator(check)


Text = Annotated[str, Strict()]
"""Any text, including the empty one."""

TypeName = Annotated[str, Strict(), Field(min_length=1)]
"""The type of a webmail account: any text that is not empty, as the API may add types."""

Flag = Annotated[bool, Strict()]
"""True or False, without conversion from other types."""

QuotaMB = Annotated[int, Strict(), Field(gt=0)]
"""The quota of a mailbox in MB, more than 0."""

NewName = Annotated[str, Strict(), _must(allows_name, NEW_NAME_RULE)]
"""The new name of a mailbox."""

PathText = Annotated[
    str,
    Strict(),
    _must(
        _is_path_value,
        "must not be empty, blank, '.' or '..', nor contain control characters, which no path can",
    ),
]
"""The name of a new resource, of any characters that are valid in a path."""

EmailText = Annotated[
    str,
    Strict(),
    _must(
        re.compile(r"[^@\s]+@[^@\s]+").fullmatch,
        "must be an address, with one '@' and text on both sides of it",
    ),
]
"""An e-mail address, validated only as far as the API's own examples allow."""

ListedText = Annotated[
    str,
    Strict(),
    _must(
        re.compile(r"[^@\s]*@[^@\s]+").fullmatch,
        "must be an address, or a domain with '@' before it",
    ),
]
"""An entry of a black/white list: an address or `@domain`."""
