"""Escaping of untrusted text for terminals and CSV, and formatting of numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

__all__ = [
    "LONGEST",
    "ago",
    "clipped",
    "harmless_cell",
    "listed",
    "megabytes",
    "number_of",
    "printable",
    "shown",
    "use_of",
]

LONGEST: Final = 120

# The characters that start a formula in a spreadsheet, including the wide forms of CJK keyboards.
_FORMULA: Final = re.compile(r"[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
# With semicolons as separators, a spreadsheet ends a cell at a semicolon in spite of the quotes.
_NEXT_CELL: Final = re.compile(r"(;[\s\"']*)(?=[=+\-@])")


def printable(text: str) -> str:
    """Return text with unprintable characters replaced.

    These are line breaks, terminal escapes, and the marks that reverse the writing direction,
    which can make one address look like another.
    """
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def harmless_cell(value: str | int | bool | None) -> str | int | bool | None:
    """Escape a CSV value, so that no spreadsheet interprets it as a formula."""
    if not isinstance(value, str):
        return value
    value = _NEXT_CELL.sub(r"\1'", value)
    return f"'{value}" if _FORMULA.match(value) else value


def number_of(number: int, one: str, many: str) -> str:
    """Return a number with its noun in the singular or plural."""
    return f"{number:,} {one if number == 1 else many}"


def clipped(text: str, longest: int = 200) -> str:
    """Truncate a text that is too long for a message."""
    return text if len(text) <= longest else f"{text[:longest]}..."


def shown(text: str) -> str:
    """Return text of the API on one line, truncated and with unprintable characters replaced."""
    return printable(clipped(text, LONGEST))


def ago(days: int) -> str:
    """Return a number of days as in `3 days ago`."""
    if days == 0:
        return "earlier today"
    return "1 day ago" if days == 1 else f"{days:,} days ago"


def listed(names: Sequence[str], *, total: int | None = None) -> str:
    """Return names separated by commas, with the number of further names in `total`."""
    row = ", ".join(map(shown, names))
    more = (len(names) if total is None else total) - len(names)
    return f"{row} and {more:,} more" if more > 0 else row


def megabytes(count: int) -> str:
    """Return a size in MB with its unit."""
    return f"{count:,} MB"


def use_of(used: int, quota: int, *, per_megabyte: int = 1) -> str:
    """Return the use of a quota; `per_megabyte` is the number of units in a MB."""
    sizes = f"{megabytes(used // per_megabyte)} of {megabytes(quota // per_megabyte)}"
    return f"{sizes} used ({used * 100 // quota:,} %)"
