"""Formatting of facts for the text of an evidence, and escaping of cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostway_email.audit.text import ago, harmless_cell, listed, megabytes, shown, use_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ana@example.net", "ana@example.net"),
        ("Zoë <b>", "Zoë <b>"),
        ("a\r\nb", "a��b"),
        ("a\x1b[31mb", "a�[31mb"),
        ("\u202egro.elpmaxe", "�gro.elpmaxe"),
        ("x" * 120, "x" * 120),
        ("x" * 121, "x" * 120 + "..."),
    ],
)
def test_shown(text: str, expected: str) -> None:
    """Markup is unchanged; unprintable characters are replaced."""
    assert shown(text) == expected


@given(st.text(st.characters(), max_size=300))
def test_shown_is_printable(text: str) -> None:
    """Any text becomes one printable line that can be encoded."""
    line = shown(text)

    assert line.isprintable()
    assert len(line.encode()) <= 4 * 123


def test_listed() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed(["a", "b"], total=3) == "a, b and 1 more"
    assert listed([]) == ""


def test_sizes() -> None:
    assert megabytes(12345) == "12,345 MB"
    assert use_of(5, 10) == "5 MB of 10 MB used (50 %)"
    assert use_of(1 << 20, 1 << 21, per_megabyte=1 << 20) == "1 MB of 2 MB used (50 %)"


@pytest.mark.parametrize(
    ("days", "text"), [(0, "earlier today"), (1, "1 day ago"), (1200, "1,200 days ago")]
)
def test_ago(days: int, text: str) -> None:
    """The text is correct for any number of days."""
    assert ago(days) == text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_harmless_cell(start: str) -> None:
    """A value that starts like a formula is escaped; other values are unchanged."""
    assert harmless_cell(f"{start}1+1") == f"'{start}1+1"
    assert harmless_cell(f"a{start}") == f"a{start}"
    assert harmless_cell(-5) == -5
