"""The text formats of sizes and times in Exchange responses."""

from __future__ import annotations

from datetime import datetime

__all__ = ["size_text", "time_text"]


def size_text(megabytes: int) -> str:
    """Return a size such as `1000 MB (1,048,576,000 bytes)`; zero is `0`."""
    if megabytes == 0:
        return "0"
    exact = f"({megabytes * 1024 * 1024:,} bytes)"
    if megabytes < 1024:
        return f"{megabytes} MB {exact}"
    return f"{megabytes / 1024:.4g} GB {exact}"


def time_text(moment: datetime) -> str:
    """Return a time such as `10/11/2013 9:43:48 AM`: month first, 12-hour clock, no time zone."""
    hour = moment.hour % 12 or 12
    half = "AM" if moment.hour < 12 else "PM"
    day = f"{moment.month}/{moment.day}/{moment.year}"
    return f"{day} {hour}:{moment.minute:02}:{moment.second:02} {half}"
