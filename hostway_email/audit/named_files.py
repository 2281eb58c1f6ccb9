"""Files whose errors name them, like those of `open()`."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["NamedFile", "naming"]


@contextmanager
def naming(path: str | os.PathLike[str] | None = None) -> Iterator[None]:
    """Add the path, by default of the temporary folder, to each `OSError` without a filename."""
    try:
        yield
    except OSError as error:
        _name(error, path or tempfile.tempdir or "the temporary folder")
        raise


def _name(error: OSError, path: str | os.PathLike[str]) -> None:
    if error.filename is None and error.errno is not None:
        error.filename = os.fspath(path)


class NamedFile(io.FileIO):
    """An open file whose write errors have its path as `filename`.

    Parameters:
        descriptor: the file descriptor.
        path: the path for errors.
    """

    def __init__(self, descriptor: int, path: str | os.PathLike[str]) -> None:
        super().__init__(descriptor, "w")
        self._path = path

    def write(self, data: ReadableBuffer, /) -> int:
        """Write as much as possible, and return the number of bytes written."""
        # Not by `naming()`, which takes half as long as the write itself.
        try:
            return super().write(data)
        except OSError as error:
            _name(error, self._path)
            raise

    def write_all(self, data: bytes) -> None:
        """Write all of `data`; on an error, truncate the file to its previous length."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self.write(rest) :]
        except OSError:
            with suppress(OSError):
                start = self.tell() - (len(data) - len(rest))
                self.truncate(start)
                self.seek(start)
            raise
