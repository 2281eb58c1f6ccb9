"""The text formats of sizes and times in Exchange responses."""

from __future__ import annotations

from datetime import datetime

import pytest

from hostway_email.sandbox.exchange_format import size_text, time_text


@pytest.mark.parametrize(
    ("megabytes", "text"),
    [
        (0, "0"),
        (50, "50 MB (52,428,800 bytes)"),
        (1000, "1000 MB (1,048,576,000 bytes)"),
        (51200, "50 GB (53,687,091,200 bytes)"),
        (1300, "1.27 GB (1,363,148,800 bytes)"),
    ],
)
def test_size_text(megabytes: int, text: str) -> None:
    """A size is rounded, with the exact number of bytes in parentheses."""
    assert size_text(megabytes) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2013, 10, 11, 9, 43, 48), "10/11/2013 9:43:48 AM"),
        (datetime(2026, 1, 2, 0, 5, 6), "1/2/2026 12:05:06 AM"),
        (datetime(2026, 12, 31, 12, 0, 0), "12/31/2026 12:00:00 PM"),
        (datetime(2026, 12, 31, 23, 59, 9), "12/31/2026 11:59:09 PM"),
    ],
)
def test_time_text(moment: datetime, text: str) -> None:
    """A time has the month first, a 12-hour clock and no time zone."""
    assert time_text(moment) == text
