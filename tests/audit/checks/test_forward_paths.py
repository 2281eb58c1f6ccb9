"""Paths through a graph of forwards, compared with exhaustive searches of small graphs."""

from __future__ import annotations

from collections.abc import Iterator
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from hostway_email.audit.checks._forward_paths import cycles, paths_out

Graph = dict[str, set[str]]

NAMES = "abcde"
GRAPHS = st.dictionaries(st.sampled_from(NAMES), st.sets(st.sampled_from(NAMES)))


def paths(graph: Graph, *way: str) -> Iterator[tuple[str, ...]]:
    """Yield all simple paths that continue a path, including loops to its first name."""
    for target in graph.get(way[-1], ()):
        if target == way[0]:
            yield (*way, target)
        elif target not in way:
            yield (*way, target)
            yield from paths(graph, *way, target)


def test_cycles() -> None:
    graph = {"c": {"a"}, "a": {"b", "a"}, "b": {"c", "d"}, "d": {"b"}, "e": {"a"}}

    assert list(cycles(graph)) == [["a", "a"], ["a", "b", "c", "a"], ["b", "d", "b"]]


@given(GRAPHS)
def test_cycles_against_exhaustive_search(graph: Graph) -> None:
    """Each loop is a shortest one, starts at its first name, and is yielded once."""
    rounds = [way for name in NAMES for way in paths(graph, name) if way[0] == way[-1]]
    shortest: dict[tuple[str, str], int] = {}
    for way in rounds:
        if way[0] == min(way):
            start = way[0], way[1]
            shortest[start] = min(len(way), shortest.get(start, 99))

    found = [tuple(way) for way in cycles(graph)]

    assert set(found) <= set(rounds)
    assert [(way[0], way[1]) for way in found] == sorted(shortest)
    assert all(len(way) == shortest[way[0], way[1]] for way in found)


def test_paths_out() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "d": {"e"}, "f": {"c", "a"}}

    assert list(paths_out(graph, {"c"})) == [["a", "b", "c"], ["b", "c"], ["f", "c"]]


@given(GRAPHS, st.sets(st.sampled_from(NAMES)))
def test_paths_out_against_exhaustive_search(graph: Graph, exits: set[str]) -> None:
    """Each is a shortest path; a path may be missing only if it is part of a loop."""
    every = [way for name in NAMES for way in paths(graph, name)]
    on_loop = {name for way in every if way[0] == way[-1] for name in way}
    out = [way for way in every if way[-1] in exits and way[0] != way[-1]]

    found = [tuple(way) for way in paths_out(graph, exits)]

    assert set(found) <= set(out)
    starts = [way[0] for way in found]
    assert starts == sorted(set(starts))
    assert {way[0] for way in out} - set(starts) <= exits & on_loop
    for way in found:
        if way[0] not in exits:
            assert len(way) == min(len(other) for other in out if other[0] == way[0])


def test_large_graphs_take_no_time() -> None:
    """Large loops and graphs with millions of paths are processed quickly."""
    ring = {f"{n:05}": {f"{(n + 1) % 5000:05}"} for n in range(5000)}
    pairs = {f"{n:05}": {f"{n ^ 1:05}"} for n in range(10_000)}
    dense = {f"{n:02}": {f"{m:02}" for m in range(40)} for n in range(40)}
    start = process_time()

    assert len(list(cycles(ring))) == 1
    assert len(list(cycles(pairs))) == 5000
    assert len(list(cycles(dense))) == 40 * 41 // 2
    assert len(list(paths_out(dense, {"39"}))) == 39

    assert process_time() - start < 3
