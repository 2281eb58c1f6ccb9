"""The connections of this process, counted on this side, where no server can be late."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field

__all__ = ["Connections"]


@dataclass
class Connections:
    """Sockets connected since the start of a test.

    Attributes:
        most: maximum number of open sockets.
    """

    most: int = 0
    _sockets: list[socket.socket] = field(default_factory=list)

    @property
    def open(self) -> int:
        """Return the number of open sockets."""
        self._sockets = [one for one in self._sockets if one.fileno() != -1]
        return len(self._sockets)

    def add(self, made: socket.socket) -> None:
        """Count a socket until it is closed."""
        self._sockets.append(made)
        self.most = max(self.most, self.open)
