"""What a walk has seen: duplicates nearby, and lists that begin to repeat themselves."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostway_email.pagination.duplicates import MAX_STALE_PAGES, DuplicateTracker


def pages_until_endless(pages: Iterable[list[object]], window: int = 3) -> int:
    """Return how many of the pages were taken before they were known to be endless; 0 if never."""
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
    """Each item but the first of its kind is one, however long it goes on."""
    repeats = DuplicateTracker(3)

    assert sum(repeats.add([*range(100)]) for _ in range(1_714)) == 1_713 * 100


@pytest.mark.parametrize("size", [7, 100])
@pytest.mark.parametrize("length", [50, 2_050])
def test_list_that_begins_again(length: int, size: int) -> None:
    """A list that starts over, on pages cut at other places, is known ten or so pages later."""
    items = [f"user{number % length}" for number in range(4 * length + 100 * size)]
    pages = [[*items[start : start + size]] for start in range(0, len(items), size)]

    taken = pages_until_endless(pages)

    first_round = -(-length // size)
    assert first_round + MAX_STALE_PAGES <= taken <= first_round + MAX_STALE_PAGES + 2


def test_single_item_for_ever() -> None:
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
    """However long a list is, new items are known as such, on pages of any size."""
    pages = ([f"user{number}" for number in range(at, at + size)] for at in range(0, 200_000, size))

    assert pages_until_endless(pages) == 0


@given(st.lists(st.lists(st.integers(0, 20), max_size=4), max_size=30), st.integers(1, 5))
def test_duplicates_are_those_of_the_window(pages: list[list[object]], window: int) -> None:
    """An item counts if it was on one of the latest pages, or before on its own."""
    repeats = DuplicateTracker(window)

    for number, page in enumerate(pages):
        near = [item for earlier in pages[max(0, number - window) : number] for item in earlier]
        known = len(set(near))
        assert repeats.add(page) == len(page) - (len({*near, *page}) - known)


def test_memory_does_not_grow_with_the_list() -> None:
    """Ten times the items take no more: a window of them, and one bitmap."""

    def peak(pages: int) -> int:
        tracemalloc.start()
        try:
            pages_until_endless([f"{n}/{i}" for i in range(100)] for n in range(pages))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(500) < 1.2 * peak(50)
