"""The connections of this process, counted where they are made and not by who may be late."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field

__all__ = ["Connections"]


@dataclass
class Connections:
    """Sockets that were connected to something since a test began.

    Attributes:
        most: how many of them were open at once.
    """

    most: int = 0
    _sockets: list[socket.socket] = field(default_factory=list)

    @property
    def open(self) -> int:
        """Return how many of them are open."""
        self._sockets = [one for one in self._sockets if one.fileno() != -1]
        return len(self._sockets)

    def add(self, made: socket.socket) -> None:
        """Count a socket until it is closed."""
        self._sockets.append(made)
        self.most = max(self.most, self.open)
