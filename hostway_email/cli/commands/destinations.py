"""Destinations of reports: a file, standard output, a named pipe or a device."""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import re
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from hostway_email.audit.reports.files import require_replaceable
from hostway_email.cli.signals import interruptible
from hostway_email.cli.streams import STDOUT, GuardedFile, is_closed
from hostway_email.errors import InvalidRequestError

__all__ = ["Destination", "require_distinct"]

_DESCRIPTOR: Final = re.compile(r"/dev/(?:fd/(\d+)|(stdin)|(stdout)|(stderr))|/proc/self/fd/(\d+)")


@dataclass(frozen=True, slots=True)
class Destination:
    """The destination of a report.

    Attributes:
        name: its name in messages.
        target: the path of a file to replace atomically, or an open stream.
        is_stdout: whether it is standard output.
    """

    name: str
    target: Path | TextIO
    is_stdout: bool = False

    @property
    def is_stream(self) -> bool:
        """Whether it is a stream, which may block until there is a reader."""
        return not isinstance(self.target, Path)

    @classmethod
    @contextlib.contextmanager
    def opened(cls, option: str, path: Path) -> Iterator[Destination]:
        """Check that a report can be written there; open a stream.

        Raises:
            InvalidRequestError: it cannot be written there.
        """
        descriptor = _descriptor(path)
        if descriptor == 1:
            if is_closed(1):
                raise InvalidRequestError(f"{option} cannot be written: {STDOUT} is closed")
            with _utf8(sys.stdout) as stream:
                yield cls(STDOUT, stream, is_stdout=True)
        elif descriptor is not None or _is_special(path):
            with _stream(path, descriptor) as stream:
                yield cls(str(path), stream)
        else:
            require_replaceable(path)
            yield cls(str(path), path)


def require_distinct(outputs: Mapping[str, Path | None], inputs: Mapping[str, Path | None]) -> None:
    """Check that no two outputs share a file, no output replaces an input, and records are a file.

    Raises:
        InvalidRequestError: the options conflict; the message names them.
    """
    records = outputs.get("--records")
    if records is not None and _descriptor(records) is not None:
        raise InvalidRequestError("--records must be a file: reports and --resume read it again")
    wanted = [(option, path) for option, path in outputs.items() if path is not None]
    read = [(option, path) for option, path in inputs.items() if path is not None]
    for (one, path), (other, second) in itertools.combinations(wanted, 2):
        if _same(path, second):
            raise InvalidRequestError(
                f"{one} and {other} are both {path}; each output must have its own file"
            )
    for (one, path), (other, second) in itertools.product(wanted, read):
        if _same(path, second):
            raise InvalidRequestError(
                f"{one} would overwrite the file of {other}, {path}; use another file"
            )
    for option, path in wanted:
        for descriptor, name in ((1, STDOUT), (2, "standard error")):
            if _descriptor(path) is None and _is_file_of(path, descriptor):
                raise InvalidRequestError(
                    f"{option} and {name} are the same file, {path}; use another file"
                )


def _same(one: Path, other: Path) -> bool:
    first, second = _descriptor(one), _descriptor(other)
    if first is not None or second is not None:
        return first == second
    with contextlib.suppress(OSError):  # One of them does not exist yet.
        return one.samefile(other)
    return os.path.realpath(one) == os.path.realpath(other)


def _descriptor(path: Path) -> int | None:
    """Return the file descriptor that a path refers to, if any."""
    if str(path) == "-":
        return 1
    found = _DESCRIPTOR.fullmatch(path.as_posix())
    if found is None:
        return None
    number = found[1] or found[5]
    return int(number) if number else ("/dev/stdin", "/dev/stdout", "/dev/stderr").index(found[0])


def _is_file_of(path: Path, descriptor: int) -> bool:
    try:
        mine, its = path.stat(), os.fstat(descriptor)
    except OSError:
        return False
    return stat.S_ISREG(its.st_mode) and os.path.samestat(mine, its)


def _is_special(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


@contextlib.contextmanager
def _stream(path: Path, descriptor: int | None) -> Iterator[TextIO]:
    with _open(path, descriptor) as file:
        raw = GuardedFile(file, str(path))
        with io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", newline="") as text:
            yield text


def _open(path: Path, descriptor: int | None) -> io.FileIO:
    try:
        if descriptor is not None:
            # A duplicate, which shares the position in the file and can be closed.
            os.write(descriptor, b"")
            return io.FileIO(os.dup(descriptor), "w")
        # As in a shell, opening a named pipe blocks until there is a reader.
        with interruptible():
            return io.FileIO(os.open(path, os.O_WRONLY), "w")
    except OSError as error:
        raise InvalidRequestError(f"{path} cannot be written: {error.strerror}") from error


@contextlib.contextmanager
def _utf8(stream: TextIO) -> Iterator[TextIO]:
    """Yield a UTF-8 stream over the same file, whatever the encoding of the terminal."""
    if not isinstance(stream, io.TextIOWrapper):
        yield stream
        return
    stream.flush()
    text = io.TextIOWrapper(stream.buffer, encoding="utf-8", newline="")
    try:
        yield text
    finally:
        text.detach()
