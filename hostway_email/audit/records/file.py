"""Writing of records files: line by line, by one run at a time.

A file starts with a header. The records of mailboxes follow in the order in which they were
finished, then one record for each domain, then one with the figures of the run. Each line is
written by itself, so an interrupted run loses at most one line. A resumed run appends: existing
lines are never changed.
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
from hostway_email.audit.records.line_digests import (
    DigestChain,
    ends_with_digest,
    has_several_lines,
)
from hostway_email.audit.records.models import HeaderRecord, Record
from hostway_email.audit.records.reader import HEADER_START, LONGEST_LINE, RecordsReader
from hostway_email.audit.user_files import open_regular, refused_file
from hostway_email.errors import InvalidRequestError

__all__ = ["RecordsFile"]

log = logging.getLogger("hostway_email")

_MAX_OPENS: Final = 10


class RecordsFile:
    """A records file that is open for writing, and locked.

    Attributes:
        path: the path of the file.
        notes: the notes for the summary.
    """

    def __init__(self, path: str | os.PathLike[str], file: NamedFile, *, locked: bool) -> None:
        self.path = path
        self.notes: list[str] = []
        if not locked:
            self._note(
                logging.WARNING,
                "is on a file system without locks; make sure that no other audit writes to it",
            )
        self._locked = locked
        self._file = file
        self._chain = DigestChain()
        self._failure: OSError | None = None

    @classmethod
    def create(cls, path: str | os.PathLike[str], header: HeaderRecord) -> RecordsFile:
        """Create a file, readable by its owner only.

        Raises:
            InvalidRequestError: the file already exists, or cannot be created.
        """
        created = cls._open(path, os.O_EXCL)
        try:
            created.write(header)
        except BaseException:
            created.close()
            raise
        return created

    @classmethod
    def resume(cls, path: str | os.PathLike[str]) -> RecordsFile:
        """Open an existing or new file; its content is not changed.

        Raises:
            InvalidRequestError: another run is writing the file, or it cannot be opened.
        """
        return cls._open(path, 0)

    @classmethod
    def _open(cls, path: str | os.PathLike[str], flags: int) -> RecordsFile:
        for _ in range(_MAX_OPENS):
            flags |= os.O_RDWR | os.O_CREAT
            file = NamedFile(open_regular(path, flags, "records"), path)
            try:
                locked = _try_lock(path, file)
                # The file may have been replaced before it was locked.
                if os.path.samestat(os.fstat(file.fileno()), os.stat(path)):
                    return cls(path, file, locked=locked)
            except FileNotFoundError:
                pass
            except BaseException:
                file.close()
                raise
            file.close()
        raise _refused(path, "was replaced repeatedly while it was being opened")

    def reader(self) -> RecordsReader:
        """Return a reader of the file."""
        return RecordsReader(self.path, file=self._duplicate())

    def _duplicate(self) -> BinaryIO:
        # Not opened by name, which may refer to another file by now.
        return os.fdopen(os.dup(self._file.fileno()), "rb")

    def has_content(self) -> bool:
        """Return whether the file has more than a truncated header."""
        with self._duplicate() as file:
            file.seek(0)
            first_line = file.readline(LONGEST_LINE)
        size = min(len(first_line), len(HEADER_START))
        truncated = first_line[:size] == HEADER_START[:size] and b"\n" not in first_line
        return not truncated or ends_with_digest(first_line) or has_several_lines(first_line)

    def continue_from(self, reader: RecordsReader) -> None:
        """Continue after the lines that were read; move a truncated last line to another file."""
        self._chain = reader.chain
        self._cut(reader.end)
        if not reader.ended:
            self._file.write_all(b"\n")

    def write_header(self, header: HeaderRecord) -> None:
        """Write the header of a file that has none yet."""
        with naming(self.path):
            if hasattr(os, "fchmod"):
                os.fchmod(self._file.fileno(), 0o600)
        self._cut(0)
        self.write(header)

    def _cut(self, end: int) -> None:
        with naming(self.path):
            if end < os.fstat(self._file.fileno()).st_size:
                moved_to = self._move_aside(end)
                self._note(logging.INFO, f"had a truncated last line, moved to {moved_to}")
                self._file.truncate(end)
            self._file.seek(end)

    def _note(self, level: int, text: str) -> None:
        note = f"{os.fsdecode(self.path)} {text}"
        log.log(level, "%s", note)
        self.notes.append(note)

    def _move_aside(self, start: int) -> str:
        """Copy the bytes from `start` to a new file, and return its path."""
        for number in itertools.count(1):
            moved_to = f"{os.fsdecode(self.path)}.torn{f'-{number}' if number > 1 else ''}"
            try:
                with (
                    open(moved_to, "xb", opener=_open_private) as copy,
                    self._duplicate() as source,
                ):
                    source.seek(start)
                    shutil.copyfileobj(source, copy)
                    copy.flush()
                    os.fsync(copy.fileno())
            except FileExistsError:
                continue
            except OSError as error:
                rule = f"has a truncated last line, which cannot be moved to {moved_to}"
                raise _refused(self.path, f"{rule}: {error.strerror}") from error
            return moved_to
        raise AssertionError("unreachable: the numbers are infinite")

    def records(self) -> Generator[Record, None, None]:
        """Yield the records of the file."""
        with self.reader() as reader:
            try:
                for line in reader:
                    yield line.content
            finally:
                # The two descriptors share a position.
                self._file.seek(0, os.SEEK_END)

    def write(self, record: Record) -> None:
        """Write one line, unbuffered.

        Raises:
            OSError: the line cannot be written; `filename` names the file, which ends with the
                previous line.
        """
        if self._failure is not None:
            # A later line must not follow a truncated one, even if there is space again.
            raise OSError(*self._failure.args, self._failure.filename)
        line = record.model_dump_json(exclude_defaults=False, exclude_none=True)
        try:
            self._file.write_all(self._chain.append(line.encode()))
        except OSError as error:
            self._failure = error
            raise

    def close(self) -> None:
        """Close the file; may be called twice."""
        if not self._file.closed:
            if self._locked:
                unlock(self._file.fileno())
            self._file.close()


def _try_lock(path: str | os.PathLike[str], file: NamedFile) -> bool:
    """Lock a file; return False if its file system has no locks."""
    try:
        return lock(file.fileno())
    except BlockingIOError:
        rule = "is being written by another audit; wait until it ends, or use another file"
        raise _refused(path, rule) from None
    except OSError as error:
        raise _refused(path, f"cannot be locked: {error.strerror}") from error


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _refused(path: str | os.PathLike[str], rule: str) -> InvalidRequestError:
    return refused_file(path, "records", rule)
