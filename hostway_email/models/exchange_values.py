"""Sizes, counts and times of Exchange, kept as text and parsed by properties."""

import re
from datetime import datetime
from typing import Final, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

__all__ = ["ExchangeNumber", "ExchangeSize", "ExchangeTimestamp"]

# The number of digits is limited, so that no text becomes a huge number.
_IN_BYTES: Final = re.compile(r"\(\s*(\d[\d,.\s]{0,30})bytes?\s*\)", re.IGNORECASE | re.ASCII)
_WITH_UNIT: Final = re.compile(
    r"(\d{1,3}(?:,\d{3}){1,5}|\d{1,18})(\.\d{1,6})?\s*(?:([kmgt]?)b|bytes?)?",
    re.IGNORECASE | re.ASCII,
)
_TIMESTAMP: Final = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4})\s+(\d{1,2}):(\d\d)(?::(\d\d))?\s*([ap])\.?m\.?", re.IGNORECASE
)
_SHIFTS: Final = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}


class _WireText(str):
    """Text of the API that is kept unchanged."""

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Self], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(coerce_numbers_to_str=True)
        )


class ExchangeSize(_WireText):
    """A size, such as `1000 MB (1,048,576,000 bytes)` or `unlimited`."""

    __slots__ = ()

    @property
    def bytes(self) -> int | None:
        """The size in bytes; None if there is no limit, or the text is not a size.

        An exact number in parentheses takes precedence. A number without a unit is in bytes, as in
        Exchange; units are powers of 1024.
        """
        if exact := _IN_BYTES.search(self):
            return int("".join(filter(str.isdigit, exact[1])))
        rounded = _WITH_UNIT.fullmatch(self.strip())
        if rounded is None:
            return None
        number, fraction, unit = rounded.groups(default="")
        unit_size = 1 << _SHIFTS[unit.lower()]
        return int(number.replace(",", "")) * unit_size + int(float(f"0{fraction}") * unit_size)

    @property
    def unlimited(self) -> bool:
        """Whether there is no limit."""
        return _is_unlimited(self)


class ExchangeNumber(_WireText):
    """A count or a limit, such as `100` or `unlimited`."""

    __slots__ = ()

    @property
    def number(self) -> int | None:
        """The number; None if there is no limit, or the text is not a number."""
        bare = self.strip().replace(",", "")
        return int(bare) if bare.isascii() and bare.isdigit() and len(bare) <= 18 else None

    @property
    def unlimited(self) -> bool:
        """Whether there is no limit."""
        return _is_unlimited(self)


class ExchangeTimestamp(_WireText):
    """A time, such as `10/11/2013 9:43:48 AM`: the 11th of October."""

    __slots__ = ()

    def to_datetime(self) -> datetime | None:
        """Return the time, or None if the text is not a time.

        The month comes first. The time is naive, as the API does not document its time zone.
        """
        parts = _TIMESTAMP.fullmatch(self.strip())
        if parts is None:
            return None
        month, day, year, hour, minute, second = (int(part or 0) for part in parts.groups()[:6])
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if parts[7].lower() == "p" else 0)
        try:
            return datetime(year, month, day, hour, minute, second)
        except ValueError:
            return None


def _is_unlimited(text: str) -> bool:
    return text.strip().casefold() == "unlimited"
