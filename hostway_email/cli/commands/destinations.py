"""Where a report goes: a file, standard output, a named pipe, a device."""

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

__all__ = ["Destination", "require_apart"]

_DESCRIPTOR: Final = re.compile(r"/dev/(?:fd/(\d+)|(stdin)|(stdout)|(stderr))|/proc/self/fd/(\d+)")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a report goes.

    Attributes:
        name: what it is called in messages.
        target: a path whose file is replaced by a whole one, or a stream that is open.
        is_stdout: whether it is standard output.
    """

    name: str
    target: Path | TextIO
    is_stdout: bool = False

    @property
    def is_stream(self) -> bool:
        """Whether it is written as it comes, and may have to wait for a reader."""
        return not isinstance(self.target, Path)

    @classmethod
    @contextlib.contextmanager
    def opened(cls, option: str, path: Path) -> Iterator[Destination]:
        """Find out that a report can be written there; a stream stays open until then.

        Raises:
            InvalidRequestError: it cannot.
        """
        descriptor = _descriptor(path)
        if descriptor == 1:
            if is_closed(1):
                raise InvalidRequestError(f"{option} is to go to {STDOUT}, which is closed")
            with _utf8(sys.stdout) as stream:
                yield cls(STDOUT, stream, is_stdout=True)
        elif descriptor is not None or _is_special(path):
            with _stream(path, descriptor) as stream:
                yield cls(str(path), stream)
        else:
            require_replaceable(path)
            yield cls(str(path), path)


def require_apart(outputs: Mapping[str, Path | None], inputs: Mapping[str, Path | None]) -> None:
    """Refuse two outputs in one file, an output that would replace an input, and records in a pipe.

    Raises:
        InvalidRequestError: the options are named.
    """
    records = outputs.get("--records")
    if records is not None and _descriptor(records) is not None:
        raise InvalidRequestError("--records must be a file: reports and --resume read it again")
    wanted = [(option, path) for option, path in outputs.items() if path is not None]
    read = [(option, path) for option, path in inputs.items() if path is not None]
    for (one, path), (other, second) in itertools.combinations(wanted, 2):
        if _same(path, second):
            raise InvalidRequestError(
                f"{one} and {other} are both {path}; outputs must go to files of their own"
            )
    for (one, path), (other, second) in itertools.product(wanted, read):
        if _same(path, second):
            raise InvalidRequestError(
                f"{one} is the file of {other}, {path}, which it would replace; choose another"
            )
    for option, path in wanted:
        for descriptor, name in ((1, STDOUT), (2, "standard error")):
            if _descriptor(path) is None and _is_file_of(path, descriptor):
                raise InvalidRequestError(
                    f"{option} is the file to which {name} goes, {path}; choose another"
                )


def _same(one: Path, other: Path) -> bool:
    first, second = _descriptor(one), _descriptor(other)
    if first is not None or second is not None:
        return first == second
    with contextlib.suppress(OSError):  # One of them is not there yet.
        return one.samefile(other)
    return os.path.realpath(one) == os.path.realpath(other)


def _descriptor(path: Path) -> int | None:
    """Return the number of the open file that a path stands for, if it does."""
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
            # Another descriptor of the same file: its place in it is shared, and it can be closed.
            os.write(descriptor, b"")
            return io.FileIO(os.dup(descriptor), "w")
        # As in a shell: a named pipe is open once somebody reads it.
        with interruptible():
            return io.FileIO(os.open(path, os.O_WRONLY), "w")
    except OSError as error:
        raise InvalidRequestError(f"{path} cannot be written: {error.strerror}") from error


@contextlib.contextmanager
def _utf8(stream: TextIO) -> Iterator[TextIO]:
    """Yield a stream over the same file that takes text as it is, whatever a terminal shows."""
    if not isinstance(stream, io.TextIOWrapper):
        yield stream
        return
    stream.flush()
    text = io.TextIOWrapper(stream.buffer, encoding="utf-8", newline="")
    try:
        yield text
    finally:
        text.detach()
