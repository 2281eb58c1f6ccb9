"""Paths through the graph of forwards: loops, and chains that leave the domain.

A graph maps each name to the names it forwards to. Cost grows with the number of forwards, not
with the number of paths: a few forwards can have millions of paths.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Set

__all__ = ["cycles", "paths_out"]

_Graph = Mapping[str, Set[str]]


def cycles(graph: _Graph) -> Iterator[list[str]]:
    """Yield loops as paths whose first name is repeated at the end.

    Each starts at its alphabetically first name. Of several loops that start with the same forward
    the shortest is yielded.
    """
    targets = {name: set(graph.get(name, ())) for name in _names(graph)}
    sources = _reversed(targets)
    for name in list(targets):
        if not (targets.get(name) and sources.get(name)):
            _remove(name, targets, sources)
    for first in sorted(targets):
        for second in sorted(targets.get(first, ())):
            if path := _shortest(second, first, targets):
                yield [first, *path]
        _remove(first, targets, sources)


def paths_out(graph: _Graph, exits: Set[str]) -> Iterator[list[str]]:
    """Yield for each name, sorted, its shortest path through another name to one of `exits`.

    A path that returns to its start is ignored.
    """
    steps = _steps_to(exits, graph)
    for start in sorted(graph):
        leading = [
            (len(path), path)
            for target in graph[start]
            if (path := _follow(target, steps)) and start not in path
        ]
        if leading:
            yield [start, *min(leading)[1]]


def _names(graph: _Graph) -> Set[str]:
    return graph.keys() | {target for targets in graph.values() for target in targets}


def _reversed(graph: _Graph) -> dict[str, set[str]]:
    reverse: dict[str, set[str]] = {name: set() for name in _names(graph)}
    for name, targets in graph.items():
        for target in targets:
            reverse[target].add(name)
    return reverse


def _remove(name: str, targets: dict[str, set[str]], sources: dict[str, set[str]]) -> None:
    """Remove a name, and every name that can then no longer be part of a loop."""
    pending = [name]
    while pending:
        removed = pending.pop()
        for onward, backward in ((targets, sources), (sources, targets)):
            for neighbour in onward.pop(removed, ()):
                backward[neighbour].discard(removed)
                if not backward[neighbour]:
                    pending.append(neighbour)


def _shortest(start: str, end: str, graph: _Graph) -> list[str]:
    """Return a shortest path including both ends; empty if there is none."""
    came_from: dict[str, str | None] = {start: None}
    queue = deque([start])
    while queue and end not in came_from:
        name = queue.popleft()
        for target in sorted(graph.get(name, ())):
            if target not in came_from:
                came_from[target] = name
                queue.append(target)
    path: list[str] = []
    step = end if end in came_from else None
    while step is not None:
        path.append(step)
        step = came_from[step]
    return path[::-1]


def _steps_to(exits: Set[str], graph: _Graph) -> dict[str, str | None]:
    """Return the next step towards an exit for each name that can reach one."""
    sources = _reversed(graph)
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
    path: list[str] = []
    step: str | None = name if name in steps else None
    while step is not None:
        path.append(step)
        step = steps[step]
    return path
