"""Files of records as they are written: line by line, by one run at a time.

A file starts with a header that tells what was asked. Records of mailboxes follow in the order in
which they were finished, then one for each domain, then a line with the figures of the run. Each
line is written by itself, so whatever stops a run costs at most the line in hand. A run that is
resumed appends: nothing that is in a file is changed.
"""

from __future__ import annotations

import itertools
import logging
import os
import shutil
from collections.abc import Generator
from typing import BinaryIO, Final

from hostway_email.audit.named_files import NamedFile, naming
from hostway_email.audit.records.file_lock import lock, unlock
from hostway_email.audit.records.line_digests import DigestChain, holds_several_lines, is_sealed
from hostway_email.audit.records.models import HeaderRecord, Record
from hostway_email.audit.records.reader import HEADER_START, LONGEST_LINE, RecordsReader
from hostway_email.audit.user_files import open_regular, refused_file
from hostway_email.errors import InvalidRequestError

__all__ = ["RecordsFile"]

log = logging.getLogger("hostway_email")

_OPENINGS: Final = 10


class RecordsFile:
    """A file of records that is being written, and that no other run can write meanwhile.

    Attributes:
        path: the file.
        notes: what its owner should know of it.
    """

    def __init__(self, path: str | os.PathLike[str], file: NamedFile, *, locked: bool) -> None:
        self.path = path
        self.notes: list[str] = []
        if not locked:
            self._note(
                logging.WARNING,
                "is on a file system without locks: let no other audit write to it meanwhile",
            )
        self._locked = locked
        self._file = file
        self._chain = DigestChain()
        self._failure: OSError | None = None

    @classmethod
    def create(cls, path: str | os.PathLike[str], header: HeaderRecord) -> RecordsFile:
        """Start a new file, readable by its owner alone.

        Raises:
            InvalidRequestError: there is such a file, or it cannot be made.
        """
        started = cls._open(path, os.O_EXCL)
        try:
            started.write(header)
        except BaseException:
            started.close()
            raise
        return started

    @classmethod
    def resume(cls, path: str | os.PathLike[str]) -> RecordsFile:
        """Open a file that may be there already; nothing in it is changed.

        Raises:
            InvalidRequestError: another run writes it, or it cannot be opened.
        """
        return cls._open(path, 0)

    @classmethod
    def _open(cls, path: str | os.PathLike[str], flags: int) -> RecordsFile:
        for _ in range(_OPENINGS):
            flags |= os.O_RDWR | os.O_CREAT
            file = NamedFile(open_regular(path, flags, "records"), path)
            try:
                locked = _locked(path, file)
                # Between the two steps the name may have been given to another file.
                if os.path.samestat(os.fstat(file.fileno()), os.stat(path)):
                    return cls(path, file, locked=locked)
            except FileNotFoundError:
                pass
            except BaseException:
                file.close()
                raise
            file.close()
        raise _refused(path, "is replaced again and again while it is being opened")

    def reader(self) -> RecordsReader:
        """Return a reader of what is in the file."""
        return RecordsReader(self.path, file=self._opened_again())

    def _opened_again(self) -> BinaryIO:
        # Another descriptor of the same opening: what is opened by name may be another file.
        return os.fdopen(os.dup(self._file.fileno()), "rb")

    def is_begun(self) -> bool:
        """Return whether there is more in the file than nothing, or the beginning of a header."""
        with self._opened_again() as file:
            file.seek(0)
            begun = file.readline(LONGEST_LINE)
        size = min(len(begun), len(HEADER_START))
        torn = begun[:size] == HEADER_START[:size] and b"\n" not in begun
        return not torn or is_sealed(begun) or holds_several_lines(begun)

    def continue_from(self, reader: RecordsReader) -> None:
        """Write on behind the lines that were read; what is left of a torn one is kept beside."""
        self._chain = reader.chain
        self._cut(reader.end)
        if not reader.ended:
            self._file.write_all(b"\n")

    def begin(self, header: HeaderRecord) -> None:
        """Write the header of a file that was stopped before it had one."""
        with naming(self.path):
            if hasattr(os, "fchmod"):
                os.fchmod(self._file.fileno(), 0o600)
        self._cut(0)
        self.write(header)

    def _cut(self, end: int) -> None:
        with naming(self.path):
            if end < os.fstat(self._file.fileno()).st_size:
                kept = self._keep_beside(end)
                self._note(logging.INFO, f"had a torn last line, now in {kept}")
                self._file.truncate(end)
            self._file.seek(end)

    def _note(self, level: int, what: str) -> None:
        note = f"{os.fsdecode(self.path)} {what}"
        log.log(level, "%s", note)
        self.notes.append(note)

    def _keep_beside(self, start: int) -> str:
        """Copy what is behind a byte to a new file, and return its path."""
        for number in itertools.count(1):
            beside = f"{os.fsdecode(self.path)}.torn{f'-{number}' if number > 1 else ''}"
            try:
                with (
                    open(beside, "xb", opener=_owners_alone) as copy,
                    self._opened_again() as torn,
                ):
                    torn.seek(start)
                    shutil.copyfileobj(torn, copy)
                    copy.flush()
                    os.fsync(copy.fileno())
            except FileExistsError:
                continue
            except OSError as error:
                rule = f"has a torn last line, which cannot be kept in {beside}: {error.strerror}"
                raise _refused(self.path, rule) from error
            return beside
        raise AssertionError("numbers do not end")

    def records(self) -> Generator[Record, None, None]:
        """Yield the records that are in the file."""
        with self.reader() as reader:
            try:
                for line in reader:
                    yield line.content
            finally:
                # The two descriptors have one position.
                self._file.seek(0, os.SEEK_END)

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
            self._file.write_all(self._chain.seal(line.encode()))
        except OSError as error:
            self._failure = error
            raise

    def close(self) -> None:
        """Close the file; may be called twice."""
        if not self._file.closed:
            if self._locked:
                unlock(self._file.fileno())
            self._file.close()


def _locked(path: str | os.PathLike[str], file: NamedFile) -> bool:
    """Lock a file; return False where its file system has no locks."""
    try:
        return lock(file.fileno())
    except BlockingIOError:
        rule = "is being written by another audit; wait for its end, or choose another name"
        raise _refused(path, rule) from None
    except OSError as error:
        raise _refused(path, f"cannot be locked: {error.strerror}") from error


def _owners_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _refused(path: str | os.PathLike[str], rule: str) -> InvalidRequestError:
    return refused_file(path, "records", rule)
