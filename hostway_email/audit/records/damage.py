"""The damage of a records file by line, in a message of limited length."""

from __future__ import annotations

from typing import Final

from hostway_email.audit.text import number_of

__all__ = ["Damage"]

_NAMED: Final = 5


class Damage:
    """The damaged lines of a file: the first few by number, the others as a count."""

    def __init__(self) -> None:
        self._named: list[str] = []
        self._others = 0

    def __bool__(self) -> bool:
        return bool(self._named)

    def note(self, number: int, rule: str) -> None:
        """Add a damaged line."""
        if len(self._named) < _NAMED:
            self._named.append(f"line {number} {rule}")
        else:
            self._others += 1

    @property
    def first(self) -> str:
        """The message about the first damaged line."""
        return self._named[0]

    @property
    def notes(self) -> list[str]:
        """The messages for a summary; empty without damage."""
        notes = [f"the records are damaged: {named}" for named in self._named]
        if self._others:
            more = number_of(self._others, "more line", "more lines")
            notes.append(f"the records are damaged: {more}")
        return notes
