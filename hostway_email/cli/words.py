"""Text of a hostile world, made fit to be shown, and numbers with their words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.text import Text

__all__ = ["harmless_cell", "left_out_lines", "number_of", "plain_text"]


def plain_text(text: str, style: str = "") -> Text:
    """Return text as it is for a terminal: markup means nothing, control characters do nothing."""
    shown = (letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return Text("".join(shown), style=style)


def harmless_cell(value: str | int | bool | None) -> str | int | bool | None:
    """Return a value for a cell of CSV that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


def number_of(number: int, one: str, many: str) -> str:
    """Return a number with the word that goes with it."""
    return f"{number:,} {one if number == 1 else many}"


def left_out_lines(left_out: Mapping[str, str]) -> Iterator[str]:
    """Yield which checks were not asked, a line for each reason."""
    for reason in dict.fromkeys(left_out.values()):
        checks = sorted(check for check, why in left_out.items() if why == reason)
        yield f"Not asked: {', '.join(checks)}: {reason}."
