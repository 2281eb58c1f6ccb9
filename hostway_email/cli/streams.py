"""Standard streams of the command that may be closed, full, or left by their reader."""

from __future__ import annotations

import contextlib
import io
import os
import select
import sys
from collections.abc import Iterator
from typing import TextIO

__all__ = ["STDOUT", "GuardedFile", "guarded_streams", "is_closed"]

STDOUT = "standard output"
_closed: set[int] = set()


class GuardedFile(io.RawIOBase):
    """A file for output whose reader may leave, and whose errors name it once.

    Parameters:
        file: where the bytes go; a file of Windows's console is written by its own means.
        name: what an error names.
        optional: drop what cannot be written for any reason.
    """

    def __init__(self, file: io.RawIOBase, name: str, *, optional: bool = False) -> None:
        self._file = file
        self._name = name
        self._dropping = False
        self._optional = optional

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._file.isatty()

    def fileno(self) -> int:
        return self._file.fileno()

    def write(self, data: object) -> int:
        content = memoryview(data).cast("B")  # type: ignore[arg-type] # io calls it with a buffer
        if self._dropping:
            return len(content)
        try:
            # A pipe that another program has made non-blocking takes nothing while it is full.
            while (written := self._file.write(content)) is None:
                select.select((), (self._file,), ())
            return written
        except OSError as error:
            # What is still buffered would fail again, at the latest when the interpreter ends.
            self._dropping = True
            if self._optional or isinstance(error, BrokenPipeError):
                return len(content)
            raise OSError(error.errno, error.strerror, self._name) from error
        except BaseException:
            self._dropping = True
            raise


def is_closed(descriptor: int) -> bool:
    """Return whether the command was started with this standard stream closed."""
    return descriptor in _closed


@contextlib.contextmanager
def guarded_streams() -> Iterator[None]:
    """Make standard streams harmless: a closed one is empty, and nothing depends on stderr.

    A reader of stdout that leaves is no error; any other failure to write there is an `OSError`
    that names it.
    """
    _fill_closed()
    before = sys.stdin, sys.stdout, sys.stderr
    with contextlib.ExitStack() as opened:
        # The interpreter has None for a stream that was closed when it started.
        if sys.stdin is None:
            sys.stdin = opened.enter_context(open(os.devnull, encoding="utf-8"))
        sys.stdout = _guarded(sys.stdout, STDOUT, optional=False)
        sys.stderr = _guarded(sys.stderr, "standard error", optional=True)
        for guarded, original in zip((sys.stdout, sys.stderr), before[1:], strict=True):
            if guarded is not original:
                opened.callback(guarded.close)
        try:
            yield
        finally:
            sys.stdin, sys.stdout, sys.stderr = before


def _fill_closed() -> None:
    """Open the null device for each closed standard stream, before another file takes its place."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            _closed.add(descriptor)
            os.open(os.devnull, os.O_RDWR)


def _guarded(stream: TextIO | None, name: str, *, optional: bool) -> TextIO:
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")
    buffer = getattr(stream, "buffer", None)
    if not isinstance(stream, io.TextIOWrapper) or buffer is None:
        return stream  # It is no stream of the system: somebody collects the text.
    stream.flush()
    raw = GuardedFile(getattr(buffer, "raw", buffer), name, optional=optional)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        # What a terminal cannot show must not end an audit.
        errors="backslashreplace" if stream.errors == "strict" else stream.errors,
        line_buffering=stream.line_buffering or stream.write_through,
    )
