"""Files of records: written line by line, and read in order or here and there.

A file starts with a header that tells what was asked. Records of mailboxes follow in the order in
which they were finished, then one for each domain, then a line with the figures of the run. Each
line is written and flushed by itself, so whatever stops a run costs at most the line in hand.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, BinaryIO, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from hostway_email.audit.named_files import NamedFile, naming
from hostway_email.audit.records import FORMAT, HeaderRecord, Record
from hostway_email.errors import InvalidRequestError

__all__ = ["Key", "RecordsFile", "RecordsReader", "is_torn_header", "read_records"]

_HEADER_START: Final = b'{"record":"header"'

_ANY: TypeAdapter[Record] = TypeAdapter(
    Annotated[Record, Field(discriminator="record")], config=ConfigDict(defer_build=True)
)


class Key(BaseModel):
    """What tells a line from others, without all that it holds."""

    # Each name is read once: pydantic would keep sixteen thousand of them in a cache.
    model_config = ConfigDict(defer_build=True, cache_strings="keys")

    record: Literal["header", "mailbox", "domain", "end"]
    format: int = FORMAT
    account: str = ""
    domain: str = ""
    username: str = ""


class RecordsFile:
    """A file of records that is being written."""

    def __init__(self, file: NamedFile) -> None:
        self._file = file
        self._failure: OSError | None = None

    @classmethod
    def create(cls, path: str | os.PathLike[str], header: HeaderRecord) -> RecordsFile:
        """Start a new file, readable by its owner alone.

        Raises:
            InvalidRequestError: there is such a file, or it cannot be made.
        """
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise _refused(path, "exists already; resume it or choose another name") from None
        except OSError as error:
            raise _refused(path, f"cannot be made: {error.strerror}") from error
        started = cls(NamedFile(descriptor, path))
        try:
            started.write(header)
        except BaseException:
            started.close()
            raise
        return started

    @classmethod
    def append(cls, path: str | os.PathLike[str], end: int) -> RecordsFile:
        """Go on with a file from the byte `end`; what is behind it is dropped."""
        file = NamedFile(os.open(path, os.O_WRONLY), path)
        with naming(path):
            file.truncate(end)
            file.seek(end)
        return cls(file)

    def write(self, record: Record) -> None:
        """Write one line, and hand it to the operating system at once.

        Raises:
            OSError: it cannot be written; the file is named in `filename`, and ends with the line
                before.
        """
        if self._failure is not None:
            # Should there be room again, a line behind a torn one would be lost with it.
            raise OSError(*self._failure.args, self._failure.filename)
        line = record.model_dump_json(exclude_defaults=False, exclude_none=True)
        try:
            self._file.write_all(line.encode() + b"\n")
        except OSError as error:
            self._failure = error
            raise

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._file.close()


class RecordsReader:
    """A file of records that is being read, in order or here and there.

    A last line that was cut short is passed over: a run that goes on with the file asks for its
    mailbox again.

    Parameters:
        path: the file.
        argument: what the file was given as, for the errors.

    Attributes:
        path: the file.
        header: its first line.

    Raises:
        InvalidRequestError: there is no such file, or it does not begin as a file of records.
    """

    def __init__(self, path: str | os.PathLike[str], argument: str = "records") -> None:
        self.path = path
        self._argument = argument
        try:
            self._file: BinaryIO = Path(path).open("rb")  # noqa: SIM115 # closed by close()
        except OSError as error:
            raise self._refused(f"cannot be read: {error.strerror}") from error
        try:
            if not self._file.seekable():
                raise self._refused("cannot be read: it is a pipe, and records are read twice")
            self.header = self._read_header()
        except InvalidRequestError:
            self.close()
            raise

    def _read_header(self) -> HeaderRecord:
        for line, _, _ in self._lines():
            # Before all else, as a header of another format may have other fields too.
            key = self._key(line, 1)
            if key.format != FORMAT:
                raise self._refused(f"has format {key.format}; this version reads {FORMAT}")
            if isinstance(header := self._parsed(line, 1), HeaderRecord):
                return header
            break
        raise self._refused("does not start with the header of an audit")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[tuple[Record, int]]:
        """Yield each record, and the byte at which its line ends; the file must not be used else.

        Raises:
            InvalidRequestError: a line is not a record of this format.
        """
        for number, (line, _, end) in enumerate(self._lines(), start=1):
            yield self._parsed(line, number), end

    def places(self) -> Iterator[tuple[Key, int]]:
        """Yield what tells each line from others, and the byte at which the line begins.

        Raises:
            InvalidRequestError: a line is not a record.
        """
        for number, (line, start, _) in enumerate(self._lines(), start=1):
            yield self._key(line, number), start

    def at(self, start: int) -> Record:
        """Return the record whose line begins at a byte; whoever iterates is not disturbed.

        Raises:
            InvalidRequestError: there is none.
        """
        here = self._file.tell()
        try:
            self._file.seek(start)
            return _ANY.validate_json(self._file.readline())
        except ValidationError:
            raise self._refused(f"has no record at byte {start}") from None
        finally:
            self._file.seek(here)

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._file.close()

    def _lines(self) -> Iterator[tuple[bytes, int, int]]:
        self._file.seek(0)
        end = 0
        # Not by iterating over the file, which would read ahead and not let its place be told.
        while (line := self._file.readline()).endswith(b"\n"):
            start, end = end, end + len(line)
            yield line, start, end

    def _parsed(self, line: bytes, number: int) -> Record:
        try:
            return _ANY.validate_json(line)
        except ValidationError:
            raise self._no_record(number) from None

    def _key(self, line: bytes, number: int) -> Key:
        try:
            return Key.model_validate_json(line)
        except ValidationError:
            raise self._no_record(number) from None

    def _no_record(self, number: int) -> InvalidRequestError:
        return self._refused(f"line {number} is not a record of an audit")

    def _refused(self, rule: str) -> InvalidRequestError:
        return _refused(self.path, rule, self._argument)


def read_records(path: str | os.PathLike[str]) -> Iterator[tuple[Record, int]]:
    """Yield each record of a file, and the byte at which its line ends.

    A last line that was cut short is passed over: its mailbox will be asked again.

    Raises:
        InvalidRequestError: there is no such file, or a line is not a record of this format.
    """
    with RecordsReader(path) as reader:
        yield from reader


def is_torn_header(path: str | os.PathLike[str]) -> bool:
    """Return whether a file holds no more than the beginning of a header.

    Raises:
        InvalidRequestError: it cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            begun = file.readline()
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror}") from error
    size = min(len(begun), len(_HEADER_START))
    return not begun.endswith(b"\n") and begun[:size] == _HEADER_START[:size]


def _refused(
    path: str | os.PathLike[str], rule: str, argument: str = "records"
) -> InvalidRequestError:
    return InvalidRequestError(f"{os.fspath(path)} {rule}", {argument: rule})
