"""Files whose errors name them, as those of `open` do."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["NamedFile", "naming"]


@contextmanager
def naming(path: str | os.PathLike[str]) -> Iterator[None]:
    """Name a file in each `OSError` that names none."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno is not None:
            error.filename = os.fspath(path)
        raise


class NamedFile(io.FileIO):
    """An open file whose errors of writing name it.

    Parameters:
        descriptor: the file.
        path: its name.
    """

    def __init__(self, descriptor: int, path: str | os.PathLike[str]) -> None:
        super().__init__(descriptor, "w")
        self._path = path

    def write(self, data: ReadableBuffer, /) -> int:
        """Write what there is room for."""
        with naming(self._path):
            return super().write(data)

    def write_all(self, data: bytes) -> None:
        """Write all of `data`, or leave the file as it was, if the disk still lets it."""
        start = self.tell()
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self.write(rest) :]
        except OSError:
            with suppress(OSError):
                self.truncate(start)
                self.seek(start)
            raise
