"""Escaping of untrusted text for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.text import Text

from hostway_email.audit.text import printable

__all__ = ["plain_text", "skipped_lines"]


def plain_text(text: str, style: str = "") -> Text:
    """Return text for a terminal, without markup and with control characters replaced."""
    return Text(printable(text), style=style)


def skipped_lines(skipped: Mapping[str, str]) -> Iterator[str]:
    """Yield the skipped checks, one line for each reason."""
    for reason in dict.fromkeys(skipped.values()):
        checks = sorted(check for check, why in skipped.items() if why == reason)
        yield f"Skipped: {', '.join(checks)}: {reason}."
