"""Routing of a method and a raw path to an operation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from hostway_email.sandbox.http.routes import Operation

__all__ = ["RouteMatch", "Router"]


@dataclass(slots=True)
class RouteMatch:
    """The result of routing: an operation with its path parameters, or the allowed methods."""

    path: str
    operation: Operation | None
    path_params: dict[str, str]
    allowed: str = ""

    def has_suffix(self, suffix: str) -> bool:
        """Return True if the decoded path, or the path template, ends with the suffix."""
        template = self.operation.template if self.operation else ""
        return self.path.endswith(suffix) or ("{" in suffix and template.endswith(suffix))


@dataclass(slots=True)
class _Node:
    literals: dict[str, _Node] = field(default_factory=dict)
    variable: _Node | None = None
    operations: dict[str, tuple[Operation, tuple[str, ...]]] = field(default_factory=dict)


class Router:
    """A router over a tree of path segments."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        for operation in operations:
            self._add(operation)

    def find(self, method: str, raw_path: bytes) -> RouteMatch:
        """Return the operation of a method and a raw path.

        The path is split before it is decoded, so a `%2F` stays inside its segment.
        """
        segments = _decode(raw_path)
        if segments is None:
            return RouteMatch(raw_path.decode("latin-1"), None, {})
        path = "/" + "/".join(segments)
        # Some self links end with a slash; without it the path is the same.
        slash = len(segments) > 1 and not segments[-1]
        if slash:
            segments.pop()
        node, values = self._walk(segments)
        if node is None:
            return RouteMatch(path, None, {})
        found = node.operations.get(method)
        if found is None or (slash and not found[0].slash):
            allowed = [name for name, (op, _) in node.operations.items() if op.slash or not slash]
            return RouteMatch(path, None, {}, ", ".join(allowed))
        operation, names = found
        return RouteMatch(path, operation, dict(zip(names, values, strict=True)))

    def _walk(self, segments: list[str]) -> tuple[_Node | None, list[str]]:
        node: _Node | None = self._root
        values: list[str] = []
        for segment in segments:
            assert node is not None
            following = node.literals.get(segment)
            if following is None:
                following = node.variable if segment else None
                values.append(segment)
            if following is None:
                return None, values
            node = following
        return node, values

    def _add(self, operation: Operation) -> None:
        node = self._root
        names: list[str] = []
        for segment in operation.template[1:].split("/"):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.variable = node.variable or _Node()
                node = node.variable
            else:
                node = node.literals.setdefault(segment, _Node())
        if operation.method in node.operations:
            raise ValueError(f"duplicate operation: {operation.method} {operation.template}")
        node.operations[operation.method] = (operation, tuple(names))


def _decode(raw_path: bytes) -> list[str] | None:
    if not raw_path.startswith(b"/"):
        return None
    try:
        if b"%" not in raw_path:
            return raw_path[1:].decode().split("/")
        return [unquote_to_bytes(part).decode() for part in raw_path[1:].split(b"/")]
    except UnicodeDecodeError:
        return None
