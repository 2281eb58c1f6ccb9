"""What all resources are: a place on the API, and the session that reaches it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hostway_email.paths import Path

if TYPE_CHECKING:
    from hostway_email.session import Session

__all__ = ["Resource"]


class Resource:
    """Operations on one thing of the API; making one sends nothing."""

    __slots__ = ("_path", "_session")

    def __init__(self, session: Session, path: Path) -> None:
        """Describe the operations on what belongs to `path`, or is found there itself."""
        self._session = session
        self._path = path

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._path.raw!r})"
