"""Standard streams that may be closed, full or without a reader."""

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
    """An output file that ignores a broken pipe, and reports any other error once.

    Parameters:
        file: the raw file; on Windows this may be that of the console.
        name: the name for errors.
        optional: whether to ignore all errors.
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
            # A full pipe returns None if another program has made it non-blocking.
            while (written := self._file.write(content)) is None:
                select.select((), (self._file,), ())
            return written
        except OSError as error:
            # The rest of the buffer would fail again, at the latest at the end of the interpreter.
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
    """Replace closed standard streams by the null device, and ignore errors on stderr.

    A broken pipe on stdout is ignored; any other error is an `OSError` with its name.
    """
    _fill_closed()
    before = sys.stdin, sys.stdout, sys.stderr
    with contextlib.ExitStack() as opened:
        # In Python a stream that was closed at the start is None.
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
    """Open the null device for each closed standard stream, before another file gets its number."""
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
        return stream  # Not a stream of the system, but a replacement, as in tests.
    stream.flush()
    raw = GuardedFile(getattr(buffer, "raw", buffer), name, optional=optional)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        # A character that the terminal cannot show must not end an audit.
        errors="backslashreplace" if stream.errors == "strict" else stream.errors,
        line_buffering=stream.line_buffering or stream.write_through,
    )
