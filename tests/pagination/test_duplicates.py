"""Duplicates in an iteration, and lists that start over."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostway_email.pagination.duplicates import MAX_STALE_PAGES, DuplicateTracker


def pages_until_endless(pages: Iterable[list[object]], window: int = 3) -> int:
    """Return after how many pages a list is known as endless; 0 if never."""
    repeats = DuplicateTracker(window)
    for taken, page in enumerate(pages, 1):
        repeats.add(page)
        if repeats.endless:
            return taken
    return 0


@pytest.mark.parametrize("window", [3, 17])
def test_identical_pages(window: int) -> None:
    """The first page is new; ten more of the same are enough."""
    assert pages_until_endless([["a", "b"]] * 50, window) == 1 + MAX_STALE_PAGES


def test_duplicates_of_identical_pages_are_counted() -> None:
    """All but the first of identical items are duplicates, without limit."""
    repeats = DuplicateTracker(3)

    assert sum(repeats.add([*range(100)]) for _ in range(1_714)) == 1_713 * 100


@pytest.mark.parametrize("size", [7, 100])
@pytest.mark.parametrize("length", [50, 2_050])
def test_list_that_starts_over(length: int, size: int) -> None:
    """A list that starts over, on other page boundaries, is detected some ten pages later."""
    items = [f"user{number % length}" for number in range(4 * length + 100 * size)]
    pages = [[*items[start : start + size]] for start in range(0, len(items), size)]

    taken = pages_until_endless(pages)

    first_round = -(-length // size)
    assert first_round + MAX_STALE_PAGES <= taken <= first_round + MAX_STALE_PAGES + 2


def test_endless_pages_of_one_item() -> None:
    """Pages of one item end as soon as others."""
    assert pages_until_endless([["a"]] * 50) == 1 + MAX_STALE_PAGES


@pytest.mark.parametrize("empty", [1, MAX_STALE_PAGES - 1])
def test_empty_pages_in_the_middle(empty: int) -> None:
    """A few of them are legal."""
    pages: list[list[object]] = []
    for number in range(20):
        pages += [[number], *([] for _ in range(empty))]

    assert pages_until_endless(pages) == 0


@pytest.mark.parametrize("size", [1, 2, 100])
def test_long_lists_are_not_taken_for_endless(size: int) -> None:
    """New items are recognised as new, for any length and page size."""
    pages = ([f"user{number}" for number in range(at, at + size)] for at in range(0, 200_000, size))

    assert pages_until_endless(pages) == 0


@given(st.lists(st.lists(st.integers(0, 20), max_size=4), max_size=30), st.integers(1, 5))
def test_duplicates_are_those_of_the_window(pages: list[list[object]], window: int) -> None:
    """An item is a duplicate if it was on one of the latest pages, or on its own."""
    repeats = DuplicateTracker(window)

    for number, page in enumerate(pages):
        near = [item for earlier in pages[max(0, number - window) : number] for item in earlier]
        known = len(set(near))
        assert repeats.add(page) == len(page) - (len({*near, *page}) - known)


def test_memory_does_not_grow_with_the_list() -> None:
    """Ten times the items take the same memory: a window, and one bitmap."""

    def peak(pages: int) -> int:
        tracemalloc.start()
        try:
            pages_until_endless([f"{n}/{i}" for i in range(100)] for n in range(pages))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(500) < 1.2 * peak(50)
