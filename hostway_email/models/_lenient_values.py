"""Dates, numbers and flags of responses: what the API can mean by a value, and nothing else.

pydantic's own conversions go further: they read 0 as 1970, true as 1, and "off" as false.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Final, NoReturn

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

__all__ = ["Date", "Number", "ReadFlag"]

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ].*)?", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?\d{1,18}(?:\.0{1,18})?", re.ASCII)
_TRUE_OR_FALSE: Final = (
    core_schema.bool_schema(strict=True),
    # Of numbers, pydantic reads only 0 and 1.
    core_schema.chain_schema([core_schema.int_schema(strict=True), core_schema.bool_schema()]),
)
_PLAIN_DATE: Final = core_schema.chain_schema(
    [core_schema.str_schema(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), core_schema.date_schema()]
)
_FLAGS: Final = {"true": True, "false": False, "1": True, "0": False}


class _Read:
    """The schema of a value that is read by a function unless one of the fast schemas reads it."""

    def __init__(self, read: Callable[[object], object], *fast: CoreSchema) -> None:
        self.read = read
        self.fast = fast

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        read = core_schema.no_info_before_validator_function(self.read, handler(source))
        return core_schema.union_schema([*self.fast, read], mode="left_to_right")

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        union: Any = schema
        while union["type"] != "union":
            union = union["schema"]
        return handler(union["choices"][-1]["schema"])


def _day(value: object) -> object:
    """Return a date, or a text that starts with one as `YYYY-mm-dd`."""
    if isinstance(value, date) or (isinstance(value, str) and _DATE.fullmatch(value.strip())):
        return value if isinstance(value, date) else value.strip()[:10]
    _refuse()


def _whole(value: object) -> object:
    """Return a whole number, also as a decimal or as text."""
    if isinstance(value, float) and value.is_integer():
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return value.strip()
    _refuse()


def _flag(value: object) -> object:
    """Return true or false, also as 0 or 1, and as text."""
    text = value.strip().lower() if isinstance(value, str) else ""
    if not isinstance(value, str) and value in (0, 1):
        return value
    if text in _FLAGS:
        return _FLAGS[text]
    _refuse()


def _refuse() -> NoReturn:
    raise PydanticCustomError("not_documented", "a value of this kind is not documented")


Date = Annotated[date, _Read(_day, _PLAIN_DATE)]
"""A day, as text that starts with `YYYY-mm-dd`."""

Number = Annotated[int, _Read(_whole, core_schema.int_schema(strict=True))]
"""A whole number, also as text."""

ReadFlag = Annotated[bool, _Read(_flag, *_TRUE_OR_FALSE)]
"""True or false, also as 0 or 1, and as text."""
