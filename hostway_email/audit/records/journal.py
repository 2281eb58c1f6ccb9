"""The records file of a run: a new one, or that of an interrupted run."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from hostway_email.audit.records.file import RecordsFile
from hostway_email.audit.records.models import AuditRecord, HeaderRecord, Record
from hostway_email.errors import InvalidRequestError

__all__ = ["Journal"]

_ADVICE: Final = "; run a new audit with another file"


class Journal:
    """The writer of the records of a run.

    Parameters:
        path: the file.
        resume: whether to resume the run recorded in it.

    Attributes:
        count: the number of resumed records of mailboxes.
    """

    def __init__(self, path: str | os.PathLike[str], *, resume: bool) -> None:
        self._path = path
        self._resume = resume
        self.count = 0
        self._file: RecordsFile | None = None

    def open(self, header: HeaderRecord) -> Iterator[AuditRecord]:
        """Create the file, or resume it and yield its records of mailboxes.

        The file is locked before it is read, and until it is closed.

        Raises:
            InvalidRequestError: another audit is writing the file; it exists and `resume` is
                False; or it was made with different targets, checks or settings, is damaged, or is
                not a records file.
        """
        if not self._resume:
            self._file = RecordsFile.create(self._path, header)
            return
        self._file = RecordsFile.resume(self._path)
        if not self._file.has_content():
            self._file.write_header(header)
            return
        with self._file.reader() as reader:
            for line in reader.verified(_ADVICE):
                if isinstance(line.content, HeaderRecord):
                    _require_same(self._path, line.content, header)
                elif isinstance(line.content, AuditRecord):
                    self.count += 1
                    yield line.content
            self._file.continue_from(reader)

    @property
    def notes(self) -> list[str]:
        """The notes about the file."""
        return [] if self._file is None else self._file.notes

    def resumed(self) -> Iterator[AuditRecord]:
        """Yield the resumed records of mailboxes again."""
        if self._file is not None and self.count:
            with contextlib.closing(self._file.records()) as records:
                mailboxes = (record for record in records if isinstance(record, AuditRecord))
                yield from itertools.islice(mailboxes, self.count)

    def write(self, record: Record) -> None:
        """Write one line."""
        if self._file is not None:
            self._file.write(record)

    def close(self) -> None:
        """Close the file; may be called twice."""
        if self._file is not None:
            self._file.close()


def _require_same(
    path: str | os.PathLike[str], recorded: HeaderRecord, current: HeaderRecord
) -> None:
    different = [
        name for name, value_of in _SAME.items() if value_of(recorded) != value_of(current)
    ]
    if different:
        rule = f"was made with different {' and '.join(different)}"
        raise InvalidRequestError(
            f"{os.fspath(path)} {rule}; resume it with the same, or use another file",
            {"records": rule},
        )


_SAME: Final[Mapping[str, Callable[[HeaderRecord], object]]] = MappingProxyType(
    {
        "targets": lambda header: sorted(header.targets),
        "checks": lambda header: {check.id for check in header.checks} | {*header.skipped},
        # On a later day the baseline may be old enough for a check that was skipped before: the
        # resumed mailboxes do not have its results, which must not look like a pass.
        "skipped checks (is `today` different?)": lambda header: {*header.skipped},
        "settings": lambda header: header.settings,
        "suppressions": lambda header: header.suppressions,
        "baseline": lambda header: header.baseline,
    }
)
"""The values that must be the same in a resumed run."""
