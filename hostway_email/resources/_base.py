"""The base class of resources: a path of the API and a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hostway_email._core.path import Path

if TYPE_CHECKING:
    from hostway_email._core.session import Session

__all__ = ["Resource"]


class Resource:
    """The operations on one resource of the API; creating it sends no request."""

    __slots__ = ("_path", "_session")

    def __init__(self, session: Session, path: Path) -> None:
        """Bind the operations to `path`, which is the resource itself or its parent."""
        self._session = session
        self._path = path

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._path.raw!r})"
