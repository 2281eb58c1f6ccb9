"""Ways through a graph of forwards: round in a circle, or out of the domain.

A graph is a mapping of each name to the names it forwards to. Work grows with the number of
forwards, not with the number of ways, of which a few forwards can make millions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Set

__all__ = ["cycles", "ways_out"]

_Graph = Mapping[str, Set[str]]


def cycles(graph: _Graph) -> Iterator[list[str]]:
    """Yield ways that lead back to where they start, which also stands at their end.

    Each starts at its alphabetically first name. Of several ways round that start with the same
    forward the shortest is given.
    """
    targets = {name: set(graph.get(name, ())) for name in _names(graph)}
    sources = _turned(targets)
    for name in list(targets):
        if not (targets.get(name) and sources.get(name)):
            _remove(name, targets, sources)
    for first in sorted(targets):
        for second in sorted(targets.get(first, ())):
            if way := _shortest(second, first, targets):
                yield [first, *way]
        _remove(first, targets, sources)


def ways_out(graph: _Graph, exits: Set[str]) -> Iterator[list[str]]:
    """Yield for each name, in order, its shortest way over at least one other to one of `exits`.

    A way that comes back to its start is none.
    """
    steps = _steps_to(exits, graph)
    for start in sorted(graph):
        leading = [
            (len(way), way)
            for target in graph[start]
            if (way := _follow(target, steps)) and start not in way
        ]
        if leading:
            yield [start, *min(leading)[1]]


def _names(graph: _Graph) -> Set[str]:
    return graph.keys() | {target for targets in graph.values() for target in targets}


def _turned(graph: _Graph) -> dict[str, set[str]]:
    turned: dict[str, set[str]] = {name: set() for name in _names(graph)}
    for name, targets in graph.items():
        for target in targets:
            turned[target].add(name)
    return turned


def _remove(name: str, targets: dict[str, set[str]], sources: dict[str, set[str]]) -> None:
    """Remove a name, and with it all that no circle can go through any more."""
    doomed = [name]
    while doomed:
        gone = doomed.pop()
        for onward, backward in ((targets, sources), (sources, targets)):
            for neighbour in onward.pop(gone, ()):
                backward[neighbour].discard(gone)
                if not backward[neighbour]:
                    doomed.append(neighbour)


def _shortest(start: str, end: str, graph: _Graph) -> list[str]:
    """Return a shortest way, with both its ends; empty if there is none."""
    came_from: dict[str, str | None] = {start: None}
    queue = deque([start])
    while queue and end not in came_from:
        name = queue.popleft()
        for target in sorted(graph.get(name, ())):
            if target not in came_from:
                came_from[target] = name
                queue.append(target)
    way: list[str] = []
    place = end if end in came_from else None
    while place is not None:
        way.append(place)
        place = came_from[place]
    return way[::-1]


def _steps_to(exits: Set[str], graph: _Graph) -> dict[str, str | None]:
    """Return for each name from where an exit can be reached the next step towards it."""
    sources = _turned(graph)
    steps: dict[str, str | None] = dict.fromkeys(sorted(exits))
    queue = deque(steps)
    while queue:
        name = queue.popleft()
        for source in sorted(sources.get(name, ())):
            if source not in steps:
                steps[source] = name
                queue.append(source)
    return steps


def _follow(name: str, steps: Mapping[str, str | None]) -> list[str]:
    way: list[str] = []
    place: str | None = name if name in steps else None
    while place is not None:
        way.append(place)
        place = steps[place]
    return way
