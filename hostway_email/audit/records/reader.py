"""Reading of records files: in order, or by offset.

Damaged lines are skipped and reported, so that they are not used and the audit counts as
incomplete. A resumed run has appended its lines: its records of domains replace the earlier ones.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Annotated, BinaryIO, Final, Generic, Literal, NamedTuple, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from hostway_email.audit.records.damage import Damage
from hostway_email.audit.records.line_digests import (
    DigestChain,
    ends_with_digest,
    has_several_lines,
)
from hostway_email.audit.records.models import FORMAT, HeaderRecord, Record
from hostway_email.audit.user_files import open_regular, refused_file
from hostway_email.errors import InvalidRequestError

__all__ = [
    "HEADER_START",
    "LONGEST_LINE",
    "Key",
    "Line",
    "RecordsReader",
    "read_records",
    "starts_like_records",
]

HEADER_START: Final = b'{"record":"header"'

LONGEST_LINE: Final = 64 * 2**20
"""The maximum length of a line: a longer one is not read into memory."""

_END_KEY: Final = ("end", "", "")

_ANY: TypeAdapter[Record] = TypeAdapter(
    Annotated[Record, Field(discriminator="record")], config=ConfigDict(defer_build=True)
)


class Key(BaseModel):
    """The fields that identify a line, without the other content."""

    # Each name is read once, but pydantic would keep sixteen thousand of them in a cache.
    model_config = ConfigDict(defer_build=True, cache_strings="keys")

    record: Literal["header", "mailbox", "domain", "end"]
    format: int = FORMAT
    account: str = ""
    domain: str = ""
    username: str = ""


T = TypeVar("T", Record, Key)


class Line(NamedTuple, Generic[T]):
    """A line of a records file.

    Attributes:
        content: its content.
        start: its offset in bytes.
        end: the offset of its end.
    """

    content: T
    start: int
    end: int


class RecordsReader:
    """A reader of a records file, in order or by offset.

    A truncated last line is skipped: a resumed run reads its mailbox again. A damaged line is
    skipped too, and reported.

    Parameters:
        path: the path of the file.
        argument: the name of the field in errors.
        file: the file, if it is already open.

    Attributes:
        path: the path of the file.
        header: the first line.
        damage: the damage in the lines that were read so far.
        chain: the digests up to the last line that was read.
        end: the offset of the end of that line.
        ended: whether that line ends with a line feed.

    Raises:
        InvalidRequestError: the file does not exist, or does not start with a header.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        argument: str = "records",
        file: BinaryIO | None = None,
    ) -> None:
        self.path = path
        self.damage = Damage()
        self.chain = DigestChain()
        self.end = 0
        self.ended = True
        self._argument = argument
        self._file = file or os.fdopen(open_regular(path, os.O_RDONLY, argument), "rb")
        try:
            self.header = self._read_header()
        except InvalidRequestError:
            self.close()
            raise
        self._targets = frozenset(self.header.targets)

    def _read_header(self) -> HeaderRecord:
        for line, _, _ in self._lines():
            # Checked first, as a header of another format may have other fields too.
            key = self._key(line, 1)
            if key.format != FORMAT:
                rule = f"has format {key.format}; this version reads only format {FORMAT}"
                raise self._refused(f"{rule}: run a new audit")
            if isinstance(header := self._parsed(line, 1), HeaderRecord):
                return header
            break
        raise self._refused("is not a records file: it does not start with a header")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Line[Record]]:
        """Yield each valid line that was not replaced; the file must not be read otherwise.

        Raises:
            InvalidRequestError: a line is not a valid record.
        """
        return self._current(self._parsed)

    def iter_keys(self) -> Iterator[Line[Key]]:
        """Yield the key of each valid line that was not replaced.

        Raises:
            InvalidRequestError: a line is not a valid record.
        """
        return self._current(self._key)

    def verified(self, advice: str = "") -> Iterator[Line[Record]]:
        """Yield each line that was not replaced, up to the first damaged one.

        Parameters:
            advice: what to do about a damaged file, for the error.

        Raises:
            InvalidRequestError: a line is not a valid record, or is damaged.
        """
        for line in self:
            if self.damage:
                break
            yield line
        if self.damage:
            raise self._refused(f"is damaged: {self.damage.first}{advice}")

    def at(self, start: int) -> Record:
        """Return the record at an offset; an iteration in progress is not affected.

        Raises:
            InvalidRequestError: there is no record at this offset.
        """
        here = self._file.tell()
        try:
            self._file.seek(start)
            return _ANY.validate_json(self._file.readline(LONGEST_LINE))
        except ValidationError:
            raise self._invalid_record(self._number_at(start)) from None
        finally:
            self._file.seek(here)

    def _number_at(self, start: int) -> int:
        self._file.seek(0)
        number = 1
        while self._file.tell() < start and self._file.readline(LONGEST_LINE):
            number += 1
        return number

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._file.close()

    def _current(self, parse: Callable[[bytes, int], T]) -> Iterator[Line[T]]:
        """Yield the valid lines, without those that a resumed run has replaced."""
        last: dict[tuple[str, str, str], Line[T]] = {}
        for key, line in self._verified(parse):
            # A line after the end is of a resumed run, which has an end of its own.
            last.pop(_END_KEY, None)
            if key[0] in ("domain", "end"):
                last[key] = line
            else:
                yield line
        yield from last.values()

    def _verified(
        self, parse: Callable[[bytes, int], T]
    ) -> Iterator[tuple[tuple[str, str, str], Line[T]]]:
        """Yield each valid line with its key, and note the damage."""
        self.damage = Damage()
        self.chain = DigestChain()
        for number, (text, start, end) in enumerate(self._lines(), start=1):
            content = parse(text, number)
            kind, *target = key = _key_of(content)
            if kind in ("mailbox", "domain") and tuple(target) not in self._targets:
                self.damage.note(number, "belongs to another domain than the audit")
                continue
            valid, problem = self.chain.verify(text)
            if problem is not None:
                self.damage.note(number, problem)
            # A damaged header is still used, as there is no other.
            if valid or number == 1:
                yield key, Line(content, start, end)

    def _lines(self) -> Iterator[tuple[bytes, int, int]]:
        self._file.seek(0)
        self.end, number = 0, 0
        # Not by iterating over the file, which reads ahead and disables `tell()`.
        while line := self._file.readline(LONGEST_LINE):
            number += 1
            self.ended = line.endswith(b"\n")
            if len(line) == LONGEST_LINE:
                raise self._refused(f"line {number} is too long for a record")
            if not self.ended and has_several_lines(line):
                raise self._refused(f"line {number} has several records: the line breaks were lost")
            if not self.ended and not ends_with_digest(line):
                self.ended = True
                return
            start, self.end = self.end, self.end + len(line)
            yield line, start, self.end

    def _parsed(self, line: bytes, number: int) -> Record:
        try:
            return _ANY.validate_json(line)
        except ValidationError:
            raise self._invalid_record(number) from None

    def _key(self, line: bytes, number: int) -> Key:
        try:
            return Key.model_validate_json(line)
        except ValidationError:
            raise self._invalid_record(number) from None

    def _invalid_record(self, number: int) -> InvalidRequestError:
        return self._refused(f"line {number} is not a valid record")

    def _refused(self, rule: str) -> InvalidRequestError:
        return refused_file(self.path, self._argument, rule)


def read_records(path: str | os.PathLike[str]) -> Iterator[tuple[Record, int]]:
    """Yield each record of a file, and the offset of the end of its line.

    A truncated last line is skipped, and so are records of domains that a resumed run has replaced.

    Raises:
        InvalidRequestError: the file does not exist, or a line is not a valid record or is damaged.
    """
    with RecordsReader(path) as reader:
        for line in reader.verified():
            yield line.content, line.end


def starts_like_records(path: str | os.PathLike[str]) -> bool:
    """Return whether a file can be read and starts like a records file."""
    try:
        with open(path, "rb") as file:
            return file.read(len(HEADER_START)) == HEADER_START
    except OSError:
        return False


def _key_of(content: Record | Key) -> tuple[str, str, str]:
    """Return the kind of a line, its account and its domain."""
    return content.record, getattr(content, "account", ""), getattr(content, "domain", "")
