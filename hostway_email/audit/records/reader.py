"""Files of records as they are read: in order, or here and there.

Lines that are damaged are passed over and noted, so that what they say is not believed, and
whoever reads can tell that something is missing. A run that was resumed has appended its lines:
what it says of whole domains takes the place of what was said before.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Annotated, BinaryIO, Final, Generic, Literal, NamedTuple, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from hostway_email.audit.records.damage import Damage
from hostway_email.audit.records.line_digests import DigestChain, holds_several_lines, is_sealed
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
"""What is longer is not read into memory to find out what it is."""

_END: Final = ("end", "", "")

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


T = TypeVar("T", Record, Key)


class Line(NamedTuple, Generic[T]):
    """A line of a file.

    Attributes:
        content: what it says.
        start: the byte at which it begins.
        end: the byte at which it ends.
    """

    content: T
    start: int
    end: int


class RecordsReader:
    """A file of records that is being read, in order or here and there.

    A last line that was cut short is passed over: a run that goes on with the file asks for its
    mailbox again. A damaged line is passed over as well, and noted.

    Parameters:
        path: the file.
        argument: what the file was given as, for the errors.
        file: the file, if it is open already.

    Attributes:
        path: the file.
        header: its first line.
        damage: what is wrong with the lines that were read so far.
        chain: the digests up to the last line that was read.
        end: the byte at which that line ends.
        ended: whether it ends with the end of a line.

    Raises:
        InvalidRequestError: there is no such file, or it does not begin as a file of records.
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

    def __iter__(self) -> Iterator[Line[Record]]:
        """Yield each line that counts; the file must not be used else.

        Raises:
            InvalidRequestError: a line is not a record of this format.
        """
        return self._counting(self._parsed)

    def outline(self) -> Iterator[Line[Key]]:
        """Yield what tells each line that counts from others.

        Raises:
            InvalidRequestError: a line is not a record.
        """
        return self._counting(self._key)

    def undamaged(self, advice: str = "") -> Iterator[Line[Record]]:
        """Yield each line that counts, as long as all are as they were written.

        Parameters:
            advice: what to do about a damaged file, for the error.

        Raises:
            InvalidRequestError: a line is not a record, or is damaged.
        """
        for line in self:
            if self.damage:
                break
            yield line
        if self.damage:
            raise self._refused(f"is damaged: {self.damage.first}{advice}")

    def at(self, start: int) -> Record:
        """Return the record whose line begins at a byte; whoever iterates is not disturbed.

        Raises:
            InvalidRequestError: there is none.
        """
        here = self._file.tell()
        try:
            self._file.seek(start)
            return _ANY.validate_json(self._file.readline(LONGEST_LINE))
        except ValidationError:
            raise self._no_record(self._number_at(start)) from None
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

    def _counting(self, parse: Callable[[bytes, int], T]) -> Iterator[Line[T]]:
        """Yield the lines that are believed, but for what a resumed run has said anew."""
        last: dict[tuple[str, str, str], Line[T]] = {}
        for line in self._believed(parse):
            # A run that was resumed after its end has another; until then there is none.
            last.pop(_END, None)
            kind, *_ = place = _place_of(line.content)
            if kind in ("domain", "end"):
                last[place] = line
            else:
                yield line
        yield from last.values()

    def _believed(self, parse: Callable[[bytes, int], T]) -> Iterator[Line[T]]:
        self.damage = Damage()
        self.chain = DigestChain()
        for number, (text, start, end) in enumerate(self._lines(), start=1):
            content = parse(text, number)
            kind, *whose = _place_of(content)
            if kind in ("mailbox", "domain") and tuple(whose) not in self._targets:
                self.damage.note(number, "is of another domain than the audit")
                continue
            believed, problem = self.chain.follow(text)
            if problem is not None:
                self.damage.note(number, problem)
            # Of a header there is no other.
            if believed or number == 1:
                yield Line(content, start, end)

    def _lines(self) -> Iterator[tuple[bytes, int, int]]:
        self._file.seek(0)
        self.end, number = 0, 0
        # Not by iterating over the file, which would read ahead and not let its place be told.
        while line := self._file.readline(LONGEST_LINE):
            number += 1
            self.ended = line.endswith(b"\n")
            if len(line) == LONGEST_LINE:
                raise self._refused(f"line {number} is too long for a record of an audit")
            if not self.ended and holds_several_lines(line):
                raise self._refused(f"line {number} is several records: line ends were lost")
            if not self.ended and not is_sealed(line):
                self.ended = True
                return
            start, self.end = self.end, self.end + len(line)
            yield line, start, self.end

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
        return refused_file(self.path, self._argument, rule)


def read_records(path: str | os.PathLike[str]) -> Iterator[tuple[Record, int]]:
    """Yield each record of a file, and the byte at which its line ends.

    A last line that was cut short is passed over: its mailbox will be asked again. So is what was
    said of whole domains before the run was resumed.

    Raises:
        InvalidRequestError: there is no such file, or a line is not a record of this format, or is
            not as it was written.
    """
    with RecordsReader(path) as reader:
        for line in reader.undamaged():
            yield line.content, line.end


def starts_like_records(path: str | os.PathLike[str]) -> bool:
    """Return whether a regular file begins as a file of records, as far as it can be read."""
    try:
        with open(path, "rb") as file:
            return file.read(len(HEADER_START)) == HEADER_START
    except OSError:
        return False


def _place_of(content: Record | Key) -> tuple[str, str, str]:
    """Return what kind of line it is, and of which account and domain."""
    return content.record, getattr(content, "account", ""), getattr(content, "domain", "")
