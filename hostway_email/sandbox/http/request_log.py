"""A log of the received requests."""

from __future__ import annotations

from collections import Counter

from hostway_email.sandbox.http.routes import OPERATIONS
from hostway_email.sandbox.http.routing import RouteMatch

__all__ = ["RequestLog"]

_OPERATIONS = {operation.id: operation for operation in OPERATIONS}


class RequestLog:
    """The number of received requests: in total, by operation, and by method and path."""

    def __init__(self) -> None:
        self.total = 0
        self.operations: Counter[str] = Counter()
        self.unknown: list[str] = []
        self.refused: list[str] = []
        self._paths: Counter[tuple[str, str]] = Counter()

    def add(self, method: str, raw_path: bytes, match: RouteMatch) -> None:
        """Record one request."""
        self.total += 1
        self._paths[method, match.path] += 1
        if match.operation is None:
            self.unknown.append(f"{method} {raw_path.decode('latin-1')}")
        else:
            self.operations[match.operation.id] += 1

    def add_refused(self, method: str, match: RouteMatch, reasons: str) -> None:
        """Record that a request was refused, because the manual does not document it."""
        self.refused.append(f"{method} {match.path}: {reasons}")

    def count(self, method: str | None, suffix: str) -> int:
        """Return the number of requests with a method and a suffix of the path or its template."""
        if method is None:
            return self.total
        wanted = method.upper()
        requests = self._by_template() if "{" in suffix else self._paths
        return sum(
            count
            for (verb, path), count in requests.items()
            if verb == wanted and path.endswith(suffix)
        )

    def _by_template(self) -> dict[tuple[str, str], int]:
        return {
            (_OPERATIONS[name].method, _OPERATIONS[name].template): count
            for name, count in self.operations.items()
        }
