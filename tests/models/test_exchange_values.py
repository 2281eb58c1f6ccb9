"""Parsing of the sizes, counts and times that Exchange has as text."""

from __future__ import annotations

import copy
import pickle
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostway_email.models import ExchangeMailbox, ExchangeNumber, ExchangeSize, ExchangeTimestamp


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1000 MB (1,048,576,000 bytes)", 1_048_576_000),
        ("50 GB (53,687,091,200 bytes)", 53_687_091_200),
        ("0 B (0 bytes)", 0),
        ("1.953 KB (2,000 bytes)", 2000),
        ("1 B (1 byte)", 1),
        ("50 MB", 52_428_800),
        ("1.5 GB", 1_610_612_736),
        ("2TB", 2_199_023_255_552),
        ("0", 0),
        ("1,024", 1024),
        (" 7 bytes ", 7),
        ("unlimited", None),
        ("Unlimited", None),
        ("", None),
        ("-5 MB", None),
        ("12 parsecs", None),
        ("9" * 5000, None),
        ("(" + "9" * 5000 + " bytes)", None),
        ("٣ MB", None),
    ],
)
def test_size_in_bytes(text: str, size: int | None) -> None:
    """The exact number counts if there is one; a text without a size is None."""
    assert ExchangeSize(text).bytes == size


@pytest.mark.parametrize(
    ("text", "unlimited"), [("unlimited", True), (" Unlimited", True), ("", False), ("0", False)]
)
def test_unlimited(text: str, unlimited: bool) -> None:
    """No limit differs from a limit that cannot be parsed."""
    assert ExchangeSize(text).unlimited is unlimited
    assert ExchangeNumber(text).unlimited is unlimited


@pytest.mark.parametrize(
    ("text", "number"),
    [("100", 100), ("0", 0), ("1,234", 1234), ("unlimited", None), ("", None), ("²", None)],
)
def test_number(text: str, number: int | None) -> None:
    """Counts are text on the wire, and may be unlimited."""
    assert ExchangeNumber(text).number == number


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("10/11/2013 9:43:48 AM", datetime(2013, 10, 11, 9, 43, 48)),
        ("1/2/2024 12:00:00 AM", datetime(2024, 1, 2)),
        ("1/2/2024 12:30:00 PM", datetime(2024, 1, 2, 12, 30)),
        ("12/31/1999 11:59:59 pm", datetime(1999, 12, 31, 23, 59, 59)),
        ("1/2/2024 1:30 PM", datetime(2024, 1, 2, 13, 30)),
        ("1/2/2024 1:30:00\u202fPM", datetime(2024, 1, 2, 13, 30)),
        ("31/12/1999 1:00:00 AM", None),
        ("2/30/2024 1:00:00 AM", None),
        ("1/2/2024 13:00:00 PM", None),
        ("1/2/2024 0:00:00 AM", None),
        ("2024-01-02T13:30:00", None),
        ("1/2/0000 1:00:00 AM", None),
        ("", None),
    ],
)
def test_timestamp(text: str, time: datetime | None) -> None:
    """The month comes first, no time zone is added, and no text is an error."""
    assert ExchangeTimestamp(text).to_datetime() == time


@given(st.text())
def test_no_text_fails(text: str) -> None:
    """Any text is parsed without an exception."""
    size, number, time = ExchangeSize(text), ExchangeNumber(text), ExchangeTimestamp(text)

    assert [size, number, time] == [text] * 3
    assert size.bytes is None or size.bytes >= 0
    assert number.number is None or number.number >= 0
    time.to_datetime()


def test_values_are_text_that_can_be_copied() -> None:
    """They pass through task queues and reports as text; numbers become text."""
    mailbox = ExchangeMailbox.model_validate({"quota": 5, "itemCount": 7, "whenCreated": []})

    assert (mailbox.quota, mailbox.item_count, mailbox.when_created) == ("5", "7", None)
    assert type(pickle.loads(pickle.dumps(mailbox)).quota) is ExchangeSize
    assert type(copy.deepcopy(mailbox).item_count) is ExchangeNumber
