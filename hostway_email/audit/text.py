"""Text of a hostile world, made fit to be shown, and numbers with their words."""

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

# What a spreadsheet takes for the beginning of a formula, in the wide forms of CJK keyboards too.
_FORMULA: Final = re.compile(r"[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
# Where cells are told apart by semicolons, a spreadsheet ends a cell at one in spite of the quotes.
_NEXT_CELL: Final = re.compile(r"(;[\s\"']*)(?=[=+\-@])")


def printable(text: str) -> str:
    """Return text with a replacement for whatever cannot be printed.

    That is line breaks, terminal escapes, and the marks that turn the direction of writing, with
    which one address can be made to look like another.
    """
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def harmless_cell(value: str | int | bool | None) -> str | int | bool | None:
    """Return a value for a cell of CSV that no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return value
    value = _NEXT_CELL.sub(r"\1'", value)
    return f"'{value}" if _FORMULA.match(value) else value


def number_of(number: int, one: str, many: str) -> str:
    """Return a number with the word that goes with it."""
    return f"{number:,} {one if number == 1 else many}"


def clipped(text: str, longest: int = 200) -> str:
    """Return the beginning of a text that would be too long for a message."""
    return text if len(text) <= longest else f"{text[:longest]}..."


def shown(text: str) -> str:
    """Return text of the API on one line, of limited length.

    Characters that are not printable are replaced.
    """
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
    return printable(cut)


def ago(days: int) -> str:
    """Return a number of days as in `3 days ago`."""
    if days == 0:
        return "earlier today"
    return "1 day ago" if days == 1 else f"{days:,} days ago"


def listed(names: Sequence[str], *, total: int | None = None) -> str:
    """Return names separated by commas, and the number of those left out of `total`."""
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
