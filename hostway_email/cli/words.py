"""Text of a hostile world, made fit for a terminal."""

from __future__ import annotations

from rich.text import Text

from hostway_email.audit.words import harmless_cell, number_of, printable

__all__ = ["harmless_cell", "number_of", "plain_text"]


def plain_text(text: str, style: str = "") -> Text:
    """Return text as it is for a terminal: markup means nothing, control characters do nothing."""
    return Text(printable(text), style=style)
